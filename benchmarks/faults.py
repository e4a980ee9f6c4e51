"""What is lost when something breaks while many are at work. Goal: nothing that was acknowledged.

    .venv/bin/python benchmarks/faults.py                     every fault, one after the other (or: make bench)
    .venv/bin/python benchmarks/faults.py redis kills         these

Two servers and a worker on PostgreSQL, Redis and Elasticsearch (`make services`), with a database of their own. Writers
keep a journal of what the servers acknowledged (benchmarks/worlds/journal.py); at the end it is held against the
database, and each fault ends with one line that says what was lost. Whatever is taken away is the benchmark's own.

FAULT_SECONDS is how long a fault lasts, FAULT_AWAY how long Elasticsearch is gone (600: ten minutes), FAULT_KILLS how
often a server and how often a worker is killed, FAULT_RESTARTS how often PostgreSQL and Redis are restarted,
FAULT_PAUSE the seconds between two deeds of a writer, FAULT_SOCKETS how many listen, FAULT_BEFORE the earlier version
of a rolling restart (a commit; by default the one before the newest migration).
"""

import asyncio
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.worlds.own_stack import own_stack  # noqa: E402

SECONDS = float(os.environ.get("FAULT_SECONDS", "60"))
AWAY = float(os.environ.get("FAULT_AWAY", "600"))
KILLS = int(os.environ.get("FAULT_KILLS", "100"))
RESTARTS = int(os.environ.get("FAULT_RESTARTS", "6"))
PAUSE = float(os.environ.get("FAULT_PAUSE", "1"))
SOCKETS = int(os.environ.get("FAULT_SOCKETS", "24"))
BEFORE = os.environ.get("FAULT_BEFORE", "")
# As PostgreSQL is set where it is trusted: a commit that was answered is on the disk.
TRUSTED = [word for name in ("fsync", "synchronous_commit", "full_page_writes") for word in ("-c", f"{name}=on")]
DISK_MB = 12
AN_HOUR = 3600

Trouble = Callable[[Any], Awaitable[Any]]


def main() -> int:
    names = sys.argv[1:] or list(FAULTS)
    if unknown := set(names) - set(FAULTS):
        print(f"There is no fault named {', '.join(sorted(unknown))}. There are: {', '.join(FAULTS)}.")
        return 2
    if len(names) == 1:
        return FAULTS[names[0]]()
    # Each in a process of its own: what one has taken away, the next has not heard of.
    return max(subprocess.run([sys.executable, __file__, name], check=False).returncode for name in names)


def say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)


# --- the faults ----------------------------------------------------------------------------------------------------
def postgresql() -> int:
    """Restarted in turn as an operator does it, and as after a crash: what was not written to its log is gone."""
    with own_stack(search=True) as stack:
        database = trusted_postgresql(stack)

        def crash() -> None:
            database.process.send_signal(signal.SIGQUIT)
            database.process.wait()

        async def restart(_busy: Any) -> None:
            for number in range(RESTARTS):
                await asyncio.sleep(SECONDS / RESTARTS)
                await asyncio.to_thread(database.stop if number % 2 else crash)
                await asyncio.to_thread(database.start)

        return work("postgresql", stack, restart, f"restarted {RESTARTS} times, every second time in good order")


def redis() -> int:
    """It keeps nothing: what it carried at that moment is fetched from the database."""
    with own_stack(search=True) as stack:
        carrier = stack.redis()

        async def restart(_busy: Any) -> None:
            for number in range(RESTARTS):
                await asyncio.sleep(SECONDS / RESTARTS)
                await asyncio.to_thread(carrier.stop if number % 2 else carrier.kill)
                await asyncio.to_thread(carrier.start)

        return work("redis", stack, restart, f"restarted {RESTARTS} times")


def elasticsearch() -> int:
    from tests.faults.proxy import FaultyProxy

    with own_stack(search=True) as stack:
        proxy = FaultyProxy(stack.env["ELASTICSEARCH_URL"])
        stack.env["ELASTICSEARCH_URL"] = proxy.url

        async def away(_busy: Any) -> None:
            await asyncio.sleep(SECONDS / 4)
            proxy.mode = "away"
            await asyncio.sleep(AWAY)
            proxy.mode = "through"
            await asyncio.sleep(SECONDS / 4)

        return work("elasticsearch", stack, away, f"gone for {AWAY:.0f} seconds")


def kills() -> int:
    """Of the two servers one in turn, and the worker beside them, each as soon as it is back."""
    with own_stack(search=True) as stack:

        async def kill(busy: Any) -> None:
            await asyncio.gather(_kill_in_turn(busy.servers), _kill_in_turn([busy.worker]))

        return work("kills", stack, kill, f"a server killed {KILLS} times, a worker {KILLS} times")


async def _kill_in_turn(processes: list[Any]) -> None:
    for number in range(KILLS):
        process = processes[number % len(processes)]
        await asyncio.sleep(random.uniform(0.2, 1.5))
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.start)
        if (number + 1) % 20 == 0:
            say(f"{process.name}: killed {number + 1} times")


def disk() -> int:
    """A disk of a few megabytes under the uploads and under what is written before they are looked at."""
    if os.geteuid() != 0:
        print("disk: not tried: only root can make a small disk (mount -t tmpfs).")
        return 0
    with own_stack(search=True) as stack:
        small = stack.folder / "disk"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", small], check=True)
        try:
            for name in ("media", "temporary"):
                (small / name).mkdir()
            stack.env |= {"MEDIA_ROOT": str(small / "media"), "TMPDIR": str(small / "temporary")}
            from django.conf import settings

            settings.MEDIA_ROOT = stack.env["MEDIA_ROOT"]

            async def fill(busy: Any) -> None:
                while not any(answer.startswith("file") for answer in busy.answers):
                    await asyncio.sleep(0.2)
                say(f"The disk is full: {len(busy.acknowledged['file'])} files are on it.")
                await asyncio.sleep(SECONDS / 3)
                subprocess.run(["mount", "-o", "remount,size=400m", small], check=True)
                await asyncio.sleep(SECONDS / 3)

            return work("disk", stack, fill, "full during uploads", files=True)
        finally:
            stack.end()
            subprocess.run(["umount", small], check=True)


def clock() -> int:
    """The clock of servers, worker, PostgreSQL and Redis goes back an hour while they run: what stands between them and
    the C library (benchmarks/worlds/clock.c) tells them what a machine tells whose clock was set."""
    compiler = shutil.which("cc")
    if compiler is None:
        print("clock: not tried: it needs a C compiler (Debian: apt-get install gcc libc6-dev).")
        return 0
    with own_stack(search=True) as stack:
        shown = stack.folder / "clock"
        shown.write_bytes(struct.pack("q", 0))
        library = stack.folder / "clock.so"
        source = ROOT / "benchmarks" / "worlds" / "clock.c"
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
        for path in (stack.folder, shown, library):  # PostgreSQL reads them under an account of its own
            path.chmod(0o755)
        told = {"LD_PRELOAD": str(library), "SHOWN_CLOCK": str(shown)}
        stack.env |= told
        os.environ |= told  # PostgreSQL starts with what this process has
        trusted_postgresql(stack)
        stack.redis()
        for name in told:
            del os.environ[name]

        async def set_back(_busy: Any) -> None:
            await asyncio.sleep(SECONDS / 2)
            with shown.open("r+b") as clock_file:  # in place: those who look at it go on looking at this file
                clock_file.write(struct.pack("q", -AN_HOUR))
            await asyncio.sleep(SECONDS)

        return work("clock", stack, set_back, "set back an hour")


def versions() -> int:
    """Servers and worker of an earlier version go on while the database is migrated, and are then replaced in turn."""
    with own_stack(search=True) as stack:
        commit = BEFORE or before_the_newest_migration()
        former = checked_out(commit)

        async def replace(busy: Any) -> None:
            await asyncio.sleep(SECONDS / 4)
            await asyncio.to_thread(manage, stack, ROOT, "migrate", "--verbosity", "0")
            say("The database has been migrated; both servers are of the earlier version.")
            await asyncio.sleep(SECONDS / 4)
            for process in [*busy.servers, busy.worker]:
                await asyncio.to_thread(process.stop)
                process.root = ROOT
                await asyncio.to_thread(process.start)
                say(f"A {process.name} has been replaced.")
                await asyncio.sleep(SECONDS / 4)

        def migrate_back() -> None:
            for app, name in last_migrations(former).items():
                if last_migrations(ROOT).get(app) != name:
                    manage(stack, ROOT, "migrate", app, name, "--verbosity", "0")

        what = f"replaced in turn by this version, from {commit}"
        return work("versions", stack, replace, what, root=former, arranged=migrate_back)


FAULTS: dict[str, Callable[[], int]] = {
    one.__name__: one for one in (postgresql, redis, elasticsearch, kills, disk, clock, versions)
}


def trusted_postgresql(stack: Any) -> Any:
    """One of its own whose commits are on the disk when they are answered; only its tables are made without waiting."""
    database = stack.postgresql()
    database.stop()
    database.options = TRUSTED
    return database.start()


# --- an earlier version --------------------------------------------------------------------------------------------
def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def before_the_newest_migration() -> str:
    newest = git("log", "-1", "--format=%H", "--", "*/migrations/0*.py")
    return git("rev-parse", "--short", f"{newest}~1")


def checked_out(commit: str) -> Path:
    """Its code, with the packages and the static files that are here."""
    folder = ROOT / "var" / "before" / commit
    if not folder.exists():
        folder.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-xf", "-", "-C", folder], input=archive, check=True)
        (folder / "var" / "static").mkdir(parents=True)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        subprocess.run([sys.executable, "scripts/catalogues.py", "compile"], cwd=folder, check=True)
    return folder


def last_migrations(root: Path) -> dict[str, str]:
    files = sorted(root.glob("*/migrations/0*.py"))
    return {file.parts[-3]: file.stem for file in files}


def manage(stack: Any, root: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=root, env={**os.environ, **stack.env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(words)} failed:\n{done.stderr[-3000:]}")


# --- at work -------------------------------------------------------------------------------------------------------
def work(
    name: str,
    stack: Any,
    trouble: Trouble,
    what: str,
    *,
    files: bool = False,
    root: Path = ROOT,
    arranged: Callable[[], None] = lambda: None,
) -> int:
    """Start servers and worker, let all be at work during the trouble, and say what was lost."""
    from benchmarks.worlds import journal
    from tests.servers import Server, WorkerProcess, forget_connection

    print(f"{name}: {what}", flush=True)
    servers = [Server(stack), Server(stack)]
    worker = WorkerProcess(stack)
    busy = journal.Busy(stack, servers, say, PAUSE, SOCKETS)
    busy.arrange()
    arranged()
    for process in [*servers, worker]:
        process.root = root
        process.start()
    busy.worker = worker
    began = time.monotonic()
    asyncio.run(busy.run_while(trouble, files))
    took = time.monotonic() - began
    forget_connection()  # what this process had may have gone with the database
    wrong = journal.losses(busy)
    return tell(name, busy, wrong, took, stack)


def tell(name: str, busy: Any, wrong: list[str], took: float, stack: Any) -> int:
    from benchmarks.worlds.journal import leftovers

    deeds = ", ".join(f"{len(words)} {kind}s" for kind, words in busy.acknowledged.items())
    say(f"{took:.0f} s; acknowledged: {deeds}; the longest after {busy.longest:.1f} s")
    if busy.result.refused:
        say(f"errors that were answered by socket: {dict(busy.result.refused)}")
    say(f"connections broken: {busy.broken}; sockets cut or lost: {busy.result.ends.total()}; "
        f"answers in place of an acknowledgement: {dict(busy.answers)}")  # fmt: skip
    say(f"pages by answer (0: broken): {dict(busy.pages)}; searches: {dict(busy.searches)}")
    orphans = len(leftovers(busy))
    say(f"mails that went out twice: {busy.mailed_twice}; files on the disk that belong to nothing: {orphans}")
    for process in stack.processes:
        if "Traceback" in process.log:
            shutil.copy(process.log_file, ROOT / "var" / f"fault-{name}-{process.log_file.name}")
    total = sum(len(words) for words in busy.acknowledged.values())
    for sentence in wrong:
        say(f"WRONG: {sentence}")
    lost = "; ".join(wrong) if wrong else "nothing"
    print(f"{name}: what was lost of {total} deeds: {lost}", flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
