"""The services that the full stack stands on are really there, and the lock files hold no addresses."""

import os
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from scripts import services

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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-service.lock", "package-lock.json"])
def test_a_lock_file_holds_hashes_and_no_addresses(name):
    text = (ROOT / name).read_text()
    assert re.search(r"sha(256|512)", text)
    assert '"resolved"' not in text
    assert "://" not in text
    assert not re.search(r"^(--|-i )", text, re.MULTILINE)


def test_what_is_missing_is_named_to_somebody_who_may_not_install_it(monkeypatch):
    monkeypatch.setattr(services.os, "geteuid", lambda: 1000)
    with pytest.raises(services.ServiceError, match="as root: apt-get install redis-server chromium"):
        services.install(["redis-server", "chromium"])


def test_a_machine_without_apt_is_told_what_it_needs(monkeypatch):
    monkeypatch.setattr(services.shutil, "which", lambda program: None)
    with pytest.raises(services.ServiceError, match="Neither a container engine nor apt-get is here"):
        services.install(["redis-server"])


def test_a_container_client_without_an_engine_is_no_engine(monkeypatch, tmp_path):
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert not services.has_container_engine()


def test_the_addresses_come_from_the_container_engine_where_there_is_one(monkeypatch, tmp_path):
    """The client is a script that answers as docker does: there is no engine to test with everywhere."""
    client, said = tmp_path / "docker", tmp_path / "said"
    client.write_text(f'#!/bin/sh\necho "$@" >>{said}\ncase "$*" in *" port "*) echo 127.0.0.1:4711;; esac\n')
    client.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(services, "FOLDER", tmp_path / "services")
    monkeypatch.setattr(services, "ADDRESSES", tmp_path / "services" / "env")
    monkeypatch.setattr(services, "COMPOSED", tmp_path / "services" / "compose")
    services.start()
    assert "REDIS_URL=redis://127.0.0.1:4711/0" in (tmp_path / "services" / "env").read_text()
    services.stop()
    assert "up --detach --wait postgres redis elasticsearch" in said.read_text()
    assert said.read_text().endswith("down --volumes\n")


def test_a_process_that_took_over_the_id_of_one_of_ours_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(services, "FOLDER", tmp_path)
    (tmp_path / "redis.pid").write_text(f"{os.getpid()} 1")
    assert services.pids() == []
    services.remember("redis", os.getpid())
    assert services.pids() == [os.getpid()]
