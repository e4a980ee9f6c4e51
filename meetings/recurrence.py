"""The rule of a series (RFC 5545, RRULE): read, written, said in words, and what moments it gives.

A rule counts by the clock of the place. Where the clock leaps over the time on one of its days, the meeting is at the
moment that the offset before the leap gives, as RFC 5545 (3.3.5) has it; where the clock shows the time twice, at the
first of the two.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Meeting, Series

MOST_TIMES = 500
LAST_DAY = date(2199, 12, 31)
PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"})
# A rule that gives a day more than one meeting has no place here.
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Pattern(models.TextChoices):
    """What the forms offer; the rule itself may say more."""

    WEEKLY = "weekly", gettext_lazy("every week")
    FORTNIGHTLY = "fortnightly", gettext_lazy("every two weeks")
    MONTHLY_WEEKDAY = "monthly_weekday", gettext_lazy("every month, on the same weekday (as the second Tuesday)")
    MONTHLY_LAST = "monthly_last", gettext_lazy("every month, on the last such weekday")
    MONTHLY_DAY = "monthly_day", gettext_lazy("every month, on the same day of the month")
    QUARTERLY = "quarterly", gettext_lazy("every three months, on the same weekday")
    HALF_YEARLY = "half_yearly", gettext_lazy("every six months, on the same weekday")
    YEARLY = "yearly", gettext_lazy("every year, on the same day")


def rule_of(pattern: str, first_day: date) -> str:
    """The rule that a pattern stands for, when its first meeting is on `first_day`; without an end."""
    weekday = WEEKDAYS[first_day.weekday()]
    which = (first_day.day - 1) // 7 + 1
    nth = f"BYDAY={-1 if which == 5 else which}{weekday}"
    match pattern:
        case Pattern.WEEKLY:
            return f"FREQ=WEEKLY;BYDAY={weekday}"
        case Pattern.FORTNIGHTLY:
            return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}"
        case Pattern.MONTHLY_WEEKDAY:
            return f"FREQ=MONTHLY;{nth}"
        case Pattern.MONTHLY_LAST:
            return f"FREQ=MONTHLY;BYDAY=-1{weekday}"
        case Pattern.MONTHLY_DAY:
            return f"FREQ=MONTHLY;BYMONTHDAY={first_day.day}"
        case Pattern.QUARTERLY:
            return f"FREQ=MONTHLY;INTERVAL=3;{nth}"
        case Pattern.HALF_YEARLY:
            return f"FREQ=MONTHLY;INTERVAL=6;{nth}"
        case Pattern.YEARLY:
            return "FREQ=YEARLY"
    raise ValueError(f"not a pattern: {pattern}")


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule by name. Raises ValidationError for what is no rule, or gives a day more than one meeting."""
    pairs = [part.partition("=") for part in rule.upper().split(";")]
    parts = {name: value for name, _equals, value in pairs}
    if len(parts) != len(pairs) or not set(parts) <= PARTS or not all(parts.values()):
        raise ValidationError({"rule": _("This is not a rule that Accord reads.")})
    if parts.get("FREQ") not in FREQUENCIES or ("COUNT" in parts and "UNTIL" in parts):
        raise ValidationError({"rule": _("This is not a rule that Accord reads.")})
    if not re.fullmatch(r"[1-9]\d?", parts.get("INTERVAL", "1")):
        raise ValidationError({"rule": _("This is not a rule that Accord reads.")})
    if "COUNT" in parts and not (parts["COUNT"].isdecimal() and 1 <= int(parts["COUNT"][:9]) <= MOST_TIMES):
        raise ValidationError({"count": _("A series has at most %(most)d meetings.") % {"most": MOST_TIMES}})
    return parts


def joined(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def with_end(rule: str, *, until: date | None = None, count: int | None = None, clock: time, zone: Any) -> str:
    """The rule with another end: after a day, after so many times, or never. UNTIL is a moment in UTC (RFC 5545)."""
    parts = {name: value for name, value in parts_of(rule).items() if name not in ("COUNT", "UNTIL")}
    if until is not None:
        parts["UNTIL"] = f"{_moment(datetime.combine(until, clock), zone):%Y%m%dT%H%M%SZ}"
    elif count is not None:
        parts["COUNT"] = str(count)
    return joined(parts)


def last_day_of(series: Series) -> date | None:
    """The day after which the rule gives nothing more, where it says so itself."""
    until = parts_of(series.rule).get("UNTIL")
    return _moment_of(until).astimezone(series.zone).date() if until else None


def check_rule(series: Series) -> None:
    """Refuse a rule that nobody can count by, or that does not begin on the first day of the series."""
    parts = parts_of(series.rule)
    try:
        first = next(iter(_days(series, parts)), None)
    except (ValueError, TypeError) as problem:
        raise ValidationError({"rule": _("This is not a rule that Accord reads.")}) from problem
    if first is None:
        raise ValidationError({"until": _("This is before the first day: there would be no meeting.")})
    if first != series.first_day:
        raise ValidationError({"first_day": _("The rule does not fall on this day.")})


def _days(series: Series, parts: dict[str, str]) -> "_Days":
    """The days of the rule, as moments of the clock of the place without a zone; iterated as dates."""
    parts = dict(parts)
    if until := parts.get("UNTIL"):
        parts["UNTIL"] = f"{_moment_of(until).astimezone(series.zone):%Y%m%dT%H%M%S}"
    rule = rrulestr(joined(parts), dtstart=datetime.combine(series.first_day, series.starts_at_time))
    return _Days(rule)


class _Days:
    def __init__(self, rule: Any) -> None:
        self.rule = rule

    def __iter__(self) -> Iterator[date]:
        return (moment.date() for moment in self.rule)

    def between(self, first: date, last: date) -> list[date]:
        found = self.rule.between(datetime.combine(first, time.min), datetime.combine(last, time.max), inc=True)
        return [moment.date() for moment in found]


def _moment_of(until: str) -> datetime:
    try:
        return datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as problem:
        raise ValidationError({"rule": _("This is not a rule that Accord reads.")}) from problem


def _moment(clock: datetime, zone: Any) -> datetime:
    return clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def moment_on(series: Series, day: date) -> datetime:
    """When the meeting of that day begins, by the rule."""
    return _moment(datetime.combine(day, series.starts_at_time), series.zone)


def days_between(series: Series, first: date, last: date) -> list[date]:
    """The days from `first` to `last`, both included, on which the rule has a meeting that is not left out."""
    if series.is_cancelled:
        return []
    excluded = series.excluded_days
    return [
        day for day in _days(series, parts_of(series.rule)).between(first, min(last, LAST_DAY)) if day not in excluded
    ]


def is_day_of(series: Series, day: date) -> bool:
    """Whether the rule falls on `day`, left out or not."""
    return day in _days(series, parts_of(series.rule)).between(day, day)


@dataclass
class Occurrence:
    """A day of a series: a meeting of its own, or as the rule has it."""

    series: Series
    recurrence_id: datetime
    starts_at: datetime
    ends_at: datetime
    meeting: Meeting | None = None

    @property
    def day(self) -> date:
        """By the clock of the place: what addresses and forms call it by."""
        return self.recurrence_id.astimezone(self.series.zone).date()

    @property
    def is_moved(self) -> bool:
        return self.starts_at != self.recurrence_id


def planned(series: Series, since: datetime, until: datetime) -> list[Occurrence]:
    """What the rule has from one moment to another, whether a meeting of its own stands for it or not."""
    length = timedelta(minutes=series.minutes)
    first, last = since.astimezone(series.zone).date(), until.astimezone(series.zone).date()
    moments = [moment_on(series, day) for day in days_between(series, first - timedelta(days=1), last)]
    return [
        Occurrence(series, moment, moment, moment + length)
        for moment in moments
        if moment < until and moment + length > since
    ]


def in_words(series: Series) -> str:
    """The rule as people say it; the rule itself where it is none that the forms offer."""
    parts = parts_of(series.rule)
    bare = joined({name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")})
    said = next((str(each.label) for each in Pattern if rule_of(each, series.first_day) == bare), bare)
    if count := parts.get("COUNT"):
        return _("%(rule)s, %(count)s times") % {"rule": said, "count": count}
    if (last := last_day_of(series)) is not None:
        return _("%(rule)s, until %(day)s") % {"rule": said, "day": date_format(last, "DATE_FORMAT")}
    return said
