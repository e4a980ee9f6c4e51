"""Slow and failed searches are counted and logged, without a word of what was searched for."""

import io
import logging

import pytest
from django.core.management import call_command

from search import selectors, watch
from search.engines import elastic, embedded
from search.models import Tally
from search.queries import Query
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
SECRET = "zanzibarquokka"


def tallies():
    return {(each.engine, each.outcome): each.number for each in Tally.objects.all()}


def test_slow_and_failed_searches_are_counted_and_logged_without_their_text(settings, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    reader = make_user()
    settings.ELASTICSEARCH_URL = ""
    monkeypatch.setattr(watch, "SLOW_SECONDS", 60)
    selectors.search(Query(text=SECRET), reader)
    assert tallies() == {}
    monkeypatch.setattr(watch, "SLOW_SECONDS", -1)
    for _time in range(2):
        selectors.search(Query(text=SECRET), reader)
    assert tallies() == {("ledger", "slow"): 2}
    monkeypatch.setattr(watch, "SLOW_SECONDS", 60)
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"  # where nothing answers
    assert selectors.search(Query(text=SECRET), reader).from_ledger_instead
    assert selectors.search(Query(text=SECRET), reader).from_ledger_instead  # asked no second time: no failure
    monkeypatch.setattr(embedded, "_page", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        embedded.search(Query(text=SECRET), reader)
    assert tallies() == {("ledger", "slow"): 2, ("elasticsearch", "failed"): 1, ("ledger", "failed"): 1}
    assert "A search failed in" in caplog.text and f"{len(SECRET)} characters" in caplog.text
    assert SECRET not in caplog.text
    out = io.StringIO()
    settings.ELASTICSEARCH_URL = ""
    call_command("search_status", stdout=out)
    assert "ledger, slow searches on" in out.getvalue() and SECRET not in out.getvalue()
    elastic.breaker.close()
