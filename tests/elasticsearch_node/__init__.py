"""A real Elasticsearch node on loopback, for machines without a container engine.

The server's jars come through Maven, once, into var/elasticsearch-node; two small classes in src/ start the node
and give it the analysis components that are not published as jars (README.md says what it lacks). Standard library
only: scripts/services.py starts a node before anything is installed, and tests start and end nodes of their own.
"""

import contextlib
import fcntl
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).resolve().parent
BUILD = ROOT / "var" / "elasticsearch-node"
OLDEST_JAVA = 21
HEAP = "512m"
# Below are those of other programs, and one that browsers refuse; above begin those that the system gives out.
PORTS = range(11_000, 32_000)
_turns = itertools.count(os.getpid() * 67)
START_SECONDS = 90
STOP_SECONDS = 20
# Requests to our own node never go through the machine's proxy.
open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class NodeError(Exception):
    """A sentence that says what is missing or what went wrong."""


class SearchNode:
    """One node. `with SearchNode(folder) as node:` starts it, waits until it answers, and ends it."""

    def __init__(self, folder: Path, port: int | None = None, **settings: str) -> None:
        """`folder` keeps the node's data and log; `settings` are Elasticsearch's, with `__` for each dot."""
        self.folder = folder.resolve()
        self.port = port or free_port()
        self.settings = {name.replace("__", "."): value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "SearchNode":
        """Start the node on the data that it has and return when it can index and search."""
        command = launch_command(self.folder, self.port, self.settings)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.url):
            if self.process.poll() is not None:
                raise NodeError(f"Elasticsearch ended at its start: see {self.folder / 'log'}.")
            if time.monotonic() > deadline:
                self.kill()
                raise NodeError(f"Elasticsearch did not answer in time: see {self.folder / 'log'}.")
            time.sleep(0.2)
        return self

    def stop(self) -> None:
        """Ask the node to end, and wait until it has."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> "SearchNode":
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()


def answers(url: str) -> bool:
    """Whether the node at `url` can index and search."""
    with contextlib.suppress(OSError, ValueError), open_url(f"{url}/_cluster/health", timeout=2) as reply:
        return json.load(reply)["status"] in {"green", "yellow"}
    return False


def free_port() -> int:
    """A port of loopback that nobody holds at this moment.

    Out of those that the system gives to nobody by itself, and each process begins elsewhere among them: what takes the
    port may do so seconds later, and nobody else shall have been given it meanwhile.
    """
    for turn in itertools.islice(_turns, len(PORTS)):
        port = PORTS[turn % len(PORTS)]
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("There is no free port.")


def launch_command(folder: Path, port: int, settings: dict[str, str]) -> list[str]:
    """What starts a node whose home is `folder`; builds the server first where that has not been done."""
    java = build()
    folder.mkdir(parents=True, exist_ok=True)
    modules = folder / "modules"
    if not modules.is_symlink():
        modules.symlink_to(BUILD / "modules", target_is_directory=True)
    return [
        str(java / "bin" / "java"),
        f"-Xms{HEAP}",
        f"-Xmx{HEAP}",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED,org.apache.lucene.core",
        "--module-path",
        str(BUILD / "lib"),
        "--add-modules=ALL-MODULE-PATH",
        "-cp",
        str(BUILD / "launcher"),
        "SearchNode",
        str(folder),
        str(port),
        *(f"{name}={value}" for name, value in settings.items()),
    ]


def build() -> Path:
    """Fetch and compile what is not there yet, one process at a time; give the JDK's folder."""
    java = java_home()
    BUILD.parent.mkdir(exist_ok=True)
    with build_lock():
        if not is_built():
            shutil.rmtree(BUILD, ignore_errors=True)
            fetch_jars()
            compile_sources(java)
            (BUILD / "built").touch()
    return java


@contextlib.contextmanager
def build_lock() -> Iterator[None]:
    with (BUILD.parent / "elasticsearch-node.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_built() -> bool:
    stamp = BUILD / "built"
    sources = [SOURCES / "pom.xml", *(SOURCES / "src").glob("*.java")]
    return stamp.exists() and all(source.stat().st_mtime <= stamp.stat().st_mtime for source in sources)


def fetch_jars() -> None:
    """Let Maven copy the jars, from wherever this machine's Maven is set to fetch."""
    maven = shutil.which("mvn")
    if not maven:
        raise NodeError("Elasticsearch comes through Maven, which is not installed: apt-get install maven.")
    jars = BUILD / "lib"
    subprocess.run(
        [
            maven,
            "-q",
            "-B",
            "-f",
            SOURCES / "pom.xml",
            "dependency:copy-dependencies",
            f"-DoutputDirectory={jars}",
        ],
        check=True,
    )


def compile_sources(java: Path) -> None:
    """Lay the modules out as the distribution does: the network, and ours with analysis and `GET /`."""
    jars, launcher, classes = BUILD / "lib", BUILD / "launcher", BUILD / "classes"
    network, analysis = BUILD / "modules" / "transport-netty4", BUILD / "modules" / "accord-analysis"
    for folder in (launcher, classes, network, analysis):
        folder.mkdir(parents=True)
    subprocess.run(
        [
            java / "bin" / "javac",
            "-cp",
            f"{jars}/*",
            "-d",
            classes,
            *sorted((SOURCES / "src").glob("*.java")),
        ],
        check=True,
    )
    for compiled in classes.glob("SearchNode*.class"):
        compiled.rename(launcher / compiled.name)
    subprocess.run([java / "bin" / "jar", "cf", analysis / "accord-analysis.jar", "-C", classes, "."], check=True)
    for jar in [*jars.glob("transport-netty4-*.jar"), *jars.glob("netty-*.jar")]:
        jar.rename(network / jar.name)
    unpack_descriptor(java, network)
    (analysis / "plugin-descriptor.properties").write_text(descriptor(jars))


def unpack_descriptor(java: Path, network: Path) -> None:
    """The network module's jar carries its descriptor; the server looks for it beside the jar."""
    jar = next(network.glob("transport-netty4-*.jar"))
    subprocess.run([java / "bin" / "jar", "xf", jar, "META-INF/es-plugins"], cwd=network, check=True)
    for entry in (network / "META-INF" / "es-plugins" / "transport-netty4").iterdir():
        entry.rename(network / entry.name)
    shutil.rmtree(network / "META-INF")


def descriptor(jars: Path) -> str:
    version = next(jars.glob("elasticsearch-[0-9]*.jar")).stem.removeprefix("elasticsearch-")
    return (
        "name=accord-analysis\ndescription=Text analysis and GET /\nversion=1\nclassname=AccordAnalysisPlugin\n"
        f"elasticsearch.version={version}\njava.version={OLDEST_JAVA}\n"
    )


def java_home() -> Path:
    """The JDK to use: JAVA_HOME, or the newest one installed."""
    candidates = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if compiler := shutil.which("javac"):
        candidates.append(Path(compiler).resolve().parents[1])
    candidates += sorted(Path("/usr/lib/jvm").glob("*"), key=java_version, reverse=True)
    for candidate in candidates:
        if java_version(candidate) >= OLDEST_JAVA:
            return candidate
    raise NodeError(
        f"Elasticsearch needs a Java development kit of version {OLDEST_JAVA} or later. Install one "
        "(apt-get install openjdk-21-jdk-headless, where Debian has it), or set JAVA_HOME."
    )


def java_version(home: Path) -> int:
    """The major version of the JDK in `home`; 0 where there is none."""
    compiler = home / "bin" / "javac"
    if not os.access(compiler, os.X_OK):
        return 0
    answer = subprocess.run([compiler, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r"javac (\d+)", answer.stdout + answer.stderr)
    return int(found[1]) if found else 0
