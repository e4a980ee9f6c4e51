"""PostgreSQL as it was at any moment: a base backup, and from it a cluster of then.

    python scripts/point_in_time.py base FOLDER
    python scripts/point_in_time.py restore FOLDER --archive ARCHIVE --until "2026-03-02 06:00:00+00" --to DATA

`base` copies the running cluster that DATABASE_URL names (its account needs REPLICATION). The server must archive its
write-ahead log all the while, to a folder that outlives it:

    archive_mode = on
    archive_command = 'test ! -f ARCHIVE/%f && cp %p ARCHIVE/%f'
    archive_timeout = 60

`restore` makes a new data folder that, once a PostgreSQL of the same version is started on it, goes through the archive
up to that moment and then takes writes. Both only arrange what PostgreSQL itself does ("Continuous Archiving and
Point-in-Time Recovery" in its manual). The uploads are restored besides, from any backup that is not older.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import services

OWN_SETTINGS = "postgresql.auto.conf"


class PointInTimeError(Exception):
    """Why it was not done, in a sentence."""


def base(folder: Path, database_url: str) -> None:
    """Copy the running cluster into `folder`, which must be new."""
    if folder.exists():
        raise PointInTimeError(f"{folder} is there already: name a new folder.")
    at = urlsplit(database_url)
    if not at.scheme.startswith("postgres"):
        raise PointInTimeError("DATABASE_URL names no PostgreSQL.")
    env = {**os.environ, "PGPASSWORD": unquote(at.password or "")}
    where = ["-h", at.hostname or "localhost", "-p", str(at.port or 5432), "-U", unquote(at.username or "postgres")]
    _run([services.find("pg_basebackup"), *where, "-D", str(folder), "--checkpoint=fast", "-X", "stream"], env)


def restore(folder: Path, archive: Path, until: str, data: Path) -> None:
    """Make `data`, a cluster that will be as it was at the moment `until`."""
    if data.exists() and any(data.iterdir()):
        raise PointInTimeError(f"{data} is not empty: name a new folder.")
    if "'" in f"{archive}{until}":
        raise PointInTimeError("Write no quotation marks.")
    shutil.copytree(folder, data, dirs_exist_ok=True)
    data.chmod(0o700)
    with (data / OWN_SETTINGS).open("a") as settings:
        settings.write(f'restore_command = \'cp "{archive}/%f" "%p"\'\n')
        settings.write(f"recovery_target_time = '{until}'\nrecovery_target_action = 'promote'\n")
    (data / "recovery.signal").touch()


def _run(command: list[str | None], env: dict[str, str]) -> None:
    if command[0] is None:
        raise PointInTimeError("pg_basebackup is not installed: it comes with PostgreSQL, of the server's version.")
    done = subprocess.run([str(word) for word in command], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PointInTimeError(done.stderr.strip()[-500:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    deeds = parser.add_subparsers(dest="deed", required=True)
    deeds.add_parser("base").add_argument("folder", type=Path)
    restoring = deeds.add_parser("restore")
    restoring.add_argument("folder", type=Path)
    restoring.add_argument("--archive", type=Path, required=True)
    restoring.add_argument("--until", required=True)
    restoring.add_argument("--to", type=Path, required=True)
    said = parser.parse_args()
    try:
        if said.deed == "base":
            base(said.folder, os.environ.get("DATABASE_URL", ""))
        else:
            restore(said.folder, said.archive.resolve(), said.until, said.to)
    except PointInTimeError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
