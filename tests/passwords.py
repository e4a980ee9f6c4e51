"""The password hasher of the tests."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 is slow on purpose; tests make many users and check the strength of none.

    A hash says with how much work it was made: servers that a test starts read these as they read their own.
    """

    time_cost = 1
    memory_cost = 8  # KiB
    parallelism = 1
