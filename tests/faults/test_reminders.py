"""Two workers at once, and one that is killed in the midst: each reminder and each mail of the day is sent once."""

import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import MailRhythm
from coordination.models import Reminder, ReminderClock, ReminderPlan, Role
from discussion.models import DigestMark, Notification
from tests.factories import make_action, make_member, make_organisation, make_space
from tests.servers import ROOT

ACTIONS = 30


def start(stack) -> subprocess.Popen:
    """What the worker does every two minutes, in a process of its own."""
    command = [sys.executable, "manage.py", "send_reminders"]
    return subprocess.Popen(command, cwd=ROOT, env=stack.env, stdout=subprocess.PIPE, text=True)


def arrange(stack, tmp_path):
    """Actions that have been overdue for days, of which nobody has been told; mails go into a folder."""
    stack.env["EMAIL_URL"] = f"filemail:///{tmp_path}/mails"
    stack.env["REMINDERS_FROM_HOUR"] = "0"
    space, organisation = make_space(), make_organisation()
    member = make_member(space, Role.CONTRIBUTOR, organisation, mail_rhythm=MailRhythm.DAILY)
    begun = timezone.now() - timedelta(days=30)
    ReminderClock.objects.create(pk=ReminderClock.ONLY, started_at=begun)
    for _number in range(ACTIONS):
        action = make_action(space, organisation, due_on=timezone.localdate() - timedelta(days=12))
        type(action).objects.filter(pk=action.pk).update(created_at=begun)
    return member


@pytest.mark.slow
@pytest.mark.both_stacks
def test_of_two_workers_and_one_that_is_killed_each_reminder_and_mail_comes_once(stack, tmp_path):
    member = arrange(stack, tmp_path)
    killed = start(stack)
    while killed.poll() is None and not Reminder.objects.exists():
        pass
    killed.kill()
    killed.wait()
    already = Reminder.objects.filter(outcome="sent").count()

    workers = [start(stack) for _worker in range(2)]
    said = [re.findall(r"\d+", worker.communicate(timeout=120)[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    sent = Reminder.objects.filter(outcome="sent", recipient=member)
    assert sum(int(reminders) for reminders, _mails in said) + already == sent.count() == ACTIONS
    assert sent.values("object_id").distinct().count() == ACTIONS
    assert Notification.objects.filter(user=member, kind="due_date_reminded").count() == ACTIONS
    assert not ReminderPlan.objects.filter(next_at__lte=timezone.now()).exists()

    assert sum(int(mails) for _reminders, mails in said) == 1
    [letter] = [file.read_text() for file in (tmp_path / "mails").iterdir()]
    assert "What is new for you on Accord" in letter
    assert DigestMark.objects.get().done_at is not None
