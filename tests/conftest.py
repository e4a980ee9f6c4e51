"""What every test runs with."""

import os

import pytest
from django.db import connection

pytest_plugins = ["tests.servers"]


def pytest_collection_modifyitems(items):
    """What takes long comes first, so that both workers end together.

    No test empties the database: the next one of its worker would miss what the migrations put there.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow") or "leaks" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)
    emptying = [item.nodeid for item in items if "transactional_db" in item.fixturenames]
    if emptying:
        raise pytest.UsageError(f"Take the fixture `stack` in place of an emptied database: {', '.join(emptying)}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """The database of the tests begins as a copy of the migrated one that those of the stacks are made from."""
    from tests.servers import PostgresDatabase, SqliteFile

    if connection.vendor == "sqlite":
        copy = SqliteFile(tmp_path_factory.mktemp("database"))
        copy.create()
        connection.settings_dict["TEST"]["NAME"] = copy.name
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = PostgresDatabase(os.environ["DATABASE_URL"]).template()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb):
    """That copy is taken as it is; it goes with its folder."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Argon2 is slow on purpose; tests make many users and check the strength of none."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
