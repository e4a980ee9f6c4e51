"""Whoever installs Accord gets from the first account to a room with a chair, and can close an account again."""

import re
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import PlatformRole, User
from coordination import access
from coordination.models import AuditEntry, Organisation, Person, Role, Space
from tests.factories import make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

PASSWORD = "four words without relation"


@pytest.fixture
def invite(client, mailoutbox, django_capture_on_commit_callbacks):
    """Invite somebody at the page, as whoever is signed in; gives the address in the mail."""

    def invited(email: str, organisation: Organisation) -> str:
        form = {"email": email, "name": email.split("@")[0], "organisation": organisation.pk, "language": "en"}
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(reverse("invite"), form).status_code == 302
        return re.search(r"/invitations/\S+", mailoutbox[-1].body).group()

    return invited


def accept(client, path: str) -> None:
    """Choose a password at the address in the mail, which signs in."""
    answer = {"name": "Own Name", "password": PASSWORD, "language": "en", "time_zone": "UTC"}
    assert client.post(path, answer).status_code == 302


def sign_in(client, email: str) -> None:
    assert client.post(reverse("account_login"), {"login": email, "password": PASSWORD})["Location"] == "/desk/"


def test_a_fresh_installation_gets_from_createsuperuser_to_an_invited_chair_in_a_space(client, invite, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="admin@accord.example", name="A. Admin", verbosity=0)
    assert Person.objects.get(user__email="admin@accord.example").name == "A. Admin"

    sign_in(client, "admin@accord.example")
    client.post(reverse("organisation:add"), {"name": "The Secretariat", "acronym": "SEC", "kind": "other"})
    secretariat = Organisation.objects.get(acronym="SEC")
    opened_by_mail = invite("officer@accord.example", secretariat)
    call_command("appoint", "Officer@accord.example", "secretariat")

    client.logout()
    accept(client, opened_by_mail)
    opened_by_mail = invite("chair@accord.example", secretariat)
    form = {"title": "First room", "kind": "theme", "email": "chair@accord.example", "submission": uuid.uuid4()}
    assert client.post(reverse("space_new"), form)["Location"] == reverse("space_list")

    client.logout()
    accept(client, opened_by_mail)
    space, chair = Space.objects.get(), User.objects.get(email="chair@accord.example")
    assert [(held.member, held.role) for held in access.members_of(space)] == [(chair, Role.CHAIR)]
    assert client.get(space.get_absolute_url()).status_code == 200


def test_an_office_is_given_and_taken_away_by_the_system_and_the_trail_remembers():
    user = make_user()
    for office in ("auditor", "none"):
        call_command("appoint", user.email, office)
    user.refresh_from_db()
    assert user.platform_role == PlatformRole.NONE
    entries = AuditEntry.objects.filter(verb="office given", object_id=user.pk).order_by("pk")
    assert [(entry.actor, entry.before["office"], entry.after["office"]) for entry in entries] == [
        (None, "", "auditor"),
        (None, "auditor", ""),
    ]


def test_an_unknown_office_is_answered_with_those_that_there_are():
    user = make_user()
    with pytest.raises(CommandError, match="The offices are none, secretariat, auditor, administrator"):
        call_command("appoint", user.email, "king")


@pytest.mark.parametrize(
    "command", [("appoint", "nobody@accord.example", "auditor"), ("close_account", "nobody@accord.example")]
)
def test_an_unknown_address_is_answered_by_a_sentence(command):
    with pytest.raises(CommandError, match=r"Nobody with the address nobody@accord\.example has an account"):
        call_command(*command)


def test_a_closed_account_is_out_at_once_and_stays_out(client):
    user = make_user()
    client.force_login(user)
    assert client.get("/desk/").status_code == 200
    call_command("close_account", user.email)
    assert client.get("/desk/").status_code == 302
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    assert answer["Location"] == reverse("account_inactive")
    assert client.get("/desk/").status_code == 302
    entry = AuditEntry.objects.get(verb="account closed")
    assert (entry.actor, entry.object_id) == (None, user.pk)


def test_an_account_that_was_closed_before_it_was_taken_into_use_is_not_invited_again(client, invite, mailoutbox):
    client.force_login(make_user(platform_role=PlatformRole.ADMINISTRATOR))
    organisation = make_organisation()
    invite("waiting@accord.example", organisation)
    call_command("close_account", "waiting@accord.example")
    form = {"email": "waiting@accord.example", "name": "Again", "organisation": organisation.pk, "language": "en"}
    page = client.post(reverse("invite"), form)
    assert page.context["form"].errors["email"] == ["This address already has an account."]
    assert len(mailoutbox) == 1
