"""The rows of an archive while it is made, in a file of SQLite's own: so that the pages are made of these rows and of
nothing else, and a large space takes room on the disk and not in the memory."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
# How something is referred to: by its kind and its number there.
Place = tuple[str, int]


class Store:
    def __init__(self, path: Path) -> None:
        self._rows = sqlite3.connect(path)
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute(
            "CREATE TABLE rows (kind TEXT, id INTEGER, key TEXT, whole TEXT, whole_id INTEGER, row TEXT, "
            "PRIMARY KEY (kind, id))"
        )
        self._rows.execute("CREATE INDEX parts ON rows (whole, whole_id, kind, id)")
        self._rows.execute("CREATE INDEX keys ON rows (key)")

    def close(self) -> None:
        self._rows.close()

    def put(self, kind: str, row: Row, whole: Place | None) -> None:
        values = (kind, row["id"], row.get("key"), *(whole or (None, None)), json.dumps(row))
        self._rows.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", values)

    def get(self, place: Place) -> Row | None:
        found = self._rows.execute("SELECT row FROM rows WHERE kind = ? AND id = ?", place).fetchone()
        return json.loads(found[0]) if found else None

    def all_of(self, kind: str) -> Iterator[Row]:
        for (row,) in self._rows.execute("SELECT row FROM rows WHERE kind = ? ORDER BY id", (kind,)):
            yield json.loads(row)

    def parts(self, kind: str, whole: Place) -> list[Row]:
        asked = "SELECT row FROM rows WHERE whole = ? AND whole_id = ? AND kind = ? ORDER BY id"
        return [json.loads(row) for (row,) in self._rows.execute(asked, (*whole, kind))]

    def whole_of(self, place: Place) -> Place | None:
        found = self._rows.execute("SELECT whole, whole_id FROM rows WHERE kind = ? AND id = ?", place).fetchone()
        return (found[0], found[1]) if found and found[0] else None

    def by_key(self, key: str) -> Place | None:
        found = self._rows.execute("SELECT kind, id FROM rows WHERE key = ?", (key,)).fetchone()
        return (found[0], found[1]) if found else None
