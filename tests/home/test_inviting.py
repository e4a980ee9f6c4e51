"""Inviting: for the offices that may, remembered in the audit trail, refused beside the field."""

import uuid

import pytest

from accounts import services as accounts_services
from accounts.models import PlatformRole, User
from coordination.models import Action, AuditEntry, Person, Role
from tests.factories import join, make_member, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_user("Officer", platform_role=PlatformRole.SECRETARIAT)
    client.force_login(user)
    return user


def invitation(**changes):
    organisation = changes.pop("organisation", None) or make_organisation()
    answers = {"email": "new@accord.example", "name": "New Liaison", "language": "ru", "organisation": organisation.pk}
    return {**answers, **changes}


def test_an_officer_invites_and_the_trail_remembers(client, officer, mailoutbox, django_capture_on_commit_callbacks):
    fia = make_organisation("FIA")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/people/invite/", invitation(organisation=fia))
    assert answer["Location"] == "/people/invite/"
    assert "new@accord.example" in client.get("/people/invite/").content.decode()
    invited = User.objects.get(email="new@accord.example")
    assert (invited.organisation, invited.language, invited.has_usable_password()) == (fia, "ru", False)
    assert [mail.to for mail in mailoutbox] == [["new@accord.example"]]
    entry = AuditEntry.objects.get(verb="person invited")
    assert (entry.actor, entry.object_id) == (officer, invited.pk)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "not an address", "Enter a valid email address."),
        ("email", "", "This field is required."),
        ("name", "New\u202eLiaison", "invisible characters"),
        ("name", "x" * 151, "at most 150 characters"),
        ("organisation", "999999", "Select a valid choice"),
        ("language", "xx", "Select a valid choice"),
    ],
)
def test_a_bad_invitation_is_refused_beside_its_field_and_keeps_what_was_typed(
    client, officer, mailoutbox, field, value, sentence
):
    answer = client.post("/people/invite/", {**invitation(), field: value})
    page = answer.content.decode()
    assert sentence in page
    assert f'id="id_{field}_error"' in page
    assert ("new@accord.example" in page) == (field != "email")
    assert not User.objects.filter(email="new@accord.example").exists()
    assert mailoutbox == []


def test_an_address_in_use_is_told_beside_its_field(client, officer):
    used = make_user()
    answer = client.post("/people/invite/", invitation(email=used.email))
    assert answer.context["form"].errors["email"] == ["This address already has an account."]
    assert not AuditEntry.objects.filter(verb="person invited").exists()


def test_inviting_again_takes_what_is_typed_now(client, officer, mailoutbox, django_capture_on_commit_callbacks):
    fia, moi = make_organisation("FIA"), make_organisation("MoI")
    client.post("/people/invite/", invitation(organisation=fia))
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/people/invite/", invitation(organisation=moi, name="Right Name", language="en"))
    invited = User.objects.get(email="new@accord.example")
    assert (invited.name, invited.organisation, invited.language) == ("Right Name", moi, "en")
    assert list(invited.groups.all()) == [moi.group]
    assert mailoutbox[0].subject == "Officer invites you to Accord"


def test_whoever_is_invited_can_be_given_a_task_before_and_after_answering(client, officer):
    fia, space = make_organisation("FIA"), make_space()
    client.post("/people/invite/", invitation(organisation=fia))
    invited = User.objects.get(email="new@accord.example")
    join(invited, space, Role.CONTRIBUTOR)
    client.force_login(make_member(space, Role.RAPPORTEUR, fia))
    task = {
        "title": "Draw up the list",
        "owner": fia.pk,
        "owner_person": invited.person.pk,
        "language": "en",
        "submission": uuid.uuid4(),
    }
    client.post(f"/spaces/{space.key}/actions/new/", task)
    assert Action.objects.get().owner_person == invited.person

    accounts_services.accept_invitation(
        invited, name="Own Name", password="four words without relation", language="en", time_zone="UTC"
    )
    assert Person.objects.get(user=invited).name == "Own Name"


def test_inviting_again_makes_no_second_person(client, officer):
    fia = make_organisation("FIA")
    client.post("/people/invite/", invitation(organisation=fia))
    client.post("/people/invite/", invitation(organisation=fia, name="Right Name"))
    assert [person.name for person in Person.objects.filter(user__email="new@accord.example")] == ["Right Name"]


@pytest.mark.parametrize("office", ["", PlatformRole.AUDITOR])
def test_whoever_may_not_invite_finds_no_page_to_do_it(client, office):
    client.force_login(make_user(platform_role=office))
    assert client.post("/people/invite/", invitation()).status_code == 404
    assert not User.objects.filter(email="new@accord.example").exists()
