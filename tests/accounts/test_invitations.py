"""An account begins with an invitation by mail, and with nothing else."""

import re

import pytest
from django.core.exceptions import ValidationError

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


def test_sign_in_goes_by_e_mail_address(client):
    user = make_user()
    answer = client.post("/account/login/", {"login": user.email, "password": "correct horse battery"})
    assert answer["Location"] == "/desk/"
