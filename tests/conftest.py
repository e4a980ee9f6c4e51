"""What every test runs with."""

import contextlib
import gc
import os
import sqlite3

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

pytest_plugins = ["tests.servers"]
# What Django calls the test database of the connection “default”.
IN_MEMORY = "file:memorydb_default?mode=memory&cache=shared"


# The same examples each time, on a busy machine too: a run says something of the code, and not of its luck.
hypothesis_settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("same")


def pytest_configure():
    """Every new `Client` would else gather all static files once more: a seventh of the time of all tests."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.SEARCH_STEP_SECONDS = 0  # nobody reads times here but the test that sets it
    settings.PASSWORD_HASHERS = ["tests.passwords.QuickArgon2"]
    settings.REQUESTS_A_MINUTE = 1_000_000  # no person asks as quickly as a test
    settings.SECOND_FACTOR_FOR = []  # tests/accounts/test_second_factor.py asks it of those who must
    in_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CACHES = {**settings.CACHES, "default": in_memory}


def pytest_collection_finish(session):
    """What is loaded by now stays: a collector that looks through all of it again and again takes a twentieth of the
    time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config, items):
    """What takes long comes first, so that both workers end together.

    No test empties the database: the next one of its worker would miss what the migrations put there.
    """
    if connection.vendor == "postgresql":
        again = _further_rows(items)
        items[:] = [item for item in items if item not in again]
        config.hook.pytest_deselected(items=list(again))
    slow = {item.path for item in items if item.get_closest_marker("slow") or "leaks" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)
    emptying = [item.nodeid for item in items if "transactional_db" in item.fixturenames]
    if emptying:
        raise pytest.UsageError(f"Take the fixture `stack` in place of an emptied database: {', '.join(emptying)}")


def _further_rows(items):
    """The rows of a table after its first, of tests that have walked all of it on SQLite: on PostgreSQL it is asked
    whether the statements are right. `both_stacks(every_row=True)` says where each row is another statement."""
    seen, again = set(), set()
    for item in items:
        both = item.get_closest_marker("both_stacks")
        if both is None or both.kwargs.get("every_row") or item.get_closest_marker("full"):
            continue
        test = (item.path, item.originalname)
        again |= {item} if test in seen else set()
        seen.add(test)
    return again


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The database of the tests begins as a copy of the migrated one that those of the stacks are made from.

    On SQLite it stays in memory: one in a file would be closed within a test, whenever a consumer has asked it.
    """
    from tests.servers import PostgresDatabase, SqliteFile

    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite" and not test["NAME"]:
        with contextlib.closing(sqlite3.connect(IN_MEMORY, uri=True)) as copy:
            SqliteFile.copy_into(copy)
            yield  # while this one is open the database is there
        return
    if connection.vendor == "postgresql":
        test["TEMPLATE"] = PostgresDatabase(os.environ["DATABASE_URL"]).template()
    yield


@pytest.fixture
def space():
    """Where most of it happens; a module that needs another one says so itself."""
    from tests.factories import make_space

    return make_space("Border management")


@pytest.fixture
def fia():
    """An organisation in it."""
    from tests.factories import make_organisation

    return make_organisation("FIA")


@pytest.fixture
def administrator(fia):
    """Who keeps the accounts, and reads nothing by that."""
    from tests.factories import make_user

    return make_user("Administrator", fia, platform_role="administrator")
