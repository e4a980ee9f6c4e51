"""Two workers at once, and one that is killed in the midst: each reminder, mail and push is sent once."""

import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import MailRhythm
from coordination.models import Reminder, ReminderClock, ReminderPlan, Role
from discussion import push
from discussion.models import DigestMark, Notification, PushSubscription
from tests.discussion.push_service import Keys, running
from tests.factories import make_action, make_member, make_message, make_organisation, make_space
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
def test_of_two_workers_and_one_that_is_killed_each_reminder_mail_and_push_comes_once(stack, tmp_path):
    with running() as service:
        _ask_two_workers_and_one_that_is_killed(stack, tmp_path, service)


def arrange_an_answer(stack, service):
    """Somebody who wants mail at once and pushes, and is told of one answer; what else there is, is not for them."""
    stack.env |= {"VAPID_PRIVATE_KEY": push.new_private_key(), "PUSH_SERVICES": service.address}
    space = make_space()
    reader, keys = make_member(space, Role.CONTRIBUTOR), Keys(service)
    session = Session.objects.create(session_key="k" * 32, expire_date=timezone.now() + timedelta(hours=1))
    now = timezone.now()
    PushSubscription.objects.create(user=reader, session=session, wanted_at=now, waiting_since=now, **keys.asks)
    make_message(make_message(make_action(space), reader).thread)
    return reader, keys


def _ask_two_workers_and_one_that_is_killed(stack, tmp_path, service):
    member = arrange(stack, tmp_path)
    reader, browser = arrange_an_answer(stack, service)
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
    letters = sorted(file.read_text() for file in (tmp_path / "mails").iterdir())
    assert {re.search("To: (.*)", letter)[1] for letter in letters} == {member.email, reader.email}
    assert len(letters) == 2 and any("What is new for you on Accord" in letter for letter in letters)
    assert len(browser.read()) == 1
    assert DigestMark.objects.get().done_at is not None
