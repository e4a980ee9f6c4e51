"""The world is made once for the module that walks it. Each test has a transaction inside its: what it changes is
taken back."""

import logging
from contextlib import contextmanager
from unittest import mock

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.test import Client, override_settings

from tests.leaks.looking import Seen, look
from tests.leaks.world import NAMED_MARKINGS, NOON, OPEN_MARKINGS, World


class Walk:
    """The world, a browser for each reader, and what has been seen so far: each page is looked at once."""

    def __init__(self, clock) -> None:
        self.world = World(clock)
        self.browsers = {name: Client() for name in self.world.readers}
        for name, user in self.world.readers.items():
            if user.is_authenticated:
                self.browsers[name].force_login(user)
        self._seen: dict[tuple[str, str], Seen] = {}

    def see(self, reader: str, address: str) -> Seen:
        """The answer to `reader`; nothing is changed by looking."""
        if (reader, address) not in self._seen:
            with transaction.atomic():
                self._seen[reader, address] = look(self.browsers[reader], address)
                transaction.set_rollback(True)
        return self._seen[reader, address]

    def note_sessions(self) -> None:
        """Once the world is made and its clock stands: else each look, of which nothing stays, would note them anew."""
        for name, user in self.world.readers.items():
            if user.is_authenticated:
                look(self.browsers[name], "/")

    def forget(self) -> None:
        self._seen = {}


@contextmanager
def a_world_of_its_own(django_db_blocker, media):
    own = override_settings(
        MEDIA_ROOT=media,
        ELASTICSEARCH_URL="",  # tests/search asks the same of Elasticsearch
        ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"],
    )
    # Wagtail remembers renditions by number, and the numbers of a world that was rolled back come again.
    caches["renditions"].clear()
    # Django keeps the context of each page for its test: here only what is sent is looked at.
    keeping = mock.patch("django.test.client.store_rendered_templates", lambda *_told, **_more: None)
    with (
        django_db_blocker.unblock(), own, keeping, time_machine.travel(NOON, tick=False) as clock, transaction.atomic(),
    ):  # fmt: skip
        yield Walk(clock)
        transaction.set_rollback(True)
    caches["renditions"].clear()


@pytest.fixture(scope="module")
def walk(django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole world."""
    with a_world_of_its_own(django_db_blocker, tmp_path_factory.mktemp("media")) as walk:
        walk.world.plant(OPEN_MARKINGS)
        walk.world.plant(NAMED_MARKINGS)
        walk.world.plant_links()
        walk.note_sessions()
        yield walk


@pytest.fixture(scope="module")
def open_walk(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world before anything is named to single organisations or persons."""
    with a_world_of_its_own(django_db_blocker, tmp_path_factory.mktemp("media")) as walk:
        walk.world.plant(OPEN_MARKINGS)
        walk.note_sessions()
        yield walk


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog
