"""Where the lines and points of a small chart lie: values over time, against a baseline and a target.

The page draws it as SVG. It runs from left to right in every language, as graphs do; what it says stands in words
beneath it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from coordination.models import Commitment, ProgressReport

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 32
# So far does the drawing reach beyond its lowest and highest value.
AIR = Decimal("0.08")
LINE_OF_TEXT = 16


@dataclass(frozen=True)
class Point:
    """A reported value; `x` and `y` are where it lies in the drawing."""

    on: date
    value: Decimal
    percent: int | None
    report: ProgressReport
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """A value that is there from the beginning to the end: the target, the baseline."""

    value: Decimal
    y: float


@dataclass(frozen=True)
class Mark:
    """A number or a day written beside an axis."""

    x: float
    y: float
    anchor: str
    value: Decimal | None = None
    day: date | None = None


@dataclass(frozen=True)
class Chart:
    points: list[Point]
    target: Line | None
    baseline: Line | None
    starts_on: date
    ends_on: date
    due_on: date | None
    due_x: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def marks(self) -> list[Mark]:
        """The target, the baseline and the latest value beside the upward axis, as far as there is room; two days."""
        placed: list[Mark] = []
        for line in (self.target, self.baseline, self.last):
            if line is not None and all(abs(line.y + 4 - other.y) >= LINE_OF_TEXT for other in placed):
                placed.append(Mark(self.left - 8, line.y + 4, "end", value=line.value))
        below = self.bottom + 20
        first = Mark(self.left, below, "start", day=self.starts_on)
        return [*placed, first, Mark(self.right, below, "end", day=self.ends_on)]

    @property
    def path(self) -> str:
        """The points as SVG writes a polyline."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


def chart_of(commitment: Commitment, reports: Iterable[ProgressReport]) -> Chart | None:
    """The values of `reports` that stand, in the order of time; None where no number has been reported."""
    told = [(report.day, report.value, report) for report in reports if report.value is not None and report.stands]
    if not told:
        return None
    days = [on for on, _value, _report in told]
    ends = [*days, *([commitment.due_on] if commitment.due_on else [])]
    starts = [*days, *([commitment.starts_on] if commitment.starts_on else [])]
    first, last = min(starts), max(ends)
    if first == last:
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    across = _Scale(Decimal(first.toordinal()), Decimal(last.toordinal()), LEFT, WIDTH - RIGHT)
    values = [value for _on, value, _report in told]
    up = _scale_of(values + [each for each in (commitment.target, commitment.baseline) if each is not None])
    return Chart(
        points=[
            Point(on, value, commitment.percent_of_target(value), report, across.place_of_day(on), up.place(value))
            for on, value, report in told
        ],
        target=Line(commitment.target, up.place(commitment.target)) if commitment.target is not None else None,
        baseline=Line(commitment.baseline, up.place(commitment.baseline)) if commitment.baseline is not None else None,
        starts_on=first,
        ends_on=last,
        due_on=commitment.due_on,
        due_x=across.place_of_day(commitment.due_on) if commitment.due_on and commitment.due_on >= first else None,
    )


@dataclass(frozen=True)
class _Scale:
    """The way from a value to its place, from `low` at `begins` to `high` at `ends`."""

    low: Decimal
    high: Decimal
    begins: int
    ends: int

    def place(self, value: Decimal) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.begins + float(share) * (self.ends - self.begins), 1)

    def place_of_day(self, day: date) -> float:
        return self.place(Decimal(day.toordinal()))


def _scale_of(values: list[Decimal]) -> _Scale:
    """Upwards: room for all of the values, and for a line where they are one and the same."""
    low, high = min(values), max(values)
    air = (high - low) * AIR or abs(high) * AIR or Decimal(1)
    return _Scale(low - air, high + air, HEIGHT - BOTTOM, TOP)
