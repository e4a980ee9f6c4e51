"""Servers, PostgreSQL, Redis and Elasticsearch for one benchmark, as tests/servers.py starts them for tests."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def own_stack(search: bool = False, embedded: bool = False) -> Iterator[Any]:
    """A `Stack` with a database of its own, to which Django in this process is connected. Needs `make services`.

    With `search` Elasticsearch is there too, with an index of its own. `embedded` is the stack that needs no services.
    """
    sys.path.insert(0, str(ROOT))
    if embedded:
        os.environ |= {"DATABASE_URL": "sqlite:///var/benchmark.sqlite3", "REDIS_URL": ""}
    else:
        _take_services()
    # Whoever breaks it off leaves no server behind.
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    os.environ |= {
        "SECRET_KEY": "only-for-benchmarks",
        "SECOND_FACTOR_FOR": "nobody",
        "REQUESTS_A_MINUTE": "1000000",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ELASTICSEARCH_URL": os.environ.get("ELASTICSEARCH_URL", "") if search else "",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.conf import settings

    from tests import servers
    from tests.servers import Stack, connected

    # Nothing that is measured by minutes is given up because others use the machine while a process starts.
    servers.START_SECONDS = 240
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        stack = Stack(Path(folder))
        settings.MEDIA_ROOT, settings.ELASTICSEARCH_INDEX = stack.env["MEDIA_ROOT"], stack.env["ELASTICSEARCH_INDEX"]
        try:
            stack.database.create()
            with connected(stack):
                yield stack
        finally:
            stack.end()


def _take_services() -> None:
    """PostgreSQL and Redis as `make services` has written them down, where the environment names none."""
    written = ROOT / "var" / "services" / "env"
    if "REDIS_URL" not in os.environ and written.exists():
        for line in written.read_text().splitlines():
            name, _equals, value = line.removeprefix("export ").partition("=")
            os.environ.setdefault(name, value.strip("'\""))
    if not os.environ.get("REDIS_URL") or not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        sys.exit("This needs PostgreSQL and Redis: make services.")
