"""How news come: by kind and space, at quiet hours, in words that the space allows; how a link in a mail ends it."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as letters
from django.test import Client

from accounts.models import MailRhythm, User
from coordination import services as coordination
from coordination.models import Country, Marking, Role
from discussion import digests, mail, preferences, selectors, services
from discussion.models import Notification, NotificationChoice, QuietHours, SpaceRules, Way
from tests.factories import make_member, make_space, make_user, mark

pytestmark = pytest.mark.django_db
PAGE = "/account/notifications/"
NIGHT = datetime(2027, 6, 9, 20, tzinfo=UTC)  # one o'clock at night in Karachi, a Thursday


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR)


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia, time_zone="Asia/Karachi")


def assign(chair, space, fia, **fields):
    return coordination.create_action(chair, space, title="zoq5x", owner=fia, **fields)


def mailed() -> list[str]:
    mail.send_waiting.func()
    return [letter.to[0] for letter in letters.outbox]


# --- by kind and space ---------------------------------------------------------------------------------------------
@pytest.mark.both_stacks
@pytest.mark.parametrize(
    ("everywhere", "here", "is_told", "is_mailed", "in_digest"),
    [
        ("", Way.WEEKLY, True, False, True),
        (Way.PAGE, "", True, False, False),
        (Way.NOTHING, "", False, False, False),
        (Way.NOTHING, Way.AT_ONCE, True, True, False),
        (Way.AT_ONCE, Way.NOTHING, False, False, False),
        (Way.DAILY, "", True, False, True),
        ("", "", True, True, False),
    ],
)
def test_what_is_chosen_for_a_space_goes_before_what_is_chosen_for_everywhere(
    chair, space, fia, liaison, everywhere, here, is_told, is_mailed, in_digest
):
    services.choose(liaison, {"action_assigned": (everywhere, None)})
    services.choose(liaison, {"action_assigned": (here, None)}, space)
    assign(chair, space, fia)
    assert bool(selectors.unread_notifications(liaison)) == is_told
    assert mailed() == [liaison.email] * is_mailed
    assert digests.send_digests() == in_digest


def test_the_page_keeps_what_differs_shows_it_by_space_and_keeps_nothing_of_what_is_as_usual(
    client, space, liaison, django_assert_max_num_queries
):
    client.force_login(liaison)
    for address in (PAGE, f"/spaces/{space.key}/notifications/"):
        with django_assert_max_num_queries(22):
            form = client.get(address).context["form"]
        fields = {name: form[name].initial for name in form.fields}
        client.post(address, {**fields, "part": "kinds", "way_thread_closed": "nothing"})
    kept = NotificationChoice.objects.values_list("kind", "way", "space", "push")
    assert set(kept) == {("thread_closed", "nothing", None, None), ("thread_closed", "nothing", space.pk, None)}
    page = client.get(PAGE).content.decode()
    assert "A discussion in which I take part is closed: not at all" in page
    client.post(PAGE, {"part": "kinds", "way_thread_closed": "hourly"})
    assert set(kept) == {("thread_closed", "nothing", None, None), ("thread_closed", "nothing", space.pk, None)}
    client.post(f"/spaces/{space.key}/notifications/", {**fields, "part": "kinds"})
    assert NotificationChoice.objects.get().space is None


def test_one_chooses_for_no_space_that_one_is_not_in(client, liaison):
    client.force_login(liaison)
    assert client.get(f"/spaces/{make_space().key}/notifications/").status_code == 404


def test_what_waits_goes_out_as_is_wanted_when_it_is_sent(chair, space, fia, liaison):
    assign(chair, space, fia)
    services.choose(liaison, {"action_assigned": (Way.PAGE, None)})
    assert mailed() == []


# --- quiet hours ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("begins", "ends", "days_off", "at", "until"),
    [
        (22, 7, False, "2027-06-09 21:59", None),
        (22, 7, False, "2027-06-09 22:00", "2027-06-10 07:00"),
        (22, 7, False, "2027-06-10 06:59", "2027-06-10 07:00"),
        (22, 7, False, "2027-06-10 07:00", None),
        (12, 14, False, "2027-06-09 13:00", "2027-06-09 14:00"),
        (12, 14, False, "2027-06-09 11:00", None),
        # Pakistan has Saturday and Sunday off; the night before Monday is quiet too.
        (None, None, True, "2027-06-11 23:00", None),
        (None, None, True, "2027-06-12 00:00", "2027-06-14 00:00"),
        (22, 7, True, "2027-06-11 23:00", "2027-06-14 07:00"),
        (22, 7, True, "2027-06-13 12:00", "2027-06-14 07:00"),
    ],
)
def test_quiet_hours_are_by_the_reader_s_own_clock_and_calendar(liaison, begins, ends, days_off, at, until):
    Country.objects.filter(code="PK").update(weekend="56")
    hours = {"begins": begins and time(begins), "ends": ends and time(ends)}
    QuietHours.objects.create(user=liaison, days_off=days_off, **hours)
    zone = ZoneInfo("Asia/Karachi")
    found = preferences.quiet_until(liaison, datetime.fromisoformat(at).replace(tzinfo=zone))
    assert found == (datetime.fromisoformat(until).replace(tzinfo=zone) if until else None)


def test_a_mail_waits_for_the_end_of_the_quiet_hours_and_comes_once(client, chair, space, fia, liaison):
    with time_machine.travel(NIGHT, tick=False) as clock:
        client.force_login(liaison)
        assert client.post(PAGE, {"part": "hours", "begins": "22:00"}).context["hours"].errors
        client.post(PAGE, {"part": "hours", "begins": "22:00", "ends": "07:00"})
        assign(chair, space, fia)
        assert mailed() == mailed() == []
        clock.move_to(NIGHT.replace(hour=1, day=10, minute=59), tick=False)
        assert mailed() == []
        clock.move_to(NIGHT.replace(hour=2, day=10), tick=False)
        assert mailed() == mailed() == [liaison.email]


# --- what mails say ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("allowed", "marking", "is_quoted"),
    [
        ("", Marking.CLEAR, False),
        ("CLEAR", Marking.CLEAR, True),
        ("CLEAR", Marking.GREEN, False),
        ("GREEN", Marking.CLEAR, True),
        ("GREEN", Marking.GREEN, True),
        ("GREEN", Marking.AMBER, False),
    ],
)
def test_a_mail_says_what_it_is_about_as_far_as_the_space_allows_and_always_why(
    client, chair, space, fia, liaison, allowed, marking, is_quoted
):
    client.force_login(chair)
    client.post(f"/spaces/{space.key}/mail/", {"quoted_in_mail": allowed})
    assert (SpaceRules.objects.filter(quoted_in_mail=allowed).exists() or not allowed) and chair
    mark(assign(chair, space, fia), marking)
    mailed()
    [letter] = letters.outbox
    assert ("zoq5x" in letter.body, "zoq5x" in letter.subject) == (is_quoted, is_quoted)
    assert "You get this because it is for your organisation to do." in letter.body


def test_what_mails_may_say_is_for_the_chair_to_allow_and_never_of_amber(client, chair, space, liaison):
    client.force_login(liaison)
    assert client.post(f"/spaces/{space.key}/mail/", {"quoted_in_mail": "GREEN"}).status_code == 404
    client.force_login(chair)
    assert client.post(f"/spaces/{space.key}/mail/", {"quoted_in_mail": "AMBER"}).context["form"].errors
    assert not SpaceRules.objects.exists()


# --- ending mails by their own link --------------------------------------------------------------------------------
def link_in(letter) -> str:
    """As a mail program takes it from the headers (RFC 8058)."""
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert address in letter.body
    return address.removeprefix("http://localhost:8000")


@pytest.mark.both_stacks
def test_the_link_of_a_mail_ends_mails_of_that_kind_and_space_for_its_reader_alone(chair, space, fia, liaison):
    assign(chair, space, fia)
    mailed()
    link, stranger = link_in(letters.outbox[0]), Client(enforce_csrf_checks=True)
    stranger.force_login(make_user())
    assert stranger.get(link).status_code == 200 and not NotificationChoice.objects.exists()
    assert stranger.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    choice = NotificationChoice.objects.get()
    assert (choice.user, choice.kind, choice.space, choice.way) == (liaison, "action_assigned", space, Way.PAGE)
    letters.outbox.clear()
    assign(chair, space, fia)
    assert mailed() == [] and selectors.unread_notifications(liaison) == 2
    assert Client().post(link[:-6] + "aaaaa/").status_code == 404


def test_the_link_of_a_digest_ends_digests(chair, space, fia, liaison):
    User.objects.filter(pk=liaison.pk).update(mail_rhythm=MailRhythm.DAILY)
    assign(chair, space, fia)
    assert digests.send_digests() == 1
    assert Client().post(link_in(letters.outbox[0])).status_code == 200
    assert User.objects.get(pk=liaison.pk).mail_rhythm == MailRhythm.NEVER
    Notification.objects.all().delete()
    assign(chair, space, fia)
    assert mailed() == [liaison.email] and digests.send_digests() == 0  # the one that was sent before
