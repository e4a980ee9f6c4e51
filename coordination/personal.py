"""What is held about a person, as each package says it in its `personal_data.py`, found at start (docs/decisions/0031).

A `Part` is what an export shows its owner: of content only what the owner may still read. A `Trace` is what goes when
the person is erased, since it is the person's own; what stays is counted, so that whoever erases knows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from accounts.models import User

Rows = Callable[[User], Iterable[dict[str, Any]]]


@dataclass(frozen=True)
class Part:
    """A table of an export: rows of columns, as JSON can hold them."""

    name: str
    title: str | Promise
    rows: Rows


@dataclass(frozen=True)
class Trace:
    """Rows of a person: what goes with the person, or what stays and is shown under another name from then on."""

    title: str | Promise
    rows: Callable[[User], QuerySet]


parts: list[Part] = []
going: list[Trace] = []
staying: list[Trace] = []
# The files that a person has uploaded and may read, each with its name and what opens it.
files_of: list[Callable[[User], Iterable[Any]]] = []


def part(name: str, title: str | Promise) -> Callable[[Rows], Rows]:
    """Enter a part of every export."""

    def enter(rows: Rows) -> Rows:
        parts.append(Part(name, title, rows))
        return rows

    return enter


def goes(title: str | Promise, *models: type[Model], by: str = "user", **which: Any) -> None:
    """Enter what goes with a person: the rows of these models whose `by` is the person."""
    going.extend(Trace(title, _rows_of(model, by, which)) for model in models)


def stays(title: str | Promise, model: type[Model], by: str) -> None:
    """Enter what stays, with its author shown as a former member."""
    staying.append(Trace(title, _rows_of(model, by, {})))


def _rows_of(model: type[Model], by: str, which: dict[str, Any]) -> Callable[[User], QuerySet]:
    return lambda user: model._base_manager.filter(**{by: user}, **which)


def told(rows: QuerySet, *names: str) -> Iterator[dict[str, Any]]:
    """These columns of the rows; `thread__space` is the name of the space of the thread."""
    for row in rows.iterator(chunk_size=500):
        yield {name.replace("__", "_"): plain(_along(row, name)) for name in names}


def _along(row: Any, name: str) -> Any:
    for step in name.split("__"):
        row = getattr(row, step, None)
    return row() if callable(row) else row


def plain(value: Any) -> Any:
    """As JSON holds it and people read it: rows by their names, days and moments in ISO 8601."""
    if value is None or isinstance(value, bool | int | float | list | dict):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
