"""Many users at once, of mixed kinds: those who read, search, write, and talk by socket.

    .venv/bin/python benchmarks/load.py               the full stack, then the embedded one (or: make bench)
    .venv/bin/python benchmarks/load.py full          one of them

Locust (benchmarks/worlds/crowd.py) sends what the users do, in a process of its own, at the demonstration: two servers
and a worker on PostgreSQL, Redis and Elasticsearch (`make services`), or one server on SQLite. It says for each page
how often it was asked for, its median and 95th percentile, and the errors; of each process the time of the processor
and the memory; and, by py-spy, where a server spends its time. LOAD_USERS (300), LOAD_SECONDS (300) and LOAD_THINK (20:
the seconds from page to page, at the mean) are the sizes.
"""

import contextlib
import csv
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.worlds.own_stack import own_stack  # noqa: E402

USERS = int(os.environ.get("LOAD_USERS", "300"))
SECONDS = int(os.environ.get("LOAD_SECONDS", "300"))
THINK = float(os.environ.get("LOAD_THINK", "20"))
STACKS = ("full", "embedded")
# Whoever owns an action is told of it: all of its organisation.
OF_ONE_ORGANISATION = 10
# So many users come a second.
COME_A_SECOND = 10
MEGABYTE = 1024 * 1024
SAMPLES_A_SECOND = 50
FRAMES_SHOWN = 40


def main() -> int:
    names = sys.argv[1:] or list(STACKS)
    if set(names) - set(STACKS):
        print(f"There are the stacks {' and '.join(STACKS)}.")
        return 2
    if len(names) == 1:
        return measure(names[0] == "embedded")
    # Each in a process of its own: Django is set up for one stack.
    return max(subprocess.run([sys.executable, __file__, name], check=False).returncode for name in names)


def measure(embedded: bool) -> int:
    with own_stack(search=not embedded, embedded=embedded) as stack:
        load_demonstration(stack)
        crowd = arrange(stack)
        servers = [stack.server()] if embedded else [stack.server(), stack.server()]
        others = [] if embedded else [stack.worker()]
        crowd["hosts"] = [server.url for server in servers]
        (stack.folder / "crowd.json").write_text(json.dumps(crowd))
        if not embedded:
            wait_for_the_index()
        watched = dict(processes(stack, servers, others))
        print(f"{'embedded' if embedded else 'full'}: {USERS} users for {SECONDS} seconds", flush=True)
        return watch(stack, servers[0], watched)


# --- what is there -------------------------------------------------------------------------------------------------
def load_demonstration(stack: Any) -> None:
    env = {**os.environ, **stack.env, "DEMONSTRATION": "1"}
    subprocess.run([sys.executable, "manage.py", "load_demonstration", "--quiet"], cwd=ROOT, env=env, check=True)


def arrange(stack: Any) -> dict[str, Any]:
    """The users, as members of the spaces of the programme, signed in; and what they can open."""
    from django.contrib.contenttypes.models import ContentType

    from accounts.models import User
    from coordination.models import Action, Agreement, Organisation, Role, Space
    from discussion import threads
    from discussion.models import Thread
    from knowledge.models import Resource
    from meetings.models import Meeting
    from tests.factories import join

    ContentType.objects.clear_cache()
    organisations = [
        Organisation.objects.create(name=f"Agency {number}", acronym=f"AG{number}", kind="agency")
        for number in range(-(-USERS // OF_ONE_ORGANISATION))
    ]
    made = [
        User(
            email=f"c{number}@crowd.example", name=f"Somebody {number}", password="!",
            organisation=organisations[number // OF_ONE_ORGANISATION],
        )
        for number in range(USERS)
    ]  # fmt: skip
    users = User.objects.bulk_create(made)
    for user in users:
        user.organisation.group.user_set.add(user)
    spaces = list(Space.objects.live().filter(pk__in=Action.objects.values("space"))[:3])
    for space in spaces:
        for organisation in organisations:
            join(organisation, space, Role.CONTRIBUTOR)
    reader = users[0]

    def addresses(model: Any) -> list[str]:
        return [one.get_absolute_url() for one in model.objects.readable_by(reader)[:30]]

    talked = list(Thread.objects.readable_by(reader).filter(closed_at=None)[:6])
    return {
        "think": THINK,
        "cookies": [stack.session_cookie(user) for user in users],
        "spaces": [space.key for space in spaces],
        "owners": [organisation.pk for organisation in organisations],
        "threads": [{"key": thread.key, "name": threads.name_of(thread)} for thread in talked],
        "pages": {
            "desk": ["/desk/"], "actions": ["/actions/"], "scoreboard": ["/scoreboard/"], "meetings": ["/meetings/"],
            "knowledge": ["/knowledge/"], "notifications": ["/notifications/"], "month": ["/meetings/month/"],
            "space": [space.get_absolute_url() for space in spaces], "action": addresses(Action),
            "agreement": addresses(Agreement), "meeting": addresses(Meeting), "resource": addresses(Resource),
            "thread": [thread.get_absolute_url() for thread in talked],
        },
    }  # fmt: skip


def wait_for_the_index() -> None:
    from search.models import Entry
    from tests.servers import wait_until

    wait_until(lambda: not Entry.objects.waiting().exists(), "The index is not filled.", seconds=180)


# --- the processes -------------------------------------------------------------------------------------------------
def processes(stack: Any, servers: list[Any], others: list[Any]) -> Iterator[tuple[str, Any]]:
    """By name; the services are those of `make services`, where they are processes of this machine."""
    import psutil

    for number, server in enumerate(servers, 1):
        yield f"server {number}", psutil.Process(server.process.pid)
    for other in others:
        yield other.name, psutil.Process(other.process.pid)
    if stack.is_full:
        for file in sorted((ROOT / "var" / "services").glob("*.pid")):
            yield file.stem, psutil.Process(int(file.read_text().split()[0]))


def processor_seconds(process: Any) -> float:
    """Of the process, of what it has started, and of what that was and has ended."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        times = one.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory(process: Any) -> float:
    """What it has for itself, with its share of what it has together with others."""
    import psutil

    taken = 0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # children come and go
            taken += one.memory_full_info().pss
    return taken / MEGABYTE


def watch(stack: Any, server: Any, watched: dict[str, Any]) -> int:
    """Let the crowd in; count from the moment when all have come."""
    import psutil

    table = stack.folder / "table"
    coming = USERS / COME_A_SECOND
    command = [
        sys.executable, "-m", "locust", "-f", "benchmarks/worlds/crowd.py", "--headless", "--only-summary",
        "-u", str(USERS), "-r", str(COME_A_SECOND), "-t", f"{int(coming + SECONDS)}s", "--stop-timeout", "30",
        "--reset-stats", "--csv", str(table), "--loglevel", "WARNING",
    ]  # fmt: skip
    env = {**os.environ, "CROWD": str(stack.folder / "crowd.json")}
    with (stack.folder / "locust.log").open("w") as log:
        locust = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        time.sleep(coming + 3)
        watched["the crowd (Locust)"] = psutil.Process(locust.pid)
        before, began = {name: processor_seconds(one) for name, one in watched.items()}, time.monotonic()
        profile = threading.Thread(target=sample, args=(stack, server.process.pid))
        profile.start()
        most = Counter(dict.fromkeys(watched, 0.0))
        while time.monotonic() < began + SECONDS - 6:
            time.sleep(min(5, SECONDS / 4))
            most |= Counter({name: memory(one) for name, one in watched.items()})
        after, took = {name: processor_seconds(one) for name, one in watched.items()}, time.monotonic() - began
        profile.join()
        locust.wait(120)
    finally:
        if locust.poll() is None:
            locust.kill()
    failed = say_pages(table, stack.folder / "locust.log")
    for name in watched:
        used = after[name] - before[name]
        print(f"  {name}: {used / took * 100:.0f} % of a core, at most {most[name]:.0f} MB", flush=True)
    say_profile(stack.folder / "profile")
    return int(bool(failed))


def rows_of(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(table.read_text().splitlines())) if table.exists() else []


def say_pages(table: Path, log: Path) -> int:
    """As Locust has written them down; how many requests went wrong."""
    rows = rows_of(Path(f"{table}_stats.csv"))
    if not rows:
        sys.exit(log.read_text()[-4000:])
    for row in rows:
        name = row["Name"] if row["Name"] != "Aggregated" else "all"
        print(
            f"  {row['Type']} {name}: {row['Request Count']} times, {float(row['Requests/s']):.2f} a second, median "
            f"{row['50%']} ms, 95 % {row['95%']} ms, "
            f"longest {row['100%']} ms, errors {row['Failure Count']}"
        )
    for row in rows_of(Path(f"{table}_failures.csv")):
        print(f"  error: {row['Method']} {row['Name']}: {row['Error']}: {row['Occurrences']}")
    return int(rows[-1]["Failure Count"])


# --- where the time goes -------------------------------------------------------------------------------------------
def sample(stack: Any, pid: int) -> None:
    """Ask the server fifty times a second what it does, for most of the time. py-spy looks from outside."""
    command = [
        str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(pid), "--duration",
        str(max(1, int(SECONDS * 0.7))), "--rate", str(SAMPLES_A_SECOND), "--format", "raw", "--nonblocking",
        "--output", str(stack.folder / "profile"),
    ]  # fmt: skip
    with (stack.folder / "py-spy.log").open("w") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, check=True)
        except (OSError, subprocess.CalledProcessError):
            print("  There is no profile: py-spy may not look at the server (it needs ptrace).", flush=True)


def say_profile(profile: Path) -> None:
    """By function: the part of all samples in which it was at work, itself or by what it had called."""
    if not profile.exists():
        return
    inclusive: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for line in profile.read_text().splitlines():
        stack, _space, count = line.rpartition(" ")
        frames = [
            frame.rpartition(":")[0] if frame.rpartition(":")[2].isdigit() else frame for frame in stack.split(";")
        ]
        own[frames[-1]] += int(count)
        for frame in set(frames):
            inclusive[frame] += int(count)
    total = own.total() or 1
    print(f"  {total} samples; with what was called, and by itself:")
    for frame, count in inclusive.most_common(FRAMES_SHOWN):
        print(f"  {count / total:6.1%} {own[frame] / total:6.1%}  {frame}")
    kept = ROOT / "var" / f"profile-{profile.parent.name}.raw"
    kept.write_text(profile.read_text())


if __name__ == "__main__":
    sys.exit(main())
