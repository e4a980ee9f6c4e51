"""An account begins with an invitation by mail, and with nothing else."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from accounts import services
from accounts.models import User
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

PASSWORD = "four words without relation"


@pytest.fixture
def path(mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.invite(make_user("Officer"), email="Liaison@Accord.example", name="Liaison")
    assert mailoutbox[0].to == ["liaison@accord.example"]
    return re.search(r"/invitations/\S+", mailoutbox[0].body).group()


def test_whoever_is_invited_chooses_a_password_and_is_signed_in(client, path):
    answer = {"name": "A. Liaison", "password": PASSWORD, "language": "ur", "time_zone": "Asia/Karachi"}
    assert client.post(path, answer)["Location"] == "/desk/"
    user = User.objects.get(email="liaison@accord.example")
    assert (user.name, user.time_zone, user.check_password(PASSWORD)) == ("A. Liaison", "Asia/Karachi", True)
    assert 'dir="rtl"' in client.get("/desk/").content.decode()


def test_an_invitation_works_once(client, path):
    answer = {"name": "A. Liaison", "password": PASSWORD, "language": "en", "time_zone": "UTC"}
    client.post(path, answer)
    assert client.post(path, {**answer, "password": "another one of those"}).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "short"), ("time_zone", "Mars/Olympus"), ("language", "xx"), ("name", "x" * 300)],
)
def test_a_bad_answer_is_refused_beside_its_field_and_keeps_what_was_typed(client, path, field, value):
    answer = {"name": "A. Liaison", "password": PASSWORD, "language": "en", "time_zone": "UTC"}
    response = client.post(path, {**answer, field: value})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert response.context["form"].data["name"] == (value if field == "name" else "A. Liaison")
    assert not User.objects.get(email="liaison@accord.example").has_usable_password()


@pytest.mark.parametrize("address", ["/invitations/x/y/", "/invitations/MQ/set-password/"])
def test_a_made_up_invitation_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_an_address_in_use_is_not_invited_again():
    user = make_user()
    with pytest.raises(ValidationError):
        services.invite(user, email=user.email.upper(), name="Again")


def test_nobody_registers_by_themselves(client):
    client.post("/account/signup/", {"email": "me@accord.example", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="me@accord.example").exists()


def test_an_invitation_ends_after_its_days(client, path, settings):
    with time_machine.travel(timezone.now() + timedelta(days=settings.INVITATION_DAYS, hours=1)):
        page = client.get(path)
    assert page.status_code == 404
    assert "This invitation has ended" in page.content.decode()


def test_a_newer_invitation_ends_the_older_one(client, path, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.invite(make_user("Another officer"), email="liaison@accord.example", name="Liaison")
    newer = re.search(r"/invitations/\S+", mailoutbox[1].body).group()
    assert client.get(path).status_code == 404
    assert client.get(newer).status_code == 200


def test_the_invitation_of_one_opens_no_account_of_another(client, path):
    other = services.invite(make_user("Officer"), email="other@accord.example", name="Other")
    token = path.rstrip("/").rsplit("/", 1)[1]
    assert client.get(services.invitation_path(other).rsplit("/", 2)[0] + f"/{token}/").status_code == 404


@pytest.mark.parametrize("language", ["en", "ru", "ur"])
def test_the_mail_speaks_the_language_of_the_invited(language, mailoutbox, django_capture_on_commit_callbacks):
    officer = make_user("Officer", language="en")
    with django_capture_on_commit_callbacks(execute=True):
        services.invite(officer, email="liaison@accord.example", name="Liaison", language=language)
    with translation.override(language):
        subject = translation.gettext("%(inviter)s invites you to Accord") % {"inviter": "Officer"}
    assert mailoutbox[0].subject == subject


def test_the_form_of_an_invitation_is_dressed_like_all_others(client, path):
    page = client.get(path).content.decode()
    assert "accord-entrance" in page
    assert "liaison@accord.example" in page
