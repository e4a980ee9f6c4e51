"""A database for one benchmark, which is gone afterwards: on the PostgreSQL that DATABASE_URL names, else a file."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(index: str = "") -> Iterator[str]:
    """Make it, with all tables, and set Django up on it; gives what it is called in the figures.

    `index` is how its index in Elasticsearch begins, where ELASTICSEARCH_URL names one; without it none is asked.
    """
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    server = os.environ.get("DATABASE_URL", "")
    os.environ |= {
        "SECRET_KEY": "only-for-benchmarks",
        "SECOND_FACTOR_FOR": "nobody",
        "REQUESTS_A_MINUTE": "1000000",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ALLOWED_HOSTS": "testserver",
        "ELASTICSEARCH_URL": os.environ.get("ELASTICSEARCH_URL", "") if index else "",
        "ELASTICSEARCH_INDEX": f"{index}-{os.getpid()}",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
    }
    if server.startswith("postgres"):
        from tests.servers import PostgresDatabase

        own = PostgresDatabase(server)
        own.create()
        os.environ["DATABASE_URL"] = own.url
        try:
            _set_up()
            yield "PostgreSQL"
        finally:
            _close()
            own.drop()
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/benchmark.sqlite3"
        _set_up()
        yield "SQLite"
        _close()


def _set_up() -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    # Nobody signs in by a password: with the real one, two hundred users take a minute.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)


def _close() -> None:
    from django.db import connections

    connections.close_all()
