"""Start and stop what the full stack needs: PostgreSQL, Redis and Elasticsearch, on free ports of loopback.

`start` writes their addresses to var/services/env, in the form that a shell reads; `stop` ends exactly the processes
that `start` began. Standard library only.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import elasticsearch_node  # noqa: E402

FOLDER = ROOT / "var" / "services"
ADDRESSES = FOLDER / "env"
START_SECONDS = 60
PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server"}


class ServiceError(Exception):
    """A sentence that says what is missing or what went wrong."""


def start() -> None:
    if ADDRESSES.exists() and all(is_running(pid) for pid in pids()):
        return
    stop()
    FOLDER.mkdir(parents=True, exist_ok=True)
    install_what_is_missing()
    lines = [start_postgresql(), start_redis(), start_elasticsearch()]
    ADDRESSES.write_text("".join(f"export {line}\n" for line in lines))


def stop() -> None:
    """End what we started, by its id, and leave nothing behind."""
    for pid in pids():
        if is_running(pid):
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not any(is_running(pid) for pid in pids()), "The services did not stop.")
    data = FOLDER / "postgres.folder"
    if data.exists():
        shutil.rmtree(data.read_text(), ignore_errors=True)
    shutil.rmtree(FOLDER, ignore_errors=True)


def pids() -> list[int]:
    return [int(file.read_text()) for file in sorted(FOLDER.glob("*.pid"))]


def is_running(pid: int) -> bool:
    """Whether the process lives and is not merely waiting to be buried."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until(happened: Callable[[], bool], sentence: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise ServiceError(sentence)
        time.sleep(0.2)


# --- what the machine has ------------------------------------------------------------------------------------------
def find(program: str) -> str | None:
    """The program's path; Debian keeps PostgreSQL's out of PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(kept[-1]) if kept else shutil.which(program)


def install_what_is_missing() -> None:
    missing = [package for program, package in PACKAGES.items() if find(program) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceError(f"Install these first: {' '.join(missing)} (apt-get install {' '.join(missing)}).")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", *command], check=True, env=environment, stdout=subprocess.DEVNULL)


def launch(name: str, command: list[str], **options: object) -> None:
    with (FOLDER / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options
        )
    (FOLDER / f"{name}.pid").write_text(str(process.pid))


# --- the services --------------------------------------------------------------------------------------------------
def start_postgresql() -> str:
    port, data = elasticsearch_node.free_port(), make_postgresql_data()
    (FOLDER / "postgres.folder").write_text(str(data))
    launch("postgres", postgresql_command(port, data), cwd=data, **service_account())
    wait_until(lambda: postgresql_answers(port), f"PostgreSQL did not start: see {FOLDER}/postgres.log.")
    create = [find("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "accord", "accord"]
    subprocess.run(create, check=True)
    return f"DATABASE_URL=postgres://accord@127.0.0.1:{port}/accord"


def make_postgresql_data() -> Path:
    """A new, empty cluster whose owner is `accord`, in a folder that the service account can reach."""
    data = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    initdb = [find("initdb"), "-D", data, "-U", "accord", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    account = service_account()
    if account:
        os.chown(data, account["user"], account["group"])
    subprocess.run(initdb, check=True, cwd=data, stdout=subprocess.DEVNULL, **account)
    return data


def postgresql_command(port: int, data: Path, *options: str) -> list[str]:
    settings = {"unix_socket_directories": data, "listen_addresses": "127.0.0.1", "fsync": "off"}
    command = [find("postgres"), "-D", str(data), "-p", str(port)]
    return [*command, *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")), *options]


def postgresql_answers(port: int) -> bool:
    ready = [find("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(ready, check=False).returncode == 0


def service_account() -> dict[str, Any]:
    """PostgreSQL refuses root: what to give subprocess so that it runs as the account of its Debian package then."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "accord-services"], check=False)
        entry = pwd.getpwnam("accord-services")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def start_redis() -> str:
    port = elasticsearch_node.free_port()
    launch("redis", redis_command(port, FOLDER))
    wait_until(lambda: redis_answers(port), f"Redis did not start: see {FOLDER}/redis.log.")
    return f"REDIS_URL=redis://127.0.0.1:{port}/0"


def redis_command(port: int, folder: Path, *options: str) -> list[str]:
    command = [find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return [*command, *options]


def redis_answers(port: int) -> bool:
    ping = [find("redis-cli"), "-p", str(port), "ping"]
    return subprocess.run(ping, capture_output=True, check=False).stdout.strip() == b"PONG"


def start_elasticsearch() -> str:
    node = elasticsearch_node.SearchNode(FOLDER / "elasticsearch").start()
    (FOLDER / "elasticsearch.pid").write_text(str(node.process.pid))
    return f"ELASTICSEARCH_URL={node.url}"


if __name__ == "__main__":
    try:
        {"start": start, "stop": stop}[sys.argv[1]]()
    except (ServiceError, elasticsearch_node.NodeError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
