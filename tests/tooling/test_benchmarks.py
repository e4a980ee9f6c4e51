"""The command that measures the follow-up runs, on sizes that take no time, and leaves no database behind; what faults
take away is noticed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.worlds.journal import not_there_once
from tests.factories import make_action, make_message, make_organisation, make_space, make_thread

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "BENCH_ACTIONS": "120", "BENCH_FEW_ACTIONS": "40", "BENCH_SPACES": "4", "BENCH_USERS": "30", "BENCH_GRANTS": "200",
    "BENCH_REQUESTS": "2", "BENCH_OBJECT_GRANTS": "50",
}  # fmt: skip


def measure(**env: str) -> str:
    done = subprocess.run(
        [sys.executable, "benchmarks/follow_up.py"],
        cwd=ROOT, env={**os.environ, **TINY, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.full
@pytest.mark.slow
def test_the_follow_up_is_measured_for_each_page_and_kind_of_user():
    said = measure()

    assert "120 actions, 12 commitments, 4 agreements, 4 spaces, 30 users, 200 grants" in said
    for page in ("list", "board", "scoreboard"):
        for kind in ("liaison", "officer", "secretariat"):
            assert re.search(rf"^{page}, {kind}: \d+ queries$", said, re.MULTILINE)
            assert re.search(
                rf"^{page}, {kind}: median [\d.]+ ms, 95th percentile .* ratio .* [\d.]+$", said, re.MULTILINE
            )
    for kind in ("liaison", "officer", "secretariat"):
        clocked = (f"within PostgreSQL, {kind}, {what}" for what in ("executed", "planned and executed"))
        for what in (f"first page, {kind}", f"count, {kind}", *clocked):
            assert re.search(rf"{what}: token [\d.]+ ms, guardian [\d.]+ ms, [\d.]+ times as long$", said, re.MULTILINE)


def test_without_postgresql_it_says_what_it_needs():
    assert "DATABASE_URL names none" in measure(DATABASE_URL="sqlite:///nowhere.sqlite3")


@pytest.mark.parametrize(("command", "names"), [("faults", "postgresql, redis, elasticsearch"), ("load", "full and")])
def test_faults_and_load_load_and_name_what_they_know(command, names):
    done = subprocess.run(
        [sys.executable, f"benchmarks/{command}.py", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and names in done.stdout


@pytest.mark.django_db
def test_what_was_acknowledged_and_is_not_there_once_is_named():
    thread = make_thread(make_action(make_space()))
    made = [make_message(thread, text=f"message {number}") for number in (1, 2)]
    words = {"message": [message.text for message in made], "file": [], "action": [], "paragraph": []}
    busy = SimpleNamespace(thread=thread, owner=make_organisation(), acknowledged=words, contents={})
    assert not_there_once(busy) == []
    words["message"].append("message 3")
    words["message"].remove("message 1")
    assert not_there_once(busy) == ["message: 1 lost, 1 too many: ['message 3', 'message 1']"]
