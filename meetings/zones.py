"""A time zone in the format of calendars (RFC 5545, VTIMEZONE), as the zone database of this machine has it.

Outlook reads a zone only where its changes of the clock are rules of the year (the last Sunday of March). So they are
written as rules wherever the years to come keep to one, and as a list of moments where they do not.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

# A meeting is seldom further away, and no government has said what its clocks will do then.
YEARS_AHEAD = 5
LAST_YEAR = 2199
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Change:
    """A moment at which the clocks of a zone are set."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def clock(self) -> datetime:
        """What the clocks show when they are set: RFC 5545 counts the onset by the offset before it."""
        return (self.at + self.before).replace(tzinfo=None)

    @property
    def rule(self) -> str:
        """Of which rule of the year this is one case: the last such weekday of the month, or the nth."""
        day = self.clock.date()
        is_last = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
        which = -1 if is_last else (day.day - 1) // 7 + 1
        return f"FREQ=YEARLY;BYMONTH={day.month};BYDAY={which}{WEEKDAYS[day.weekday()]}"


def changes_in(zone: ZoneInfo, first_year: int, last_year: int) -> list[Change]:
    """Every change of the clock from the beginning of one year to the end of another."""
    found = []
    moment = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    while moment < end:
        following = moment + timedelta(days=7)  # nobody sets the clocks twice in a week
        if _offset(zone, moment) != _offset(zone, following):
            found.append(_change_between(zone, moment, following))
        moment = following
    return found


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change_between(zone: ZoneInfo, earlier: datetime, later: datetime) -> Change:
    before = _offset(zone, earlier)
    while later - earlier > timedelta(minutes=1):
        middle = earlier + (later - earlier) / 2
        middle = middle.replace(second=0, microsecond=0)
        earlier, later = (middle, later) if _offset(zone, middle) == before else (earlier, middle)
    there = later.astimezone(zone)
    return Change(later, before, _offset(zone, later), there.tzname() or "", bool(there.dst()))


def as_component(zone_name: str, years: Iterable[int]) -> Timezone:
    """The zone, as far as meetings in `years` need it."""
    zone = ZoneInfo(zone_name)
    first = min(years)
    last = min(max(years) + YEARS_AHEAD, LAST_YEAR)
    component = Timezone()
    component.add("tzid", zone_name)
    changes = changes_in(zone, first, last)
    component.add_component(_at_first(zone, first))
    for kind in sorted({(change.is_summer, change.before, change.after, change.name) for change in changes}):
        alike = [one for one in changes if (one.is_summer, one.before, one.after, one.name) == kind]
        component.add_component(_observance(alike, last))
    return component


def _at_first(zone: ZoneInfo, year: int) -> TimezoneStandard | TimezoneDaylight:
    """How the clocks stand before the first change."""
    begin = datetime(year, 1, 1, tzinfo=UTC)
    there = begin.astimezone(zone)
    observance = TimezoneDaylight() if there.dst() else TimezoneStandard()
    # A day earlier, so that it holds wherever on earth the year begins.
    observance.add("dtstart", datetime(year - 1, 12, 31))
    observance.add("tzoffsetfrom", _offset(zone, begin))
    observance.add("tzoffsetto", _offset(zone, begin))
    observance.add("tzname", there.tzname() or "")
    return observance


def _observance(changes: list[Change], last_year: int) -> TimezoneStandard | TimezoneDaylight:
    first = changes[0]
    observance = TimezoneDaylight() if first.is_summer else TimezoneStandard()
    observance.add("dtstart", first.clock)
    observance.add("tzoffsetfrom", first.before)
    observance.add("tzoffsetto", first.after)
    observance.add("tzname", first.name)
    every_year = [change.clock.year for change in changes] == list(range(first.clock.year, last_year + 1))
    same_rule = len({(change.rule, change.clock.time()) for change in changes}) == 1
    if len(changes) > 1 and every_year and same_rule:
        observance.add("rrule", vRecur.from_ical(first.rule))
    else:
        for change in changes[1:]:
            observance.add("rdate", change.clock)
    return observance
