"""Loads the demonstration: the reported facts of programme.json, and what is illustrative around them.

What people would do goes through the services, as the people who would do it; so the audit trail, the notifications
and the search ledger are what they would be. Afterwards the times are laid into the past, since a record of March was
not written today.
"""

import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from coordination import access, services
from coordination.models import (
    Agreement,
    Country,
    Marking,
    Organisation,
    OrganisationKind,
    Person,
    Post,
    Space,
    Topic,
)
from discussion.models import Notification
from home.demonstration import answers, deeds, library_shelf, planning, protocols, room, teamwork, times
from home.models import HomePage
from search import ledger

# How many notifications each account finds unread.
UNSEEN_TO_BEGIN_WITH = 5
FACTS = Path(__file__).with_name("programme.json")


class NotEmptyError(Exception):
    """There is a programme here already that is not the demonstration."""


class Cast:
    """Who and what the demonstration is made of, by the keys of its tables."""

    def __init__(self) -> None:
        self.facts = json.loads(FACTS.read_text())
        self.organisations: dict[str, Organisation] = {}
        self.posts: dict[str, list[Post]] = {}
        self.users: dict[str, User] = {}
        self.spaces: dict[str, Space] = {}
        self.countries: dict[str, Country] = {}
        self.topics: dict[str, Topic] = {}
        self.agreements: dict[str, Agreement] = {}
        self.reported_posts: dict[str, Post] = {}
        self.past = times.Past()

    def user_of(self, organisation: str) -> User:
        """Whoever acts for the organisation: its account, or else the chair."""
        login = next((one.login for one in room.ACCOUNTS if one.organisation == organisation), "chair")
        return self.users["chair" if organisation == "ICMPD" else login]


@transaction.atomic
def load() -> bool:
    """Load everything, or nothing. False where it is loaded already; NotEmptyError where something else is."""
    if User.objects.filter(email=room.ACCOUNTS[0].email).exists():
        return False
    if Space.objects.exists():
        raise NotEmptyError(
            "There are spaces here already: the demonstration is loaded into an empty installation only."
        )
    cast = Cast()
    with ledger.gathering():
        _front_page(cast)
        _countries_and_topics(cast)
        _organisations(cast)
        _people(cast)
        _accounts(cast)
        _owners_of_topics(cast)
        _spaces(cast)
        deeds.agree(cast)
        deeds.visit(cast)
        deeds.meet(cast)
        planning.plan(cast)
        answers.speak(cast)
        answers.brief(cast)
        protocols.amend(cast)
        deeds.follow_up(cast)
        teamwork.share(cast)
        library_shelf.fill(cast)
        deeds.talk(cast)
        cast.past.lay_down()
        _review(cast)
    _what_is_old_has_been_seen()
    return True


def _owners_of_topics(cast: Cast) -> None:
    """Those who review pages on a topic, in the spaces in which they contribute."""
    for slug, topic in cast.topics.items():
        topic.owners.add(cast.users["chair" if slug == "border-management" else "secretariat"])


def _front_page(cast: Cast) -> None:
    programme = cast.facts["programme"]
    page = HomePage.objects.get()
    page.title = page.draft_title = programme["title"]
    page.tagline = "Dialogue and cooperation on migration management and the protection of migrants"
    page.introduction = "".join(f"<li>{aim}</li>" for aim in programme["aims"]).join(("<ul>", "</ul>"))
    page.funder, page.implementer = programme["funder"], programme["implementer"]
    page.save()


def _countries_and_topics(cast: Cast) -> None:
    for code in cast.facts["programme"]["countries"]:
        names = dict(zip(("name", "name_ru", "name_ur"), room.COUNTRIES[code], strict=True))
        cast.countries[code], _created = Country.objects.update_or_create(
            code=code, defaults={**names, "in_programme": True}
        )
    for slug, (icon, english, russian, urdu) in room.TOPICS.items():
        cast.topics[slug], _created = Topic.objects.update_or_create(
            slug=slug,
            defaults={
                "icon": icon,
                "name": english[0], "description": english[1],
                "name_ru": russian[0], "description_ru": russian[1],
                "name_ur": urdu[0], "description_ur": urdu[1],
            },
        )  # fmt: skip


def _organisations(cast: Cast) -> None:
    kinds = {str(kind.label): kind for kind in OrganisationKind}
    for fact in cast.facts["organisations"]:
        cast.organisations[fact["acronym"]] = Organisation.objects.create(
            name=fact["name"], acronym=fact["acronym"], kind=kinds[fact["kind"]], country_id=fact["country"]
        )
    for body in room.BODIES:
        cast.organisations[body.key] = Organisation.objects.create(
            name=body.name, acronym=body.acronym, kind=body.kind, country_id=body.country, illustrative=True
        )


def _people(cast: Cast) -> None:
    """The people of the report with the posts that it gives them, in the month of the report; else posts alone."""
    first, last = times.MONTH_OF_THE_REPORT
    for fact in cast.facts["people"]:
        cast.reported_posts[fact["organisation"]] = Post.objects.create(
            organisation=cast.organisations[fact["organisation"]],
            title=fact["title"],
            person=Person.objects.create(name=fact["name"]),
            starts_on=first,
            ends_on=last,
            listed=True,
        )
    for organisation, titles in room.POSTS.items():
        cast.posts[organisation] = [
            Post.objects.create(organisation=cast.organisations[organisation], title=title, listed=True)
            for title in titles
        ]


def _accounts(cast: Cast) -> None:
    for account in room.ACCOUNTS:
        user = User.objects.create_user(
            account.email,
            room.PASSWORD,
            name=account.name,
            organisation=cast.organisations[account.organisation],
            language=account.language,
            time_zone=account.time_zone,
            platform_role=account.office,
        )
        Person.objects.create(name=account.name, user=user)
        cast.users[account.login] = user


def _spaces(cast: Cast) -> None:
    chair = cast.users["chair"]
    for entry in room.ROOMS:
        space = services.create_space(
            cast.users["secretariat"],
            title=entry.title,
            chair=chair,
            kind=entry.kind,
            description=entry.description,
            country_id=entry.country,
            topics=[cast.topics[slug] for slug in entry.topics],
            illustrative=True,
        )
        for member, role in entry.members.items():
            if member != "@chair":
                one = cast.users[member[1:]] if member.startswith("@") else cast.organisations[member]
                services.grant_membership(chair, space, one, role)
        if entry.marking != Marking.AMBER:
            services.change_marking(chair, space, entry.marking, reason="Open to all partners of the programme.")
        cast.spaces[entry.key] = Space.objects.get(pk=space.pk)


def _review(cast: Cast) -> None:
    """The members of the first space are to be confirmed; the chair has begun."""
    chair, space = cast.users["chair"], next(iter(cast.spaces.values()))
    services.open_access_review(space)
    services.confirm_memberships(chair, space, [access.name_of_member(chair)])


def _what_is_old_has_been_seen() -> None:
    """Nobody begins with a hundred unread notifications: each keeps the latest few."""
    for user in User.objects.all():
        latest = Notification.objects.filter(user=user).values_list("pk", flat=True)[:UNSEEN_TO_BEGIN_WITH]
        Notification.objects.filter(user=user).exclude(pk__in=list(latest)).update(seen_at=timezone.now())
    Notification.objects.update(mail_wanted=False)
