"""How Accord is doing, in figures: what waits, what failed, how old the last round is. For the operator's page and for
Prometheus alike; each is asked at that moment of what it is about. None tells anything of content or of persons."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

DAY = timedelta(days=1)
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Kind:
    """One figure: how it is called for Prometheus and for people, and from when on somebody should look."""

    name: str
    label: Any
    ask: Callable[[], float | None]
    unit: Any = ""
    # From here on (or, where less is worse, down to here) something is wrong; None: it only tells.
    limit: float | None = None
    less_is_worse: bool = False
    # What it means then, and what to do.
    advice: Any = ""

    def in_words(self, number: float) -> str:
        return f"{floatformat(number, -1)} {self.unit}".strip()

    @property
    def limit_in_words(self) -> str:
        return "" if self.limit is None else self.in_words(self.limit)


@dataclass(frozen=True)
class Figure:
    kind: Kind
    # None where it could not be asked.
    value: float | None

    @property
    def in_words(self) -> str:
        return "" if self.value is None else self.kind.in_words(self.value)

    @property
    def needs_a_look(self) -> bool:
        if self.value is None:
            return True
        if self.kind.limit is None:
            return False
        return self.value <= self.kind.limit if self.kind.less_is_worse else self.value >= self.kind.limit


def figures() -> Iterator[Figure]:
    """All of them, each asked by itself: what cannot be asked hides none of the others."""
    for kind in KINDS:
        try:
            value = kind.ask()
        except (DatabaseError, OSError):
            yield Figure(kind, None)
        else:
            if value is not None:
                yield Figure(kind, value)


# --- what is asked -------------------------------------------------------------------------------------------------
def _database_seconds() -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return time.perf_counter() - began


def _tasks_waiting() -> float:
    """Those that could be run at this moment; those put off until later do not wait."""
    return DBTaskResult.objects.ready().count()


def _oldest_task_seconds() -> float:
    now = timezone.now()
    rows = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", "run_after")[:1000]
    # Without a time to run after, that is a day in the far future.
    return _age(min((max(at, after) if after < now else at for at, after in rows), default=None))


def _tasks_failed() -> float:
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gte=timezone.now() - DAY)
    return failed.count()


def _reminders_seconds() -> float | None:
    from coordination.services import last_round

    at = last_round()
    return None if at is None else _age(at)


def _mails_waiting() -> float:
    from discussion.mail import outbox

    return outbox.waiting().count()


def _search_waiting() -> float | None:
    from search.models import Entry

    return Entry.objects.waiting().count() if settings.ELASTICSEARCH_URL else None


def _searches(outcome: str) -> float:
    from django.db.models import Sum

    from search.models import Tally

    today = Tally.objects.filter(day=timezone.localdate(), outcome=outcome)
    return today.aggregate(number=Sum("number"))["number"] or 0


def _calls_waiting() -> float:
    from coordination.models import WebhookCall

    return WebhookCall.objects.filter(due_at__isnull=False, webhook__paused_at=None).count()


def _webhooks_paused() -> float:
    from coordination.models import Webhook

    return Webhook.objects.exclude(paused_at=None).count()


def _disk_gigabytes() -> float:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / GIGABYTE


def _sockets() -> float:
    from discussion import hub

    return hub.open_sockets()


def _age(at: datetime | None) -> float:
    return max(0.0, (timezone.now() - at).total_seconds()) if at else 0.0


KINDS = (
    Kind(
        "database_seconds", _("The database answers in"), _database_seconds, _("seconds"), 0.5,
        advice=_("It is overloaded or far away: look at its own statistics and at the disk."),
    ),
    Kind("tasks_waiting", _("Tasks that wait"), _tasks_waiting, limit=500,
         advice=_("More comes in than the worker does: see that it runs, or start a second one.")),
    Kind(
        "task_oldest_seconds", _("The task that waits longest, since"), _oldest_task_seconds, _("seconds"), 120,
        advice=_("No worker runs, or one task holds it up: look at its log, and start it anew."),
    ),
    Kind("tasks_failed_day", _("Tasks that failed within a day"), _tasks_failed, limit=1,
         advice=_("The log of the worker says of each what it was and why.")),
    Kind(
        "reminders_age_seconds", _("Reminders were gone through last, since"), _reminders_seconds, _("seconds"), 600,
        advice=_("No worker runs. Once one does, each is reminded of each thing once."),
    ),
    Kind("mails_waiting", _("Mails of what is new that wait"), _mails_waiting, limit=500,
         advice=_("The mail server does not take them: the log of the worker says what it answered.")),
    Kind("search_entries_waiting", _("Entries that Elasticsearch has not confirmed"), _search_waiting, limit=500,
         advice=_("Elasticsearch is away or slow. Nothing is lost; the search page answers from the ledger.")),
    Kind("searches_slow_today", _("Searches today that took over a second"), lambda: _searches("slow"), limit=50,
         advice=_("The log has a line for each, without its words.")),
    Kind("searches_failed_today", _("Searches today that failed"), lambda: _searches("failed"), limit=5,
         advice=_("Elasticsearch did not answer in time; the ledger did.")),
    Kind("webhook_calls_waiting", _("Calls of webhooks that wait"), _calls_waiting, limit=200,
         advice=_("Their servers do not take them. After three days such a webhook is paused.")),
    Kind("webhooks_paused", _("Webhooks that are paused"), _webhooks_paused),
    Kind(
        "disk_free_gigabytes", _("Free for uploads"), _disk_gigabytes, _("GB"), 2.0, less_is_worse=True,
        advice=_("Uploads fail once the disk is full: make room, or enlarge it."),
    ),
    Kind("sockets", _("Sockets that are open in this process"), _sockets),
)  # fmt: skip
