"""What there is to do and what came of what."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.formats import localize_input

from coordination import access, audit, named
from coordination.lookups import Many
from coordination.models import (
    Action,
    AuditEntry,
    ComeOf,
    Commitment,
    Organisation,
    Person,
    Post,
    Space,
)
from coordination.models.marking import address_of


def spaces_of(user: access.Reader) -> list[Space]:
    """The spaces that `user` is a member of, by title."""
    return list(_own_spaces(user).select_related("audience"))


class SpaceInMenu(NamedTuple):
    pk: int
    title: str
    kind: str
    url: str


def menu_of_spaces(user: access.Reader, at_most: int) -> list[SpaceInMenu]:
    """The same for the menu of every page: the first of them, with no more than a menu shows."""
    rows = _own_spaces(user).values_list("pk", "title", "kind", "key")[:at_most]
    return [SpaceInMenu(pk, title, kind, address_of(Space.route_name, key)) for pk, title, kind, key in rows]


def _own_spaces(user: access.Reader) -> QuerySet[Space]:
    spaces = access.readable_at_once(Space.objects.live(), user)
    return spaces.filter(pk__among=Many(access.memberships(user))).order_by("title")


def spaces_readable_by(user: access.Reader) -> QuerySet[Space]:
    """The spaces whose existence `user` may know of."""
    return Space.objects.live().readable_by(user).select_related("audience", "country").order_by("title")


def actions_of(user: access.Reader) -> QuerySet[Action]:
    """What `user` has to do: standing actions of the person or of the organisation, the longest overdue first."""
    return for_the_organisation_of(user, Action.objects.standing().readable_by(user).for_lists(), "owner")


def commitments_of(user: access.Reader) -> QuerySet[Commitment]:
    """What the organisation of `user` still owes, the longest overdue first."""
    queryset = Commitment.objects.standing().readable_by(user).for_lists()
    return for_the_organisation_of(user, queryset, "party")


def for_the_organisation_of(user: access.Reader, queryset: QuerySet, field: str) -> QuerySet:
    if not user.is_authenticated or user.organisation_id is None:
        return queryset.none()
    return queryset.filter(**{field: user.organisation_id})


def made_from(source: Any, user: access.Reader) -> dict[str, list]:
    """The actions and commitments that came from `source` (a paragraph, a message), as far as `user` may read them."""
    return made_from_each([source], user)[source.pk]


def actions_from(source: Any, user: access.Reader) -> QuerySet[Action]:
    """The actions alone, for pages that show no commitments."""
    source_type = ContentType.objects.get_for_model(source)
    return Action.objects.readable_by(user).for_lists().filter(source_type=source_type, source_id=source.pk)


def made_from_each(sources: list[Any], user: access.Reader) -> dict[Any, dict[str, list]]:
    """The same for many sources of one model, in two queries: by the key of the source."""
    found: dict[Any, dict[str, list]] = {source.pk: {"actions": [], "commitments": []} for source in sources}
    if not sources:
        return found
    of_these = {
        "source_type": ContentType.objects.get_for_model(sources[0]),
        "source_id__in": [source.pk for source in sources],
    }
    for action in Action.objects.readable_by(user).for_lists().filter(**of_these):
        found[action.source_id]["actions"].append(action)
    for commitment in Commitment.objects.readable_by(user).for_lists().filter(**of_these):
        found[commitment.source_id]["commitments"].append(commitment)
    return found


def come_of_each(sources: list[Any], user: access.Reader) -> dict[Any, list[Any]]:
    """What else was made of many sources of one model (decisions, items of agendas), by the key of the source, as far
    as `user` may read it: two queries, and two for each kind of thing that was made."""
    found: dict[Any, list[Any]] = {source.pk: [] for source in sources}
    if not sources:
        return found
    rows = list(ComeOf.objects.filter(source_type=ContentType.objects.get_for_model(sources[0]), source_id__in=found))
    for type_id in {row.made_type_id for row in rows}:
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is None:
            continue
        made = access.readable_by(named.live(model._default_manager.all()), user)
        made = made.prefetch_related(*filter(None, [getattr(model, "named_along", "")]))
        those = made.in_bulk([row.made_id for row in rows if row.made_type_id == type_id])
        for row in rows:
            if row.made_type_id == type_id and row.made_id in those:
                found[row.source_id].append(those[row.made_id])
    return found


def history_of(obj: Any) -> QuerySet[AuditEntry]:
    """The audit trail of `obj`, newest first; for those who manage its space."""
    return AuditEntry.objects.filter(
        object_type=ContentType.objects.get_for_model(obj), object_id=obj.pk
    ).select_related("actor")


def organisations_in(space: Space) -> QuerySet[Organisation]:
    """The organisations that have users in `space`, or are members as a whole."""
    members = access.members_of(space)
    as_a_whole = [held.member.pk for held in members if isinstance(held.member, Organisation)]
    through_users = [held.member.organisation_id for held in members if not isinstance(held.member, Organisation)]
    return Organisation.objects.filter(pk__in=[*as_a_whole, *through_users]).order_by("acronym")


def known_spaces(user: access.Reader, objects: Iterable[Any]) -> dict[int, Space]:
    """Of the spaces in which `objects` lie, those whose existence `user` may know of, by key. One query."""
    spaces = access.readable_at_once(Space.objects.all(), user).filter(pk__in={obj.space_id for obj in objects})
    spaces = spaces.only("title", "key", "kind")
    return {space.pk: space for space in spaces}


def persons_in(space: Space) -> QuerySet[Person]:
    """Whom a task in `space` may be given to: members, and holders of listed posts at organisations there."""
    listed = Post.objects.current().filter(listed=True, organisation__in=organisations_in(space))
    return (
        Person.objects.filter(Q(user__in=list(access.users_in([space.pk]))) | Q(pk__in=listed.values("person")))
        .select_related("user__organisation")
        .order_by("name")
    )


def organisations_in_any(space_ids: Iterable[int]) -> QuerySet[Organisation]:
    """The organisations that take part in any of these spaces; as many queries for many spaces as for one."""
    users = access.users_in(space_ids)
    return Organisation.objects.filter(pk__in={user.organisation_id for user in users}).order_by("acronym")


def persons_in_any(space_ids: Iterable[int]) -> QuerySet[Person]:
    """The members of any of these spaces, and the holders of listed posts at organisations there."""
    users = access.users_in(space_ids)
    taking_part = {user.organisation_id for user in users if user.organisation_id}
    listed = Post.objects.current().filter(listed=True, organisation__in=taking_part)
    return (
        Person.objects.filter(Q(user__in=list(users)) | Q(pk__in=listed.values("person")))
        .select_related("user__organisation")
        .order_by("name")
    )


def source_of(obj: Action | Commitment, user: access.Reader) -> Any | None:
    """What `obj` came from (a paragraph, a message, a commitment), where `user` may read it; else it is not named."""
    source = obj.source
    return access.if_readable(user, source) if hasattr(source, "audience_path") else None


def present_values(obj: Any, form: Any) -> list[tuple[str, Any]]:
    """Of the fields of `form`, what stands in `obj` now where something else was typed: label and value."""
    present = []
    for bound in form.visible_fields():
        value: Any = getattr(obj, bound.name, None)
        if isinstance(value, Decimal):
            value = localize_input(Decimal(audit.plain(value)))  # as it is typed
        if hasattr(value, "all"):
            value = list(value.all())
            differs = {str(one.pk) for one in value} != {str(one) for one in bound.value() or []}
            shown: Any = ", ".join(str(one) for one in value)
        else:
            differs = str(getattr(value, "pk", value) or "") != str(bound.value() or "")
            display = getattr(obj, f"get_{bound.name}_display", None)
            shown = display() if display else value
        if differs and bound.name != "reason":
            present.append((bound.label, shown if shown not in (None, "") else "–"))
    return present
