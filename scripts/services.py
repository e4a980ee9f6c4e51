"""Bring up what the full stack needs: PostgreSQL, Redis and Elasticsearch, on free ports of loopback.

`start` writes their addresses to var/services/env, in the form that a shell reads; `stop` ends exactly what `start`
began. They come from docker compose where there is an engine, else from Debian's packages, else a sentence says what
to install. `programs` sees that there are a Chromium and the proxy for the tests that need them. Standard library
only: nothing of Accord need be installed yet.
"""

import contextlib
import functools
import hashlib
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
# By program, the Debian package that brings it.
SERVICE_PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server", "mvn": "maven"}
PROGRAM_PACKAGES = {"chromium": "chromium", "caddy": "caddy"}
# Costs less, and not every Debian or Ubuntu has it.
BROWSER_SHELL = "chromium-headless-shell"
# Debian names its development kits by version; the newest that it has and that Elasticsearch takes is installed.
JAVA_PACKAGES = ("openjdk-25-jdk-headless", "openjdk-21-jdk-headless")


class ServiceError(Exception):
    """A sentence that says what is missing or what went wrong."""


def start() -> None:
    if ADDRESSES.exists() and are_up():
        return
    stop()
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = start_with_compose() if has_container_engine() else start_from_packages()
    ADDRESSES.write_text("".join(f"export {line}\n" for line in lines))
    print(*lines, f"`. {os.path.relpath(ADDRESSES, ROOT)}` in a shell lets Accord use them.", sep="\n")


def start_from_packages() -> list[str]:
    install(missing(SERVICE_PACKAGES))
    install_java()
    return [start_postgresql(), start_redis(), start_elasticsearch()]


def stop() -> None:
    """End what we started, by its id, and leave nothing behind."""
    if COMPOSED.exists():
        compose("down", "--volumes")
    for pid in pids():
        os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not pids(), "The services did not stop.")
    data = FOLDER / "postgres.folder"
    if data.exists():
        shutil.rmtree(data.read_text(), ignore_errors=True)
    shutil.rmtree(FOLDER, ignore_errors=True)


def are_up() -> bool:
    return COMPOSED.exists() or len(pids()) == len(list(FOLDER.glob("*.pid"))) > 0


def programs() -> None:
    install([*missing(PROGRAM_PACKAGES), *filter(offered, missing({BROWSER_SHELL: BROWSER_SHELL}))])


# --- processes -----------------------------------------------------------------------------------------------------
def launch(name: str, command: list[str], **options: Any) -> None:
    with (FOLDER / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options
        )
    remember(name, process.pid)


def remember(name: str, pid: int) -> None:
    (FOLDER / f"{name}.pid").write_text(f"{pid} {began(pid)}")


def pids() -> list[int]:
    """The processes that we started and that still run: after a restart of the machine their ids are others'."""
    kept = [file.read_text().split() for file in sorted(FOLDER.glob("*.pid"))]
    return [int(pid) for pid, began_at in kept if began(int(pid)) == began_at]


def began(pid: int) -> str | None:
    """When the process began, as the kernel counts; None where it has ended or merely waits to be buried."""
    with contextlib.suppress(OSError):
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return fields[18] if state != "Z" else None
    return None


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


def missing(packages: dict[str, str]) -> list[str]:
    return [package for program, package in packages.items() if find(program) is None]


def install(packages: list[str]) -> None:
    """From Debian's packages, where we may; else say what to install."""
    if not packages:
        return
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise ServiceError(f"Neither a container engine nor apt-get is here. Install these first: {wanted}.")
    if os.geteuid() != 0:
        raise ServiceError(f"Install these first, as root: apt-get install {wanted}")
    print(f"Installing {wanted} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    known_to_apt()
    done = subprocess.run(
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
        check=False, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise ServiceError(f"apt-get install failed: {done.stderr.strip()}")


def offered(package: str) -> bool:
    """Whether we may install it and there is such a package here."""
    if os.geteuid() != 0 or shutil.which("apt-cache") is None:
        return False
    known_to_apt()
    return subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0


@functools.cache
def known_to_apt() -> None:
    """Ask once what packages there are now."""
    done = subprocess.run(["apt-get", "update", "-q"], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServiceError(f"apt-get update failed: {done.stderr.strip()}")


def install_java() -> None:
    """A development kit that is new enough, where neither JAVA_HOME nor the machine has one and Debian does."""
    with contextlib.suppress(elasticsearch_node.NodeError):
        elasticsearch_node.java_home()
        return
    if package := next(filter(offered, JAVA_PACKAGES), None):
        install([package])
    elasticsearch_node.java_home()  # raises the sentence that says what to install


# --- with a container engine ---------------------------------------------------------------------------------------
COMPOSED = FOLDER / "compose"
CONTAINERS = {"postgres": 5432, "redis": 6379, "elasticsearch": 9200}


def has_container_engine() -> bool:
    """Whether docker answers and has its compose: a client without an engine is none."""
    asked = (["docker", "info"], ["docker", "compose", "version"])
    return shutil.which("docker") is not None and all(
        subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in asked
    )


def start_with_compose() -> list[str]:
    COMPOSED.touch()
    compose("up", "--detach", "--wait", *CONTAINERS)
    at = {name: compose("port", name, str(port)).strip() for name, port in CONTAINERS.items()}
    return [
        f"DATABASE_URL=postgres://accord:accord@{at['postgres']}/accord",
        f"REDIS_URL=redis://{at['redis']}/0",
        f"ELASTICSEARCH_URL=http://{at['elasticsearch']}",
    ]


def compose(*command: str) -> str:
    """docker compose on a project of this folder's own, with the services' ports open to loopback alone."""
    project = f"accord-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    files = ["-f", str(ROOT / "docker-compose.yml"), "-f", str(ROOT / "scripts" / "services.compose.yml")]
    whole = ["docker", "compose", "-p", project, *files, *command]
    environment = {**os.environ, "POSTGRES_PASSWORD": "accord", "SECRET_KEY": "not used by the services"}
    done = subprocess.run(whole, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise ServiceError(f"docker compose {command[0]} failed: {done.stderr.strip()}")
    return done.stdout


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
    # What a power cut would lose is made anew: nothing waits for the disk.
    settings = {"unix_socket_directories": data, "listen_addresses": "127.0.0.1"}
    settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
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
    remember("elasticsearch", node.process.pid)
    return f"ELASTICSEARCH_URL={node.url}"


if __name__ == "__main__":
    try:
        {"start": start, "stop": stop, "programs": programs}[sys.argv[1]]()
    except (ServiceError, elasticsearch_node.NodeError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
