"""The clock of an agenda: when it is each item's turn. Nothing of it is kept, so it follows whatever is changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from meetings.models import AgendaItem, Meeting


@dataclass(frozen=True)
class Clock:
    """How an agenda fits into its meeting."""

    # When the last item is over; None where an item does not say how long it takes.
    ends_at: datetime | None
    # By how much it goes beyond the end of the meeting, or what is left of the meeting after it.
    over: timedelta | None = None
    left: timedelta | None = None

    @property
    def minutes_over(self) -> int:
        return _minutes(self.over)

    @property
    def minutes_left(self) -> int:
        return _minutes(self.left)


def _minutes(span: timedelta | None) -> int:
    return int(span.total_seconds() // 60) if span else 0


def follow(meeting: Meeting, items: Iterable[AgendaItem]) -> Clock:
    """Set of each item, in the order given, when its turn begins and ends, and whether the one before is not over yet.

    An item with a fixed time begins then; every other when the one before it ends. After an item of unknown length
    nobody can say when the next one begins, until one with a fixed time.
    """
    now: datetime | None = meeting.starts_at
    for item in items:
        item.overlaps = item.starts_at is not None and now is not None and now > item.starts_at
        item.turn = item.starts_at or now
        item.turn_ends = now = item.turn + timedelta(minutes=item.minutes) if item.turn and item.minutes else None
    if now is None or now == meeting.ends_at:
        return Clock(now)
    over = now > meeting.ends_at
    return Clock(now, over=now - meeting.ends_at if over else None, left=None if over else meeting.ends_at - now)
