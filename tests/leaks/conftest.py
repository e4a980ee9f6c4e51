"""The world is made once for the module that walks it. Each test has a transaction inside its: what it changes is taken back."""

import logging

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from tests.leaks.looking import look
from tests.leaks.ways import SITE, addresses
from tests.leaks.world import NAMED_MARKINGS, OPEN_MARKINGS, World

NOON = "2026-03-02 12:00:00+00:00"


class Walk:
    """The world, a browser for each reader, and what each reader saw before anything was closed to all of them."""

    def __init__(self) -> None:
        self.world = World()
        self.browsers = {}
        for name, user in self.world.readers.items():
            self.browsers[name] = Client()
            if user.is_authenticated:
                self.browsers[name].force_login(user)
        self.world.plant(OPEN_MARKINGS)
        self.addresses = sorted(
            {address + query for name, way in SITE.items() for address, _about in addresses(self.world, name)
             for query in way.queries if way.verb == "read"}
        )  # fmt: skip
        self.before = self.look_everywhere()
        self.world.plant(NAMED_MARKINGS)
        self.after = self.look_everywhere()
        self.world.plant_links()

    def look_everywhere(self):
        """Every page as every reader, and nothing changed by it."""
        found = {}
        for name, browser in self.browsers.items():
            with transaction.atomic():
                found[name] = {address: look(browser, address) for address in self.addresses}
                transaction.set_rollback(True)
        return found


@pytest.fixture(scope="module")
def walk(django_db_setup, django_db_blocker, tmp_path_factory):
    own = override_settings(
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        ELASTICSEARCH_URL="",  # tests/search asks the same of Elasticsearch
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"],
    )
    with django_db_blocker.unblock(), own, time_machine.travel(NOON, tick=False), transaction.atomic():
        yield Walk()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def quick_passwords():
    """In place of that of all tests, which would need the settings of one test."""


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog
