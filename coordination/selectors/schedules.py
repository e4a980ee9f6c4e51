"""The same actions as a list, drawn in other ways: as columns by state, as a month, as bars along time."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Count, F, QuerySet, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from coordination.models import Action, ActionState, Organisation
from coordination.models.actions import CLOSED_ACTION_STATES
from coordination.selectors.lists import Chosen, counted

# A column begins with so many cards, and grows by as many at each “more”; beyond the most, the list is better.
CARDS_AT_FIRST = 12
CARDS_AT_MOST = 120
COLUMN_COUNTED_AT_MOST = 500
# What a day of the month shows before “more”.
SHOWN_ON_A_DAY = 3
MONTHS_OF_A_TIMELINE = 6
BARS_ON_A_PAGE = 40


# --- the board ------------------------------------------------------------------------------------------------------
@dataclass
class Column:
    """One state of the board: its cards so far, how many there are in all, and whether the filter looks into it."""

    state: str
    label: str
    is_looked_into: bool
    cards: list[Action] = field(default_factory=list)
    number: int = 0

    @property
    def has_more(self) -> bool:
        return len(self.cards) < self.number

    @property
    def shown_next(self) -> int | None:
        """How many cards to ask for next; None where the list is better."""
        after = len(self.cards) + CARDS_AT_FIRST
        return after if after <= CARDS_AT_MOST else None

    @property
    def is_counted_out(self) -> bool:
        return self.number <= COLUMN_COUNTED_AT_MOST


def board_of(rows: QuerySet[Action], chosen: Chosen, shown: dict[str, int]) -> list[Column]:
    """`rows` by state; `shown` says how many cards of a state, where more than at first were asked for.

    A state that the filter leaves out has a column without cards: something can be moved there.
    """
    state = chosen("state")
    columns = []
    for value, label in ActionState.choices:
        looked_into = value not in CLOSED_ACTION_STATES if state is None else state in ("any", value)
        column = Column(value, str(label), looked_into)
        if looked_into:
            of_state = rows.filter(state=value)
            if value in CLOSED_ACTION_STATES:  # of what is over, the last comes first
                of_state = of_state.order_by("-updated_at", "-pk")
            wanted = min(max(shown.get(value, 0), CARDS_AT_FIRST), CARDS_AT_MOST)
            column.cards = list(of_state[:wanted])
            column.number = counted(of_state, COLUMN_COUNTED_AT_MOST)
        columns.append(column)
    return columns


# --- the calendar ---------------------------------------------------------------------------------------------------
@dataclass
class Day:
    on: date
    is_of_the_month: bool
    is_today: bool
    actions: list[Action]
    number: int
    # Where the list of this day is: the view's to say.
    url: str = ""

    @property
    def more(self) -> int:
        return self.number - len(self.actions)


def month_of(rows: QuerySet[Action], first: date) -> list[list[Day]]:
    """The weeks of the month that begins on `first`, each day with what is due on it. Two queries."""
    weeks = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    due = rows.filter(due_on__range=(weeks[0][0], weeks[-1][-1]))
    numbers = dict(due.order_by().values_list("due_on").annotate(number=Count("pk")))
    place = Window(RowNumber(), partition_by="due_on", order_by=[F("priority").desc(), F("pk").asc()])
    by_day: dict[date | None, list[Action]] = {}
    for action in due.annotate(place=place).filter(place__lte=SHOWN_ON_A_DAY).order_by("due_on", "place"):
        by_day.setdefault(action.due_on, []).append(action)
    today = timezone.localdate()
    return [
        [Day(on, on.month == first.month, on == today, by_day.get(on, []), numbers.get(on, 0)) for on in week]
        for week in weeks
    ]


def month_before(first: date, months: int = 1) -> date:
    for _month in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def month_after(first: date, months: int = 1) -> date:
    for _month in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    return first


# --- the timeline ---------------------------------------------------------------------------------------------------
@dataclass
class Axis:
    """A span of months, from its first day to its last; places on it are percents of its length."""

    begins: date
    ends: date
    # In languages that are read from right to left, time runs so too.
    is_mirrored: bool = False

    def place(self, on: date) -> float:
        days = (self.ends - self.begins).days + 1
        share = 100 * min(max((on - self.begins).days, 0), days) / days
        return 100 - share if self.is_mirrored else share

    @property
    def months(self) -> list[tuple[date, str]]:
        """The first day of each month with the place of its line, as SVG wants it."""
        months, first = [], self.begins
        while first <= self.ends:
            months.append((first, _percent(self.place(first))))
            first = month_after(first)
        return months

    @property
    def today(self) -> str:
        today = timezone.localdate()
        return _percent(self.place(today)) if self.begins <= today <= self.ends else ""


@dataclass
class Bar:
    """An action along the axis: where its bar begins and how long it is. Without a first day it is a mark only."""

    action: Action
    x: str
    width: str
    is_mark: bool


def axis_of(first: date, *, is_mirrored: bool = False) -> Axis:
    return Axis(first, month_after(first, MONTHS_OF_A_TIMELINE) - timedelta(days=1), is_mirrored)


def along(rows: QuerySet[Action], axis: Axis) -> QuerySet[Action]:
    """What has a day on the axis, by organisation and then by due date."""
    begins = Coalesce(F("starts_on"), F("due_on"))
    on_it = rows.filter(due_on__gte=axis.begins).annotate(begins=begins).filter(begins__lte=Value(axis.ends))
    return on_it.order_by("owner__acronym", "owner", "due_on", "pk")


def bars_of(actions: Iterable[Action], axis: Axis) -> list[tuple[Organisation, list[Bar]]]:
    """The bars of these actions, which are sorted by organisation."""
    return [
        (owner, [_bar(action, axis) for action in theirs])
        for owner, theirs in groupby(actions, key=lambda action: action.owner)
    ]


def _bar(action: Action, axis: Axis) -> Bar:
    due = action.due_on or axis.ends
    end = due + timedelta(days=1) if due < date.max else due
    edges = sorted((axis.place(action.starts_on or due), axis.place(end)))
    return Bar(action, _percent(edges[0]), _percent(edges[1] - edges[0]), action.starts_on is None)


def _percent(value: float) -> str:
    """As SVG writes it, whatever the language of the page."""
    return f"{value:.2f}%"
