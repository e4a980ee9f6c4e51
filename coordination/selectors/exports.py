"""Lists as sheets: what of the rows that a reader may read stands in each column."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from coordination import access, references
from coordination.columns import Column, Row
from coordination.models import Agreement, Marking, Party, Space
from coordination.sheets import Cell, Heading

# Rows that are in memory at once.
ROWS_AT_ONCE = 2000
# From the widest marking to the narrowest.
_ORDER = list(Marking.values)


@dataclass
class Exported:
    """The rows of a list for one reader; once they have been taken, what there was among them."""

    queryset: QuerySet
    columns: tuple[Column, ...]
    user: access.Reader
    number: int = 0
    # Those of RED, by key, whose reading is noted; and the narrowest marking of all.
    red: list[int] = field(default_factory=list)
    narrowest: str = Marking.CLEAR

    @property
    def headings(self) -> list[Heading]:
        return [Heading(column.key, str(column.label), column.width) for column in self.columns]

    def rows(self) -> Iterator[list[Cell]]:
        """One after the other, from values: objects would take as many times longer."""
        named = _Named(self.queryset.model, self.user)
        paths = {path for column in self.columns for path in column.paths}
        paths |= {"pk", "audience__marking", *named.paths}
        for row in self.queryset.values(*paths).iterator(chunk_size=ROWS_AT_ONCE):
            self._note(row)
            yield [named.shown(column, row) for column in self.columns]

    def _note(self, row: Row) -> None:
        marking = row["audience__marking"]
        self.number += 1
        if marking == Marking.RED:
            self.red.append(row["pk"])
        if _ORDER.index(marking) > _ORDER.index(self.narrowest):
            self.narrowest = marking


class _Named:
    """What a row names besides itself, as far as its reader may read that: asked once for all rows."""

    def __init__(self, model: Any, user: access.Reader) -> None:
        self.spaces = dict(Space.objects.live().readable_by(user).values_list("pk", "title"))
        self.under_articles = hasattr(model, "article")
        readable = Agreement.objects.live().readable_by(user)
        self.agreements = set(readable.values_list("pk", flat=True)) if self.under_articles else set()
        self.paths = ("article__agreement",) if self.under_articles else ()
        self.parties: dict[int, list[str]] = {}
        if model is Agreement:
            parties = Party.objects.readable_by(user).order_by("agreement", "sort_order")
            for agreement, acronym in parties.values_list("agreement", "organisation__acronym"):
                self.parties.setdefault(agreement, []).append(acronym)

    def shown(self, column: Column, row: Row) -> Cell:
        match column.key:
            case "space":
                return self.spaces.get(row["space_id"])
            case "parties":
                return ", ".join(self.parties.get(row["pk"], []))
            case "link":
                reference = row["short_reference"]
                return settings.BASE_URL + references.address(reference) if reference else None
            case "article":
                if row["article__agreement"] not in self.agreements:
                    return None
                return f"{row['article__agreement__short_reference']}/{row['article__number']}"
        return column.value(row)
