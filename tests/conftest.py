"""What every test runs with."""

import pytest

pytest_plugins = ["tests.servers"]


def pytest_collection_modifyitems(items):
    """No test empties the database: the next one of its worker would miss what the migrations put there."""
    emptying = [item.nodeid for item in items if "transactional_db" in item.fixturenames]
    if emptying:
        raise pytest.UsageError(f"Take the fixture `stack` in place of an emptied database: {', '.join(emptying)}")


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Argon2 is slow on purpose; tests make many users and check the strength of none."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
