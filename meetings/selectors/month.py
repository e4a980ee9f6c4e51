"""The calendar by month: the meetings of one space or of all that a reader may read, with what series have planned."""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from coordination import access
from coordination.models import Space
from meetings import recurrence
from meetings.models import Meeting, MeetingQuerySet, Series, SeriesQuerySet

SHOWN_ON_A_DAY = 4


@dataclass
class Entry:
    """What stands on a day: a meeting, or a day of a series for which none is prepared."""

    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    space_id: int
    meeting: Meeting | None = None
    series: Series | None = None

    @property
    def url(self) -> str:
        shown = self.meeting or self.series
        return shown.get_absolute_url() if shown else ""

    @property
    def is_cancelled(self) -> bool:
        return self.meeting is not None and self.meeting.is_cancelled

    @property
    def is_planned(self) -> bool:
        return self.meeting is None


@dataclass
class Day:
    on: date
    is_of_the_month: bool
    is_today: bool
    entries: list[Entry] = field(default_factory=list)
    # Where all that is on this day is shown: the view's to say.
    url: str = ""

    @property
    def shown(self) -> list[Entry]:
        return self.entries[:SHOWN_ON_A_DAY]

    @property
    def number(self) -> int:
        return len(self.entries)

    @property
    def more(self) -> int:
        return max(0, self.number - SHOWN_ON_A_DAY)


def month_of_meetings(user: access.Reader, first: date, space: Space | None = None) -> list[list[Day]]:
    """The weeks of the month that begins on `first`, by the reader's clock. Four queries, however much there is."""
    weeks = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    since = timezone.make_aware(datetime.combine(weeks[0][0], time.min))
    until = timezone.make_aware(datetime.combine(weeks[-1][-1] + timedelta(days=1), time.min))
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries_between(user, since, until, space):
        for day in _days_of(entry, since, until):
            by_day[day].append(entry)
    today = timezone.localdate()
    return [[Day(on, on.month == first.month, on == today, by_day.get(on, [])) for on in week] for week in weeks]


def entries_between(user: access.Reader, since: datetime, until: datetime, space: Space | None = None) -> list[Entry]:
    """The meetings from one moment to another, and the days of series for which none is prepared, in their order."""
    meetings = _meetings_of(user, space).filter(starts_at__lt=until, ends_at__gt=since)
    found = [
        Entry(each.title, each.language, each.starts_at, each.ends_at, each.space_id, meeting=each) for each in meetings
    ]
    found += _planned_of(user, since, until, space)
    return sorted(found, key=lambda entry: (entry.starts_at, entry.title))


def _meetings_of(user: access.Reader, space: Space | None) -> MeetingQuerySet:
    """With what the calendar shows of a meeting and no more: a month may hold hundreds."""
    rows: Any = access.readable_at_once(Meeting.objects.live(), user)
    rows = rows.filter(space=space) if space else rows.filter(_of_ones_own(user))
    shown = ("title", "key", "language", "starts_at", "ends_at", "time_zone", "space_id", "cancelled_at", "place")
    return rows.order_by("starts_at", "pk").only(*shown)


def _of_ones_own(user: access.Reader) -> Q:
    """Over all spaces: those of one's own; for whoever is a member nowhere, all that may be read."""
    own = list(access.memberships(user))
    return Q(space__in=own) if own else Q()


def readable_series(user: access.Reader, space: Space | None = None) -> SeriesQuerySet:
    rows: Any = access.readable_at_once(Series.objects.filter(cancelled_at=None), user)
    return rows.filter(space=space) if space else rows.filter(_of_ones_own(user))


def _planned_of(user: access.Reader, since: datetime, until: datetime, space: Space | None) -> list[Entry]:
    series = {each.pk: each for each in readable_series(user, space).filter(first_day__lte=until.date())}
    taken = taken_by_meetings(series, since - timedelta(days=31), until)
    return [
        Entry(each.title, each.language, planned.starts_at, planned.ends_at, each.space_id, series=each)
        for each in series.values()
        for planned in recurrence.planned(each, since, until)
        if (each.pk, planned.recurrence_id) not in taken
    ]


def taken_by_meetings(series: Iterable[int], since: datetime, until: datetime) -> set[tuple[int, datetime]]:
    """The moments of series for which there is a meeting, whoever may read it: a day whose meeting a reader may not
    read is to that reader like one that is left out."""
    rows = Meeting.objects.filter(series__in=list(series), recurrence_id__range=(since, until))
    return set(rows.values_list("series", "recurrence_id"))


def _days_of(entry: Entry, since: datetime, until: datetime) -> list[date]:
    """The days that it touches, by the reader's clock, as far as they are shown."""
    first = timezone.localtime(max(entry.starts_at, since)).date()
    last = timezone.localtime(min(entry.ends_at, until) - timedelta(microseconds=1)).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def occurrences_shown(
    series: Series, user: access.Reader, since: datetime, until: datetime
) -> list[recurrence.Occurrence]:
    """The days of a series as `user` may see them: its meetings, and what the rule has besides."""
    readable = access.readable_by(Meeting.objects.live(), user).filter(series=series)
    meetings = readable.filter(starts_at__lt=until, ends_at__gt=since).order_by("starts_at")
    shown = [
        recurrence.Occurrence(series, each.recurrence_id or each.starts_at, each.starts_at, each.ends_at, each)
        for each in meetings
    ]
    taken = taken_by_meetings([series.pk], since - timedelta(days=31), until)
    shown += [each for each in recurrence.planned(series, since, until) if (series.pk, each.recurrence_id) not in taken]
    return sorted(shown, key=lambda each: each.starts_at)
