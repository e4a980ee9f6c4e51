"""How the numbers of the scoreboard are shown: each with the address of its items, and as a bar with its measures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.forms import ANY_STATE
from coordination.models import Agreement, Organisation
from coordination.selectors import scoreboard
from coordination.selectors.scoreboard import Change, Kind, Standing

# From the left, what needs a look first.
STANDINGS = (Standing.LATE, Standing.AT_RISK, Standing.ON_TRACK, Standing.DONE)
# More than these fit on no sheet of paper; the rest stand together in one row.
ROWS_SHOWN = 12

KIND_NAMES = {
    scoreboard.COMMITMENTS: (gettext_lazy("Commitments"), "flag", "commitment_list"),
    scoreboard.ACTIONS: (gettext_lazy("Actions"), "check2-square", "action_list"),
}
# What a row is called that has none of what the rows are.
WITHOUT = {
    scoreboard.By.COUNTRY: gettext_lazy("Of no country"),
    scoreboard.By.ORGANISATION: gettext_lazy("Of no organisation"),
    scoreboard.By.AGREEMENT: gettext_lazy("Under no agreement"),
    scoreboard.By.TOPIC: gettext_lazy("Of no topic"),
}


@dataclass(frozen=True)
class Cell:
    """A number, what it counts, and where exactly these stand; no address where no list shows them at once."""

    name: str
    label: str
    number: int
    url: str = ""


@dataclass(frozen=True)
class Segment:
    """A piece of a bar, in percent of the width that there is."""

    name: str
    begins: str
    width: str


@dataclass(frozen=True)
class Line:
    """The commitments, or the actions, of one row."""

    label: str
    icon: str
    standing: list[Cell]
    changes: list[Cell]
    segments: list[Segment]
    total: int

    @property
    def in_words(self) -> str:
        """The bar, for whoever does not see it."""
        return ", ".join(f"{cell.label}: {cell.number}" for cell in self.standing)


@dataclass(frozen=True)
class Shown:
    """One row, as it is shown."""

    title: str
    url: str
    language: str
    lines: list[Line]


@dataclass(frozen=True)
class Sum:
    """A number over commitments and actions together, and each of them."""

    name: str
    label: str
    number: int
    parts: list[tuple[str, Cell]]


def shown(board: scoreboard.Board, by: str, since: date, narrowed_to: Mapping[str, str], *, every: bool) -> list[Shown]:
    """The rows of a board, the first of them over all; those that do not fit together in the last."""
    begins, rest = (board.rows, []) if every or len(board.rows) <= ROWS_SHOWN else _cut(board.rows)
    # The longest bar tells the scale, so that bars can be compared from row to row.
    longest = max((tally.total for row in begins for tally in (row.commitments, row.actions)), default=0)
    rows = [_row(row, by, since, narrowed_to, longest) for row in begins]
    if rest:
        rows.append(_the_rest(rest, since))
    return rows


def _cut(rows: list[scoreboard.Row]) -> tuple[list[scoreboard.Row], list[scoreboard.Row]]:
    return rows[:ROWS_SHOWN], rows[ROWS_SHOWN:]


def _row(row: scoreboard.Row, by: str, since: date, narrowed_to: Mapping[str, str], longest: int) -> Shown:
    if row.named is None:
        where = {**narrowed_to, "without": by}
        title, url, language = str(WITHOUT[scoreboard.By(by)]), "", ""
    else:
        where = {**narrowed_to, by: scoreboard.word_for(row.named)}
        title, language = _title(row.named), getattr(row.named, "language", "")
        url = _address(where, since, by=_next(by))
    return Shown(title, url, language, _lines(row, where, since, longest))


def _the_rest(rest: list[scoreboard.Row], since: date) -> Shown:
    """In numbers alone: a bar of all of them would be longer than the sheet, or make all others short."""
    together = scoreboard.Row()
    for row in rest:
        together.add(row)
    # Of topics an item may be in two rows: what is in none of the lists by itself is not led to.
    title = _("%(number)s more, together") % {"number": len(rest)}
    return Shown(title, "", "", _lines(together, None, since, longest=None))


def _title(named: Any) -> str:
    return (
        named.title if isinstance(named, Agreement) else named.name if isinstance(named, Organisation) else str(named)
    )


def _next(by: str) -> str:
    """What a row unfolds into: a country into its organisations, anything else into its agreements."""
    return {
        scoreboard.By.COUNTRY: scoreboard.By.ORGANISATION.value,
        scoreboard.By.AGREEMENT: scoreboard.By.ORGANISATION.value,
    }.get(scoreboard.By(by), scoreboard.By.AGREEMENT.value)


def _address(where: Mapping[str, str], since: date, by: str) -> str:
    return f"{reverse('scoreboard')}?{urlencode({**where, 'by': by, 'since': since.isoformat()})}"


def panel_row(row: scoreboard.Row, narrowed_to: Mapping[str, str], since: date) -> Shown:
    """The state of one thing, for a panel on its page."""
    longest = max(row.commitments.total, row.actions.total)
    url = _address(narrowed_to, since, by=scoreboard.By.ORGANISATION.value)
    return Shown("", url, "", _lines(row, narrowed_to, since, longest))


def _lines(row: scoreboard.Row, where: Mapping[str, str] | None, since: date, longest: int | None) -> list[Line]:
    """The numbers of a row, with bars on the scale of the longest; with none, no bars."""
    lines = []
    for kind, (label, icon, _list_name) in KIND_NAMES.items():
        tally = row.tally(kind)
        if tally.total or tally.changed:
            standing = _cells(kind, STANDINGS, tally.standing, "standing", where)
            changes = _cells(kind, Change, tally.change, "change", where, since=since.isoformat())
            changes = [cell for cell in changes if cell.number]
            segments = _segments(tally, longest) if longest else []
            lines.append(Line(str(label), icon, standing, changes, segments, tally.total))
    return lines


def _cells(
    kind: Kind,
    names: Iterable[Any],
    numbers: Mapping[str, int],
    param: str,
    where: Mapping[str, str] | None,
    **more: str,
) -> list[Cell]:
    address = reverse(KIND_NAMES[kind][2])
    cells = []
    for name in names:
        number = numbers[name.value]
        url = ""
        if number and where is not None:
            url = f"{address}?{urlencode({**where, **more, param: name.value, 'state': ANY_STATE})}"
        cells.append(Cell(name.value, str(name.label), number, url))
    return cells


def _segments(tally: scoreboard.Tally, longest: int) -> list[Segment]:
    segments, begins = [], 0
    for name in STANDINGS:
        if number := tally.standing[name]:
            segments.append(Segment(name.value, _percent(begins, longest), _percent(number, longest)))
            begins += number
    return segments


def _percent(number: int, of: int) -> str:
    """With a point, whatever the language of the page: it is read by the browser."""
    return f"{100 * number / of:.3f}%"


def sums(row: scoreboard.Row, since: date, narrowed_to: Mapping[str, str]) -> tuple[list[Sum], list[Sum]]:
    """Where all of it stands, and what has become of it: for the head of the page."""
    return (
        _sums(row, STANDINGS, lambda tally: tally.standing, "standing", narrowed_to),
        _sums(row, Change, lambda tally: tally.change, "change", narrowed_to, since=since.isoformat()),
    )


def _sums(
    row: scoreboard.Row,
    names: Iterable[models.TextChoices],
    numbers: Any,
    param: str,
    where: Mapping[str, str],
    **more: str,
) -> list[Sum]:
    names = list(names)
    by_kind = {
        str(label): _cells(kind, names, numbers(row.tally(kind)), param, where, **more)
        for kind, (label, _icon, _list_name) in KIND_NAMES.items()
    }
    return [
        Sum(
            name.value,
            str(name.label),
            sum(cells[place].number for cells in by_kind.values()),
            [(label, cells[place]) for label, cells in by_kind.items() if cells[place].number],
        )
        for place, name in enumerate(names)
    ]
