"""Backups of all that Accord keeps: the database and the folder of uploads, with a list of what is in them.

The list holds, for each table, how many rows there are and a hash over them, and a hash for each file. So a restored
installation can be held against what was backed up, table by table and file by file. The search ledger is among the
tables; Elasticsearch and Redis keep nothing that is not in the database.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

DATABASE, UPLOADS, CONTENTS = "database", "uploads", "contents.json"
FORMAT = 1
BLOCK = 1024 * 1024
ROWS_AT_ONCE = 2000
# Of a sum of hashes: rows may come in any order, and none can be left out or doubled unseen.
_WRAP = 2**256
Progress = Callable[[str], None]


class BackupError(Exception):
    """A sentence for the operator: why a backup was not made, or not restored."""


@dataclass(frozen=True)
class Table:
    rows: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a backup holds, or an installation."""

    database: str
    tables: dict[str, Table]
    files: dict[str, str]

    def differences(self, other: "Contents") -> list[str]:
        """What is not the same, a sentence for each; none where all is."""
        found = [f"The one is of {self.database}, the other of {other.database}."] * (self.database != other.database)
        for name in sorted({*self.tables, *other.tables}):
            mine, theirs = self.tables.get(name), other.tables.get(name)
            if mine != theirs:
                found.append(f"Table {name}: {_in_words(mine)} and {_in_words(theirs)}.")
        for name in sorted({*self.files, *other.files}):
            if self.files.get(name) != other.files.get(name):
                where = "is other" if name in self.files and name in other.files else "is in one of them alone"
                found.append(f"File {name} {where}.")
        return found


def _in_words(table: Table | None) -> str:
    return f"{table.rows} rows ({table.sha256[:12]})" if table else "none"


# --- made ----------------------------------------------------------------------------------------------------------
def make(folder: Path, tell: Progress) -> Contents:
    """Write a backup into `folder`, which must be new. What is uploaded meanwhile may be in it without a row.

    Raises BackupError. What is written is for nobody else to read.
    """
    if folder.exists():
        raise BackupError(f"{folder} is there already: name a new folder.")
    folder.mkdir(parents=True, mode=0o700)
    with _one_moment() as (tables_of, dump):
        tell("The database …")
        dump(folder / DATABASE)
        tables = tables_of()
    # After the database: no row of it then misses its file.
    tell("The uploads …")
    files = _copy(folder / UPLOADS)
    contents = Contents(connection.vendor, tables, files)
    _write(folder / CONTENTS, contents)
    return contents


def _write(file: Path, contents: Contents) -> None:
    file.write_text(json.dumps({"format": FORMAT, **asdict(contents)}, indent=1) + "\n")
    file.chmod(0o600)


def read(folder: Path) -> Contents:
    """The list of a backup."""
    try:
        told = json.loads((folder / CONTENTS).read_text())
    except (OSError, ValueError) as failure:
        raise BackupError(f"{folder} holds no backup: {CONTENTS} cannot be read.") from failure
    if told.get("format") != FORMAT:
        raise BackupError(f"{folder} is of another version of Accord.")
    tables = {name: Table(**table) for name, table in told["tables"].items()}
    return Contents(told["database"], tables, told["files"])


def present() -> Contents:
    """What this installation holds at this moment."""
    with _one_moment() as (tables_of, _dump):
        tables = tables_of()
    return Contents(connection.vendor, tables, {name: _hash(file) for name, file in _uploads()})


# --- restored ------------------------------------------------------------------------------------------------------
def restore(folder: Path, tell: Progress) -> list[str]:
    """Bring a backup into this installation, which must be empty; then hold the two against each other.

    Returns what is not the same. Raises BackupError where anything is there already.
    """
    contents = read(folder)
    if contents.database != connection.vendor:
        raise BackupError(f"The backup is of {contents.database}; DATABASE_URL names {connection.vendor}.")
    if connection.introspection.table_names():
        raise BackupError("The database is not empty: name a new one, without any table, in DATABASE_URL.")
    if next(_uploads(), None):
        raise BackupError("The folder of uploads is not empty: name a new one in MEDIA_ROOT.")
    tell("The database …")
    (_restore_postgresql if connection.vendor == "postgresql" else _restore_sqlite)(folder / DATABASE)
    tell("The uploads …")
    shutil.copytree(folder / UPLOADS, settings.MEDIA_ROOT, dirs_exist_ok=True)
    tell("Comparing …")
    return contents.differences(present())


# --- the database --------------------------------------------------------------------------------------------------
@contextmanager
def _one_moment() -> Iterator[tuple[Callable[[], dict[str, Table]], Callable[[Path], None]]]:
    """The database as it is at one moment, whoever writes meanwhile: to be hashed, and to be written to a file."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            names = sorted(connection.introspection.table_names(cursor))
            yield lambda: _hash_tables(names, _postgresql_rows), lambda file: _dump_postgresql(file, snapshot)
        return
    # SQLite's own backup is of one moment; what is hashed is that copy.
    connection.ensure_connection()
    with closing(sqlite3.connect(":memory:")) as copy:
        connection.connection.backup(copy)
        names = sorted(row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
        yield (
            lambda: _hash_tables(names, lambda name: copy.execute(f"SELECT * FROM {_quoted(name)}")),
            lambda file: _dump_sqlite(copy, file),
        )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _hash_tables(names: Iterable[str], rows_of: Callable[[str], Iterable[tuple]]) -> dict[str, Table]:
    found = {}
    for name in names:
        number, total = 0, 0
        for row in rows_of(name):
            number += 1
            total += int.from_bytes(sha256(repr(_plain(row)).encode()).digest())
        found[name] = Table(number, f"{total % _WRAP:064x}")
    return found


def _plain(row: tuple) -> tuple:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _postgresql_rows(name: str) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT * FROM {_quoted(name)}")
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


def _dump_postgresql(file: Path, snapshot: str) -> None:
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}"]
    _postgresql("pg_dump", *options)
    file.chmod(0o600)


def _restore_postgresql(file: Path) -> None:
    name = connection.settings_dict["NAME"]
    _postgresql("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={name}", str(file))


def _postgresql(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs against our database. The password goes by the environment, where no list of
    processes shows it."""
    found = shutil.which(program) or next(iter(sorted(_debian(program), reverse=True)), None)
    if found is None:
        raise BackupError(f"{program} is not installed: it comes with PostgreSQL's client, of the server's version.")
    at = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    said = {name: str(at[key]) for name, key in names.items() if at.get(key)}
    done = subprocess.run([found, *options], env={**os.environ, **said}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} refused: {done.stderr.strip()[-500:]}")


def _debian(program: str) -> list[str]:
    return [str(file) for file in Path("/usr/lib/postgresql").glob(f"*/bin/{program}")]


def _dump_sqlite(copy: sqlite3.Connection, file: Path) -> None:
    file.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as written:
        copy.backup(written)


def _restore_sqlite(file: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as kept:
        kept.backup(connection.connection)
    connection.close()


# --- the uploads ---------------------------------------------------------------------------------------------------
def _uploads() -> Iterator[tuple[str, Path]]:
    """Every uploaded file by its name below the folder, in the order of the names."""
    root = Path(settings.MEDIA_ROOT)
    for file in sorted(root.rglob("*")) if root.exists() else ():
        if file.is_file():
            yield file.relative_to(root).as_posix(), file


def _copy(folder: Path) -> dict[str, str]:
    """Copy every upload into `folder`, which is closed to others, and say what has been copied."""
    folder.mkdir(mode=0o700)
    hashes = {}
    for name, file in _uploads():
        copied = folder / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)
        hashes[name] = _hash(copied)
    return hashes


def _hash(file: Path) -> str:
    found = sha256()
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def told(contents: Contents) -> dict[str, Any]:
    """In figures, for whoever made it."""
    rows = sum(table.rows for table in contents.tables.values())
    return {"tables": len(contents.tables), "rows": rows, "files": len(contents.files)}
