"""What cannot be as the itinerary of a visit says: found in moments, so that zones and midnights make no difference.

Nothing here asks the database: `selectors.visits` hands in what the reader may read, and nothing else is named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

from django.db import models
from django.utils import formats
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.itinerary import MEETING, Identity, Slot, who
from meetings.models import ItineraryKind, Meeting, VisitMember

# What takes nobody's way: a transport is the way, and of free time everybody makes what there is.
_NO_WAY = (ItineraryKind.TRANSPORT, ItineraryKind.FREE_TIME)
# On a day off people travel and rest; they receive nobody.
_AT_WORK = (MEETING, ItineraryKind.SITE_VISIT)


class ConflictKind(models.TextChoices):
    TWO_PLACES = "two_places", gettext_lazy("two places at once")
    TOO_LITTLE_TIME = "too_little_time", gettext_lazy("too little time between")
    DOUBLE_BOOKED = "double_booked", gettext_lazy("counterpart double-booked")
    DAY_OFF = "day_off", gettext_lazy("public holiday or weekend")
    OUTSIDE = "outside", gettext_lazy("outside the days of the visit")


@dataclass(frozen=True)
class Conflict:
    kind: str
    # Why, in the reader's language, and what it is said of.
    sentence: str
    told: dict[str, Any]
    slots: tuple[Slot, ...]

    @property
    def label(self) -> str:
        return str(ConflictKind(self.kind).label)

    @property
    def text(self) -> str:
        return self.sentence % self.told

    @property
    def html(self) -> SafeString:
        """The same with each name in its own direction, so that the marks around it stand where they belong."""
        apart = {
            name: value if isinstance(value, int) else format_html("<bdi>{}</bdi>", value)
            for name, value in self.told.items()
        }
        return mark_safe(escape(self.sentence) % apart)  # every piece is escaped above


@dataclass(frozen=True)
class Elsewhere:
    """Somebody attends a meeting that is not in the programme."""

    identity: Identity
    meeting: Meeting


@dataclass(frozen=True)
class DayOff:
    day: date
    # Of which country, in words; empty where it is a holiday everywhere.
    country: str
    # Empty for a weekend.
    name: str = ""


def find(
    slots: Iterable[Slot],
    *,
    first: date,
    last: date,
    minutes_between: int,
    elsewhere: Iterable[Elsewhere] = (),
    days_off: Callable[[Slot], Iterable[DayOff]] = lambda slot: (),
) -> list[Conflict]:
    """All conflicts, in the order of the days."""
    slots = sorted(slots, key=lambda slot: (slot.starts_at, slot.ends_at))
    elsewhere = list(elsewhere)
    found = [
        *_overlaps(slots),
        *_members_elsewhere(slots, elsewhere),
        *_too_close(slots, minutes_between),
        *_double_booked(slots),
        *_counterparts_elsewhere(slots, elsewhere),
        *_on_days_off(slots, days_off),
        *_outside(slots, first, last),
    ]
    return sorted(found, key=lambda conflict: conflict.slots[0].starts_at)


def _overlaps(slots: list[Slot]) -> list[Conflict]:
    found = []
    for one, other in combinations(slots, 2):
        both = [member for member in one.members if member in other.members]
        # A delegation that nobody is named of yet is at one place all the same.
        nobody_yet = one.is_for_all and other.is_for_all and not one.members
        if one.overlaps(other) and (both or nobody_yet):
            sentence = _("%(who)s: “%(one)s” lasts until %(until)s, and “%(other)s” begins at %(from)s.")
            told = {
                "who": _names(both, one),
                "one": one.title,
                "until": _clock(one.ends_there),
                "other": other.title,
                "from": _clock(other.starts_there),
            }
            found.append(Conflict(ConflictKind.TWO_PLACES, sentence, told, (one, other)))
    return found


def _members_elsewhere(slots: list[Slot], elsewhere: list[Elsewhere]) -> list[Conflict]:
    found = []
    for slot in slots:
        for member in slot.members:
            for other in _at_the_same_time(slot, who(member), elsewhere):
                sentence = _("%(who)s is expected at “%(meeting)s” during “%(slot)s”.")
                told = {"who": member, "meeting": other.meeting.title, "slot": slot.title}
                found.append(Conflict(ConflictKind.TWO_PLACES, sentence, told, (slot,)))
    return found


def _too_close(slots: list[Slot], minutes_between: int) -> list[Conflict]:
    """One conflict for each two that follow one another for somebody, with all for whom they do."""
    hurried: dict[tuple[int, int], list[VisitMember]] = {}
    everybody = {member.pk: member for slot in slots for member in slot.members}
    for member in everybody.values():
        for one, other in pairwise(slot for slot in slots if member in slot.members):
            hurried.setdefault((slots.index(one), slots.index(other)), []).append(member)
    if not everybody:
        hurried = {(index, index + 1): [] for index in range(len(slots) - 1)}
    found = []
    for (first, second), members in sorted(hurried.items(), key=lambda item: item[0]):
        one, other = slots[first], slots[second]
        gap = int((other.starts_at - one.ends_at) / timedelta(minutes=1))
        needed = minutes_needed(one, other, minutes_between)
        if 0 <= gap < needed:
            told = {
                "who": _names(members, one), "one": one.title, "other": other.title, "gap": gap, "needed": needed,
            }  # fmt: skip
            sentence = ngettext(
                "%(who)s: %(gap)d minute between “%(one)s” and “%(other)s”; %(needed)d are needed on the way.",
                "%(who)s: %(gap)d minutes between “%(one)s” and “%(other)s”; %(needed)d are needed on the way.",
                gap,
            )
            found.append(Conflict(ConflictKind.TOO_LITTLE_TIME, sentence, told, (one, other)))
    return found


def minutes_needed(one: Slot, other: Slot, minutes_between: int) -> int:
    """What it takes to get from the end of one to the start of the other."""
    if one.kind in _NO_WAY or other.kind in _NO_WAY:
        return 0
    is_same_place = one.place_at_end.strip().casefold() == other.place.strip().casefold() != ""
    return 0 if is_same_place else minutes_between


def _double_booked(slots: list[Slot]) -> list[Conflict]:
    """Somebody who is to receive two parts of the delegation at the same time."""
    found = []
    for one, other in combinations(slots, 2):
        identities = {counterpart.identity for counterpart in other.counterparts if counterpart.is_named}
        for counterpart in one.counterparts:
            if counterpart.identity in identities and one.overlaps(other):
                sentence = _("%(who)s is to be at “%(one)s” and at “%(other)s” at the same time.")
                told = {"who": counterpart.name, "one": one.title, "other": other.title}
                found.append(Conflict(ConflictKind.DOUBLE_BOOKED, sentence, told, (one, other)))
    return found


def _counterparts_elsewhere(slots: list[Slot], elsewhere: list[Elsewhere]) -> list[Conflict]:
    found = []
    for slot in slots:
        for counterpart in slot.counterparts:
            for other in _at_the_same_time(slot, counterpart.identity, elsewhere):
                sentence = _("%(who)s is expected at “%(meeting)s” during “%(slot)s”.")
                told = {"who": counterpart.name, "meeting": other.meeting.title, "slot": slot.title}
                found.append(Conflict(ConflictKind.DOUBLE_BOOKED, sentence, told, (slot,)))
    return found


def _at_the_same_time(slot: Slot, identity: Identity, elsewhere: list[Elsewhere]) -> Iterable[Elsewhere]:
    if identity[0] == "organisation":
        return []
    return [
        other
        for other in elsewhere
        if other.identity == identity
        and other.meeting.starts_at < slot.ends_at
        and slot.starts_at < other.meeting.ends_at
    ]


def _on_days_off(slots: list[Slot], days_off: Callable[[Slot], Iterable[DayOff]]) -> list[Conflict]:
    on: dict[DayOff, list[Slot]] = {}
    for slot in slots:
        if slot.kind in _AT_WORK:
            for day_off in days_off(slot):
                on.setdefault(day_off, []).append(slot)
    return [Conflict(ConflictKind.DAY_OFF, *_in_words(day), tuple(of_day)) for day, of_day in on.items()]


def _in_words(off: DayOff) -> tuple[str, dict[str, Any]]:
    told = {"day": formats.date_format(off.day, "DATE_FORMAT"), "country": off.country, "name": off.name}
    if not off.name:
        return _("%(day)s is a day of the weekend in %(country)s."), told
    if not off.country:
        return _("%(day)s is a holiday: %(name)s."), told
    return _("%(day)s is a holiday in %(country)s: %(name)s."), told


def _outside(slots: list[Slot], first: date, last: date) -> list[Conflict]:
    outside = [slot for slot in slots if slot.day < first or slot.last_day > last]
    return [
        Conflict(ConflictKind.OUTSIDE, _("“%(slot)s” is not within the days of the visit."), {"slot": slot.title},
                 (slot,))
        for slot in outside
    ]  # fmt: skip


def _names(members: list[VisitMember], slot: Slot) -> str:
    if not members or (slot.is_for_all and len(members) == len(slot.members)):
        return _("The delegation")
    return ", ".join(_name(member) for member in members)


def _name(member: Any) -> str:
    person = member.person or (member.post and member.post.person)
    return person.name if person else str(member)


def _clock(moment: datetime) -> str:
    return formats.time_format(moment.time(), "H:i")
