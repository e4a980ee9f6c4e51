"""Web Push to a real server that decrypts what it gets: something is new, and no more, once, and while it may."""

from datetime import time, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from py_vapid import Vapid

from coordination import access
from coordination import services as coordination
from coordination.outbox import TAKEN_FOR
from discussion import push, services
from discussion.models import PushSubscription, QuietHours, Way
from tests.discussion.push_service import Keys, running

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def listening():
    with running() as server:
        yield server


@pytest.fixture
def service(listening, settings):
    listening.status = 201
    listening.came.clear()
    settings.PUSH_SERVICES = [listening.address]
    settings.VAPID_PRIVATE_KEY = push.new_private_key()
    return listening


class Browser(Keys):
    """A client that has asked for pushes."""

    def __init__(self, client, service):
        super().__init__(service)
        self.client = client

    def ask(self, **otherwise):
        return self.client.post("/account/push/", {**self.asks, **otherwise}, headers={"user-agent": "Firefox Linux"})


@pytest.fixture
def browser(client, service, liaison):
    client.force_login(liaison)
    browser = Browser(client, service)
    assert browser.ask().status_code == 204
    return browser


def assign(chair, space, fia):
    return coordination.create_action(chair, space, title="zoq6x", owner=fia)


def run():
    push.send_waiting.func()


@pytest.mark.both_stacks
def test_a_push_says_that_there_is_something_new_and_no_more_once_and_is_signed(
    client, settings, service, browser, chair, space, fia
):
    assert "Firefox · Linux" in client.get("/account/notifications/").content.decode()
    assign(chair, space, fia)
    assign(chair, space, fia)
    run()
    run()
    assert browser.read() == [
        {"title": "Accord", "body": "There is something new for you on Accord", "url": "/notifications/"}
    ]
    [(path, headers, _body)] = service.came
    assert (path, headers["TTL"], headers["Topic"]) == ("/browser/1", "86400", "news")
    _token, key = (part.partition("=")[2] for part in headers["Authorization"].removeprefix("vapid ").split(","))
    assert key == push.public_key() and Vapid.verify(headers["Authorization"])
    assign(chair, space, fia)
    run()
    assert len(service.came) == 2


def _lose_the_right(client, browser, liaison, space, service):
    access.revoke(liaison, space)


def _look(client, browser, liaison, space, service):
    services.mark_all_seen(liaison)


def _sign_out(client, browser, liaison, space, service):
    client.post("/account/logout/")
    assert not PushSubscription.objects.exists()


def _let_the_session_expire(client, browser, liaison, space, service):
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))


def _take_it_off(client, browser, liaison, space, service):
    client.post(f"/account/push/{PushSubscription.objects.get().key}/remove/")


def _close_the_account(client, browser, liaison, space, service):
    liaison.is_active = False
    liaison.save()


def _allow_the_service_no_more(client, browser, liaison, space, service):
    push.settings.PUSH_SERVICES = ["push.example"]


def _be_quiet(client, browser, liaison, space, service):
    here = timezone.localtime()
    QuietHours.objects.create(user=liaison, begins=time((here.hour - 1) % 24), ends=time((here.hour + 2) % 24))


@pytest.mark.parametrize(
    "end",
    [
        _lose_the_right, _look, _sign_out, _let_the_session_expire, _take_it_off, _close_the_account,
        _allow_the_service_no_more, _be_quiet,
    ],
)  # fmt: skip
def test_nothing_is_pushed_any_more_after(client, service, browser, chair, space, fia, liaison, end):
    assign(chair, space, fia)
    end(client, browser, liaison, space, service)
    run()
    assert service.came == []
    QuietHours.objects.all().delete()
    PushSubscription.objects.update(not_before=None)
    run()
    assert len(service.came) == (end is _be_quiet)


def test_kinds_are_pushed_as_is_chosen(service, browser, chair, space, fia, liaison):
    services.choose(liaison, {"action_assigned": ("", False), "meeting_scheduled": (Way.PAGE, True)})
    assign(chair, space, fia)
    run()
    assert service.came == []
    services.choose(liaison, {"action_assigned": (Way.PAGE, True)})
    services.mark_all_seen(liaison)
    assign(chair, space, fia)
    run()
    assert len(service.came) == 1


@pytest.mark.parametrize(
    ("status", "stays"), [(404, False), (410, False), (403, False), (429, True), (503, True), (302, True)]
)
def test_a_browser_that_is_gone_is_forgotten_and_one_that_cannot_be_reached_is_told_later(
    service, browser, chair, space, fia, caplog, status, stays
):
    service.status = status
    assign(chair, space, fia)
    run()
    assert PushSubscription.objects.exists() == stays
    assert {path for path, _headers, _body in service.came} == {"/browser/1"}  # no other address is called
    assert "browser/1" not in caplog.text
    service.came.clear()
    service.status = 201
    run()
    assert len(service.came) == stays


def test_what_a_worker_died_over_is_pushed_by_the_next(service, browser, chair, space, fia):
    assign(chair, space, fia)
    PushSubscription.objects.update(taken_at=timezone.now())
    run()
    assert service.came == []
    PushSubscription.objects.update(taken_at=timezone.now() - 2 * TAKEN_FOR)
    run()
    assert len(service.came) == 1


@pytest.mark.parametrize(
    "otherwise",
    [
        {"endpoint": "https://127.0.0.1/admin"},
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": "https://user@fcm.googleapis.com/x"},
        {"endpoint": "https://127.0.0.1\\.push.apple.com/x"},
        {"endpoint": "https://x.push.apple.com:8080/x"},
        {"endpoint": "https://fcm.googleapis.com/x\0"},
        {"endpoint": "https://["},
        {"endpoint": ""},
        {"p256dh": "nonsense"},
        {"auth": "AAAA"},
        {"auth": "Ж"},
        {"auth": "AAAAAAAAAAAAAAAAAAAAAA\0"},
    ],
)
def test_no_other_address_than_that_of_a_push_service_is_taken(settings, client, browser, otherwise):
    settings.PUSH_SERVICES = [*settings.PUSH_SERVICES, "fcm.googleapis.com", "*.push.apple.com"]
    PushSubscription.objects.all().delete()
    assert browser.ask(**otherwise).status_code == 400
    assert not PushSubscription.objects.exists()


def test_without_a_key_pushes_are_not_offered_and_a_command_makes_one(settings, client, browser, capsys):
    call_command("make_push_key")
    made = capsys.readouterr().out.strip().removeprefix("VAPID_PRIVATE_KEY=")
    settings.VAPID_PRIVATE_KEY = made
    assert push.public_key() in client.get("/account/notifications/").content.decode()
    settings.VAPID_PRIVATE_KEY = ""
    page = client.get("/account/notifications/").content.decode()
    assert "data-accord-push" not in page and "push_" not in page
    assert browser.ask().status_code == 404
    assert client.get("/push-worker.js")["Content-Type"].startswith("text/javascript")
