"""Who may see what, and who may do what. The one module that decides; everything else asks it.

`audience(obj)` is the set of tokens of those who may read `obj`; `principals(user)` the set of tokens that `user`
holds; the user may read the object exactly when the sets meet. `readable_by` says the same in SQL.

A token is a conjunction: `space:7/org:3/user:12` is held by user 12, while a member of space 7, while of organisation
3. `public` is held by everyone and `partners` by whoever is signed in. Because the meet of two tokens is again a token
(or nothing), a child that is narrower in another way than its parent still has an exact audience.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.db.models import CharField, Model, Q, QuerySet, Value
from django.http import Http404, HttpRequest
from guardian.shortcuts import assign_perm, remove_perm
from wagtail.models import Page

from accounts.models import PlatformRole, User
from coordination.lookups import Many
from coordination.models import (
    Audience,
    AudienceToken,
    DirectoryEntry,
    EmergencyAccess,
    Marked,
    Marking,
    Organisation,
    Person,
    Post,
    Role,
    Space,
    SpaceGroupPermission,
    SpaceUserPermission,
)

PUBLIC = "public"
PARTNERS = "partners"


@dataclass(frozen=True)
class Outsider:
    """Somebody without an account whom an organisation sends, as the reader of a paper that `giver` hands over.

    Reads what all of the organisation may read in one space, as far as `giver` may: nothing that names persons, nothing
    by a role, and nothing of other spaces.
    """

    giver: User
    organisation_id: int
    space_id: int
    name: str
    language: str
    pk: None = None
    is_authenticated: Literal[False] = False
    is_active: Literal[False] = False

    @property
    def tokens(self) -> frozenset[str]:
        of_all = str(Token(self.space_id)), str(Token(self.space_id, org=self.organisation_id))
        return frozenset({PUBLIC, PARTNERS, *of_all})


Reader = User | AnonymousUser | Outsider

# What each role holds on the space; a role includes those before it.
ROLE_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Role.READER: ("view_space",),
    Role.CONTRIBUTOR: ("view_space", "contribute_space"),
    Role.RAPPORTEUR: ("view_space", "contribute_space", "record_space"),
    Role.CHAIR: ("view_space", "contribute_space", "record_space", "manage_space"),
}
SPACE_PERMISSIONS = ROLE_PERMISSIONS[Role.CHAIR]
# Beside `view_space`, in what is held by an emergency access alone: it reads what all members read, and no more.
IN_EMERGENCY = "emergency"


# --- tokens --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, order=True)
class Token:
    """A conjunction of conditions on the reader, all of them in one space."""

    space: int
    org: int | None = None
    user: int | None = None
    role: str | None = None

    def __str__(self) -> str:
        parts = [f"space:{self.space}"]
        for name in ("org", "user", "role"):
            if (value := getattr(self, name)) is not None:
                parts.append(f"{name}:{value}")
        return "/".join(parts)

    @classmethod
    def parse(cls, text: str) -> "Token":
        values = dict(part.split(":", 1) for part in text.split("/"))
        number = {name: int(values[name]) for name in ("space", "org", "user") if name in values}
        return cls(space=number["space"], org=number.get("org"), user=number.get("user"), role=values.get("role"))


def space_token(space_id: int) -> str:
    """The token of every member of the space."""
    return str(Token(space_id))


def audience_tokens(
    space_id: int, marking: str, organisations: Iterable[int] = (), users: Iterable[int] = ()
) -> frozenset[str]:
    """The tokens that a marking stands for in a space (TLP 2.0; DESIGN.md section 2).

    `organisations` (their keys) are those named on AMBER+STRICT, `users` those named on RED.
    """
    match marking:
        case Marking.CLEAR:
            return frozenset({PUBLIC})
        case Marking.GREEN:
            return frozenset({PARTNERS})
        case Marking.AMBER:
            return frozenset({space_token(space_id)})
        case Marking.AMBER_STRICT:
            return frozenset(str(Token(space_id, org=organisation)) for organisation in organisations)
        case Marking.RED:
            return frozenset(str(Token(space_id, user=user)) for user in users)
    raise ValueError(f"not a marking: {marking}")


def only_rapporteurs(space_id: int) -> frozenset[str]:
    """The token of those who write the records of the space: a draft is met with it."""
    return frozenset({str(Token(space_id, role="record"))})


def only_chairs(space_id: int) -> frozenset[str]:
    """The token of those who manage the space: what is withdrawn from its members is met with it."""
    return frozenset({str(Token(space_id, role="manage"))})


def meet(one: Iterable[str], other: Iterable[str]) -> frozenset[str]:
    """The tokens of those who are in both audiences."""
    met = (_meet_tokens(a, b) for a in one for b in other)
    return _without_the_implied({token for token in met if token is not None})


def _meet_tokens(a: str, b: str) -> str | None:
    if PUBLIC in (a, b):
        return b if a == PUBLIC else a
    if PARTNERS in (a, b):
        return b if a == PARTNERS else a
    first, second = Token.parse(a), Token.parse(b)
    if first.space != second.space:
        return None
    values: dict[str, Any] = {}
    for name in ("org", "user", "role"):
        mine, theirs = getattr(first, name), getattr(second, name)
        if mine is not None and theirs is not None and mine != theirs:
            return None
        values[name] = mine if mine is not None else theirs
    return str(Token(first.space, **values))


def _without_the_implied(tokens: set[str]) -> frozenset[str]:
    """Leave out what another token of the set already lets in, so that equal audiences are one row."""
    return frozenset(
        token for token in tokens if not any(o != token and _meet_tokens(token, o) == token for o in tokens)
    )


def is_within(narrow: Iterable[str], wide: Iterable[str]) -> bool:
    """Whether everyone in the first audience is in the second, whoever the members are."""
    wide = list(wide)
    return all(any(_meet_tokens(token, other) == token for other in wide) for token in narrow)


def marking_of(tokens: Iterable[str]) -> str:
    """The label that an audience carries: the widest of its tokens decides; nobody's audience is RED."""
    tokens = set(tokens)
    if PUBLIC in tokens:
        return Marking.CLEAR
    if PARTNERS in tokens:
        return Marking.GREEN
    parsed = [Token.parse(token) for token in tokens]
    if any(token.org is None and token.user is None for token in parsed):
        return Marking.AMBER
    if any(token.user is None for token in parsed):
        return Marking.AMBER_STRICT
    return Marking.RED


# --- audiences -----------------------------------------------------------------------------------------------------
def intern(tokens: Iterable[str]) -> Audience:
    """The one row of this set of tokens, made if it is new."""
    tokens = _without_the_implied(set(tokens))
    key = " ".join(sorted(tokens))
    found, is_new = Audience.objects.get_or_create(key=key, defaults={"marking": marking_of(tokens)})
    if is_new:
        AudienceToken.objects.bulk_create(AudienceToken(audience=found, token=token) for token in tokens)
        forget()
    return found


def audience(obj: Model) -> frozenset[str]:
    """The tokens of those who may read `obj`: a Marked object, or a part of one."""
    return audience_row(obj).tokens


def audience_row(obj: Any) -> Audience:
    """The audience of a Marked object or a part, found along the model's `audience_path`."""
    for name in type(obj).audience_path.split("__"):
        obj = getattr(obj, name)
    return obj


# What hangs on an object without its package knowing: threads, files. Each provider takes the object and gives
# Marked objects whose `access_parent` it is.
child_providers: list[Callable[[Any], Iterable[Marked]]] = []


def settle_new(obj: Marked) -> None:
    """Give a new object its audiences: by its own marking (or its default), and met with its parent's."""
    if obj.own_audience_id is None:
        obj.own_audience = obj.default_audience()
    obj.audience = _effective_audience(obj)


def settle(obj: Marked) -> None:
    """Work out the audience of `obj` anew, and of all that hangs on it. Call it inside the change's transaction."""
    effective = _effective_audience(obj)
    if effective.pk != obj.audience_id:
        obj.audience = effective
        obj.save(update_fields=["own_audience", "audience"])
    else:
        obj.save(update_fields=["own_audience"])
    for child in children_of(obj):
        settle(child)


def children_of(obj: Any) -> Iterator[Marked]:
    """All that hangs on `obj` directly: nobody reads it who may not read `obj`."""
    if isinstance(obj, Marked):
        yield from obj.access_children()
    for provider in child_providers:
        yield from provider(obj)


def _effective_audience(obj: Marked) -> Audience:
    parent, limit = obj.access_parent(), obj.access_limit()
    if parent is None and limit is None:
        return obj.own_audience
    tokens = obj.own_audience.tokens
    if parent is not None:
        tokens = meet(tokens, audience(_latest(parent)))
    return intern(tokens if limit is None else meet(tokens, limit))


def _latest(parent: Marked) -> Marked:
    """The parent as the database has it, locked: what hangs itself on a parent that is just being narrowed waits.

    Without a join to its audience: PostgreSQL would check the join again after the wait, and find no row.
    """
    return type(parent)._base_manager.select_for_update(of=("self",)).get(pk=parent.pk)


# --- principals ----------------------------------------------------------------------------------------------------
# What has been asked in the present request; None outside of one, where every question is answered afresh.
_memory: ContextVar[dict[int, dict[int, frozenset[str]]] | None] = ContextVar("memberships", default=None)
_tokens: ContextVar[dict[tuple[int, int | None], frozenset[str]] | None] = ContextVar("tokens", default=None)
_audiences: ContextVar[dict[int | None, Many] | None] = ContextVar("audiences", default=None)
_memories: tuple[ContextVar[Any], ...] = (_memory, _tokens, _audiences)


@contextmanager
def remembering() -> Iterator[None]:
    """Ask the database once for each user's memberships inside the block: a request is one moment."""
    remembered = [(memory, memory.set({})) for memory in _memories]
    try:
        yield
    finally:
        for memory, token in remembered:
            memory.reset(token)


@dataclass(frozen=True)
class Scope:
    """What a program may do of what its user may, in whose name it asks: in these spaces (None: in all), with these
    verbs. It gives nothing, and no office."""

    user_id: int
    spaces: frozenset[int] | None
    verbs: frozenset[str]


# The scope of the program that asks; None for people, who are not narrowed.
_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Inside the block its user reads and does no more than `scope` leaves."""
    token = _scope.set(scope)
    try:
        with remembering():
            yield
    finally:
        _scope.reset(token)


def _scope_of(user: Reader) -> Scope | None:
    scope = _scope.get()
    return scope if scope is not None and scope.user_id == user.pk else None


def _leaves(user: Reader, verb: str) -> bool:
    """Whether the program that asks in the name of `user`, if any does, may do `verb`. Reading is in every scope."""
    scope = _scope_of(user)
    return scope is None or verb == "read" or verb in scope.verbs


# For whom the present answer is made, asked for only when needed; None outside of a request.
_answering: ContextVar[Callable[[], Reader] | None] = ContextVar("reader", default=None)


@contextmanager
def answering(reader: Callable[[], Reader]) -> Iterator[None]:
    """Inside the block texts are made for `reader()`: what they lead to is decided by the rule for that reader."""
    token = _answering.set(reader)
    try:
        yield
    finally:
        _answering.reset(token)


def present_reader() -> Reader:
    """Whom the present answer is made for; somebody who is not signed in where that is not known."""
    asked = _answering.get()
    return asked() if asked else AnonymousUser()


def forget() -> None:
    """Memberships have changed, or there is a new audience: ask again."""
    for remembered in _memories:
        if (memory := remembered.get()) is not None:
            memory.clear()


def _once(remembered: ContextVar[dict[Any, Any] | None], place: Any, ask: Callable[[], Any]) -> Any:
    """What `ask` gives; inside `remembering` it is asked once for each place."""
    memory = remembered.get()
    if memory is None:
        return ask()
    if place not in memory:
        memory[place] = ask()
    return memory[place]


def memberships(user: Reader) -> dict[int, frozenset[str]]:
    """The permissions that `user` holds, by key of the space: by own grant or by that of the organisation's group."""
    if not user.is_authenticated or not user.is_active:
        return {}
    return _once(_memory, user.pk, lambda: _asked_for_memberships(user))


def _asked_for_memberships(user: User) -> dict[int, frozenset[str]]:
    with connection.cursor() as cursor:
        cursor.execute(_statement_of_grants(), [user.pk, user.pk])
        rows = cursor.fetchall()
    scope = _scope_of(user)
    # An emergency is looked at by a person, not by a program.
    if scope is None and user.platform_role == PlatformRole.ADMINISTRATOR:
        rows += _emergencies_of([user]).order_by().values_list("space_id", _MARK)
    held = _permissions_by_space(rows)
    if scope is None or scope.spaces is None:
        return held
    return {space: those for space, those in held.items() if space in scope.spaces}


@cache
def _statement_of_grants() -> str:
    """Space and codename of each grant of a user, and of each of the user's groups. Every request and every frame asks
    it, so it is written out: Django would take ten times as long to put it together as a database to answer it."""
    by_user, by_group = SpaceUserPermission._meta.db_table, SpaceGroupPermission._meta.db_table
    permissions, groups = Permission._meta.db_table, User.groups.through._meta.db_table
    return (
        f"SELECT held.content_object_id, permission.codename FROM {by_user} held"
        f" JOIN {permissions} permission ON permission.id = held.permission_id WHERE held.user_id = %s"
        f" UNION ALL SELECT held.content_object_id, permission.codename FROM {by_group} held"
        f" JOIN {permissions} permission ON permission.id = held.permission_id"
        f" JOIN {groups} of_user ON of_user.group_id = held.group_id WHERE of_user.user_id = %s"
    )


def _permissions_by_space(rows: Iterable[tuple[int, str]]) -> dict[int, frozenset[str]]:
    held: dict[int, set[str]] = {}
    for space_id, codename in rows:
        held.setdefault(space_id, set()).add(codename)
    return {space_id: joined for space_id, codenames in held.items() if (joined := _joined(codenames))}


def _joined(codenames: set[str]) -> frozenset[str]:
    """What these grants on one space amount to. Whoever is a member anyway has no need of an emergency."""
    if "view_space" in codenames:
        return frozenset(codenames - {IN_EMERGENCY})
    return frozenset({"view_space", IN_EMERGENCY}) if IN_EMERGENCY in codenames else frozenset()


_MARK = Value(IN_EMERGENCY, output_field=CharField())


def _emergencies_of(users: Iterable[User]) -> QuerySet:
    """Those that run at this moment."""
    return EmergencyAccess.objects.running().filter(user__in=[user.pk for user in users])


def emergencies(user: Reader) -> list[int]:
    """The spaces that `user` reads by an emergency access alone."""
    return [space_id for space_id, held in memberships(user).items() if IN_EMERGENCY in held]


def emergencies_looked_at(reader: Callable[[], Reader]) -> list[tuple[int, int]]:
    """User and space of the emergency accesses by which something may have been read in this request; no query.

    Of whoever is signed in; where nobody is (a feed with a secret address), of whoever was asked about.
    """
    memory = _memory.get() or {}
    found = [(user, space) for user, held in memory.items() for space in held if IN_EMERGENCY in held[space]]
    present = reader().pk if found else None
    return [one for one in found if present in (None, one[0])]


def principals(user: Reader) -> frozenset[str]:
    """The tokens that `user` holds. No office gives one: not the secretariat, not Django's superuser flag."""
    if isinstance(user, Outsider):
        return user.tokens
    if not user.is_authenticated or not user.is_active:
        return frozenset({PUBLIC})
    # Of whoever is in hundreds of spaces they are thousands.
    return _once(_tokens, (user.pk, user.organisation_id), lambda: _tokens_of(user, memberships(user)))


def _tokens_of(user: User, held: dict[int, frozenset[str]]) -> frozenset[str]:
    conditions = list(itertools.product({None, user.organisation_id}, (None, user.pk)))
    of_space = {space_id: space_token(space_id) for space_id in held}
    tokens = {PUBLIC, PARTNERS, *(of_space[space_id] for space_id, those in held.items() if IN_EMERGENCY in those)}
    held = {space_id: those for space_id, those in held.items() if IN_EMERGENCY not in those}
    for role, permission in ((None, "view_space"), ("record", "record_space"), ("manage", "manage_space")):
        # What follows the space in a token is the same in all spaces.
        endings = [str(Token(0, org, named, role)).removeprefix("space:0") for org, named in conditions]
        spaces = [of_space[space_id] for space_id, permissions in held.items() if permission in permissions]
        tokens.update(space + ending for space in spaces for ending in endings)
    return frozenset(tokens)


# --- reading -------------------------------------------------------------------------------------------------------
def may_read(user: Reader, obj: Any) -> bool:
    """Whether `user` may read `obj`: the rule itself."""
    if isinstance(user, Outsider) and not may_read(user.giver, obj):
        return False
    if owner := private_to(type(obj)):
        return user.pk is not None and user.pk == getattr(obj, f"{owner}_id")
    return not principals(user).isdisjoint(audience(obj))


def private_to(model: Any) -> str:
    """Of a model whose rows are each their owner's alone, such as saved searches: the field that names the owner."""
    return getattr(model, "private_to", "")


def readable_audiences(user: Reader) -> QuerySet:
    """The keys of the audiences that `user` belongs to, as a subquery."""
    found = AudienceToken.objects.filter(token__among=Many(principals(user))).values("audience_id")
    return found.filter(audience__in=readable_audiences(user.giver)) if isinstance(user, Outsider) else found


def readable_by(queryset: QuerySet, user: Reader) -> QuerySet:
    """The rows of `queryset` that `user` may read."""
    if owner := private_to(queryset.model):
        return queryset.filter(**{owner: user.pk})
    path = queryset.model.audience_path
    return queryset.filter(**{f"{path}__in": readable_audiences(user)})


def audience_keys(user: Reader) -> Many:
    """The keys of the audiences that `user` belongs to, for `among`; asked for once a request."""
    if isinstance(user, Outsider):
        return _asked_for_audience_keys(user)
    return _once(_audiences, user.pk, lambda: _asked_for_audience_keys(user))


def _asked_for_audience_keys(user: Reader) -> Many:
    return Many(sorted(set(readable_audiences(user).values_list("audience_id", flat=True))))


def readable_at_once(queryset: QuerySet, user: Reader) -> QuerySet:
    """The same rows as `readable_by`, for pages that ask many things of large tables: the reader's audiences are asked
    for first, and handed to each question as one value (see coordination.lookups)."""
    if private_to(queryset.model):
        return readable_by(queryset, user)
    return queryset.filter(**{f"{queryset.model.audience_path}__among": audience_keys(user)})


def readable_by_all_like(queryset: QuerySet, user: Reader) -> QuerySet:
    """Of what `user` may read, what is read without being a member anywhere: by everyone, or by all who sign in."""
    tokens = {PUBLIC, PARTNERS} if user.is_authenticated and user.is_active else {PUBLIC}
    audiences = AudienceToken.objects.filter(token__in=tokens).values("audience_id")
    return queryset.filter(**{f"{queryset.model.audience_path}__in": audiences})


def readable_pages(queryset: QuerySet, user: Reader) -> QuerySet:
    """The pages of a queryset of Wagtail's own `Page` that `user` may read, whatever their kind.

    Pages without a marking (the root and the front page) are everyone's.
    """
    from wagtail.models import get_page_models

    marked = [model for model in get_page_models() if issubclass(model, Marked)]
    allowed = ~Q(content_type__in=_content_types(marked))
    for model in marked:
        allowed |= Q(pk__in=model._default_manager.readable_by(user).values("pk"))
    return queryset.filter(allowed)


def _content_types(models: Iterable[type[Model]]) -> list:
    from django.contrib.contenttypes.models import ContentType

    return list(ContentType.objects.get_for_models(*models).values())


def open_readable(request: HttpRequest, queryset: QuerySet, **lookup: Any) -> Any:
    """The one object of `queryset` found by `lookup`, for this request's reader; a reading of RED is noted.

    Raises Http404 both for what is not there and for what the reader may not see.
    """
    # PostgreSQL refuses to look for a text with a NUL; there is none.
    if any("\0" in value for value in lookup.values() if isinstance(value, str)):
        raise Http404
    # Without an order, which Django takes longer to write than to find one row by its key.
    obj = next(iter(readable_by(queryset, request.user).filter(**lookup).order_by()[:1]), None)
    if obj is None:
        raise Http404
    note_reading(request, obj)
    return obj


def note_reading(request: HttpRequest, obj: Any) -> None:
    """Note in the trail that `obj`, which this request shows, was read, where that is noted."""
    if request.method == "GET":
        note_reading_of(request.user, obj)


def note_reading_of(user: Reader, obj: Any) -> None:
    """What is RED, and what is read by an emergency access alone, is not read without a note."""
    from coordination import audit

    if audience_row(obj).marking == Marking.RED:
        audit.record(user, "read", obj)
    elif (spaces := emergencies(user)) and not {space_token(space) for space in spaces}.isdisjoint(audience(obj)):
        audit.record(user, "read in an emergency", obj)


def if_readable(user: Reader, obj: Any) -> Any | None:
    """`obj` where `user` may read it, else None: for naming what something came from or belongs to.

    A page that is not published is named to nobody, and no more is a part of it.
    """
    return obj if obj is not None and is_published(obj) and may_read(user, obj) else None


@cache
def live_path(model: Any) -> str:
    """Where it stands whether things of this kind are published, by the names of fields: on a page itself, on the page
    that a part is named along with; empty for what is never published."""
    steps = [name for name in getattr(model, "named_along", "").split("__") if name]
    for name in steps:
        model = model._meta.get_field(name).related_model
        if model is None:  # about anything, as a discussion is
            return ""
    has_state = any(field.name == "live" for field in model._meta.get_fields())
    return "__".join([*steps, "live"]) if has_state else ""


def is_published(obj: Any) -> bool:
    """Whether `obj`, or the page that it is a part of, is published; so is all that is no page."""
    model: Any = type(obj)
    standing = obj
    for name in filter(None, live_path(model).split("__")):
        standing = getattr(standing, name)
    return standing is not False


def may_see_names(user: Reader, obj: Any) -> bool:
    """Whether `user`, a reader of `obj`, may be told who said what in it.

    Under the Chatham House Rule (`obj.chatham_house`) only those who attended are told (`obj.attending_user_ids`).
    """
    return not obj.chatham_house or (user.is_authenticated and user.pk in obj.attending_user_ids)


# --- doing ---------------------------------------------------------------------------------------------------------
def _holds(permission: str) -> Callable[[Any, Any], bool]:
    def check(user: Reader, obj: Any) -> bool:
        return permission in memberships(user).get(space_id_of(obj), frozenset())

    return check


def _follows_up(user: User, obj: Any) -> bool:
    """The owner's contributors report on what the owner owes; rapporteurs and chairs keep the whole list."""
    if _holds("record_space")(user, obj):
        return True
    return _holds("contribute_space")(user, obj) and user.organisation_id == obj.owner_id


def _reports(user: User, obj: Any) -> bool:
    """Whoever follows it up; and the contributors of organisations that help: they report and tick, no more."""
    if _follows_up(user, obj):
        return True
    if user.organisation_id is None or not _holds("contribute_space")(user, obj):
        return False
    return user.organisation_id in getattr(obj, "helper_ids", ())


def _reviews(user: User, obj: Any) -> bool:
    return reviews_with(memberships(user).get(space_id_of(obj), frozenset()), user, obj)


def reviews_with(held: frozenset[str], user: User, obj: Any) -> bool:
    """Who, holding these permissions, accepts or returns reports on a commitment (docs/decisions/0009): those who keep
    the list, and contributors of the organisation that it is owed to; never anybody of the one that owes it."""
    if user.organisation_id == obj.party_id:
        return False
    if "record_space" in held:
        return True
    owed_to = obj.owed_to_id
    return owed_to is not None and user.organisation_id == owed_to and "contribute_space" in held


def _hands_over(user: User, obj: Any) -> bool:
    """What is given to a person is handed over by that person, the focal point there, or who manages the space."""
    if _holds("manage_space")(user, obj):
        return True
    person = obj.owner_person
    is_own = person is not None and person.user_id == user.pk
    return _follows_up(user, obj) and (is_own or obj.owner.focal_point_id == user.pk)


def handed_over_by(user: User) -> Q:
    """The same for the actions of others, in SQL; what of it `user` may read is asked besides."""
    managed, recorded, contributed = (
        [space for space, held in memberships(user).items() if permission in held]
        for permission in ("manage_space", "record_space", "contribute_space")
    )
    followed_up = Q(space__in=recorded) | Q(space__in=contributed, owner=user.organisation_id)
    return Q(space__in=managed) | Q(followed_up, owner__focal_point=user)


def _answers(user: User, obj: Any) -> bool:
    """Of an invitation, a poll or a record: contributors of an organisation that was asked (`asked_ids`) answer."""
    if user.organisation_id is None or not _holds("contribute_space")(user, obj):
        return False
    return user.organisation_id in obj.asked_ids


def _names_delegates(user: User, obj: Any) -> bool:
    """The invited organisation names its own people; whoever prepares the meeting notes what came by telephone."""
    return _answers(user, obj) or _holds("record_space")(user, obj)


def _edits(user: User, obj: Any) -> bool:
    """Rapporteurs and chairs change all content; a contributor what is the contributor's own or organisation's."""
    if _holds("record_space")(user, obj):
        return True
    if not _holds("contribute_space")(user, obj):
        return False
    if author_id_of(obj) == user.pk:
        return True
    owning_organisation = None if isinstance(obj, Page) else getattr(obj, "owner_id", None)
    return owning_organisation is not None and owning_organisation == user.organisation_id


def author_id_of(obj: Any) -> int | None:
    """The user who wrote `obj`, by key. Pages note it as Wagtail does, in `owner_id`: elsewhere an organisation's."""
    if isinstance(obj, Page):
        return obj.owner_id
    return getattr(obj, "created_by_id", None) or getattr(obj, "author_id", None)


def _reviews_page(user: User, obj: Any) -> bool:
    """A page that waits for it is reviewed by those who may publish it anyway, and by the owners of its topics who
    contribute in its space; of these nobody reviews what is one's own request."""
    waiting = obj.current_workflow_state if getattr(obj, "has_workflow", False) else None
    if waiting is None or waiting.status != waiting.STATUS_IN_PROGRESS:
        return False
    if _holds("record_space")(user, obj):
        return True
    if waiting.requested_by_id == user.pk or not _holds("contribute_space")(user, obj):
        return False
    from coordination import review

    return user.pk in review.owner_ids_of(obj)


def _sets_retention(user: User, obj: Any) -> bool:
    """How long things are kept is said by the chairs of a space, and by the secretariat where it is a member."""
    return _holds("manage_space")(user, obj) or (_holds("view_space")(user, obj) and can_in_office(user, "keep_rules"))


def _sees_retention(user: User, obj: Any) -> bool:
    return _holds("contribute_space")(user, obj) or _sets_retention(user, obj)


def _takes_along(user: User, obj: Any) -> bool:
    """A space as an archive: its chairs, and the secretariat where it keeps the records. What such an archive says of
    the readers of each thing, both may see here too."""
    return _holds("manage_space")(user, obj) or (
        _holds("record_space")(user, obj) and can_in_office(user, "take_along")
    )


def _revises(user: User, obj: Any) -> bool:
    """On the editors' side a page is opened by whoever edits it, and by its reviewers while it waits for them."""
    return _edits(user, obj) or _reviews_page(user, obj)


# Every verb asks for reading besides.
VERBS: dict[str, Callable[[Any, Any], bool]] = {
    "read": lambda user, obj: True,
    "contribute": _holds("contribute_space"),
    "record": _holds("record_space"),
    "manage": _holds("manage_space"),
    "follow_up": _follows_up,
    "report": _reports,
    "hand_over": _hands_over,
    "review": _reviews,
    "answer": _answers,
    "name_delegates": _names_delegates,
    "edit": _edits,
    "review_page": _reviews_page,
    "revise": _revises,
    "take_along": _takes_along,
    "set_retention": _sets_retention,
    "see_retention": _sees_retention,
}

# What an office lets its holder do; reading is never among it.
OFFICE_VERBS: dict[str, tuple[str, ...]] = {
    "create_space": ("secretariat",),
    "invite": ("secretariat", "administrator"),
    # How people sign in: resetting a second factor, ending sessions, identity providers. No content is among it.
    "keep_accounts": ("administrator",),
    # The trail itself, never what it is about: coordination.selectors.trail_for.
    "audit": ("auditor",),
    # Legal holds on whole spaces, lifted by no chair (docs/decisions/0030).
    "hold": ("auditor",),
    # For how long things are kept where a space says nothing itself.
    "keep_rules": ("secretariat",),
    # The directory of people with their posts (docs/decisions/0016).
    "keep_people": ("secretariat",),
    # Archives of the spaces whose records one keeps (docs/decisions/0032).
    "take_along": ("secretariat",),
    # How Accord is doing: what waits and what failed, never what it is about.
    "operate": ("administrator",),
    # Countries, organisations and topics, on the editors' side.
    "keep_reference_data": ("secretariat", "administrator"),
    # Break glass: for some hours, with a reason, and with the chairs told (docs/decisions/0026).
    "enter_in_emergency": ("administrator",),
    # Which spaces and offices somebody has; not what they hold (coordination.selectors.insight).
    "see_rights": ("administrator",),
}


def can(user: Reader, verb: str, obj: Any) -> bool:
    """Whether `user` may do `verb` to `obj` (a Space, something in one, or a part of it)."""
    if not user.is_authenticated or not user.is_active:
        return verb == "read" and may_read(user, obj)
    return _leaves(user, verb) and VERBS[verb](user, obj) and may_read(user, obj)


def those_to_do(user: Reader, verb: str, readable: Iterable[Any]) -> frozenset[int]:
    """Of what `user` may read already (a page of a list), the keys of that to which `user` may do `verb`. No query."""
    if not user.is_authenticated or not user.is_active or not _leaves(user, verb):
        return frozenset()
    return frozenset(obj.pk for obj in readable if VERBS[verb](user, obj))


def can_in_office(user: Reader, verb: str) -> bool:
    """Whether the office that `user` holds on the platform lets the user do `verb`."""
    if not user.is_authenticated or not user.is_active or _scope_of(user) is not None:
        return False
    return user.platform_role in OFFICE_VERBS[verb]


def space_id_of(obj: Any) -> int:
    """The key of the space that `obj` is or lies in."""
    return obj.pk if isinstance(obj, Space) else obj.space_id


def spaces_where(user: Reader, permission: str) -> list[int]:
    """The spaces, by key, in which `user` holds this permission."""
    return [space_id for space_id, held in memberships(user).items() if permission in held]


def chairs_among(user_ids: Collection[int]) -> set[int]:
    """Of these users, by key, who manages a space: by an own grant or as of an organisation."""
    manages = {"permission__codename": "manage_space"}
    own = SpaceUserPermission.objects.filter(user__in=user_ids, **manages).values_list("user", flat=True)
    of_groups = SpaceGroupPermission.objects.filter(group__user__in=user_ids, **manages)
    return set(own.union(of_groups.values_list("group__user", flat=True))) & set(user_ids)


def role_in(user: Reader, space_id: int) -> str | None:
    """The role of `user` in the space, or None."""
    held = memberships(user).get(space_id)
    return role_of(held) if held else None


def is_member(user: Reader, space_id: int) -> bool:
    """Whether `user` takes part in the space: whoever reads it in an emergency does not."""
    return space_id in _spaces_joined(user)


def role_of(permissions: Iterable[str]) -> str:
    """The highest role that these permissions on a space amount to."""
    return next(role for role in reversed(ROLE_PERMISSIONS) if set(ROLE_PERMISSIONS[role]) <= set(permissions))


# --- membership ----------------------------------------------------------------------------------------------------
def grant(member: Any, role: str, space: Space) -> None:
    """Give an organisation or a user exactly the permissions of `role` on `space`. Services call this."""
    holder = _holder(member)
    for codename in SPACE_PERMISSIONS:
        if codename in ROLE_PERMISSIONS[role]:
            assign_perm(f"coordination.{codename}", holder, space)
        else:
            remove_perm(f"coordination.{codename}", holder, space)
    forget()
    settle_people(_people_of(member))


def revoke(member: Any, space: Space) -> None:
    """Take every permission on `space` from an organisation or a user."""
    for codename in SPACE_PERMISSIONS:
        remove_perm(f"coordination.{codename}", _holder(member), space)
    forget()
    settle_people(_people_of(member))


def name_of_member(member: Any) -> str:
    """How the audit trail names a member: `organisation 3` or `user 12`."""
    return f"{'organisation' if isinstance(member, Organisation) else 'user'} {member.pk}"


def _holder(member: Any) -> Any:
    return member.group if isinstance(member, Organisation) else member


@dataclass(frozen=True)
class Membership:
    """One grant: an organisation or a single user, in a role."""

    member: Any
    role: str

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


def members_of(space: Space) -> list[Membership]:
    """The grants on `space`: organisations first, then single users. Two queries."""
    by_group: dict[Any, set[str]] = {}
    groups = SpaceGroupPermission.objects.filter(content_object=space)
    for through_group in groups.select_related("permission", "group__organisation__country"):
        by_group.setdefault(through_group.group.organisation, set()).add(through_group.permission.codename)
    by_user: dict[Any, set[str]] = {}
    users = SpaceUserPermission.objects.filter(content_object=space)
    for own in users.select_related("permission", "user__organisation"):
        by_user.setdefault(own.user, set()).add(own.permission.codename)
    held = [
        *sorted(by_group.items(), key=lambda i: str(i[0])),
        *sorted(by_user.items(), key=lambda i: str(i[0])),
    ]
    return [Membership(member, role_of(held_there)) for member, held_there in held if "view_space" in held_there]


@dataclass(frozen=True)
class Grant:
    """How one user is a member of a space: by a grant of one's own, or through the organisation."""

    space_id: int
    permissions: frozenset[str]
    through: Organisation | None


def grants_to(user: User) -> list[Grant]:
    """All grants by which `user` is a member. Two queries."""
    columns = ("content_object_id", "permission__codename")
    own = SpaceUserPermission.objects.filter(user=user).values_list(*columns)
    through = SpaceGroupPermission.objects.filter(group__user=user).values_list(*columns)
    return [
        *(Grant(space, held, None) for space, held in _permissions_by_space(own).items()),
        *(Grant(space, held, user.organisation) for space, held in _permissions_by_space(through).items()),
    ]


def audiences_naming(user: User, space_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """The audiences in which `user` is by name, or by the name of the organisation: the space and the marking of each,
    by its key."""
    tokens = [
        str(Token(space, org, named, role))
        for space in space_ids
        for org in {None, user.organisation_id}
        for named in (None, user.pk)
        for role in (None, "record", "manage")
        if org is not None or named is not None
    ]
    rows = AudienceToken.objects.filter(
        token__among=Many(tokens), audience__marking__in=(Marking.RED, Marking.AMBER_STRICT)
    )
    found = rows.values_list("audience_id", "token", "audience__marking")
    return {audience_id: (Token.parse(token).space, marking) for audience_id, token, marking in found}


def users_in(space_ids: Iterable[int]) -> dict[Any, dict[int, frozenset[str]]]:
    """The active users who are members of these spaces, each with the permissions held there. Three queries."""
    spaces = list(space_ids)
    held = _held_by_user(
        SpaceUserPermission.objects.filter(content_object__in=spaces),
        SpaceGroupPermission.objects.filter(content_object__in=spaces),
    )
    users = User.objects.filter(pk__in=held, is_active=True).select_related("organisation").order_by("name", "pk")
    return {user: held[user.pk] for user in users}


def contributing_organisations(tokens: Iterable[str], space_id: int) -> frozenset[int]:
    """The organisations, by key, that can be asked to answer: somebody there holds one of these tokens and may
    contribute in the space. Three queries."""
    asked = frozenset(tokens)
    is_wide = not asked.isdisjoint({PUBLIC, PARTNERS})
    return frozenset(
        user.organisation_id
        for user, held in users_in([space_id]).items()
        if user.organisation_id is not None
        and "contribute_space" in held.get(space_id, frozenset())
        and (is_wide or not _tokens_of(user, held).isdisjoint(asked))
    )


def _held_by_user(
    own: QuerySet, through_groups: QuerySet, in_emergency: QuerySet | None = None
) -> dict[int, dict[int, frozenset[str]]]:
    """What these grants amount to, by the key of the user and that of the space. Two queries, three with the last."""
    columns = ("content_object_id", "permission__codename")
    rows: dict[int, list[tuple[int, str]]] = {}
    for user_id, space_id, codename in [
        *own.values_list("user_id", *columns),
        *through_groups.values_list("group__user", *columns),
        *(in_emergency.values_list("user_id", "space_id", _MARK) if in_emergency is not None else ()),
    ]:
        if user_id is not None:  # a group that nobody is in
            rows.setdefault(user_id, []).append((space_id, codename))
    return {user_id: _permissions_by_space(of_user) for user_id, of_user in rows.items()}


@dataclass(frozen=True)
class Readers:
    """The answer to “Who can see this?”."""

    everyone: bool
    partners: bool
    users: list[Any]
    # Those who read it by an emergency access, for some hours.
    in_emergency: list[Any] = field(default_factory=list)


def who_can_see(obj: Any) -> Readers:
    """Who may read `obj`: everyone, all who are signed in, or these users; by the rule itself."""
    tokens = audience(obj)
    if PUBLIC in tokens or PARTNERS in tokens:
        return Readers(everyone=PUBLIC in tokens, partners=PUBLIC not in tokens, users=[])
    spaces = {Token.parse(token).space for token in tokens}
    users = [user for user, held in users_in(spaces).items() if not _tokens_of(user, held).isdisjoint(tokens)]
    opened = [space for space in spaces if space_token(space) in tokens]
    entered = EmergencyAccess.objects.running().filter(space__in=opened).exclude(user__in=users)
    in_emergency = list(User.objects.filter(pk__in=entered.values("user")).select_related("organisation"))
    return Readers(everyone=False, partners=False, users=users, in_emergency=in_emergency)


def readers_among(users: Iterable[Any], obj: Any) -> list[Any]:
    """Those of `users` who may read `obj`, for telling them of it: nobody is told by way of an emergency access. Two
    queries, however many they are."""
    if private_to(type(obj)):
        return [user for user in users if user.is_active and may_read(user, obj)]
    asked, tokens = [user for user in users if user.is_active], audience(obj)
    if not asked or not tokens.isdisjoint({PUBLIC, PARTNERS}):
        return asked
    held = _memberships_of(asked)
    return [user for user in asked if not _tokens_of(user, held.get(user.pk, {})).isdisjoint(tokens)]


def _memberships_of(
    users: Iterable[User], in_emergency: QuerySet | None = None
) -> dict[int, dict[int, frozenset[str]]]:
    """What `memberships` says of each of them, by the key of the user."""
    keys = [user.pk for user in users]
    own = SpaceUserPermission.objects.filter(user_id__in=keys)
    return _held_by_user(own, SpaceGroupPermission.objects.filter(group__user__in=keys), in_emergency)


def ask_for_many(users: Iterable[User]) -> None:
    """Ask at once what `memberships` and `audience_keys` would ask for each of these users, where it is remembered
    (inside `remembering`). Four queries, however many they are."""
    memory, audiences = _memory.get(), _audiences.get()
    asked = [user for user in users if user.is_active and memory is not None and user.pk not in memory]
    if not asked or memory is None or audiences is None:
        return
    held = _memberships_of(asked, _emergencies_of(asked))
    tokens = {user.pk: _tokens_of(user, held.get(user.pk, {})) for user in asked}
    rows: dict[str, list[int]] = {}
    wanted = Many(frozenset().union(*tokens.values()))
    for token, audience_id in AudienceToken.objects.filter(token__among=wanted).values_list("token", "audience_id"):
        rows.setdefault(token, []).append(audience_id)
    for user in asked:
        memory[user.pk] = held.get(user.pk, {})
        audiences[user.pk] = Many(sorted({key for token in tokens[user.pk] for key in rows.get(token, ())}))


def those_readable(user: Reader, marked: Iterable[Any]) -> list[Any]:
    """Of these Marked objects, what `user` may read. No query where `ask_for_many` has asked."""
    keys = frozenset(audience_keys(user).values)
    return [obj for obj in marked if obj.audience_id in keys]


def standing(user: User) -> tuple[Any, ...]:
    """What decides what `user` may read and do: two of equal standing are told apart only by what is one's own, such as
    having written a message. So what is made for one may be shown to the other, unless it is about either of them."""
    held = frozenset(memberships(user).items())
    return user.organisation_id, user.platform_role, user.is_staff, held, tuple(audience_keys(user).values)


# --- people --------------------------------------------------------------------------------------------------------
# Who knows of whom is decided in docs/decisions/0016. What names people in content gives here, for a reader, the keys
# of the people, or of the posts, that are named in what this reader may read.
people_named: list[Callable[[Reader], QuerySet]] = []
posts_named: list[Callable[[Reader], QuerySet]] = []


def people_known_to(user: Reader) -> Q:
    """Of Person: themselves, whoever holds a post that `user` may know of or shares a space, whoever is named in what
    `user` may read; for those who keep the directory, whoever has an account besides."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    known = Q(user=user) | Q(pk__in=Post.objects.filter(_posts_in_directory(user)).values("person"))
    known |= Q(user__is_active=True) if can_in_office(user, "keep_people") else Q(user__in=_users_beside(user))
    for named in people_named:
        known |= Q(pk__in=named(user))
    return known & Q(merged_into=None)


def posts_known_to(user: Reader) -> Q:
    """Of Post: what the directory shows to `user`, and what is named in what `user` may read."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    known = _posts_in_directory(user)
    for named in posts_named:
        known |= Q(pk__in=named(user))
    return known


def contact_details_open_to(user: Reader) -> Q:
    """Of Person, among those known to `user`: whose address, telephone and e-mail `user` may see. Not by having read
    of somebody, nor by the listing of a post, nor by a post that has ended."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if can_in_office(user, "keep_people"):
        return Q()
    in_the_directory = Post.objects.current().filter(_at_home(user), Q(listed=True) | Q(kept=True))
    open_to = Q(user=user) | Q(user__in=_users_beside(user)) | Q(pk__in=in_the_directory.values("person"))
    return open_to if user.organisation_id is None else open_to | Q(user__organisation=user.organisation_id)


def knows(user: Reader, person: Person) -> bool:
    return Person.objects.filter(people_known_to(user), pk=person.pk).exists()


def may_see_contact_details(user: Reader, person: Person) -> bool:
    return Person.objects.filter(people_known_to(user), contact_details_open_to(user), pk=person.pk).exists()


def may_keep_person(user: Reader, person: Person) -> bool:
    """Whoever it is about, the secretariat, and the focal point of the organisation where that person works today."""
    if not user.is_authenticated or not user.is_active:
        return False
    if person.user_id == user.pk:
        return True
    if can_in_office(user, "keep_people"):
        return knows(user, person)
    works_here = Post.objects.current().filter(Q(listed=True) | Q(kept=True), organisation__focal_point=user)
    is_colleague = Q(user__organisation__focal_point=user, user__in=_users_beside(user))
    return Person.objects.filter(is_colleague | Q(pk__in=works_here.values("person")), pk=person.pk).exists()


def may_keep_posts_of(user: Reader, organisation: Organisation) -> bool:
    """The secretariat, and the focal point of the organisation for its own."""
    if can_in_office(user, "keep_people"):
        return True
    return user.is_authenticated and user.is_active and organisation.focal_point_id == user.pk


def open_known(request: HttpRequest, people: QuerySet, **lookup: Any) -> Any:
    """The one of these people whom the reader of this request may know of; Http404 for anybody else, and nobody."""
    if any("\0" in value for value in lookup.values() if isinstance(value, str)):
        raise Http404
    person = people.filter(people_known_to(request.user)).filter(**lookup).first()
    if person is None:
        raise Http404
    return person


def _posts_in_directory(user: Reader) -> Q:
    """Listed ones for whoever is signed in; kept ones for their own organisation, for those who share a space with it,
    and for those who keep the directory."""
    if can_in_office(user, "keep_people"):
        return Q(listed=True) | Q(kept=True)
    if not user.is_authenticated:
        return Q(pk__in=[])
    return Q(listed=True) | (Q(kept=True) & _at_home(user))


def _at_home(user: User) -> Q:
    """Of Post: at the organisation of `user`, or at one that shares a space with the user."""
    beside = Q(organisation__in=_organisations_beside(user))
    return beside if user.organisation_id is None else beside | Q(organisation=user.organisation_id)


def _organisations_beside(user: Reader) -> QuerySet:
    """The organisations that are members, as such, of a space of `user`."""
    held = SpaceGroupPermission.objects.filter(content_object__in=_spaces_joined(user))
    return held.filter(permission__codename="view_space", group__organisation__isnull=False).values(
        "group__organisation"
    )


def _users_beside(user: Reader) -> QuerySet:
    """The active users who are members of a space of `user`."""
    return members_in(_spaces_joined(user))


def _spaces_joined(user: Reader) -> list[int]:
    """The spaces in which one is a member: whoever reads in an emergency comes to know nobody by that."""
    return [space_id for space_id, held in memberships(user).items() if IN_EMERGENCY not in held]


def members_in(space_ids: Iterable[int]) -> QuerySet:
    """The active members of these spaces by their keys: `users_in` in SQL. They may know of each other."""
    view = {"content_object__in": list(space_ids), "permission__codename": "view_space"}
    own, groups = SpaceUserPermission.objects.filter(**view), SpaceGroupPermission.objects.filter(**view)
    members = Q(pk__in=own.values("user")) | Q(groups__in=groups.values("group"))
    return User.objects.filter(members, is_active=True).values("pk")


def _people_of(member: Any) -> QuerySet:
    """Those who become known, or are no longer, when `member` enters or leaves a space."""
    if not isinstance(member, Organisation):
        return Person.objects.filter(user=member)
    kept = Post.objects.filter(organisation=member, kept=True).values("person")
    return Person.objects.filter(Q(user__groups=member.group) | Q(pk__in=kept)).distinct()


def settle_people(people: Iterable[Person]) -> None:
    """Work out anew who finds these by search: at most those whom `people_known_to` lets know of them otherwise than
    by content. Call it inside the change's transaction."""
    found = list(people)
    if not found:
        return
    keys = [person.pk for person in found]
    listed = set(Post.objects.filter(person__in=keys, listed=True).values_list("person", flat=True))
    spaces = _spaces_of_people(keys)
    present = {entry.person_id: entry for entry in DirectoryEntry.objects.filter(person__in=keys)}
    for person in found:
        tokens = {PARTNERS} if person.pk in listed else {space_token(space) for space in spaces.get(person.pk, ())}
        entry = present.get(person.pk) or DirectoryEntry(person=person)
        entry.audience = intern(tokens)
        # Saved even where it is the same: what is found of the person may have changed.
        entry.save()


def _spaces_of_people(keys: list[int]) -> dict[int, set[int]]:
    """The spaces in which these people are by their account, or the organisations where a post is kept for them."""
    users = dict(User.objects.filter(person__in=keys, is_active=True).values_list("pk", "person"))
    kept = Post.objects.filter(person__in=keys, kept=True).values_list("person", "organisation__group")
    groups: dict[int, set[int]] = {}
    for person, group in [*_groups_of(users), *kept]:
        groups.setdefault(group, set()).add(person)
    view = {"permission__codename": "view_space"}
    own = SpaceUserPermission.objects.filter(user__in=users, **view)
    through_groups = SpaceGroupPermission.objects.filter(group__in=groups, **view)
    found: dict[int, set[int]] = {}
    for user, space in own.values_list("user", "content_object_id"):
        found.setdefault(users[user], set()).add(space)
    for group, space in through_groups.values_list("group", "content_object_id"):
        for person in groups[group]:
            found.setdefault(person, set()).add(space)
    return found


def _groups_of(users: dict[int, int]) -> list[tuple[int, int]]:
    """The people behind these users, each with the groups that the user is in."""
    rows = User.groups.through.objects.filter(user__in=users).values_list("user", "group")
    return [(users[user], group) for user, group in rows]
