"""“What can this person see?”: the spaces, roles and offices of somebody, within what whoever asks may know.

No title of content stands here, but numbers: how much names the person (docs/decisions/0028 says whom they are told).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet

from accounts.models import User
from coordination import access
from coordination.models import AuditEntry, EmergencyAccess, Marking, Organisation, Person, Space
from coordination.selectors.readers import marked_models


@dataclass
class SeenSpace:
    """A space of somebody: `space` only where whoever asks may know of it."""

    space: Space | None
    role: str
    # By the membership of the organisation, where it is not the person's own alone.
    through: list[Organisation] = field(default_factory=list)
    is_own: bool = False
    since: datetime | None = None
    # Until when, where it is an emergency access.
    until: datetime | None = None
    # How many things are marked for the person, and for the person's organisation.
    red: int = 0
    strict: int = 0


@dataclass(frozen=True)
class Rights:
    spaces: list[SeenSpace]
    # Offices and the like, in words.
    focal_point_of: list[Organisation]
    topics: list[Any]


def may_see_rights_of(asker: access.Reader, person: Person) -> bool:
    """Whoever it is, the administrators, and the chairs of a space in which the person is a member."""
    if person.user is None or not asker.is_authenticated:
        return False
    if asker.pk == person.user_id or access.can_in_office(asker, "see_rights"):
        return True
    return bool({grant.space_id for grant in access.grants_to(person.user)} & {*_managed(asker)})


def rights_of(person: Person, asker: access.Reader) -> Rights:
    """What is told to `asker`. As many queries for many spaces as for few."""
    user = person.user
    assert user is not None
    in_office = asker.pk == user.pk or access.can_in_office(asker, "see_rights")
    grants = [one for one in access.grants_to(user) if in_office or one.space_id in access.memberships(asker)]
    entered = _entered_by(user, asker, in_office)
    places = {one.space_id for one in grants} | {one.space_id for one in entered}
    known = Space.objects.live().readable_by(asker).in_bulk(places)
    seen: dict[int, SeenSpace] = {}
    for grant in grants:
        row = seen.setdefault(grant.space_id, SeenSpace(known.get(grant.space_id), ""))
        row.is_own |= grant.through is None
        row.through += [grant.through] if grant.through else []
    _add_roles(seen, grants)
    _add_since(seen, user)
    for emergency in entered:
        until = emergency.ends_at
        seen.setdefault(emergency.space_id, SeenSpace(known.get(emergency.space_id), "", until=until))
    _add_numbers(seen, user, None if in_office else asker)
    spaces = sorted(seen.values(), key=lambda row: (row.space is None, row.space.title if row.space else ""))
    return Rights(spaces, list(Organisation.objects.filter(focal_point=user)), list(user.topics_owned.all()))


def _add_roles(seen: dict[int, SeenSpace], grants: Iterable[access.Grant]) -> None:
    held: dict[int, set[str]] = {}
    for grant in grants:
        held.setdefault(grant.space_id, set()).update(grant.permissions)
    for space_id, permissions in held.items():
        seen[space_id].role = access.Membership(None, access.role_of(permissions)).role_label


def _add_since(seen: dict[int, SeenSpace], user: User) -> None:
    names = {access.name_of_member(user)} | {access.name_of_member(one) for row in seen.values() for one in row.through}
    entries = AuditEntry.objects.filter(
        object_type=ContentType.objects.get_for_model(Space), object_id__in=list(seen), verb="membership granted"
    )
    for space_id, after, at in entries.order_by("pk").values_list("object_id", "after", "at"):
        if after.get("member") in names:
            seen[space_id].since = at


def _entered_by(user: User, asker: access.Reader, in_office: bool) -> list[EmergencyAccess]:
    running = EmergencyAccess.objects.running().filter(user=user)
    return list(running if in_office else running.filter(space__in=_managed(asker)))


def _add_numbers(seen: dict[int, SeenSpace], user: User, only_for: access.Reader | None) -> None:
    """How much is marked for the person or the organisation; for a chair of what the chair may read too, and of the
    spaces that are the chair's."""
    counted = [space for space in seen if only_for is None or space in _managed(only_for)]
    audiences = access.audiences_naming(user, counted)
    for audience_id, number in _counted(list(audiences), only_for).items():
        space_id, marking = audiences[audience_id]
        if marking == Marking.RED:
            seen[space_id].red += number
        else:
            seen[space_id].strict += number


def _counted(audiences: list[int], only_for: access.Reader | None) -> Counter[int]:
    """How many things bear each of these markings, over all kinds: one query."""
    if not audiences:
        return Counter()
    numbers = [_numbers(model._default_manager.filter(own_audience__in=audiences), only_for)
               for model in marked_models().values()]  # fmt: skip
    found: Counter[int] = Counter()
    for audience_id, number in numbers[0].union(*numbers[1:], all=True):
        found[audience_id] += number
    return found


def _numbers(rows: QuerySet, only_for: access.Reader | None) -> QuerySet:
    if only_for is not None:
        rows = access.readable_at_once(rows, only_for)
    return rows.order_by().values_list("own_audience").annotate(number=Count("pk"))


def _managed(user: access.Reader) -> list[int]:
    return access.spaces_where(user, "manage_space")
