"""One mail for all that is new: each morning or each Monday, of what its reader may still read, once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail as letters

from accounts.models import MailRhythm
from coordination import access, services
from coordination.models import Marking, Role
from discussion import digests, mail
from discussion.models import DigestMark, Notification
from discussion.services import mark_all_seen
from tests.factories import make_member, make_message, make_space, make_thread, mark

pytestmark = pytest.mark.django_db

# Half past eight in Karachi is half past three by UTC.
WEDNESDAY = datetime(2027, 6, 9, 12, tzinfo=UTC)
THURSDAY = datetime(2027, 6, 10, 3, 30, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(WEDNESDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR)


@pytest.fixture
def liaison(space, fia):
    liaison = make_member(space, Role.CONTRIBUTOR, fia, time_zone="Asia/Karachi", mail_rhythm=MailRhythm.DAILY)
    digests.send_digests(WEDNESDAY)
    return liaison


def assign(chair, space, fia, title="zoq1x"):
    return services.create_action(chair, space, title=title, owner=fia)


def send(clock, at: datetime) -> list[str]:
    """What comes to the mail server at that moment, from two workers."""
    clock.move_to(at, tick=False)
    letters.outbox.clear()
    for _worker in range(2):
        mail.send_waiting.func()
        digests.send_digests(at)
    return [letter.to[0] for letter in letters.outbox]


def test_one_mail_in_the_morning_says_how_much_there_is_and_no_more(clock, space, fia, chair, liaison):
    assign(chair, space, fia)
    assign(chair, space, fia)
    services.create_action(chair, space, title="zoq2x", owner=fia, due_on=date(2027, 6, 11))
    services.send_reminders()
    assert send(clock, THURSDAY - timedelta(minutes=1)) == []
    services.send_reminders(THURSDAY)
    assert send(clock, THURSDAY) == [liaison.email]
    [letter] = letters.outbox
    assert letter.subject == "What is new for you on Accord"
    assert "1 reminder of what is due\n3 other pieces of news\n" in letter.body
    assert "/notifications/" in letter.body
    assert "zoq1x" not in letter.body and "zoq2x" not in letter.body
    assert send(clock, THURSDAY + timedelta(hours=2)) == []


def test_on_a_day_without_news_there_is_no_mail_and_later_news_wait_for_the_next_morning(
    clock, space, fia, chair, liaison
):
    assert send(clock, THURSDAY) == []
    clock.move_to(THURSDAY + timedelta(hours=1), tick=False)
    assign(chair, space, fia)
    assert send(clock, THURSDAY + timedelta(hours=2)) == []
    assert send(clock, THURSDAY + timedelta(days=1)) == [liaison.email]


def test_one_mail_a_week_comes_on_monday(clock, space, fia, chair, liaison):
    liaison.mail_rhythm = MailRhythm.WEEKLY
    liaison.save()
    assign(chair, space, fia)
    mondays = [send(clock, THURSDAY + timedelta(days=days)) for days in range(8)]
    assert mondays == [[], [], [], [], [liaison.email], [], [], []]


def test_a_worker_that_was_away_sends_the_mail_of_the_last_morning_once(clock, space, fia, chair, liaison):
    assign(chair, space, fia)
    assert send(clock, THURSDAY + timedelta(days=3, hours=7)) == [liaison.email]
    assert send(clock, THURSDAY + timedelta(days=3, hours=8)) == []


def test_whoever_wants_mail_at_once_is_mailed_as_ever(clock, space, fia, chair, liaison):
    other = make_member(space, Role.CONTRIBUTOR, fia)
    assign(chair, space, fia)
    assert send(clock, WEDNESDAY) == [other.email]


def test_whoever_wants_mail_at_once_again_gets_what_waits(clock, space, fia, chair, liaison):
    assign(chair, space, fia)
    liaison.mail_rhythm = MailRhythm.AT_ONCE
    liaison.save()
    assert send(clock, WEDNESDAY) == [liaison.email]
    assert send(clock, THURSDAY) == []


def _narrow(action, liaison, chair):
    mark(action, Marking.RED, users=[chair])


def _revoke(action, liaison, chair):
    access.revoke(liaison, action.space)


def _look(action, liaison, chair):
    mark_all_seen(liaison)


def _close_account(action, liaison, chair):
    liaison.is_active = False
    liaison.save()


@pytest.mark.parametrize("end", [_narrow, _revoke, _look, _close_account])
def test_what_is_read_already_or_may_not_be_read_any_more_is_not_counted(clock, space, fia, chair, liaison, end):
    end(assign(chair, space, fia), liaison, chair)
    assert send(clock, THURSDAY) == []
    assert not Notification.objects.filter(user=liaison, mail_wanted=True, mail_done_at=None).exists() or (
        end is _close_account
    )


def test_of_two_objects_the_closed_one_is_not_counted(clock, space, fia, chair, liaison):
    _narrow(assign(chair, space, fia), liaison, chair)
    assign(chair, space, fia)
    assert send(clock, THURSDAY) == [liaison.email]
    assert "1 other piece of news" in letters.outbox[0].body


def test_answers_in_discussions_are_among_it(clock, space, chair, liaison):
    thread = make_thread(space, subject="zoq3x")
    make_message(thread, liaison)
    make_message(thread, chair)
    assert send(clock, THURSDAY) == [liaison.email]
    assert "1 other piece of news" in letters.outbox[0].body


def test_a_mail_that_the_server_refuses_is_sent_again_and_no_second_one(clock, space, fia, chair, liaison, monkeypatch):
    assign(chair, space, fia)
    send_mail, names = digests.EmailMessage.send, []

    def refuse(letter, **_more):
        names.append(letter.extra_headers["Message-ID"])
        raise OSError("the mail server is away")

    monkeypatch.setattr(digests.EmailMessage, "send", refuse)
    assert send(clock, THURSDAY) == []
    monkeypatch.setattr(digests.EmailMessage, "send", send_mail)
    assert send(clock, THURSDAY + timedelta(minutes=5)) == []
    assert send(clock, THURSDAY + timedelta(minutes=11)) == [liaison.email]
    assert letters.outbox[0].extra_headers["Message-ID"] == names[0]
    assert send(clock, THURSDAY + timedelta(minutes=30)) == []


def test_a_clock_that_was_ahead_silences_no_morning(clock, space, fia, chair, liaison):
    send(clock, THURSDAY + timedelta(days=365))
    assert DigestMark.objects.get().day == date(2028, 6, 9)
    clock.move_to(WEDNESDAY, tick=False)
    assign(chair, space, fia)
    assert send(clock, THURSDAY) == [liaison.email]


@pytest.mark.parametrize(
    ("zone", "day", "morning"),
    [
        ("Europe/Vienna", date(2027, 3, 27), datetime(2027, 3, 27, 7, 30, tzinfo=UTC)),
        ("Europe/Vienna", date(2027, 3, 28), datetime(2027, 3, 28, 6, 30, tzinfo=UTC)),
        ("Europe/Vienna", date(2027, 10, 31), datetime(2027, 10, 31, 7, 30, tzinfo=UTC)),
        ("Asia/Karachi", date(2027, 3, 28), datetime(2027, 3, 28, 3, 30, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2028, 2, 29), datetime(2028, 2, 28, 18, 30, tzinfo=UTC)),
    ],
)
def test_the_morning_is_that_of_the_reader_s_own_clock(space, zone, day, morning):
    user = make_member(space, time_zone=zone, mail_rhythm=MailRhythm.DAILY)
    assert digests.morning_for(user, morning) == day
    assert digests.morning_for(user, morning - timedelta(minutes=1)) == day - timedelta(days=1)
