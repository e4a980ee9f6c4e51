"""People and their posts: whom a reader may know of, who held what when, and who may be one person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, handing_over
from coordination.models import (
    Action,
    NotOnePerson,
    Organisation,
    Person,
    Post,
    Space,
    SpaceUserPermission,
)
from coordination.people_names import are_alike, key_of_name, skeleton
from coordination.selectors.handover import actions_to_hand_over, focal_points_to_pass_on, may_hand_over_for

MOST_PAIRS = 100
_LATEST_FIRST = (F("ends_on").desc(nulls_first=True), F("starts_on").desc(nulls_last=True), "-pk")


# --- the directory -------------------------------------------------------------------------------------------------
def people_known_to(user: access.Reader) -> QuerySet[Person]:
    """The people whom `user` may know of, each with `posts_now`: the posts of today that the user may know of."""
    now = Post.objects.current().known_to(user).select_related("organisation").order_by("title")
    rows = Person.objects.known_to(user).select_related("user__organisation").order_by("name", "pk")
    return rows.prefetch_related(Prefetch("posts", queryset=now, to_attr="posts_now"))


def narrowed_people(people: QuerySet[Person], chosen: Callable[[str], Any], user: access.Reader) -> QuerySet[Person]:
    """Of `people` those whom a filter asks for. Posts narrow down only where `user` may know of them."""
    if words := chosen("q"):
        # In whatever script and spelling: Жээнбеков is found by Jeenbekov.
        spelt = Q(pk__in=_spelt_like(people, words))
        people = people.filter(Q(name__icontains=words) | Q(name_native__icontains=words) | spelt)
    known = Post.objects.current().known_to(user)
    if organisation := chosen("organisation"):
        held = known.filter(organisation=organisation).values("person")
        people = people.filter(Q(pk__in=held) | Q(user__organisation=organisation))
    if country := chosen("country"):
        held = known.filter(organisation__country=country).values("person")
        people = people.filter(Q(pk__in=held) | Q(user__organisation__country=country))
    if language := chosen("language"):
        people = people.filter(languages__icontains=f'"{language}"')
    return people


def _spelt_like(people: QuerySet[Person], words: str) -> QuerySet:
    rows = people.order_by().prefetch_related(None)
    for part in key_of_name(words).split():
        rows = rows.filter(name_key__contains=part)
    return rows.values("pk") if key_of_name(words) else rows.none().values("pk")


def posts_of(person: Person, user: access.Reader) -> list[Post]:
    """What `person` holds and has held, the present first, as far as `user` may know of it."""
    return list(person.posts.known_to(user).select_related("organisation").order_by(*_LATEST_FIRST))


@dataclass(frozen=True)
class Neighbours:
    """A post of somebody, with who held it before and who after."""

    post: Post
    predecessor: Post | None
    successor: Post | None


def posts_with_neighbours(person: Person, user: access.Reader) -> list[Neighbours]:
    """The posts of `person` with predecessor and successor. Two queries."""
    held = posts_of(person, user)
    rows = _of_successions({post.succession for post in held}, user)
    return [_between(post, rows[post.succession]) for post in held]


def _between(post: Post, rows: list[Post]) -> Neighbours:
    """Who stands before and after `post` in its succession, the latest first."""
    place = rows.index(post)
    before = next((row for row in rows[place + 1 :] if row.person_id not in (None, post.person_id)), None)
    after = next((row for row in reversed(rows[:place]) if row.person_id not in (None, post.person_id)), None)
    return Neighbours(post, before, after)


def succession(key: str, user: access.Reader) -> list[Post]:
    """Who has held a post, the present holder first, as far as `user` may know of it."""
    return _of_successions({key}, user)[key]


def _of_successions(keys: Iterable[str], user: access.Reader) -> dict[str, list[Post]]:
    rows = Post.objects.known_to(user).filter(succession__in=set(keys)).order_by(*_LATEST_FIRST)
    found: dict[str, list[Post]] = defaultdict(list)
    for post in rows.select_related("organisation__country", "person"):
        found[post.succession].append(post)
    return found


def posts_at(organisation: Organisation, user: access.Reader) -> QuerySet[Post]:
    """The posts of an organisation that `user` may know of, the present before the past."""
    return (
        organisation.posts.known_to(user)
        .select_related("person")
        .order_by(F("ends_on").desc(nulls_first=True), "title")
    )


def those_of(organisation: Organisation, user: access.Reader) -> QuerySet[Person]:
    """Whom `user` may name as holder of a post there: who works or has worked there, by account or post."""
    held = Post.objects.known_to(user).filter(organisation=organisation).values("person")
    here = Q(user__organisation=organisation) | Q(pk__in=held)
    return Person.objects.known_to(user).filter(here).order_by("name", "pk")


def known_by_that_name(name: str, user: access.Reader) -> list[Person]:
    """Whom `user` knows under the same name, however it is spelt: to be looked at before somebody is entered anew."""
    return list(people_known_to(user).filter(name_key=key_of_name(name)[:200])) if key_of_name(name) else []


# --- what goes to a successor --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ToPassOn:
    """What of `predecessor` an actor may pass on, and what stays where it is."""

    actions: list[Action] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)
    focal_points: list[Organisation] = field(default_factory=list)
    items: list[handing_over.OpenItem] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.actions or self.spaces or self.focal_points or self.items)

    @property
    def seen(self) -> frozenset[str]:
        """What a form has shown, in one word for each thing: what came since does not go along unseen."""
        return frozenset(
            [*(action.key for action in self.actions), *(space.key for space in self.spaces)]
            + [f"organisation-{one.pk}" for one in self.focal_points]
            + [item.name for item in self.items]
        )


def to_pass_on(actor: User, predecessor: Person) -> ToPassOn:
    """Actions, memberships that `predecessor` holds alone, the office of focal point, and what else is registered."""
    return ToPassOn(
        actions=actions_to_hand_over(actor, predecessor) if may_hand_over_for(actor, predecessor) else [],
        spaces=memberships_to_pass_on(actor, predecessor),
        focal_points=focal_points_to_pass_on(actor, predecessor),
        items=handing_over.open_items_of(actor, predecessor),
    )


def memberships_to_pass_on(actor: User, predecessor: Person) -> list[Space]:
    """The spaces managed by `actor` in which the predecessor is by a grant of the account's own. What comes by the
    organisation, the successor has by the organisation."""
    if predecessor.user_id is None:
        return []
    own = SpaceUserPermission.objects.filter(user=predecessor.user_id).values("content_object")
    spaces = Space.objects.live().readable_by(actor).filter(pk__in=own).order_by("title")
    with access.remembering():
        return [space for space in spaces if access.can(actor, "manage", space)]


# --- who may be one person -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Pair:
    """Two entries that may be one person, and why."""

    one: Person
    other: Person
    reasons: tuple[str, ...]


@dataclass
class _Entry:
    person: Person
    organisations: set[int]
    mails: set[str]
    posts: list[Post]


def pairs_that_may_be_one(user: User) -> list[Pair]:
    """Those whom `user` may know of who may be one person: by name in any script and spelling, by e-mail address, or
    by a post held at one time. Four queries."""
    entries = _entries(user)
    told_apart = set(NotOnePerson.objects.values_list("one", "other"))
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one, other, reason in _alike(list(entries.values())):
        pair = (min(one, other), max(one, other))
        if pair not in told_apart and reason not in reasons[pair]:
            reasons[pair].append(reason)
    found = [Pair(entries[a].person, entries[b].person, tuple(why)) for (a, b), why in reasons.items() if why]
    found.sort(key=lambda pair: (-len(pair.reasons), pair.one.name, pair.one.pk))
    return found[:MOST_PAIRS]


def _entries(user: User) -> dict[int, _Entry]:
    people = Person.objects.known_to(user).select_related("user")
    contacts = set(people.filter(access.contact_details_open_to(user)).values_list("pk", flat=True))
    entries = {}
    for person in people:
        account = person.user
        mails = {person.email, account.email if account else ""} if person.pk in contacts else set()
        organisations = {account.organisation_id} if account and account.organisation_id else set()
        entries[person.pk] = _Entry(person, organisations, {mail.casefold() for mail in mails if mail}, [])
    for post in Post.objects.known_to(user).filter(person__in=entries):
        entry = entries[post.person_id]  # type: ignore[index]  # the filter asks for it
        entry.organisations.add(post.organisation_id)
        entry.posts.append(post)
    return entries


def _alike(entries: list[_Entry]) -> Iterator[tuple[int, int, str]]:
    for one, other in _together(entries, lambda entry: [entry.person.name_key] if entry.person.name_key else []):
        yield one.person.pk, other.person.pk, _("the same name")
    # Without its vowels a name says less: only within one organisation.
    in_one = lambda entry: [(skeleton(entry.person.name), org) for org in entry.organisations]  # noqa: E731
    for one, other in _together(entries, in_one):
        yield one.person.pk, other.person.pk, _("the same name in another spelling, at the same organisation")
    for one, other in _together(entries, lambda entry: entry.mails):
        yield one.person.pk, other.person.pk, _("the same e-mail address")
    titles = lambda entry: {(post.organisation_id, post.title.casefold().strip()) for post in entry.posts}  # noqa: E731
    for one, other in _together(entries, titles):
        if _at_one_time(one, other) and are_alike(one.person.name, other.person.name):
            yield one.person.pk, other.person.pk, _("the same post at the same time, under a similar name")


def _together(entries: list[_Entry], keys: Callable[[_Entry], Iterable[Any]]) -> Iterator[tuple[_Entry, _Entry]]:
    """Every two entries that have a key in common."""
    by_key: dict[Any, list[_Entry]] = defaultdict(list)
    for entry in entries:
        for key in keys(entry):
            by_key[key].append(entry)
    for group in by_key.values():
        for place, one in enumerate(group):
            for other in group[place + 1 :]:
                yield one, other


def _at_one_time(one: _Entry, other: _Entry) -> bool:
    return any(are_one_post(a, b) for a in one.posts for b in other.posts)


def are_one_post(one: Post, other: Post) -> bool:
    """Whether two rows say the same of one post: organisation and title, at one time."""
    if (one.organisation_id, key_of_name(one.title)) != (other.organisation_id, key_of_name(other.title)):
        return False
    first, last = date.min, date.max
    return (one.starts_on or first) <= (other.ends_on or last) and (other.starts_on or first) <= (one.ends_on or last)


def actions_of_person(person: Person, user: access.Reader) -> QuerySet[Action]:
    """What lies with a person, as far as `user` may read it."""
    return Action.objects.standing().readable_by(user).for_lists().filter(owner_person=person)
