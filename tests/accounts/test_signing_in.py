"""Signing in and out: by address and password, back to where one wanted to go, and nowhere else."""

import pytest
from allauth.account.urls import urlpatterns as pages_of_allauth
from django.urls import reverse

from accounts.models import User
from tests.accounts.signing import PASSWORD, sign_in
from tests.factories import make_user
from tests.passwords import QuickArgon2

pytestmark = pytest.mark.django_db

OPEN_TO_STRANGERS = [
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
]
OPEN_TO_USERS = ["account_logout", "account_change_password", "account_reauthenticate"]
OPEN_WITH_A_KEY = ["account_reset_password_from_key"]
CLOSED = sorted(
    {page.name for page in pages_of_allauth} - {*OPEN_TO_STRANGERS, *OPEN_TO_USERS, *OPEN_WITH_A_KEY}
)  # fmt: skip


@pytest.fixture
def user():
    return make_user("A. Liaison")


def test_sign_in_goes_by_e_mail_address_however_it_is_written(client, user):
    answer = client.post("/account/login/", {"login": user.email.upper(), "password": PASSWORD})
    assert answer["Location"] == "/desk/"


def test_whoever_wanted_a_page_gets_there_after_signing_in(client, user):
    wanted = client.get("/desk/")["Location"]
    assert 'value="/account/preferences/"' in client.get(wanted.replace("desk", "account/preferences")).content.decode()
    assert sign_in(client, user, next="/account/preferences/")["Location"] == "/account/preferences/"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client, user, elsewhere):
    assert sign_in(client, user, next=elsewhere)["Location"] == "/desk/"


def test_a_wrong_password_and_an_unknown_address_are_told_alike_and_the_address_is_kept(client, user):
    known = sign_in(client, user, "not the password")
    unknown = client.post("/account/login/", {"login": "nobody@accord.example", "password": PASSWORD})
    for answer, address in ((known, user.email), (unknown, "nobody@accord.example")):
        page = answer.content.decode()
        assert "This e-mail address and this password do not belong together." in page
        assert f'value="{address}"' in page
    assert "not the password" not in known.content.decode()


def test_a_closed_account_is_told_so_only_with_its_password(client, user):
    user.is_active = False
    user.save()
    assert sign_in(client, user)["Location"] == "/account/inactive/"
    assert "This account is closed" in client.get("/account/inactive/").content.decode()
    assert "do not belong together" in sign_in(client, user, "not the password").content.decode()


def test_nor_do_the_work_and_the_questions_to_the_database_tell(client, monkeypatch, django_assert_max_num_queries):
    """A hash takes long; whoever measures the answer learns nothing."""
    hashed, told = [], set()
    for name in ("encode", "verify"):
        original = getattr(QuickArgon2, name)
        monkeypatch.setattr(QuickArgon2, name, lambda *args, of=original, **more: hashed.append(1) or of(*args, **more))
    known, closed, invited = make_user(), make_user(is_active=False), make_user()
    User.objects.filter(pk=invited.pk).update(password="!")
    for address in (known.email, closed.email, invited.email, "nobody@accord.example"):
        hashed.clear()
        with django_assert_max_num_queries(60) as asked:
            client.post("/account/login/", {"login": address, "password": "a guess"})
        told.add((len(hashed), len(asked)))
    assert len(told) == 1, told


def test_too_many_attempts_are_stopped_for_a_while(client, user):
    answers = [sign_in(client, user, "guess") for _attempt in range(12)]
    assert "There were too many attempts." in answers[-1].content.decode()
    assert "too many" in sign_in(client, user).content.decode(), "even with the right password"


def test_signing_out_asks_first_and_then_ends_the_session(client, user):
    client.force_login(user)
    assert "Sign out?" in client.get("/account/logout/").content.decode()
    assert client.get("/desk/").status_code == 200, "a mere visit of the page signs nobody out"
    assert client.post("/account/logout/")["Location"] == "/"
    assert client.get("/desk/").status_code == 302
    assert "You have signed out." in client.get("/").content.decode()


@pytest.mark.parametrize("name", OPEN_TO_STRANGERS)
def test_the_pages_for_coming_in_are_dressed_like_all_others(client, name):
    page = client.get(reverse(name)).content.decode()
    assert 'class="accord-bar"' in page
    assert "accord-entrance" in page


@pytest.mark.parametrize("name", OPEN_TO_USERS)
def test_the_pages_of_ones_own_account_are_dressed_like_all_others(client, user, name):
    client.force_login(user)
    assert 'class="accord-bar"' in client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("signed_in", [False, True])
def test_no_other_page_of_allauth_is_there(client, user, name, signed_in):
    if signed_in:
        client.force_login(user)
    page = next(page for page in pages_of_allauth if page.name == name)
    values = {"key": "MQ:abc"} if page.pattern.regex.groups else {}
    address = reverse(name, kwargs=values)
    assert client.get(address).status_code == 404
    assert client.post(address, {}).status_code == 404
