"""`among`: whether a column holds one of many values, sent to the database as one value.

`in` writes each of them into the statement: for whoever belongs to two thousand audiences, writing and reading the
statement then takes longer than finding the rows.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, ForeignKey, Lookup


class Among(Lookup):
    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [list(value)]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(list(self.rhs))]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        values = list(self.rhs)
        if any(isinstance(value, str) for value in values):
            # As rows: of `= ANY` PostgreSQL compares each word with all frequent ones of the column before it begins.
            return f"{column} IN (SELECT unnest(%s::text[]))", [*params, _array(map(_quoted, values))]
        return f"{column} = ANY(%s::bigint[])", [*params, _array(map(str, values))]


def _array(elements: Iterable[str]) -> str:
    """As PostgreSQL writes an array. Handed over as a list, the driver would look at each value by itself: for three
    thousand of them that takes longer than the question."""
    return "{" + ",".join(elements) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def register() -> None:
    ForeignKey.register_lookup(Among)
    CharField.register_lookup(Among)
