"""What every test runs with."""

import pytest

pytest_plugins = ["tests.servers"]


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Argon2 is slow on purpose; tests make many users and check the strength of none."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
