"""The services that the full stack stands on are really there, and the lock files hold no addresses."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.full
@pytest.mark.django_db
def test_the_full_stack_stands_on_postgresql():
    assert connection.vendor == "postgresql"


@pytest.mark.full
@pytest.mark.django_db
def test_what_is_sent_through_redis_arrives(client: Client):
    from django.conf import settings

    assert settings.CHANNEL_LAYERS["default"]["BACKEND"].startswith("channels_redis")
    assert client.get("/readyz").json()["channel_layer"] == "reachable"


@pytest.mark.full
def test_elasticsearch_finds_what_was_indexed(settings):
    from elasticsearch import Elasticsearch

    with Elasticsearch(settings.ELASTICSEARCH_URL) as engine:
        engine.index(index="probe", id="1", document={"text": "a border crossing"}, refresh=True)
        try:
            assert engine.search(index="probe", query={"match": {"text": "crossing"}})["hits"]["total"]["value"] == 1
        finally:
            engine.indices.delete(index="probe")


@pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json"])
def test_a_lock_file_holds_hashes_and_no_addresses(name):
    text = (ROOT / name).read_text()
    assert re.search(r"sha(256|512)", text)
    assert '"resolved"' not in text
    assert not re.search(r"^(--|-i )", text, re.MULTILINE)
