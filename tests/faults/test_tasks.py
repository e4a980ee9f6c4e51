"""A task whose worker dies while it runs is not lost."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from config import worker

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


def make_running(minutes: int, workers: int = 1) -> DBTaskResult:
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING,
        started_at=timezone.now() - timedelta(minutes=minutes),
        args_kwargs=json.loads('{"args": [], "kwargs": {}}'),
        task_path="discussion.mail.send_waiting",
        backend_name="default",
        run_after=get_date_max(),
        worker_ids=[str(uuid.uuid4()) for _ in range(workers)],
        exception_class_path="",
        traceback="",
    )


def state_of(task: DBTaskResult) -> str:
    return DBTaskResult.objects.get(pk=task.pk).status


def test_what_a_dead_worker_left_is_queued_anew():
    left, at_work = make_running(minutes=16), make_running(minutes=5)
    assert worker.take_up_abandoned() == 1
    assert state_of(left) == TaskResultStatus.READY
    assert left in DBTaskResult.objects.ready()
    assert state_of(at_work) == TaskResultStatus.RUNNING


def test_what_has_taken_three_workers_along_is_given_up():
    deadly = make_running(minutes=16, workers=3)
    worker.take_up_abandoned()
    assert state_of(deadly) == TaskResultStatus.FAILED
