"""Opens an archive that comes in, and judges it before anything of it is believed.

Nothing is unpacked by name: members are read from the ZIP, within bounds, and only those that the manifest names. The
hash of each is checked, and each row is held against the schema of this version, not against the one that comes along.
"""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from jsonschema import Draft202012Validator

from home.archive.kinds import BY_NAME, FORMAT, VERSION
from home.archive.schema import schema
from home.archive.store import Row

MEBIBYTE = 1024 * 1024
MOST_MEMBERS = 1_000_000
MOST_OF_DATA = 64 * MEBIBYTE
# What unpacks to more than this many times its size was made to fill a disk.
MOST_TIMES = 300
MOST_UNPACKED = 200 * 1024 * MEBIBYTE
PIECE = MEBIBYTE
MANIFEST = "manifest.json"
_NAME = re.compile(r"^data/([a-z_]+?)(?:-([0-9]+))?\.json$")


class ArchiveRefused(Exception):
    """A sentence: why this archive is not brought in."""


class Archive:
    """One that has been judged good: its manifest, its rows and its files."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise ArchiveRefused(f"{path} cannot be opened as a ZIP: {error}.") from error
        self._parts = {info.filename: info for info in self._zip.infolist()}
        _check_names(self._zip.infolist())
        self.manifest = self._manifest()
        self._check_hashes()
        self._schema = schema()

    def close(self) -> None:
        self._zip.close()

    def _manifest(self) -> Row:
        if MANIFEST not in self._parts:
            raise ArchiveRefused(f"There is no {MANIFEST} in it: this is no archive of a space.")
        found = self._json(MANIFEST)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ArchiveRefused("This is no archive of a space.")
        if found.get("version") != VERSION:
            raise ArchiveRefused(f"It is of version {found.get('version')} of the format; {VERSION} is read here.")
        _check(MANIFEST, Draft202012Validator(schema()["$defs"]["manifest"]), found)
        return found

    def _check_hashes(self) -> None:
        """Whatever is in it is as it was written, and nothing else is in it."""
        said = self.manifest["files"]
        if missing := sorted(said.keys() - self._parts.keys()):
            raise ArchiveRefused(f"{missing[0]} is named in the manifest and not there.")
        if more := sorted(self._parts.keys() - said.keys() - {MANIFEST}):
            raise ArchiveRefused(f"{more[0]} is there and not named in the manifest.")
        for name, about in said.items():
            digest = sha256()
            with self._open(name) as content:
                while piece := _read(name, content):
                    digest.update(piece)
            if digest.hexdigest() != about["sha256"]:
                raise ArchiveRefused(f"{name} is not what the manifest says: it was changed or damaged.")

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self._zip.open(name)
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:  # sealed, or packed in another way
            raise ArchiveRefused(f"{name} cannot be read: {error}.") from error

    def _json(self, name: str) -> Any:
        if self._parts[name].file_size > MOST_OF_DATA:
            raise ArchiveRefused(f"{name} is too large.")
        with self._open(name) as content:
            written = b"".join(iter(lambda: _read(name, content), b""))
        # PostgreSQL keeps no NUL, and nobody writes one.
        if b"\\u0000" in written:
            raise ArchiveRefused(f"There are characters in {name} that are no text.")
        try:
            return json.loads(written)
        except (ValueError, RecursionError) as error:
            raise ArchiveRefused(f"{name} is no JSON: {error}.") from error

    # --- what is in it -----------------------------------------------------------------------------------------------
    def check_rows(self) -> dict[str, int]:
        """Hold every row of every file against the schema; how many there are of each kind."""
        unknown = {name for name in self._parts if name.startswith("data/")} - {"data/schema.json"}
        for name in unknown:
            found = _NAME.match(name)
            if not found or found[1] not in {*BY_NAME, "memberships"}:
                raise ArchiveRefused(f"Nothing is known here of {name}.")
        return {kind: sum(1 for _row in self.rows(kind)) for kind in (*BY_NAME, "memberships")}

    def rows(self, kind: str) -> Iterator[Row]:
        """The rows of a kind; one of its files is in memory at a time. Raises ArchiveRefused."""
        asked = {"$ref": f"#/$defs/{kind}", "$defs": self._schema["$defs"]}
        validator, expected = Draft202012Validator(asked), 0
        for name in self._files_of(kind):
            rows = self._json(name)
            if not isinstance(rows, list):
                raise ArchiveRefused(f"{name} is no list.")
            for row in rows:
                expected += 1
                _check(f"{name}, row {expected}", validator, row)
                if row["id"] != expected:
                    raise ArchiveRefused(f"{name}: the ids are not numbered one after the other.")
                yield row

    def _files_of(self, kind: str) -> Iterator[str]:
        number, name = 1, f"data/{kind}.json"
        while name in self._parts:
            yield name
            number += 1
            name = f"data/{kind}-{number}.json"

    def file(self, name: str) -> IO[bytes]:
        """A file of it, on the disk, where those who judge files can go to and fro in it."""
        most = settings.UPLOAD_LIMIT_MB * MEBIBYTE
        if name not in self._parts or not name.startswith("files/"):
            raise ArchiveRefused(f"{name} is not there.")
        if self._parts[name].file_size > most:
            raise ArchiveRefused(f"{name} is larger than the {settings.UPLOAD_LIMIT_MB} MB that are taken here.")
        copy = tempfile.TemporaryFile()  # noqa: SIM115  whoever asks closes it
        with self._open(name) as content:
            while piece := _read(name, content):
                copy.write(piece)
        copy.seek(0)
        return copy


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse names that lead out of a folder, names that are there twice, and what unpacks without end."""
    if len(parts) > MOST_MEMBERS:
        raise ArchiveRefused("There is more in it than any space holds.")
    if len({part.filename for part in parts}) != len(parts):
        raise ArchiveRefused("A name is in it twice.")
    for part in parts:
        steps = part.filename.split("/")
        if part.filename.startswith("/") or "\\" in part.filename or ":" in steps[0] or {"..", "."} & set(steps):
            raise ArchiveRefused(f"{part.filename} leads out of the archive.")
        if part.file_size > MOST_TIMES * part.compress_size + MEBIBYTE:
            raise ArchiveRefused(f"{part.filename} unpacks to more than it can hold: it was made to fill a disk.")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise ArchiveRefused("It unpacks to more than any space holds.")


def _read(name: str, content: IO[bytes]) -> bytes:
    try:
        return content.read(PIECE)
    except Exception as error:  # whatever a broken packing brings
        raise ArchiveRefused(f"{name} cannot be read: {error}.") from error


def _check(name: str, validator: Draft202012Validator, value: Any) -> None:
    problem = next(validator.iter_errors(value), None)
    if problem is not None:
        place = "/".join(str(step) for step in problem.absolute_path)
        raise ArchiveRefused(f"{name}{f' ({place})' if place else ''}: {problem.message[:300]}")
