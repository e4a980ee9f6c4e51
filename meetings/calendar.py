"""Meetings and series in the format of calendars (RFC 5545), to be read or, by mail, to be answered (RFC 5546).

A meeting of a series has the name (UID) of the series and says for which of its days it stands (RECURRENCE-ID), so that
a calendar that has the series moves that day alone. What an entry says depends on where it goes: `Shown`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vRecur, vText

from coordination.models import Marking
from meetings import zones
from meetings.models import Meeting, MeetingQuerySet, Series


class Shown(Enum):
    """How much of a meeting an entry says."""

    ALL = "all of it"
    PLAIN = "its title, and when and where it is"
    TIME = "that there is a meeting, and when"
    NOTHING = "nothing: there is no entry"


class Method(StrEnum):
    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


# A calendar file and a feed are fetched by the reader; mail goes through other hands (docs/decisions/0015).
SHOWN_TO_THE_READER: dict[str, Shown] = {Marking.AMBER_STRICT: Shown.TIME, Marking.RED: Shown.TIME}
SHOWN_BY_MAIL: dict[str, Shown] = {
    Marking.AMBER: Shown.TIME,
    Marking.AMBER_STRICT: Shown.NOTHING,
    Marking.RED: Shown.NOTHING,
}


@dataclass(frozen=True)
class Correspondence:
    """Between whom an invitation goes: each gets a letter of its own, so nobody reads the addresses of others."""

    organizer: str
    attendee: str
    attendee_name: str
    # RFC 5545, PARTSTAT: what the attendee has answered.
    status: str = "NEEDS-ACTION"
    may_be_answered: bool = False


# --- whole calendars -----------------------------------------------------------------------------------------------
def as_icalendar(meeting: Meeting, address: str) -> bytes:
    """The meeting for a calendar program; `address` is that of its page."""
    return _whole([event_of(meeting, address, stamp=datetime.now(UTC))])


def series_as_icalendar(series: Series, meetings: Iterable[Meeting], hidden: Iterable[datetime], address: str) -> bytes:
    """The series with those of its days that have a meeting of their own; see `events_of_series`."""
    shown = SHOWN_TO_THE_READER.get(series.marking, Shown.ALL)
    return _whole(events_of_series(series, meetings, hidden, address, stamp=datetime.now(UTC), shown=shown))


def request(
    meeting: Meeting, address: str, letter: Correspondence, *, sequence: int, shown: Shown = Shown.ALL
) -> bytes:
    """An invitation, or what has become of it: a calendar program puts it in place of what it has of the meeting."""
    event = event_of(meeting, address, stamp=datetime.now(UTC), shown=shown, sequence=sequence)
    _add_correspondence(event, letter)
    return _whole([event], Method.REQUEST)


def cancellation(
    meeting: Meeting, letter: Correspondence, *, sequence: int, starts_at: datetime, ends_at: datetime, title: str = ""
) -> bytes:
    """Takes the entry out of the reader's calendar. It names what the reader was told last, and nothing else."""
    event = _event(meeting, datetime.now(UTC), sequence)
    event.add("dtstart", _by_the_clock(starts_at, meeting.time_zone))
    event.add("dtend", _by_the_clock(ends_at, meeting.time_zone))
    event.add("summary", title or _("Meeting on Accord"))
    event.add("status", "CANCELLED")
    _add_correspondence(event, letter)
    return _whole([event], Method.CANCEL)


def request_series(
    series: Series,
    meetings: Iterable[Meeting],
    hidden: Iterable[datetime],
    address: str,
    letter: Correspondence,
    *,
    sequence: int,
    shown_by: dict[str, Shown],
    statuses: dict[int, str],
    address_of=None,
) -> bytes:
    """A whole series as an invitation, with its exceptions. `statuses`: what is answered of those, by their keys."""
    meetings = list(meetings)
    shown = shown_by.get(series.marking, Shown.ALL)
    events = events_of_series(
        series,
        meetings,
        hidden,
        address,
        stamp=datetime.now(UTC),
        shown=shown,
        address_of=address_of,
        shown_by=shown_by,
    )
    given = [letter.status, *(statuses.get(meeting.pk, "NEEDS-ACTION") for meeting in meetings)]
    for event, status in zip(events, given, strict=True):
        # Of no part a calendar has a higher number: what was sent of a day alone had one of its own.
        event["sequence"] = max(int(str(event["sequence"])), sequence)
        _add_correspondence(event, replace(letter, status=status))
    return _whole(events, Method.REQUEST)


def cancellation_of_series(series: Series, letter: Correspondence, *, sequence: int) -> bytes:
    """Takes the whole series out of the reader's calendar, and names nothing of it."""
    event = Event()
    event.add("uid", f"{series.key}@accord")
    event.add("sequence", sequence)
    event.add("dtstamp", datetime.now(UTC))
    event.add("dtstart", _on_day(series, series.first_day))
    event.add("summary", _("Meetings on Accord"))
    event.add("status", "CANCELLED")
    _add_correspondence(event, letter)
    return _whole([event], Method.CANCEL)


def _whole(events: list[Event], method: Method = Method.PUBLISH) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Accord//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", str(method))
    for component in [*zones_of(events), *events]:
        calendar.add_component(component)
    return calendar.to_ical()


def zones_of(events: Iterable[Event]) -> list[Timezone]:
    """The zones by whose clocks the events are told."""
    years: dict[str, set[int]] = {}
    for event in events:
        for name in ("dtstart", "dtend", "recurrence-id"):
            zone = event[name].params.get("TZID") if name in event else None
            if zone and zone != "UTC":
                years.setdefault(zone, set()).add(event.decoded(name).year)
    return [_zone(name, min(found), max(found)) for name, found in sorted(years.items())]


@lru_cache(maxsize=200)
def _zone(name: str, first_year: int, last_year: int) -> Timezone:
    return zones.as_component(name, (first_year, last_year))


# --- events --------------------------------------------------------------------------------------------------------
def event_of(
    meeting: Meeting, address: str, *, stamp: datetime, shown: Shown = Shown.ALL, sequence: int | None = None
) -> Event:
    event = _event(meeting, stamp, meeting.sequence if sequence is None else sequence)
    event.add("dtstart", _by_the_clock(meeting.starts_at, meeting.time_zone))
    event.add("dtend", _by_the_clock(meeting.ends_at, meeting.time_zone))
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    _say(event, meeting, address, shown)
    return event


def _event(meeting: Meeting, stamp: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", uid_of(meeting))
    # What calendars compare to know the newer of two copies.
    event.add("sequence", sequence)
    event.add("dtstamp", stamp)
    if meeting.series is not None and meeting.recurrence_id is not None:
        event.add("recurrence-id", _by_the_clock(meeting.recurrence_id, meeting.series.time_zone))
    return event


def uid_of(meeting: Meeting) -> str:
    series = meeting.series if meeting.recurrence_id is not None else None
    return f"{(series or meeting).key}@accord"


def _by_the_clock(moment: datetime, zone_name: str) -> datetime:
    """By the clock of the place. RFC 5545 (3.3.5) reads a time that the clock shows twice as the first of the two, so
    the second is told in UTC."""
    there = moment.astimezone(zones.ZoneInfo(zone_name))
    return moment.astimezone(UTC) if there.fold or zone_name == "UTC" else there


def _say(event: Event, obj: Meeting | Series, address: str, shown: Shown) -> None:
    if address:
        event.add("url", address)
    # TLP has more labels than calendars have: none but CLEAR is for others who see the calendar.
    event.add("class", "PUBLIC" if obj.marking == Marking.CLEAR else "CONFIDENTIAL")
    if shown not in (Shown.ALL, Shown.PLAIN):
        event.add("summary", _("Meeting on Accord"))
        event.add("description", address)
        return
    event.add("summary", obj.title)
    if place := ", ".join(filter(None, [obj.place, obj.room])):
        event.add("location", place)
    if shown is Shown.ALL:
        event.add("description", "\n\n".join(filter(None, [obj.purpose, obj.link, address])))


def events_of_series(
    series: Series,
    meetings: Iterable[Meeting],
    hidden: Iterable[datetime],
    address: str,
    *,
    stamp: datetime,
    shown: Shown = Shown.ALL,
    address_of=None,
    shown_by: dict[str, Shown] = SHOWN_TO_THE_READER,
) -> list[Event]:
    """The rule as one event, and one for each day with a meeting of its own.

    `meetings` are those that the reader may read and that take place; at the moments in `hidden` the rule has a day
    which is called off, or of which the reader may not know.
    """
    if series.is_cancelled:
        return []
    event = Event()
    event.add("uid", f"{series.key}@accord")
    event.add("sequence", series.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", _on_day(series, series.first_day))
    event.add("duration", timedelta(minutes=series.minutes))
    event.add("rrule", vRecur.from_ical(series.rule))
    left_out = {*series.excluded_days, *(moment.astimezone(series.zone).date() for moment in hidden)}
    if left_out:
        event.add("exdate", [_on_day(series, day) for day in sorted(left_out)])
    event.add("status", "CONFIRMED")
    _say(event, series, address, shown)
    own = [_own_event(meeting, address, address_of, stamp, shown, shown_by) for meeting in meetings]
    return [event, *own]


def _own_event(
    meeting: Meeting, address: str, address_of, stamp: datetime, shown: Shown, shown_by: dict[str, Shown]
) -> Event:
    shown = max(shown, shown_by.get(meeting.marking, Shown.ALL), key=list(Shown).index)
    return event_of(meeting, address_of(meeting) if address_of else address, stamp=stamp, shown=shown)


def _on_day(series: Series, day: date) -> datetime:
    clock: time = series.starts_at_time
    return datetime.combine(day, clock, tzinfo=UTC if series.time_zone == "UTC" else series.zone)


def _add_correspondence(event: Event, letter: Correspondence) -> None:
    organizer = vCalAddress(f"mailto:{letter.organizer}")
    organizer.params["CN"] = vText("Accord")
    event.add("organizer", organizer)
    attendee = vCalAddress(f"mailto:{letter.attendee}")
    attendee.params["CN"] = vText(letter.attendee_name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText(letter.status)
    attendee.params["RSVP"] = vText("TRUE" if letter.may_be_answered else "FALSE")
    event.add("attendee", attendee)


def exceptions_of(
    series: Iterable[Series], readable: MeetingQuerySet
) -> dict[int, tuple[list[Meeting], list[datetime]]]:
    """For each of `series` by key: the meetings that stand for a day of it in the calendar of a reader who may read
    `readable`, and the moments of those that do not. Two queries, however many series there are."""
    by_key = {one.pk: one for one in series}
    found: dict[int, tuple[list[Meeting], list[datetime]]] = {key: ([], []) for key in by_key}
    of_series = {"series__in": list(by_key), "recurrence_id__isnull": False}
    shown = {one.pk: one for one in readable.filter(cancelled_at__isnull=True, **of_series).select_related("audience")}
    for key, series_id, moment in Meeting.objects.filter(**of_series).values_list("pk", "series", "recurrence_id"):
        if meeting := shown.get(key):
            meeting.series = by_key[series_id]
            found[series_id][0].append(meeting)
        else:
            found[series_id][1].append(moment)
    return found
