"""`among`: whether a column holds one of many values, sent to the database as one value.

`in` writes each of them into the statement: for whoever belongs to two thousand audiences, writing and reading the
statement then takes longer than finding the rows.
"""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import CharField, ForeignKey, Lookup


class Many:
    """Keys or words that `among` looks for, written once for all questions that ask it.

    It cannot be walked through, on purpose: Django would look at each value by itself, several times for a question.
    """

    def __init__(self, values: Iterable[int] | Iterable[str]) -> None:
        self.values = list(values)

    @cached_property
    def as_array(self) -> str:
        """As PostgreSQL writes an array. Handed over as a list, the driver would look at each value by itself: for
        three thousand of them that takes longer than the question."""
        return "{" + ",".join(_quoted(value) if isinstance(value, str) else str(value) for value in self.values) + "}"

    @cached_property
    def as_json(self) -> str:
        return json.dumps(self.values)


class Among(Lookup):
    """`column__among=Many(…)`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, self.rhs.as_json]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        if not self.rhs.values:  # of which nobody can say whether they are words
            return "FALSE", []
        if isinstance(self.rhs.values[0], str):
            # As rows: of `= ANY` PostgreSQL compares each word with all frequent ones of the column before it begins.
            return f"{column} IN (SELECT unnest(%s::text[]))", [*params, self.rhs.as_array]
        return f"{column} = ANY(%s::bigint[])", [*params, self.rhs.as_array]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def register() -> None:
    ForeignKey.register_lookup(Among)
    CharField.register_lookup(Among)
