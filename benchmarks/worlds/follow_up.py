"""What benchmarks/follow_up.py measures on: spaces, users and grants as the services make them, and work in bulk.

Rows that are too many to be made one by one are written with bulk_create; their audiences come from
`coordination.access` as they do for every other row, and grants are rows of the permissions that `access.grant` gives.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from coordination import access, services
from coordination.models import (
    Action,
    ActionState,
    ActionUpdate,
    Agreement,
    Article,
    Audience,
    Commitment,
    CommitmentState,
    Country,
    Marking,
    Organisation,
    Person,
    ProgressReport,
    Role,
    Space,
    SpaceGroupPermission,
    SpaceUserPermission,
    Topic,
)
from coordination.models.marking import new_key
from coordination.models.references import unused_references
from tests.factories import make_agreement, make_organisation

ORGANISATIONS, COUNTRIES, TOPICS, AGREEMENTS = 100, 10, 8, 60
# In each space so many organisations are members as a whole; other members are single users.
ORGANISATIONS_IN_A_SPACE = 5
# Out of a hundred things in a space. CLEAR and GREEN are for everybody: a few.
MARKINGS = [Marking.AMBER] * 74 + [Marking.AMBER_STRICT] * 18 + [Marking.RED] * 6 + [Marking.GREEN, Marking.CLEAR]
# Of each organisation or person that is named, the same few in a space: people repeat themselves.
NAMED_AUDIENCES = 2
ROWS_AT_ONCE = 5000
YEARS = range(2010, 2027)
WORDS = ("train", "officers", "draft", "protocol", "statistics", "venue", "translate", "record", "review", "centre")


@dataclass(frozen=True)
class Sizes:
    spaces: int
    users: int
    grants: int


@dataclass(frozen=True)
class Kind:
    """A kind of user: in how many spaces, in which role."""

    name: str
    spaces: int
    role: str


def kinds_of_users(spaces: int) -> list[Kind]:
    return [
        Kind("liaison", min(3, spaces), Role.CONTRIBUTOR),
        Kind("officer", max(1, spaces // 10), Role.RAPPORTEUR),
        Kind("secretariat", spaces, Role.CHAIR),
    ]


# --- the frame: spaces, people, grants -------------------------------------------------------------------------------
@patch("search.ledger.write")
def make_frame(sizes: Sizes, _nothing_is_written_for_search: Any) -> None:
    """Spaces, organisations, users and exactly so many grants; the users who are measured hold theirs among them.

    Search is not measured here, so its ledger, which would take half of the time, is left empty.
    """
    chance = random.Random(1)
    topics = [
        Topic.objects.get_or_create(slug=f"topic-{number}", defaults={"name": f"Topic {number}"})[0]
        for number in range(TOPICS)
    ]
    codes = [f"{chr(65 + number)}Z" for number in range(COUNTRIES)]
    organisations = [make_organisation(country=chance.choice([*codes, None])) for _number in range(ORGANISATIONS)]
    spaces = []
    # In the order of the alphabet, since Wagtail keeps collections in it: a name in between would move all behind it.
    for number in range(sizes.spaces):
        with transaction.atomic():
            spaces.append(services.add_space(title=f"Space {number:04}", topics=chance.sample(topics, 2)))
    users = [
        User(email=f"user{number}@accord.example", name=f"User {number}", password="!", organisation=organisation)
        for number in range(sizes.users)
        for organisation in [organisations[number % len(organisations)]]
    ]
    users = User.objects.bulk_create(users, ROWS_AT_ONCE)
    Person.objects.bulk_create(Person(name=user.name, user=user) for user in users)
    in_groups = User.groups.through
    in_groups.objects.bulk_create(in_groups(user=user, group=user.organisation.group) for user in users)
    _grant(sizes, spaces, organisations, users, chance)
    for number in range(min(AGREEMENTS, sizes.spaces)):
        agreement = make_agreement(spaces[number], title=f"Agreement {number:04}", topics=chance.sample(topics, 1))
        Article.objects.bulk_create(
            Article(agreement=agreement, number=str(place), body="<p>They cooperate.</p>") for place in (1, 2, 3)
        )
    Audiences(chance)


def _grant(sizes: Sizes, spaces: list, organisations: list, users: list, chance: random.Random) -> None:
    permissions = _permissions()
    rows: list[Any] = []
    for kind, user in zip(kinds_of_users(sizes.spaces), users, strict=False):
        for space in spaces[: kind.spaces]:
            rows += [
                SpaceUserPermission(user=user, content_object=space, permission=permissions[codename])
                for codename in access.ROLE_PERMISSIONS[kind.role]
            ]
    for space in spaces:
        for organisation in chance.sample(organisations, ORGANISATIONS_IN_A_SPACE):
            rows += [
                SpaceGroupPermission(group=organisation.group, content_object=space, permission=permissions[codename])
                for codename in access.ROLE_PERMISSIONS[Role.CONTRIBUTOR]
            ]
    # Whoever is left holds the rest: a member reads, and every second one contributes.
    held: set[tuple[int, int]] = set()
    others = users[len(kinds_of_users(sizes.spaces)) :]
    while len(rows) < sizes.grants:
        user, space = chance.choice(others), chance.choice(spaces)
        if (user.pk, space.pk) in held:
            continue
        held.add((user.pk, space.pk))
        role = Role.CONTRIBUTOR if len(held) % 2 else Role.READER
        for codename in access.ROLE_PERMISSIONS[role][: sizes.grants - len(rows)]:
            rows.append(SpaceUserPermission(user=user, content_object=space, permission=permissions[codename]))
    for model in (SpaceUserPermission, SpaceGroupPermission):
        model.objects.bulk_create([row for row in rows if isinstance(row, model)], ROWS_AT_ONCE)


def _permissions() -> dict[str, Any]:
    from django.contrib.auth.models import Permission

    found = Permission.objects.filter(content_type__app_label="coordination", codename__in=access.SPACE_PERMISSIONS)
    return {permission.codename: permission for permission in found}


def grants() -> int:
    return SpaceUserPermission.objects.count() + SpaceGroupPermission.objects.count()


def measured_users(spaces: int) -> dict[str, User]:
    kinds = kinds_of_users(spaces)
    users = User.objects.order_by("pk").filter(email__startswith="user")[: len(kinds)]
    return {kind.name: user for kind, user in zip(kinds, users, strict=True)}


# --- the work --------------------------------------------------------------------------------------------------------
class Audiences:
    """The audiences that occur in each space, interned once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        known = {one.key: one for one in Audience.objects.all()}
        self.rows: dict[int, dict[str, list[Any]]] = {}
        groups = SpaceGroupPermission.objects.values_list("content_object_id", "group__organisation")
        users = SpaceUserPermission.objects.values_list("content_object_id", "user_id")
        organisations = _gathered(groups.distinct())
        members = _gathered(users.distinct())
        for space_id in Space.objects.values_list("pk", flat=True):
            self.rows[space_id] = {
                marking: [
                    _interned(
                        access.audience_tokens(
                            space_id, marking, organisations[space_id][place : place + 2], members[space_id][place::9]
                        ),
                        known,
                    )
                    for place in range(NAMED_AUDIENCES if marking in (Marking.AMBER_STRICT, Marking.RED) else 1)
                ]
                for marking in Marking.values
            }

    def any_of(self, space_id: int) -> Any:
        return self.chance.choice(self.rows[space_id][self.chance.choice(MARKINGS)])


def _interned(tokens: frozenset[str], known: dict[str, Any]) -> Any:
    """The audience of these tokens, as `access` interns it; asked for once."""
    key = " ".join(sorted(tokens))
    if key not in known:
        known[key] = access.intern(tokens)
    return known[key]


def _gathered(pairs: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for key, value in sorted(pairs):
        found.setdefault(key, []).append(value)
    return found


def make_work(actions: int) -> None:
    """So many actions, a tenth as many commitments, and some reports, spread over all spaces and a year."""
    chance = random.Random(2)
    with transaction.atomic():
        # Rows that are just made are not looked up one by one by their keys.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        world = _World(chance)
        commitments = list(_saved(Commitment, world.commitments(max(1, actions // 10))))
        made = list(_saved(Action, world.actions(actions, commitments)))
        for _row in _saved(ActionUpdate, world.updates(made[::4])):
            pass
        for _row in _saved(ProgressReport, world.reports(commitments)):
            pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _saved(model: Any, rows: Iterator[Any]) -> Iterator[Any]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            yield from _written(model, batch)
            batch = []
    yield from _written(model, batch)


def _written(model: Any, batch: list[Any]) -> list[Any]:
    """A batch, with its moments as they are said: Django itself would write the present one."""
    if hasattr(model, "reference_prefix"):
        year = YEARS[model.objects.count() // ROWS_AT_ONCE % len(YEARS)]
        for row, reference in zip(batch, unused_references(model, len(batch), year=year), strict=True):
            row.short_reference = reference
    fields = [field for field in model._meta.get_fields() if getattr(field, "auto_now_add", False)]
    for field in fields:
        field.auto_now_add = False
    try:
        return list(model.objects.bulk_create(batch))
    finally:
        for field in fields:
            field.auto_now_add = True


class _World:
    """Rows with everything that pages of lists show and count."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.now, self.today = chance, timezone.now(), timezone.localdate()
        self.audiences = Audiences(chance)
        self.spaces = list(Space.objects.order_by("pk").values_list("pk", flat=True))
        self.organisations = list(Organisation.objects.filter(users__isnull=False).distinct())
        self.persons = _gathered(Person.objects.values_list("user__organisation", "pk"))
        self.articles: dict[int, list[int]] = _gathered(Article.objects.values_list("agreement__space", "pk"))
        self.author = User.objects.order_by("pk").first()

    def _shared(self, space_id: int) -> dict[str, Any]:
        audience = self.audiences.any_of(space_id)
        days = self.chance.randint(-180, 180)
        return {
            "key": new_key(),
            "space_id": space_id,
            "own_audience": audience,
            "audience": audience,
            "title": " ".join(self.chance.choices(WORDS, k=6)),
            "due_on": None if days > 170 else self.today + timedelta(days=days),
            "created_at": self.now - timedelta(days=self.chance.randint(0, 360)),
            "created_by": self.author,
        }

    def commitments(self, number: int) -> Iterator[Commitment]:
        states = [CommitmentState.ON_TRACK] * 4 + list(CommitmentState)
        for place in range(number):
            space_id = self.spaces[place % len(self.spaces)]
            articles = self.articles.get(space_id)
            yield Commitment(
                party=self.chance.choice(self.organisations),
                article_id=self.chance.choice(articles) if articles and self.chance.random() < 0.8 else None,
                state=self.chance.choice(states),
                text=" ".join(self.chance.choices(WORDS, k=60)),
                **self._shared(space_id),
            )

    def actions(self, number: int, commitments: list[Commitment]) -> Iterator[Action]:
        from django.contrib.contenttypes.models import ContentType

        states = [ActionState.OPEN] * 4 + [ActionState.IN_PROGRESS] * 2 + [ActionState.DONE] * 2 + list(ActionState)
        of_space: dict[int, list[int]] = _gathered((one.space_id, one.pk) for one in commitments)
        commitment_type = ContentType.objects.get_for_model(Commitment)
        for place in range(number):
            space_id = self.spaces[place % len(self.spaces)]
            sources = of_space.get(space_id) if self.chance.random() < 0.25 else None
            owner = self.chance.choice(self.organisations)
            yield Action(
                owner=owner,
                owner_person_id=self.chance.choice(self.persons[owner.pk]) if self.chance.random() < 0.5 else None,
                source_type=commitment_type if sources else None,
                source_id=self.chance.choice(sources) if sources else None,
                state=self.chance.choice(states),
                description=" ".join(self.chance.choices(WORDS, k=60)),
                **self._shared(space_id),
            )

    def updates(self, actions: list[Action]) -> Iterator[ActionUpdate]:
        for action in actions:
            before = self.chance.choice([ActionState.OPEN, ActionState.IN_PROGRESS, action.state])
            yield ActionUpdate(
                action=action, author=self.author, text="Reported.", state_before=before, state_after=action.state,
                created_at=self.now - timedelta(days=self.chance.randint(0, 180)),
            )  # fmt: skip

    def reports(self, commitments: list[Commitment]) -> Iterator[ProgressReport]:
        for commitment in commitments:
            before = self.chance.choice([CommitmentState.ON_TRACK, CommitmentState.AT_RISK, commitment.state])
            yield ProgressReport(
                commitment=commitment, author=self.author, text="Reported.", state_before=before,
                state_after=commitment.state, created_at=self.now - timedelta(days=self.chance.randint(0, 180)),
            )  # fmt: skip


# --- the same, through guardian alone --------------------------------------------------------------------------------
def make_object_grants(users: list[User], others: int) -> tuple[int, int]:
    """Guardian's own rows on each action, in the shape of the grants on spaces: to the user where the user is a member,
    to the organisation's group where that is. How many there are, to users and to groups.

    For `users`, who are measured, all that they may read. As filling, everything in their spaces for the groups of
    other organisations, and `others` rows for other users, who in full would have eight million.
    """
    from guardian.models import GroupObjectPermission, UserObjectPermission

    to_user = (UserObjectPermission, "user_id", SpaceUserPermission)
    to_group = (GroupObjectPermission, "group_id", SpaceGroupPermission)
    measured = {"user_id": [user.pk for user in users], "group_id": [user.groups.get().pk for user in users]}
    for user, group in zip(users, measured["group_id"], strict=True):
        sql, params = Action.objects.readable_by(user).order_by().values("pk").query.sql_with_params()
        joined = f"SELECT content_object_id FROM {SpaceUserPermission._meta.db_table} WHERE user_id = %s"
        readable = f"FROM coordination_action WHERE id IN ({sql}) AND space_id"
        _give(*to_user[:2], f"SELECT %s, id {readable} IN ({joined})", [user.pk, *params, user.pk])
        _give(*to_group[:2], f"SELECT %s, id {readable} NOT IN ({joined})", [group, *params, user.pk])
    for (objects, holder, spaces), at_most in ((to_user, others), (to_group, None)):
        members = f"SELECT DISTINCT {holder}, content_object_id FROM {spaces._meta.db_table} WHERE {holder} <> ALL(%s)"
        _give(
            objects, holder,
            f"SELECT member.{holder}, action.id FROM ({members}) member"
            " JOIN coordination_action action ON action.space_id = member.content_object_id LIMIT %s",
            [measured[holder], at_most],
        )  # fmt: skip
        _execute(f"VACUUM ANALYZE {objects._meta.db_table}", [])
    return UserObjectPermission.objects.count(), GroupObjectPermission.objects.count()


def _give(objects: Any, holder: str, pairs: str, params: list[Any]) -> None:
    """Guardian's rows for these pairs of holder and action, where they are not there yet."""
    from django.contrib.auth.models import Permission

    view = Permission.objects.get(content_type__app_label="coordination", codename="view_action")
    _execute(
        f"INSERT INTO {objects._meta.db_table} (permission_id, content_type_id, {holder}, object_pk)"
        f" SELECT %s, %s, pair.holder, pair.id::varchar FROM ({pairs}) pair(holder, id) ON CONFLICT DO NOTHING",
        [view.pk, view.content_type_id, *params],
    )


def _execute(statement: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def counts() -> str:
    return (
        f"{Action.objects.count()} actions, {Commitment.objects.count()} commitments, {Agreement.objects.count()} "
        f"agreements, {Space.objects.count()} spaces, {User.objects.count()} users, {grants()} grants, "
        f"{Organisation.objects.count()} organisations of {Country.objects.count()} countries"
    )
