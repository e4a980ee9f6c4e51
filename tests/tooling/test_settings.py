"""Settings: each is documented, and a wrong one is answered by a sentence instead of a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

ROOT = Path(__file__).resolve().parents[2]


def documented() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def read_by_the_settings() -> set[str]:
    return set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", (ROOT / "config" / "settings.py").read_text()))


def test_every_setting_stands_in_the_example_and_nothing_else_does():
    assert documented() == read_by_the_settings()


def test_every_setting_stands_in_the_operators_guide():
    guide = (ROOT / "docs" / "operators.md").read_text()
    assert {name for name in read_by_the_settings() if f"`{name}`" not in guide} == set()


WRONG = {
    "a database that we do not run on": ("database", "DATABASE_URL", "mysql://host/accord", "must begin with"),
    "a database without a name": ("database", "DATABASE_URL", "postgres://host", "names no database"),
    "an SQLite address without a file": ("database", "DATABASE_URL", "sqlite://accord", "names no file"),
    "an address with a port that is none": ("database", "DATABASE_URL", "postgres://host:port/a", "cannot be read"),
    "mail by no known way": ("mail", "EMAIL_URL", "pigeon://loft", "must begin with"),
    "a number below one": ("number", "SESSION_HOURS", "-3", "whole number above zero"),
    "a number that is a word": ("number", "SESSION_HOURS", "twelve", "whole number above zero"),
    "a switch that is neither on nor off": ("switch", "DEBUG", "perhaps", "it is a switch"),
}


@pytest.mark.parametrize("kind, name, value, reason", WRONG.values(), ids=list(WRONG))
def test_a_wrong_setting_is_named_with_the_reason(kind, name, value, reason, monkeypatch):
    monkeypatch.setenv(name, value)
    default = {"number": 1, "switch": False}.get(kind, "")
    with pytest.raises(ImproperlyConfigured, match=f"The setting {name} .*{reason}"):
        getattr(Environment(), kind)(name, default)


def test_postgresql_joins_as_is_written_unless_its_address_says_otherwise(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://host/accord")
    plain = Environment().database("DATABASE_URL", "")["OPTIONS"]["options"]
    assert plain == "-c join_collapse_limit=4 -c from_collapse_limit=4 -c jit=off"
    monkeypatch.setenv("DATABASE_URL", "postgres://host/accord?options=-c%20join_collapse_limit=8&sslmode=require")
    told = Environment().database("DATABASE_URL", "")["OPTIONS"]
    assert told == {"options": f"{plain} -c join_collapse_limit=8", "sslmode": "require"}
    monkeypatch.setenv("DATABASE_URL", "sqlite:///file.sqlite3")
    assert "OPTIONS" not in Environment().database("DATABASE_URL", "")


@pytest.mark.parametrize("value, reason", [("ftp://host", "must begin with"), ("http://", "names no host")])
def test_a_wrong_address_is_named_with_the_reason(value, reason, monkeypatch):
    monkeypatch.setenv("ELASTICSEARCH_URL", value)
    with pytest.raises(ImproperlyConfigured, match=reason):
        Environment().address("ELASTICSEARCH_URL", ("http", "https"))


def test_who_must_have_a_second_factor_and_secrets_are_read_and_wrong_ones_refused(monkeypatch):
    offices = ("auditor", "chairs")
    for said, meant in (("", ["chairs"]), ("nobody", []), ("Auditor, chairs", ["auditor", "chairs"])):
        monkeypatch.setenv("SECOND_FACTOR_FOR", said)
        assert Environment().words("SECOND_FACTOR_FOR", offices, default=("chairs",)) == meant
    monkeypatch.setenv("SECOND_FACTOR_FOR", "kings")
    with pytest.raises(ImproperlyConfigured, match="it may name auditor, chairs, or nobody"):
        Environment().words("SECOND_FACTOR_FOR", offices, default=())
    monkeypatch.setenv("OIDC_SECRETS", "fia=a=b moi=c")
    assert Environment().pairs("OIDC_SECRETS") == {"fia": "a=b", "moi": "c"}
    monkeypatch.setenv("OIDC_SECRETS", "hunter2")
    with pytest.raises(ImproperlyConfigured, match="name=secret") as refused:
        Environment().pairs("OIDC_SECRETS")
    assert "hunter2" not in str(refused.value)


def test_a_password_in_a_wrong_address_is_not_repeated(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://accord:hunter2@host:99999/accord")
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment().database("DATABASE_URL", "")
    assert "hunter2" not in str(refused.value)


def run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **env},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("command", [("manage.py", "check"), ("-m", "daphne", "-p", "0", "config.asgi:application")])
def test_nothing_starts_with_a_wrong_setting_and_there_is_no_traceback(command):
    ended = run(*command, REDIS_URL="localhost:6379")
    assert ended.returncode == 1
    assert "The setting REDIS_URL must begin with redis:// or rediss://" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_server_does_not_start_with_the_key_that_everyone_knows(settings):
    known = settings.EMBEDDED_SECRET_KEY
    ended = run("-m", "daphne", "-p", "0", "config.asgi:application", SECRET_KEY=known, DEMONSTRATION="", DEBUG="")
    assert ended.returncode == 1
    assert "SECRET_KEY is that of the demonstration" in ended.stderr and "Traceback" not in ended.stderr


def test_a_database_that_is_not_there_is_answered_by_a_sentence():
    ended = run("manage.py", "migrate", DATABASE_URL="postgres://accord:hunter2@127.0.0.1:1/accord")
    assert ended.returncode == 1
    assert "The database that DATABASE_URL names cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr and "hunter2" not in ended.stderr
