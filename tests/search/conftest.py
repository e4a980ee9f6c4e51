"""Tests of the search have an index of their own, and a breaker that remembers nothing of the test before."""

import secrets

import pytest

from search import replication, watch
from search.engines import elastic


@pytest.fixture(autouse=True)
def own_index(settings):
    settings.ELASTICSEARCH_INDEX = f"test-{secrets.token_hex(4)}"
    elastic.breaker.close()
    yield
    elastic.breaker.close()


class Ledger:
    name = "ledger"

    def catch_up(self):
        """The ledger is never behind."""


class Replica:
    name = "elasticsearch"

    def __init__(self, settings):
        self.settings = settings
        self.client = elastic.client(elastic.WRITE_SECONDS)

    def catch_up(self):
        """Do what the worker does until nothing waits, and let Elasticsearch see it."""
        while replication.send_round():
            pass
        self.client.indices.refresh(index=self.settings.ELASTICSEARCH_INDEX)

    def forget(self):
        for index in self.client.options(ignore_status=404).indices.get(index=f"{self.settings.ELASTICSEARCH_INDEX}*"):
            self.client.indices.delete(index=index)


@pytest.fixture
def ledger_engine(settings):
    settings.ELASTICSEARCH_URL = ""
    return Ledger()


@pytest.fixture
def replica(own_index, settings, monkeypatch):
    """Elasticsearch itself, with more patience than a reader has: a busy machine changes no answer. Such a test is
    marked `full`."""
    assert settings.ELASTICSEARCH_URL, "This test needs Elasticsearch: ELASTICSEARCH_URL is not set."
    monkeypatch.setattr(elastic, "SEARCH_SECONDS", 30)
    monkeypatch.setattr(watch, "SLOW_SECONDS", 60)
    engine = Replica(settings)
    yield engine
    engine.forget()


@pytest.fixture(params=["ledger_engine", pytest.param("replica", marks=pytest.mark.full)])
def engine(request):
    """Each test that takes it runs once with the ledger answering, and once with Elasticsearch."""
    return request.getfixturevalue(request.param)
