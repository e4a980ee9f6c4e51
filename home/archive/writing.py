"""Writes the ZIP: the data with its schema, the files, the pages, and last the manifest with a hash of each of them."""

import json
import logging
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from accounts.models import User
from coordination.models import Space
from home.archive import kinds, pages
from home.archive.kinds import CONTENT, FORMAT, KINDS, SPACE, VERSION
from home.archive.schema import schema
from home.archive.sight import Sight
from home.archive.store import Row, Store
from meetings.papers.layout import narrowest

logger = logging.getLogger(__name__)
# So many rows of a kind are one file: whoever brings an archive in reads one file at a time.
ROWS_OF_A_FILE = 2000
PIECE = 1024 * 1024
# What is done of what there is to do.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Written:
    """What was written: with all that is in it, by model and key, as papers say it."""

    archive: str
    marking: str
    sources: dict[str, Iterable[int]]
    red: list[Any]


class _Zip:
    """A ZIP that knows the hash of whatever it was given."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self.files: dict[str, dict[str, Any]] = {}

    @contextmanager
    def open(self, name: str) -> Iterator[Callable[[bytes], None]]:
        digest, size = sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as member:

            def write(piece: bytes) -> None:
                nonlocal size
                digest.update(piece)
                size += len(piece)
                member.write(piece)

            yield write
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def put(self, name: str, text: str) -> None:
        with self.open(name) as write:
            write(text.encode())

    def close(self) -> None:
        self._zip.close()


def write(reader: User, space: Space, target: IO[bytes], tell: Tell = lambda done, total: None) -> Written:
    """The archive of `space` for `reader`, in that one's language, as far as that one may read at this moment."""
    sight = Sight(reader, space)
    archive, made_at = str(uuid.uuid4()), timezone.now()
    progress = _Progress(tell, sight.number_of_rows())
    zip_file = _Zip(target)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "rows.sqlite3")
        try:
            marking = _write_data(zip_file, sight, store, progress)
            _write_files(zip_file, sight, store)
            for name, html in pages.pages_of(store, reader=str(reader), made_at=made_at, marking=marking):
                zip_file.put(name, html)
                progress.step()
        finally:
            store.close()
    zip_file.put("archive.css", pages.style())
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "archive": archive,
        "space": space.title,
        "made_for": str(reader),
        "made_at": made_at.isoformat(),
        "marking": marking,
        "software": "Accord",
        "files": dict(zip_file.files),
    }
    zip_file.put("manifest.json", _json(manifest))
    zip_file.close()
    marked = [kind for kind in (SPACE, *CONTENT) if kind.is_marked]
    sources: dict[str, Iterable[int]] = {kind.model._meta.label: list(sight.taken[kind.name]) for kind in marked}
    return Written(archive, marking, sources, [obj for kind in marked for obj in sight.what_is_red(kind)])


class _Progress:
    """Counts the rows that are written, and the pages that are made of them."""

    def __init__(self, tell: Tell, rows: int) -> None:
        self.tell, self.done, self.total = tell, 0, rows

    def step(self) -> None:
        self.done += 1
        self.total = max(self.total, self.done)
        self.tell(self.done, self.total)


def _write_data(zip_file: _Zip, sight: Sight, store: Store, progress: _Progress) -> str:
    """All rows, each kind in its files; the narrowest marking among them."""
    markings = set()

    def noted(kind: kinds.Kind) -> Iterator[Row]:
        for row in sight.rows(kind):
            if kind.is_marked:
                markings.add(row["marking"])
            store.put(kind.name, row, _whole(kind, row))
            progress.step()
            yield row

    for kind in KINDS:
        _write_rows(zip_file, kind.name, noted(kind))
    _write_rows(zip_file, "memberships", _noted_memberships(sight, store))
    zip_file.put("data/schema.json", _json(schema()))
    return narrowest(markings)


def _noted_memberships(sight: Sight, store: Store) -> Iterator[Row]:
    for row in sight.memberships():
        store.put("memberships", row, None)
        yield row


def _whole(kind: kinds.Kind, row: Row) -> tuple[str, int] | None:
    """What a row is a part of, as the pages show it."""
    found = row.get("came_with") or (row[kind.part_of] if kind.part_of else None)
    if isinstance(found, dict):
        return found["kind"], found["id"]
    return (kind.whole.name, found) if found and kind.whole else None


def _write_rows(zip_file: _Zip, name: str, rows: Iterable[Row]) -> None:
    """An array to a file, with a line for each row; no file where there are none."""
    rows, number = iter(rows), 1
    while (first := next(rows, None)) is not None:
        with zip_file.open(f"data/{name}.json" if number == 1 else f"data/{name}-{number}.json") as write:
            write(b"[\n" + _json(first).encode())
            for _position in range(ROWS_OF_A_FILE - 1):
                if (row := next(rows, None)) is None:
                    break
                write(b",\n" + _json(row).encode())
            write(b"\n]\n")
        number += 1


def _write_files(zip_file: _Zip, sight: Sight, store: Store) -> None:
    """The files themselves, piece by piece."""
    for kind in (kinds.BY_NAME["files"], kinds.BY_NAME["pictures"]):
        for key, number in sight.taken[kind.name].items():
            row = store.get((kind.name, number))
            if row is None:
                continue
            try:
                content = sight.file(kind, key).open("rb")
            except OSError:
                logger.warning("The content of one of %s is not there to be taken along.", kind.name)
                continue
            with content, zip_file.open(row["file"]) as write:
                while piece := content.read(PIECE):
                    write(piece)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
