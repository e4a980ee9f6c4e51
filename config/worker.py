"""The worker: runs the queued tasks, such as mail, and sends Elasticsearch what the search ledger holds.

On the full stack it is a process of its own (`manage.py run_worker`); on the embedded stack a thread of the server.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5
# After an unforeseen error a loop waits this long before it starts anew: the operator's log stays readable.
PAUSE_AFTER_ERROR_SECONDS = 5.0
WATCH_SECONDS = 60.0
# How long a reminder may come after its moment.
REMIND_SECONDS = 120.0
# How long an entry of the audit trail waits for its place in the chain.
CHAIN_SECONDS = 10.0
# What falls due has been on show for thirty days: nobody waits for the minute.
RETENTION_SECONDS = 15 * 60.0
# Each page has its links followed once a week, some in each of these spans (knowledge.services.upkeep).
LINKS_SECONDS = 30 * 60.0
# What runs longer has died: the longest task reads the text of a file, within bounds.
LONGEST_TASK = timedelta(minutes=15)
MOST_TRIES = 3


def start_in_this_process() -> threading.Event:
    """Start the loops as daemon threads; set the event to stop them."""
    stop = threading.Event()
    for name, loop in _loops():
        threading.Thread(target=_keep_running, args=(name, loop, stop), name=f"worker {name}", daemon=True).start()
    return stop


def _loops() -> list[tuple[str, Callable[[threading.Event], None]]]:
    loops: list[tuple[str, Callable[[threading.Event], None]]] = [
        ("tasks", _run_tasks),
        ("watch", _watch),
        ("reminders", _remind),
        ("audit chain", _link_the_trail),
        ("retention", _let_go),
    ]
    if settings.CHECK_LINKS:
        loops.append(("links", _follow_links))
    if settings.ELASTICSEARCH_URL:
        from search import replication

        loops.append(("search", replication.run))
    return loops


def _run_tasks(stop: threading.Event) -> None:
    worker = Worker(
        queue_names=["*"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )

    def end_when_told() -> None:
        stop.wait()
        worker.running = False

    threading.Thread(target=end_when_told, daemon=True).start()
    worker.run()


def _watch(stop: threading.Event) -> None:
    while not stop.wait(WATCH_SECONDS):
        take_up_abandoned()


def _remind(stop: threading.Event) -> None:
    """Publish what waits for its day; remind of what is due, send those their mail of the day who want one mail for
    all, and what was put off or left by a worker that died; clear away drafts, old searches and expired sessions."""
    from accounts import sessions
    from coordination import publishing, services
    from discussion import digests, drafts, mail, push
    from meetings import services as meetings
    from search import services as search

    meetings.follow_the_zones()
    while not stop.is_set():
        close_old_connections()
        now = timezone.now()
        publishing.publish_what_is_due(now)
        services.send_reminders(now)
        services.hold_access_reviews(now)
        services.end_what_is_over(now)
        meetings.count_silence(now)
        meetings.remind_of_documents(now)
        meetings.remind_of_answers(now)
        search.tell_of_new_finds(now)
        search.forget_old_searches(now)
        digests.send_digests(now)
        mail.send_waiting.func()
        push.send_waiting.func()
        services.call_webhooks(now)
        services.forget_old_calls(now)
        drafts.clear_away(now)
        sessions.clear_away(now)
        stop.wait(REMIND_SECONDS)


def _link_the_trail(stop: threading.Event) -> None:
    """Give the entries of the audit trail their places in the chain, after all of what an earlier worker left."""
    from coordination import chain

    all_of_them = True
    while not stop.is_set():
        close_old_connections()
        chain.link_entries(all_of_them=all_of_them, go_on=lambda: not stop.is_set())
        all_of_them = False
        stop.wait(CHAIN_SECONDS)


def _let_go(stop: threading.Event) -> None:
    """Carry out the rules of retention, some things at a time."""
    from coordination import services

    while not stop.wait(RETENTION_SECONDS):
        close_old_connections()
        services.carry_out_retention()


def _follow_links(stop: threading.Event) -> None:
    """Whatever time has passed since the last look is made up for, so that no page is passed over."""
    from home.here import is_here
    from knowledge import services

    done = int(time.time() // LINKS_SECONDS)
    while not stop.wait(LINKS_SECONDS):
        close_old_connections()
        now = int(time.time() // LINKS_SECONDS)
        services.check_links(is_here, parts=range(done + 1, now + 1))
        done = now


def take_up_abandoned() -> int:
    """Queue anew the tasks whose worker died while it ran them; how many there were.

    Our tasks end within minutes and may be run twice. One that has taken its workers along repeatedly is given up, as
    failed, so that it does not take along the next.
    """
    died = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - LONGEST_TASK)
    taken_up = 0
    for task in died:
        state = TaskResultStatus.READY if len(task.worker_ids) < MOST_TRIES else TaskResultStatus.FAILED
        # Only as it was found: another worker may do the same at this moment.
        same = DBTaskResult.objects.filter(pk=task.pk, status=task.status, started_at=task.started_at)
        taken_up += same.update(status=state, finished_at=None if state == TaskResultStatus.READY else timezone.now())
    if taken_up:
        logger.warning("%d tasks were left by a worker that died; they are taken up again.", taken_up)
    return taken_up


def _keep_running(name: str, loop: Callable[[threading.Event], None], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            loop(stop)
        except Exception:
            logger.exception("The worker's loop “%s” stumbled; it goes on in a moment.", name)
            stop.wait(PAUSE_AFTER_ERROR_SECONDS)
