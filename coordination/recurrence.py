"""On which days what is owed again is due.

The days are counted in whole steps from the first one, never from the one before: what is first due on 31 January and
then every month is due on 28 (or 29) February and on 31 March; what is first due on 29 February of a leap year and
then every year is due on 28 February, and on 29 February in the next leap year.
"""

from calendar import monthrange
from datetime import MAXYEAR, date

from coordination.models import Recurrence

MONTHS_BETWEEN: dict[str, int] = {
    Recurrence.MONTHLY: 1,
    Recurrence.QUARTERLY: 3,
    Recurrence.HALF_YEARLY: 6,
    Recurrence.YEARLY: 12,
}


def next_due(first: date, recurrence: str, after: date) -> date | None:
    """The first day of the series begun on `first` that is later than `after`; None where the calendar ends."""
    between = MONTHS_BETWEEN[recurrence]
    steps = max(1, ((after.year - first.year) * 12 + after.month - first.month) // between)
    for step in (steps, steps + 1):
        due = months_later(first, step * between)
        if due is None or due > after:
            return due
    return None


def months_later(day: date, months: int) -> date | None:
    """The same day so many months later, or the last one of a month that is too short for it."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > MAXYEAR:
        return None
    return date(year, month, min(day.day, monthrange(year, month)[1]))
