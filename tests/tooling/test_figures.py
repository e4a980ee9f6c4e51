"""What the operator is told: the page, Prometheus, and a log that tells nothing of content."""

import json
import logging
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from accounts.models import PlatformRole
from accounts.tasks import send_new_password_mail
from config import figures, traces
from config.logs import JsonLine, Line
from tests.factories import make_user

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"


@pytest.fixture
def a_task_that_waits(db):
    """A task for which no worker has come in ten minutes."""
    send_new_password_mail.enqueue("somebody@accord.example")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=10))


def test_the_page_says_what_needs_a_look_first_and_is_the_administrators(client, a_task_that_waits):
    client.force_login(make_user(platform_role=PlatformRole.ADMINISTRATOR))
    page = client.get(reverse("operator"))
    shown = page.context["figures"]
    assert f"<bdi>Accord {settings.VERSION}</bdi>" in page.content.decode()
    assert "from <bdi>120 seconds</bdi> on" in page.content.decode()
    assert "at <bdi>2 GB</bdi> or less" in page.content.decode()
    by_name = {figure.kind.name: figure for figure in shown}
    assert by_name["task_oldest_seconds"].needs_a_look and by_name["task_oldest_seconds"].value == pytest.approx(
        600, abs=60
    )
    assert by_name["tasks_waiting"].value == 1 and not by_name["tasks_waiting"].needs_a_look
    assert [figure.needs_a_look for figure in shown] == sorted((f.needs_a_look for f in shown), reverse=True)
    client.force_login(make_user(platform_role=PlatformRole.SECRETARIAT))
    assert client.get(reverse("operator")).status_code == 404


def test_a_figure_that_cannot_be_asked_hides_none_of_the_others(db, monkeypatch):
    def away():
        raise OSError

    broken = figures.Kind("broken", "", away)
    monkeypatch.setattr(figures, "KINDS", (broken, *figures.KINDS))
    first, *others = figures.figures()
    assert first.value is None and first.needs_a_look and len(others) > 5


def test_prometheus_fetches_requests_by_page_and_the_figures_with_its_token(client, settings, a_task_that_waits):
    assert client.get(reverse("metrics")).status_code == 404
    settings.METRICS_TOKEN = "for-prometheus"
    client.get("/actions/abcdefghij/")
    assert client.get(reverse("metrics"), headers={"Authorization": "Bearer wrong"}).status_code == 404
    told = client.get(reverse("metrics"), headers={"Authorization": "Bearer for-prometheus"}).content.decode()
    assert 'accord_answers_total{status="4xx",view="action_detail"}' in told or 'view="action_detail"' in told
    assert "accord_tasks_waiting 1.0" in told and "abcdefghij" not in told
    asked = set(re.findall(r"\b(?:accord|process)_\w+", DASHBOARD.read_text()))
    assert {name for name in asked if name.removesuffix("_total") not in told} <= {
        "accord_search_entries_waiting",  # only where there is Elasticsearch
        "accord_reminders_age_seconds",  # only once a worker has run
    }


@pytest.mark.parametrize("formatter", [Line("{message}", style="{"), JsonLine()])
def test_the_log_says_where_an_error_came_from_and_not_what_somebody_wrote(formatter):
    try:
        try:
            raise IntegrityError("Key (email)=(minister@example.org) already exists.")
        except IntegrityError as error:
            raise RuntimeError("It could not be saved.") from error
    except RuntimeError:
        record = logging.LogRecord("accord", logging.ERROR, __file__, 1, "Stumbled", None, sys.exc_info())
    text = formatter.format(record)
    assert "minister" not in text and "IntegrityError" in text and "It could not be saved." in text
    assert "test_figures.py" in text
    if isinstance(formatter, JsonLine):
        assert json.loads(text)["level"] == "ERROR"


def test_a_trace_says_which_page_and_which_tables_and_nothing_else(db, settings, monkeypatch):
    provider, kept = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(traces, "_tracer", lambda: provider.get_tracer("accord"))
    settings.MIDDLEWARE = ["config.traces.TracedMiddleware", *settings.MIDDLEWARE]
    client = Client(raise_request_exception=False, REMOTE_ADDR="192.0.2.77")
    client.force_login(make_user("Canary"))
    assert client.get("/actions/canarycana/?q=canary").status_code == 404
    monkeypatch.setattr("coordination.views.actions.access.open_readable", lambda *_asked, **_by: {}["canary"])
    assert client.get("/actions/canarycana/").status_code == 500
    spans = kept.get_finished_spans()
    assert {"GET action_detail", "SELECT accounts_user"} <= {span.name for span in spans}
    said = "".join(span.to_json() for span in spans)
    assert "canary" not in said.lower() and "192.0.2.77" not in said
    assert not any(span.events for span in spans)
