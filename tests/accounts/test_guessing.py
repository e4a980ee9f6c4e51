"""Guessing is stopped, and its victim is not: a browser that is known has a count of its own."""

import pytest
from django.core.cache import caches
from django.test import Client

from tests.accounts.signing import set_up_an_app, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db

TOO_MANY = "There were too many attempts."


@pytest.fixture(autouse=True)
def in_the_database(settings):
    """As in service: what one process counts the others know."""
    from config import settings as own

    settings.CACHES = own.CACHES


def guess(user, times=10):
    """From an address of its own each time, as many machines do."""
    for number in range(times):
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        answer = sign_in(browser, user, "guess")
    return answer.content.decode()


@pytest.mark.both_stacks
def test_guessing_at_an_account_is_stopped_and_does_not_lock_its_owner_out():
    user, owner, stranger = make_user(), Client(), Client()
    sign_in(owner, user)
    owner.post("/account/logout/")
    assert TOO_MANY not in guess(user)
    assert TOO_MANY in sign_in(stranger, user).content.decode(), "even with the right password"
    assert sign_in(owner, user)["Location"] == "/desk/"
    owner.post("/account/logout/")
    for _number in range(10):
        sign_in(owner, user, "guess")
    assert TOO_MANY in sign_in(owner, user).content.decode(), "what knows the account may not guess either"
    assert sign_in(Client(), make_user())["Location"] == "/desk/", "and nobody else is concerned"


def test_a_known_browser_is_known_for_its_own_account_and_cannot_make_itself_known():
    victim, attacker, browser = make_user(), make_user(), Client()
    sign_in(browser, attacker)
    browser.post("/account/logout/")
    guess(victim)
    assert TOO_MANY in sign_in(browser, victim).content.decode()
    browser.cookies["device"] = browser.cookies["device"].value[:-3] + "abc"
    assert TOO_MANY in sign_in(browser, victim).content.decode()


def test_an_account_that_is_none_is_stopped_in_the_same_words_after_the_same_number():
    user = make_user()
    nobody = make_user()
    nobody.delete()
    answers = [guess(one, 11).replace(one.email, "") for one in (user, nobody)]
    bare = [answer[answer.index('<form method="post" class="accord-form"') :] for answer in answers]
    assert TOO_MANY in bare[0]
    without_tokens = [
        [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line] for page in bare
    ]  # fmt: skip
    assert without_tokens[0] == without_tokens[1]


def test_many_accounts_from_one_address_are_stopped_too():
    browser = Client(REMOTE_ADDR="198.51.100.200")
    answers = [sign_in(browser, make_user(), "guess").content.decode() for _number in range(31)]
    assert TOO_MANY not in answers[29] and TOO_MANY in answers[30]


def test_codes_are_not_guessed_either_and_the_counts_stand_in_the_database(django_assert_max_num_queries):
    user, owner = make_user(), Client()
    sign_in(owner, user)
    set_up_an_app(owner)
    browser = Client()
    browser.cookies["device"] = ""
    sign_in(browser, user)
    answers = [browser.post("/account/login/code/", {"code": f"{number:06}"}) for number in range(11)]
    assert TOO_MANY in answers[-1].content.decode()
    assert type(caches["default"]).__name__ == "DatabaseCache"
