"""Real processes for the tests that need them: servers, workers, a database of their own.

A test that takes the fixture `stack` gets a fresh, migrated database on whichever stack the run is on (SQLite; or
PostgreSQL, Redis and Elasticsearch), with a Redis prefix and an Elasticsearch index of its own. For the length of the
test, Django in the test's own process is connected to that same database, so the factories arrange data for the
servers as they do everywhere else:

    @pytest.mark.slow
    @pytest.mark.both_stacks
    def test_a_member_opens_the_space(stack):
        space = make_space("Border management")
        member = make_member(space)
        server = stack.server()                      # a daphne process, already answering
        assert server.get(space.get_absolute_url(), member).status == 200

What there is:

- `stack.server(**env)` starts a daphne process; `stack.worker(**env)` starts `manage.py run_worker`. Both take settings
  by the names that the environment has for them. Start as many as the test needs: on the full stack two servers share
  Redis. On the embedded stack the server itself runs the tasks; pass TASKS_IN_PROCESS="" (or "1") to choose.
- `process.stop()` asks it to end and waits, `process.kill()` is kill -9, `process.start()` starts it again on the same
  port, `process.log` is what it has written. `server.url` is `http://127.0.0.1:<port>`.
- `server.get(path, user, headers=None)` and `server.post(path, {...}, user)` answer a `Reply`: status, text, headers;
  redirects are not followed. `user` None is an anonymous reader.
- `server.socket_url(path)` and `server.headers(user)` are what websockets.connect needs:
      async with websockets.connect(server.socket_url("/…/"), additional_headers=server.headers(user)) as socket: …
- `stack.session_cookie(user)` signs the user in and gives the value of the cookie `sessionid`; `stack.cookies(user)`
  the same as a dict. They hold for every server of the stack.
- `stack.env` is the environment that all of them start with. Change it before starting them, such as
  stack.env["ELASTICSEARCH_URL"] = node.url for a node that the test starts and ends itself.
- `stack.redis()` and `stack.postgresql()` start ones of this test's own, to be stopped, killed and started again, and
  point the environment (and the test's Django) at them. Call them first, before any data are made: `postgresql`
  brings an empty migrated database with it.
- `connected(stack)` is done for you by the fixture. Async tests reach the same database through sync_to_async.

Take neither `db` nor `@pytest.mark.django_db` beside `stack`: these would roll back what the servers must see.
Everything started ends with the test, however it ends; when it fails, the report shows the processes' logs. A server
takes about four seconds to start: share one among the steps of a test, and mark such tests `slow`. Where the test asks
nothing of its start and its end, `stack.forked_server()` answers at once.
"""

import contextlib
import fcntl
import hashlib
import itertools
import multiprocessing
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts import services
from tests.elasticsearch_node import free_port

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "servers"
START_SECONDS = 60
STOP_SECONDS = 20
LOG_LINES_SHOWN = 80
CSRF = "c" * 32  # any text of the right length: what counts is that cookie and form agree


# --- processes -----------------------------------------------------------------------------------------------------
class Process:
    """A process of ours: started, stopped, killed, and started again on the same address."""

    name = "process"
    # Where the code lies: that of another version can be served beside this one.
    root = ROOT

    def __init__(self, stack: "Stack", **env: str) -> None:
        self.stack, self.env = stack, env
        self.process: subprocess.Popen[bytes] | Fork | None = None
        self.log_file = stack.folder / f"{self.name}-{next(stack.numbers)}.log"
        stack.processes.append(self)

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.stack.env, **self.env, "PYTHONUNBUFFERED": "1"}

    def launch(self) -> "subprocess.Popen[bytes] | Fork":
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                self.command(), cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def start(self) -> Any:
        """Start it and return when it answers."""
        self.process = self.launch()
        wait_until(lambda: self.process.poll() is not None or self.answers(), f"{self.name} did not answer.")
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended at its start:\n{self.log[-4000:]}")
        return self

    def stop(self) -> None:
        """Ask it to end and wait until it has; a process that does not heed is killed."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as the kernel would: nothing is finished, nothing is tidied up."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""


@dataclass(frozen=True)
class Reply:
    status: int
    text: str
    headers: Any


class Server(Process):
    """Daphne, serving pages and sockets."""

    name = "daphne"

    def __init__(self, stack: "Stack", **env: str) -> None:
        self.port = free_port()
        super().__init__(stack, **{"BASE_URL": self.url, **env})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket_url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def command(self) -> list[str]:
        daphne = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(self.port)]
        return [*daphne, "config.asgi:application"]

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.get("/healthz").status == 200
        return False

    def headers(self, user: Any = None) -> dict[str, str]:
        """What a browser sends along: the cookies of `user`, and the origin that sockets are checked by."""
        cookies = {**self.stack.cookies(user), "csrftoken": CSRF}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Origin": self.url}

    def get(self, path: str, user: Any = None, headers: dict[str, str] | None = None) -> Reply:
        return self._ask(urllib.request.Request(self.url + path), user, headers)

    def post(self, path: str, fields: dict[str, Any], user: Any = None, headers: dict[str, str] | None = None) -> Reply:
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": CSRF}, doseq=True).encode()
        return self.post_body(path, body, headers or {}, user)

    def post_body(self, path: str, body: bytes, headers: dict[str, str], user: Any = None) -> Reply:
        """A form of any kind, as it goes over the wire; `headers` say of which."""
        return self._ask(urllib.request.Request(self.url + path, data=body), user, headers)

    def _ask(self, request: urllib.request.Request, user: Any, headers: dict[str, str] | None) -> Reply:
        for name, value in {**self.headers(user), **(headers or {})}.items():
            request.add_header(name, value)
        try:
            answer = _browser.open(request, timeout=60)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Reply(answer.status, answer.read().decode(errors="replace"), answer.headers)


class Forked(Process):
    """A child of the tests' own process, which has imported everything: it answers at once, and dies as others do. For
    tests that do not ask how a process starts."""

    def launch(self) -> "Fork":
        if self.stack.is_connected:
            in_both_threads(forget_connection)  # SQLite breaks where two processes have one
        return Fork(self._work)

    def _work(self) -> None:
        from asgiref.sync import SyncToAsync

        os.environ.update(self.environment)
        with self.log_file.open("ab") as log:
            for number in (1, 2):
                os.dup2(log.fileno(), number)
        sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1)
        take_settings_of_the_environment()
        forget_connection()  # where Chromium’s loop ran at the fork, this thread finds that of the tests before
        forget_what_was_read()
        # A fork has none of its parent's threads.
        SyncToAsync.single_thread_executor = ThreadPoolExecutor(max_workers=1)
        self.run()

    def run(self) -> None:
        raise NotImplementedError


class ForkedServer(Forked, Server):
    """Daphne."""

    def run(self) -> None:
        from daphne.cli import CommandLineInterface

        CommandLineInterface().run(self.command()[3:])


class Fork:
    """A child of this process, with the methods of `subprocess.Popen` that `Process` asks for."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._child = multiprocessing.get_context("fork").Process(target=work)
        self._child.start()

    def poll(self) -> int | None:
        return self._child.exitcode

    def wait(self, seconds: float | None = None) -> None:
        self._child.join(seconds)
        if self._child.exitcode is None:
            raise subprocess.TimeoutExpired("a fork", seconds)

    def send_signal(self, number: int) -> None:
        os.kill(self._child.pid, number)

    def kill(self) -> None:
        self._child.kill()


def take_settings_of_the_environment() -> None:
    """As a process that begins with this environment has them. The database is that of the test already."""
    import importlib

    from django.conf import settings
    from django.test import override_settings

    import config.settings

    read = vars(importlib.reload(config.settings))
    own = {name: value for name, value in read.items() if name.isupper() and getattr(settings, name, None) != value}
    own.pop("DATABASES", None)
    override_settings(**own).enable()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


class WorkerProcess(Process):
    """`manage.py run_worker`: tasks, such as mail and what Elasticsearch is sent."""

    name = "worker"

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "run_worker"]

    def answers(self) -> bool:
        return "The worker is running." in self.log[self._said :]

    def start(self) -> Any:
        self._said = len(self.log)
        return super().start()


class ForkedWorker(Forked, WorkerProcess):
    """The same, without what it takes to begin."""

    def run(self) -> None:
        from django.core.management import call_command

        call_command("run_worker")


class RedisProcess(Process):
    """A Redis of the test's own, to be taken away."""

    name = "redis"

    def __init__(self, stack: "Stack", *options: str) -> None:
        super().__init__(stack)
        self.port, self.options = free_port(), options

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return services.redis_command(self.port, self.stack.folder, *self.options)

    def answers(self) -> bool:
        return services.redis_answers(self.port)


class PostgresProcess(Process):
    """A PostgreSQL of the test's own, to be restarted within a request."""

    name = "postgres"

    def __init__(self, stack: "Stack", *options: str) -> None:
        super().__init__(stack)
        self.port, self.options = free_port(), options
        self.data = services.make_postgresql_data()

    def url(self, database: str) -> str:
        return f"postgres://accord@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        return services.postgresql_command(self.port, self.data, *self.options)

    def launch(self) -> "subprocess.Popen[bytes]":
        account = services.service_account()
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                self.command(), cwd=self.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **account
            )

    def answers(self) -> bool:
        return services.postgresql_answers(self.port)

    def stop(self) -> None:
        """A fast shutdown: sessions are ended and their transactions rolled back."""
        if self.is_running:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STOP_SECONDS)
        self.forget_connections()

    def kill(self) -> None:
        super().kill()
        self.forget_connections()

    def forget_connections(self) -> None:
        """The test's own connections broke with it."""
        if self.stack.is_connected:
            in_both_threads(forget_connection)


def wait_until(happened: Callable[[], Any], sentence: str, seconds: float | None = None) -> Any:
    """Wait for `happened` to say something true, and give it; fail with the sentence when it does not."""
    deadline = time.monotonic() + (START_SECONDS if seconds is None else seconds)
    while not (answer := happened()):
        assert time.monotonic() < deadline, sentence
        time.sleep(0.1)
    return answer


# --- databases -----------------------------------------------------------------------------------------------------
def migrate(database_url: str) -> None:
    env = {**os.environ, "DATABASE_URL": database_url, "SECRET_KEY": "only-for-tests"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.migrating"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]


def copy_database(source: str, target: str) -> None:
    """From one PostgreSQL to another that is empty."""
    dump, load = services.find("pg_dump"), services.find("psql")
    assert dump and load
    with subprocess.Popen([dump, "--dbname", source], stdout=subprocess.PIPE) as dumped:
        command = [load, "--quiet", "--set", "ON_ERROR_STOP=1", "--output", os.devnull, "--dbname", target]
        subprocess.run(command, stdin=dumped.stdout, check=True)
    assert dumped.returncode == 0


def migrations_in_short() -> str:
    """A word that changes whenever a migration or a locked dependency does."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Test processes run side by side; a template is made by the first and used by all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SqliteFile:
    """A copy of a migrated file, in the folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "accord.sqlite3"
        self.url, self.name = f"sqlite:///{self.path}", str(self.path)

    def create(self) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as new:
            self.copy_into(new)

    def drop(self) -> None:
        """The folder goes with the test."""

    @classmethod
    def copy_into(cls, new: sqlite3.Connection) -> None:
        with contextlib.closing(sqlite3.connect(cls._template())) as kept:
            kept.backup(new)

    @staticmethod
    def _template() -> Path:
        template = FOLDER / f"migrated-{migrations_in_short()}.sqlite3"
        with one_at_a_time("sqlite"):
            if not template.exists():
                for old in FOLDER.glob("migrated-*.sqlite3*"):
                    old.unlink(missing_ok=True)
                unfinished = FOLDER / "migrating.sqlite3"
                for leftover in FOLDER.glob("migrating.sqlite3*"):
                    leftover.unlink()
                migrate(f"sqlite:///{unfinished}")
                unfinished.rename(template)
        return template


class PostgresDatabase:
    """A database made from a migrated template, on the server that `server_url` names."""

    def __init__(self, server_url: str) -> None:
        self.server = server_url.rsplit("/", 1)[0]
        self.name = f"accord_{secrets.token_hex(6)}"
        self.url = f"{self.server}/{self.name}"

    def create(self) -> None:
        self._execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template()}"')

    def drop(self) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def template(self) -> str:
        """The name of a database that holds what the migrations put there, and nothing else."""
        template = f"accord_migrated_{migrations_in_short()}"
        of_all = PostgresDatabase(os.environ["DATABASE_URL"])
        # A server of one test's own has it from the one of all: to migrate takes ten times as long.
        source = f"{of_all.server}/{of_all.template()}" if of_all.server != self.server else ""
        with one_at_a_time("postgres"):
            if not self._execute("SELECT 1 FROM pg_database WHERE datname = %s", template):
                self._execute('DROP DATABASE IF EXISTS "accord_migrating" WITH (FORCE)')
                self._execute('CREATE DATABASE "accord_migrating"')
                made = f"{self.server}/accord_migrating"
                copy_database(source, made) if source else migrate(made)
                self._execute(f'ALTER DATABASE "accord_migrating" RENAME TO "{template}"')
        return template

    def _execute(self, statement: str, *values: str) -> list[Any]:
        import psycopg

        address = f"{self.server}/postgres".replace("postgres://", "postgresql://", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


# --- the stack of one test -----------------------------------------------------------------------------------------
class Stack:
    """A database, a Redis prefix and an index of this test's own, and the processes that work on them."""

    def __init__(self, folder: Path) -> None:
        from django.conf import settings

        self.folder = folder
        self.numbers = itertools.count(1)
        self.processes: list[Process] = []
        self.is_connected = False
        self.is_full = not settings.EMBEDDED
        name = f"test-{secrets.token_hex(4)}"
        self.database = PostgresDatabase(os.environ["DATABASE_URL"]) if self.is_full else SqliteFile(folder)
        self._databases = [self.database]
        self.env: dict[str, str] = {
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": self.database.url,
            "REDIS_URL": settings.REDIS_URL,
            "REDIS_PREFIX": name,
            "ELASTICSEARCH_URL": settings.ELASTICSEARCH_URL,
            "ELASTICSEARCH_INDEX": name,
            "MEDIA_ROOT": str(folder / "media"),
            "WORKER_HEARTBEAT": str(folder / "worker.beat"),
            "EMAIL_URL": f"filemail:///{folder / 'mail'}",
            "SECOND_FACTOR_FOR": "nobody",
            "REQUESTS_A_MINUTE": "1000000",
        }

    def server(self, **env: str) -> Server:
        return Server(self, **env).start()

    def forked_server(self, **env: str) -> Server:
        return ForkedServer(self, **env).start()

    def worker(self, **env: str) -> WorkerProcess:
        return WorkerProcess(self, **env).start()

    def forked_worker(self, **env: str) -> WorkerProcess:
        return ForkedWorker(self, **env).start()

    def redis(self, *options: str) -> RedisProcess:
        redis = RedisProcess(self, *options).start()
        self.env["REDIS_URL"] = redis.url
        use_channel_layer(self)
        return redis

    def postgresql(self, *options: str) -> PostgresProcess:
        postgres = PostgresProcess(self, *options).start()
        self.database = PostgresDatabase(postgres.url("postgres"))
        self.database.create()
        self.env["DATABASE_URL"] = self.database.url
        use_database(self)
        return postgres

    def cookies(self, user: Any) -> dict[str, str]:
        return {"sessionid": self.session_cookie(user)} if user is not None else {}

    def session_cookie(self, user: Any) -> str:
        """Sign `user` in: the value of the cookie `sessionid`."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        return session.session_key

    def mails(self) -> list[str]:
        """The letters that the processes have sent, as they went out."""
        return [file.read_text() for file in sorted((self.folder / "mail").glob("*"))]

    def logs(self) -> Iterator[tuple[str, str]]:
        for process in self.processes:
            if process.log:
                yield process.log_file.name, "\n".join(process.log.splitlines()[-LOG_LINES_SHOWN:])

    def end(self) -> None:
        """End every process, the last started first, then take away what was made outside of the folder."""
        for process in reversed(self.processes):
            with contextlib.suppress(Exception):
                process.stop()
            process.kill()
            if isinstance(process, PostgresProcess):
                shutil.rmtree(process.data, ignore_errors=True)
        for database in self._databases:
            database.drop()
        self._delete_indexes()

    def _delete_indexes(self) -> None:
        if not self.env["ELASTICSEARCH_URL"]:
            return
        from elasticsearch import Elasticsearch

        with (
            contextlib.suppress(Exception),  # a node that the test has ended takes its indexes with it
            Elasticsearch(self.env["ELASTICSEARCH_URL"], request_timeout=5, max_retries=0) as engine,
        ):
            names = list(engine.indices.get(index=f"{self.env['ELASTICSEARCH_INDEX']}*"))
            if names:
                engine.indices.delete(index=names)


# --- Django in the test's own process ------------------------------------------------------------------------------
def use_database(stack: Stack) -> None:
    """Connect the test's Django to the database of the stack, in this thread and in that of sync_to_async."""
    import environ
    from django.db import connections

    kept = connections.settings["default"]
    connections.settings["default"] = {**kept, **environ.Env.db_url_config(stack.database.url), "TEST": kept["TEST"]}
    in_both_threads(forget_connection)
    forget_what_was_read()


def use_channel_layer(stack: Stack) -> None:
    from channels.layers import channel_layers
    from django.conf import settings

    if stack.env["REDIS_URL"]:
        configured = settings.CHANNEL_LAYERS["default"]
        configuration = {
            **configured.get("CONFIG", {}),
            "hosts": [{**configured.get("CONFIG", {})["hosts"][0], "address": stack.env["REDIS_URL"]}],
            "prefix": stack.env["REDIS_PREFIX"],
        }
        settings.CHANNEL_LAYERS = {
            "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": configuration}
        }
    channel_layers.backends.clear()


@contextlib.contextmanager
def connected(stack: Stack) -> Iterator[None]:
    """Connect the test's Django to the stack for a while, and give back what was there."""
    from channels.layers import channel_layers
    from django.db import connections

    kept = connections.settings["default"]
    connection = connections["default"]
    del connections["default"]
    use_database(stack)
    use_channel_layer(stack)
    stack.is_connected = True
    try:
        yield
    finally:
        stack.is_connected = False
        in_both_threads(forget_connection)
        connections.settings["default"] = kept
        connections["default"] = connection
        forget_what_was_read()
        channel_layers.backends.clear()


def in_both_threads(function: Callable[[], None]) -> None:
    """In this thread, and in the one that sync_to_async runs the ORM in: a connection belongs to its thread."""
    from asgiref.sync import SyncToAsync

    function()
    SyncToAsync.single_thread_executor.submit(function).result()


def forget_connection() -> None:
    from django.db import connections

    if hasattr(connections._connections, "default"):
        connections["default"].close()
        del connections["default"]


def forget_what_was_read() -> None:
    """Keys of another database must not be remembered."""
    from django.contrib.contenttypes.models import ContentType
    from django.core.cache import caches
    from django.core.cache.backends.locmem import LocMemCache

    ContentType.objects.clear_cache()
    for kept in caches.all(initialized_only=True):
        if isinstance(kept, LocMemCache):
            kept.clear()  # those in the database are gone with it


# --- the fixture ---------------------------------------------------------------------------------------------------
STACK = pytest.StashKey[Stack]()


@pytest.fixture
def stack(request: pytest.FixtureRequest, tmp_path: Path, settings: Any, django_db_blocker: Any) -> Iterator[Stack]:
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        pytest.fail("`stack` brings a database of its own: take neither `db` nor django_db beside it.")
    made = Stack(tmp_path)
    request.node.stash[STACK] = made
    settings.MEDIA_ROOT = made.env["MEDIA_ROOT"]
    settings.ELASTICSEARCH_INDEX = made.env["ELASTICSEARCH_INDEX"]
    try:
        made.database.create()
        with django_db_blocker.unblock(), connected(made):
            yield made
    finally:
        made.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure shows what the processes wrote."""
    report = yield
    stack = item.stash.get(STACK, None)
    if stack is not None and report.failed:
        report.sections += [(f"log of {name}", text) for name, text in stack.logs()]
    return report
