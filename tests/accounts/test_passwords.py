"""A forgotten password is replaced through the mail; nothing on the way tells whether an address has an account."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from accounts.models import User
from coordination.models import AuditEntry
from tests.accounts.signing import work
from tests.factories import make_user

pytestmark = pytest.mark.django_db

OLD = "correct horse battery"
NEW = "four words without relation"


@pytest.fixture
def user():
    return make_user("A. Liaison", language="en")


def ask(client, address):
    """Ask for a link, and let the worker do what it finds."""
    answer = client.post("/account/password/reset/", {"email": address})
    work()
    return answer


def link_in(mail):
    return re.search(r"/account/password/reset/key/\S+", mail.body).group()


def open_form(client, mail):
    """The page that the link leads to: the key itself leaves the address bar."""
    return client.get(link_in(mail))["Location"]


def test_the_mail_leads_to_a_new_password(client, user, mailoutbox):
    assert ask(client, user.email.upper())["Location"] == "/account/password/reset/done/"
    form = open_form(client, mailoutbox[0])
    assert (mailoutbox[0].to, mailoutbox[0].subject) == ([user.email], "A new password for Accord")
    assert "for 24 hours" in mailoutbox[0].body
    assert client.post(form, {"password1": NEW, "password2": NEW})["Location"] == "/account/password/reset/key/done/"
    assert User.objects.get().check_password(NEW)


def test_the_mail_speaks_the_language_of_its_receiver_not_of_whoever_asked(client, user, mailoutbox):
    User.objects.update(language="ru")
    client.cookies["language"] = "ur"
    ask(client, user.email)
    with translation.override("ru"):
        assert mailoutbox[0].subject == translation.gettext("A new password for Accord")


def test_a_link_works_once(client, user, mailoutbox):
    ask(client, user.email)
    form = open_form(client, mailoutbox[0])
    client.post(form, {"password1": NEW, "password2": NEW})
    page = client.get(link_in(mailoutbox[0]))
    assert "This link has ended" in page.content.decode()


def test_a_link_ends_after_a_day(client, user, mailoutbox):
    ask(client, user.email)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "This link has ended" in client.get(link_in(mailoutbox[0])).content.decode()


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("short", "short", "password1"),
        (NEW, "another one of those", "password2"),
        ("password1234", "password1234", "password1"),
        ("Accord-ICMPD-2026", "Accord-ICMPD-2026", "password1"),
    ],
)
def test_a_bad_new_password_is_refused_beside_its_field(client, user, mailoutbox, password, again, field):
    ask(client, user.email)
    answer = client.post(open_form(client, mailoutbox[0]), {"password1": password, "password2": again})
    assert field in answer.context["form"].errors
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert User.objects.get().check_password(OLD)


def kinds_of_address():
    make_user("Known")
    closed = make_user("Closed")
    invited = make_user("Invited")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    invited.set_unusable_password()
    invited.save()
    return [User.objects.get(name="Known").email, closed.email, invited.email, "nobody@accord.example"]


def test_no_answer_tells_whether_an_address_has_an_account(client, mailoutbox, django_assert_max_num_queries):
    answers, queries = set(), set()
    for address in kinds_of_address():
        with django_assert_max_num_queries(20) as asked:
            answer = client.post("/account/password/reset/", {"email": address})
        answers.add((answer.status_code, answer["Location"], answer.content))
        queries.add(len(asked))
    assert len(answers) == 1
    assert len(queries) == 1, "nor does the work that an answer takes"
    work()
    assert [mail.to for mail in mailoutbox] == [[User.objects.get(name="Known").email]]


def test_whoever_is_signed_in_changes_the_password_and_stays_so(client, user):
    client.force_login(user)
    answer = client.post("/account/password/change/", {"oldpassword": OLD, "password1": NEW, "password2": NEW})
    assert answer["Location"] == "/account/preferences/"
    assert AuditEntry.objects.get(verb="password changed").actor == user
    assert "Your new password is saved." in client.get(answer["Location"]).content.decode()
    assert User.objects.get().check_password(NEW)


def test_a_changed_password_ends_the_sessions_elsewhere(client, user):
    elsewhere = type(client)()
    elsewhere.force_login(user)
    client.force_login(user)
    client.post("/account/password/change/", {"oldpassword": OLD, "password1": NEW, "password2": NEW})
    assert elsewhere.get("/desk/").status_code == 302


def test_the_present_password_is_needed(client, user):
    client.force_login(user)
    answer = client.post("/account/password/change/", {"oldpassword": "a guess", "password1": NEW, "password2": NEW})
    assert "This is not your present password." in answer.content.decode()
    assert User.objects.get().check_password(OLD)
