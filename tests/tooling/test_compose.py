"""docker-compose.yml brings up the whole stack, each part watched and each with its data kept."""

import re
from pathlib import Path

import pytest
import yaml

from scripts import services
from tests.tooling.test_settings import documented

ROOT = Path(__file__).resolve().parents[2]
COMPOSED = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSED["services"]


def test_the_stack_is_whole():
    assert set(SERVICES) == {
        "proxy", "app", "app-2", "worker", "postgres", "redis", "elasticsearch", "mailpit"
    }  # fmt: skip
    assert SERVICES["elasticsearch"]["image"].startswith("elasticsearch:9.")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_watched_and_keeps_its_data(name):
    assert SERVICES[name]["healthcheck"]["test"]
    volume, _, _ = SERVICES[name]["volumes"][0].partition(":")
    assert volume in COMPOSED["volumes"]


# What the stack itself decides: the places of its own services, what the image lays down, and nothing for developing.
DECIDED_BY_THE_STACK = {"DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"}
LEFT_ALONE = {"TASKS_IN_PROCESS", "WORKER_HEARTBEAT", "MEDIA_ROOT", "DEBUG"}


@pytest.mark.parametrize("name", ["app", "app-2", "worker"])
def test_every_setting_that_concerns_the_stack_is_handed_on_and_nothing_else_is(name):
    handed_on = SERVICES[name]["environment"]
    assert set(handed_on) == documented() - LEFT_ALONE
    chosen = {name for name, value in handed_on.items() if value.startswith(f"${{{name}:")}
    assert chosen == set(handed_on) - DECIDED_BY_THE_STACK


def test_only_what_people_open_is_open_to_the_network():
    open_to_all = {name for name, one in SERVICES.items() for port in one.get("ports", []) if "127.0.0.1" not in port}
    assert open_to_all == {"proxy"}


def test_the_proxy_that_is_tested_stands_before_all_servers():
    assert "./config/Caddyfile:/etc/caddy/Caddyfile:ro" in SERVICES["proxy"]["volumes"]
    servers = [name for name in SERVICES if re.fullmatch(r"app(-\d+)?", name)]
    assert len(servers) > 1
    assert SERVICES["proxy"]["environment"]["SERVERS"].split() == [f"{name}:8000" for name in servers]
    assert f"for server in {' '.join(servers)}; do" in (ROOT / "scripts" / "rolling-restart").read_text()


def test_for_tests_the_same_services_are_opened_to_loopback_alone():
    over = yaml.safe_load((ROOT / "scripts" / "services.compose.yml").read_text())["services"]
    assert {name: one["ports"] for name, one in over.items()} == {
        name: [f"127.0.0.1::{port}"] for name, port in services.CONTAINERS.items()
    }


def test_the_image_runs_as_somebody_who_may_little_and_takes_only_pinned_packages():
    recipe = (ROOT / "Dockerfile").read_text()
    assert "\nUSER accord\n" in recipe
    assert "--require-hashes" in recipe and "npm ci" in recipe


def test_tests_and_whoever_has_no_image_take_memory_as_the_image_does():
    [asked] = re.findall(r"MALLOC_CONF=\S+", (ROOT / "Dockerfile").read_text())
    assert asked in (ROOT / "scripts" / "memory").read_text()
    assert asked in (ROOT / "docs" / "operators.md").read_text()


def test_the_elasticsearch_that_tests_run_is_that_of_the_stack():
    pinned = SERVICES["elasticsearch"]["image"].removeprefix("elasticsearch:")
    assert f"<elasticsearch.version>{pinned}<" in (ROOT / "tests/elasticsearch_node/pom.xml").read_text()
