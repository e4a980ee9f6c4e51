"""The days of a visit: meetings and all else in one order, with those who take part and whom they meet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone

from coordination.models import Organisation, Person, Post
from meetings.models import ItineraryEntry, Meeting, VisitMember, named

MEETING = "meeting"
ICONS = {
    MEETING: "people", "site_visit": "building", "transport": "airplane", "reception": "cup-hot", "free_time": "sun",
}  # fmt: skip
# Of a longer visit only those days are shown on which something is.
MOST_DAYS_SHOWN = 14
_A_DAY = timedelta(days=1)

# Who somebody is, however named: the person, else the post, else the organisation as a whole.
Identity = tuple[str, int]


def identity_of(organisation_id: int, post: Post | None, person_id: int | None) -> Identity:
    if person_id is not None:
        return "person", person_id
    if post is not None:
        return ("person", post.person_id) if post.person_id is not None else ("post", post.pk)
    return "organisation", organisation_id


def who(row: Any) -> Identity:
    """Who a row is that names an organisation, a post and a person: a member, or somebody who attends."""
    return identity_of(row.organisation_id, row.post, row.person_id)


@dataclass(frozen=True)
class Counterpart:
    """Somebody whom the delegation meets."""

    identity: Identity
    organisation: Organisation
    post: Post | None
    person: Person | None

    @classmethod
    def of(cls, organisation: Organisation, post: Post | None, person: Person | None) -> "Counterpart":
        person = person or (post.person if post else None)
        identity = identity_of(organisation.pk, post, person.pk if person else None)
        return cls(identity, organisation, post, person)

    @property
    def is_named(self) -> bool:
        """Somebody, and not only the organisation."""
        return self.identity[0] != "organisation"

    @property
    def name(self) -> str:
        return named(self.organisation, self.post, self.person) if self.is_named else self.organisation.name

    @property
    def short_name(self) -> str:
        return self.person.name if self.person else (self.post.title if self.post else self.organisation.acronym)

    @property
    def title(self) -> str:
        """What stands below the name: the post and the organisation."""
        parts = [self.post.title if self.post and self.person else "", self.organisation.name if self.is_named else ""]
        return ", ".join(part for part in parts if part)

    @property
    def anchor(self) -> str:
        """Its address on a page; no number that counts people."""
        if self.person is not None:
            return f"with-{self.person.key}"
        return f"with-{self.post.succession}" if self.post else f"with-{self.organisation.pk}"


@dataclass(frozen=True, eq=False)
class Slot:
    """One thing in the programme: a meeting with a page of its own, or an entry."""

    kind: str
    kind_label: str
    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    zone_until: str
    place: str
    place_until: str
    members: tuple[VisitMember, ...]
    is_for_all: bool
    counterparts: tuple[Counterpart, ...]
    meeting: Meeting | None = None
    entry: ItineraryEntry | None = None

    @property
    def key(self) -> str:
        return self.meeting.key if self.meeting else self.entry.key if self.entry else ""

    @property
    def is_cancelled(self) -> bool:
        return self.meeting is not None and self.meeting.is_cancelled

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def starts_there(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def ends_there(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.zone_until))

    @property
    def day(self) -> date:
        """The day on which it begins, where it begins."""
        return self.starts_there.date()

    @property
    def last_day(self) -> date:
        """The day on which it ends, where it ends; what ends at midnight is of the day before."""
        last = self.ends_there
        is_midnight = last.time() == last.time().min
        return max(self.day, last.date() - _A_DAY if is_midnight else last.date())

    @property
    def is_over_midnight(self) -> bool:
        return self.last_day > self.day

    @property
    def days(self) -> list[date]:
        return [self.day + _A_DAY * number for number in range((self.last_day - self.day).days + 1)]

    @property
    def clock(self) -> str:
        """From when until when, by the clocks of the places."""
        text = _span(self.starts_there, self.ends_there, self.last_day)
        return f"{text} {city_of(self.zone_until)}" if self.zone_until != self.zone else text

    @property
    def reader_clock(self) -> str:
        """The same by the reader's clock; empty where that shows the same."""
        starts, ends = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        if (starts.utcoffset(), ends.utcoffset()) == (self.starts_there.utcoffset(), self.ends_there.utcoffset()):
            return ""
        day = "" if starts.date() == self.day else formats.date_format(starts, "j E") + ", "
        return day + _span(starts, ends, ends.date() if ends.time() != ends.time().min else starts.date())

    def overlaps(self, other: "Slot") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def place_at_end(self) -> str:
        return self.place_until or self.place


def _span(starts: datetime, ends: datetime, last_day: date) -> str:
    until = formats.time_format(ends.time(), "H:i")
    if last_day > starts.date():
        until += f" ({formats.date_format(last_day, 'j E')})"
    return f"{formats.time_format(starts.time(), 'H:i')}–{until}"


def city_of(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@dataclass(frozen=True)
class Day:
    day: date
    slots: list[Slot]
    # What began before and is not over yet: a night train.
    carried: list[Slot] = field(default_factory=list)


def days_of(slots: Iterable[Slot], first: date, last: date) -> list[Day]:
    """The days of the visit with what is on them, and other days on which something of it is."""
    slots = sorted(slots, key=lambda slot: (slot.starts_at, slot.ends_at))
    shown = {day for slot in slots for day in slot.days}
    if (last - first).days < MOST_DAYS_SHOWN:
        shown |= {first + _A_DAY * number for number in range((last - first).days + 1)}
    return [
        Day(
            day,
            [slot for slot in slots if slot.day == day],
            [slot for slot in slots if slot.day < day <= slot.last_day],
        )
        for day in sorted(shown)
    ]
