"""A backup, brought into an empty installation, is what was backed up: by count and hash of every table and file."""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coordination.models import Action, AuditEntry
from scripts import point_in_time, services
from tests.factories import make_action, make_file, make_message, make_space
from tests.servers import ROOT, PostgresDatabase, PostgresProcess

pytestmark = pytest.mark.slow


def manage(env, *words):
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, words)], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def empty(stack, tmp_path):
    """The settings of an installation that holds nothing yet, on the same kind of database."""
    media = {"MEDIA_ROOT": str(tmp_path / "restored")}
    if not stack.is_full:
        yield {**stack.env, **media, "DATABASE_URL": f"sqlite:///{tmp_path / 'restored.sqlite3'}"}
        return
    database = PostgresDatabase(stack.env["DATABASE_URL"])
    database._execute(f'CREATE DATABASE "{database.name}"')
    yield {**stack.env, **media, "DATABASE_URL": database.url}
    database.drop()


@pytest.mark.both_stacks
def test_what_is_restored_is_what_was_backed_up_and_its_audit_chain_holds(stack, empty, tmp_path):
    space = make_space("Border management")
    make_message(space, text="Каждое слово")
    make_file(space, content=b"Lines of a report.")
    folder = tmp_path / "backup"
    code, told = manage(stack.env, "backup", folder)
    assert code == 0 and "1 files" in told, told
    assert all(kept.stat().st_mode & 0o077 == 0 for kept in [folder, *folder.iterdir()]), "Others can read it."
    code, told = manage(empty, "restore", folder)
    assert code == 0 and "as it was backed up" in told, told
    code, told = manage(empty, "audit_verify")
    assert code == 0, told
    assert "not empty" in manage(empty, "restore", folder)[1]
    [kept] = [file for file in Path(empty["MEDIA_ROOT"]).rglob("*") if file.is_file()]
    kept.write_bytes(b"Lines of a raport.")
    code, told = manage(empty, "restore", folder, "--compare-only")
    assert code == 1 and "is other" in told and "Table" not in told, told
    # Since the backup the original has grown, which is told by table and number.
    make_space("Another room")
    code, told = manage(stack.env, "restore", folder, "--compare-only")
    assert code == 1 and "Table coordination_space" in told, told
    assert AuditEntry.objects.exists()


class Restored(PostgresProcess):
    """A PostgreSQL on a folder that `restore` has made."""

    def __init__(self, stack, data):
        super().__init__(stack)
        shutil.rmtree(self.data)
        self.data = data


@pytest.mark.full
def test_the_database_is_brought_back_to_the_moment_before_somebody_deleted_everything(stack):
    folder = Path(tempfile.mkdtemp(prefix="accord-archive-"))
    archive = folder / "archive"
    archive.mkdir()
    account = services.service_account()
    if account:
        for one in (folder, archive):
            os.chown(one, account["user"], account["group"])
    archiving = (
        "archive_mode=on",
        f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f",
        "full_page_writes=on",
    )
    postgres = stack.postgresql(*(part for option in archiving for part in ("-c", option)))
    point_in_time.base(folder / "base", postgres.url("postgres"))
    space = make_space("Border management")
    action = make_action(space, title="Written after the base backup")
    before = datetime.now(UTC)
    Action.objects.all().delete()
    database = stack.database
    database._execute("SELECT pg_switch_wal()")
    services.wait_until(lambda: len(list(archive.iterdir())) > 1, "Nothing was archived.")
    postgres.stop()
    data = folder / "data"
    point_in_time.restore(folder / "base", archive, before.isoformat(" "), data)
    if account:
        subprocess.run(["chown", "-R", f"{account['user']}:{account['group']}", data], check=True)
    restored = Restored(stack, data).start()
    url = restored.url(database.name).replace("postgres://", "postgresql://", 1)
    import psycopg

    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT title FROM coordination_action").fetchall()
    assert rows == [(action.title,)]
    restored.stop()
    shutil.rmtree(folder)
