"""Sessions: listed for their owner, ended by the owner, and ended at once when what they stand on ends."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import PlatformRole, User
from home import services
from tests.accounts.signing import PASSWORD, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PAGE = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "four words without relation"


@pytest.fixture
def user():
    return make_user("A. Liaison", platform_role=PlatformRole.AUDITOR)


@pytest.fixture
def here(client, user):
    sign_in(client, user)
    return client


@pytest.fixture
def elsewhere(user):
    browser = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.9")
    sign_in(browser, user)
    return browser


def is_in(browser):
    return browser.get("/desk/").status_code == 200


def test_the_owner_sees_them_and_ends_one_or_all_others(here, elsewhere, user):
    stranger = Client()
    sign_in(stranger, make_user("Somebody else"))
    page = here.get(PAGE)
    shown = {row["device"]: row for row in page.context["sessions"]}
    assert len(shown) == 2 and shown["Firefox · Windows"]["address"] == "203.0.113.9"
    assert [row["is_this"] for row in page.context["sessions"]].count(True) == 1
    theirs = stranger.get(PAGE).context["sessions"][0]["pk"]
    assert here.post(PAGE, {"end": theirs}).status_code == 302
    assert is_in(stranger), "nobody ends those of others"
    here.post(PAGE, {"end": shown["Firefox · Windows"]["pk"]})
    assert not is_in(elsewhere) and is_in(here)
    sign_in(elsewhere, user)
    here.post(PAGE, {"end": "others"})
    assert not is_in(elsewhere) and is_in(here)
    assert len(here.get(PAGE).context["sessions"]) == 1


ENDINGS = {
    "the password is changed here": lambda user, here: here.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    ),
    "the account is closed": lambda user, here: services.close_account(None, user),
    "the office is lost": lambda user, here: services.appoint(None, user, PlatformRole.NONE),
}


@pytest.mark.parametrize("what", ENDINGS)
def test_all_of_them_end_at_once_when(what, here, elsewhere, user):
    other = Session.objects.get(pk=elsewhere.cookies["sessionid"].value)
    ENDINGS[what](User.objects.get(pk=user.pk), here)
    assert not Session.objects.filter(pk=other.pk).exists(), "with it its sockets are told (discussion.signals)"
    assert not is_in(elsewhere)
    assert is_in(here) == (what == "the password is changed here")


def test_an_office_that_is_given_ends_nothing(here):
    services.appoint(None, User.objects.get(), PlatformRole.AUDITOR)
    assert is_in(here)


@pytest.mark.both_stacks
def test_what_has_expired_is_cleared_away(settings, here, elsewhere):
    from config import settings as own

    settings.CACHES = own.CACHES
    for name, seconds in (("soon-over", 1), ("to-be-kept", 3600)):
        caches["default"].set(name, 1, timeout=seconds)
    Session.objects.filter(pk=elsewhere.cookies["sessionid"].value).update(expire_date=timezone.now())
    sessions.clear_away(timezone.now() + timedelta(seconds=5))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key FROM {own.CACHES['default']['LOCATION']}")
        assert cursor.fetchall() == [(":1:to-be-kept",)]
    kept = here.cookies["sessionid"].value
    assert list(Session.objects.values_list("pk")) == list(UserSession.objects.values_list("session_key")) == [(kept,)]


def test_being_seen_costs_no_write_at_each_request(here, django_assert_num_queries, django_assert_max_num_queries):
    here.get("/account/preferences/")
    with django_assert_max_num_queries(20) as asked:
        here.get("/account/preferences/")
    assert not [query for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
