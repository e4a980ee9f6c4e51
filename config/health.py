"""`/healthz` says that the process is up; `/readyz` says what it can reach, and whether it is about to end."""

import signal
import threading
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

from discussion.ending import within

REACHABLE, UNREACHABLE = "reachable", "unreachable"
PROBE_SECONDS = 3
_leaving = threading.Event()


def leave_when_told() -> None:
    """On SIGUSR1 `/readyz` says 503 from then on: the proxy sends nobody here any more, and what was begun is answered.

    For the main thread of a server that is about to be stopped.
    """
    signal.signal(signal.SIGUSR1, lambda _number, _frame: _leaving.set())


def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


def readyz(request):
    """Ready without Elasticsearch too: the ledger answers for it. Not ready without database or channel layer, nor
    once the server has been told that it will be stopped."""
    if _leaving.is_set():
        return JsonResponse({"ready": False, "leaving": True}, status=503)
    state = {"database": _probe(_database), "channel_layer": _probe(_channel_layer)}
    ready = REACHABLE == state["database"] == state["channel_layer"]
    if settings.ELASTICSEARCH_URL:
        state["elasticsearch"] = _probe(_elasticsearch)
    if state["database"] == REACHABLE:
        state["reminders_sent_until"] = _reminders()
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)


def _probe(reach: Callable[[], object]) -> str:
    try:
        reach()
    except Exception:  # whatever goes wrong, the answer is that it cannot be reached
        return UNREACHABLE
    return REACHABLE


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _reminders() -> str | None:
    """When the worker last went through the reminders: old, where no worker runs."""
    from coordination.services import last_round

    try:
        at = last_round()
    except DatabaseError:  # before the migrations
        return None
    return at.isoformat(timespec="seconds") if at else None


def _channel_layer() -> None:
    layer = get_channel_layer()
    async_to_sync(within)(PROBE_SECONDS, _send_and_receive(layer))


async def _send_and_receive(layer) -> None:
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "probe"})
    await layer.receive(channel)


def _elasticsearch() -> None:
    from elasticsearch import Elasticsearch

    nodes = settings.ELASTICSEARCH_URL.split(",")
    with Elasticsearch(nodes, request_timeout=PROBE_SECONDS, max_retries=len(nodes) - 1) as engine:
        engine.info()
