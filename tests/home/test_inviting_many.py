"""Invitations out of a sheet: previewed by row and column, all or none, and each by one mail."""

import csv
import io
from uuid import uuid4

import pytest
from django.core import mail as letters
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from accounts import tasks
from accounts.models import User
from coordination import access
from coordination.models import AuditEntry, ImportStage
from home import many_invitations as many
from home.models import InvitationSheet
from tests.factories import join, make_member, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db
HEADINGS = ["E-mail", "Full name", "Agency", "Language", "Space", "Role"]


@pytest.fixture
def officer():
    return make_user("Officer", platform_role="secretariat")


@pytest.fixture
def moi():
    return make_organisation("MoI")


def sheet(*rows):
    content = io.StringIO()
    csv.writer(content).writerows([HEADINGS, *rows])
    return content.getvalue().encode()


def checked(actor, *rows):
    job = many.open_sheet(actor, content=sheet(*rows), file_name="people.csv", submission=uuid4())
    return many.match_sheet(actor, job, job.matching)


def row(number, organisation="FIA", language="", space="", role=""):
    return [f"person-{number}@ministry.example", f"Person of Row {number}", organisation, language, space, role]


def do_the_tasks():
    for result in DBTaskResult.objects.filter(task_path__endswith="send_invitation").order_by("enqueued_at"):
        tasks.send_invitation.func(*result.args_kwargs["args"])


def test_a_sheet_invites_all_of_its_people_once_each_with_one_mail(officer, fia, moi):
    space = make_space("Border management")
    other = make_space("Returns")
    for chaired in (space, other):
        join(officer, chaired, "chair")
    job = checked(
        officer, row(1), row(2, "MoI", "Русский", "border MANAGEMENT", "Contributor"), row(2, "MoI", "ru", "Returns")
    )
    assert job.problems == [] and (job.stage, job.made) == (ImportStage.PREVIEW, 2)
    assert not User.objects.filter(email__endswith="ministry.example").exists()
    for _twice in range(2):
        many.start_sheet(officer, job)
        many.invite_all.func(job.key)
    do_the_tasks()
    first, second = User.objects.filter(email__endswith="ministry.example").order_by("email")
    assert (first.organisation, first.language) == (fia, "en") and (second.organisation, second.language) == (moi, "ru")
    assert [access.role_in(second, one.pk) for one in (space, other)] == ["contributor", "reader"]
    assert access.memberships(first) == {}
    assert [letter.to for letter in letters.outbox] == [[first.email], [second.email]]
    job.refresh_from_db()
    assert (job.stage, job.made, job.rows) == (ImportStage.DONE, 2, [])
    assert AuditEntry.objects.get(verb="people invited from a sheet").after == {"invited": 2}
    # Whoever has not answered can be invited by a later sheet; whoever has an account not.
    second.set_password("correct horse battery")
    second.save()
    again = checked(officer, row(1), row(2, "MoI"))
    assert again.shown == [[2, "again"], [3, "refused"]]
    assert [list(problem) for problem in again.problems] == [
        [3, "E-mail address", "This address already has an account."]
    ]


WRONG = {
    "no address": (["", "Name", "FIA"], "E-mail address", "This is missing."),
    "no such address": (["name at ministry", "Name", "FIA"], "E-mail address", "valid email"),
    "a name that hides": (["a@x.example", "Na\u202eme", "FIA"], "Name", "invisible"),
    "a name without end": (["a@x.example", "x" * 151, "FIA"], "Name", "150"),
    "no organisation": (["a@x.example", "Name", "XYZ"], "Organisation", "No organisation is called “XYZ”."),
    "two organisations": (["a@x.example", "Name", "Police"], "Organisation", "Several are called so"),
    "a language of no texts": (["a@x.example", "Name", "FIA", "Latin"], "Language of the invitation", "English"),
    "another's space": (["a@x.example", "Name", "FIA", "", "Canary"], "Space", "You chair no space"),
    "no role": (["a@x.example", "Name", "FIA", "", "Returns", "king"], "Role in the space", "One of the four"),
    "a role nowhere": (["a@x.example", "Name", "FIA", "", "", "reader"], "Space", "Say in which space."),
    "twice the same": (["person-1@ministry.example", "Person of Row 1", "FIA"], "E-mail address", "the same as row 2"),
    "another name": (["person-1@ministry.example", "Other", "FIA", "", "Returns"], "Name", "Row 2 says otherwise"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_by_row_and_column_and_nobody_is_invited(officer, fia, wrong):
    cells, column, sentence = WRONG[wrong]
    for country in ("PK", "KZ"):
        make_organisation("Police", country)
    make_space("Canary")
    join(officer, make_space("Returns"), "chair")
    job = checked(officer, row(1), cells)
    [[number, named, said]] = job.problems
    assert (number, named) == (3, column) and sentence in said
    with pytest.raises(ValidationError):
        many.start_sheet(officer, job)
    assert not User.objects.filter(email="person-1@ministry.example").exists() and letters.outbox == []


def test_what_has_changed_since_the_preview_stops_all_of_it(officer, fia):
    job = checked(officer, row(1), row(2))
    User.objects.create_user("person-2@ministry.example", "correct horse battery", name="Quicker")
    many.start_sheet(officer, job)
    many.invite_all.func(job.key)
    job.refresh_from_db()
    assert (job.stage, job.problems[0][0]) == (ImportStage.FAILED, 3)
    assert not User.objects.filter(email="person-1@ministry.example").exists()
    assert not DBTaskResult.objects.filter(task_path__endswith="send_invitation").exists()


def test_the_pages_lead_through_it_and_are_there_for_the_offices_alone(client, officer, fia):
    client.force_login(officer)
    sent = {"submission": uuid4(), "file": SimpleUploadedFile("people.csv", sheet(row(1)))}
    address = client.post("/people/invite/many/", sent)["Location"]
    again = {**sent, "file": SimpleUploadedFile("people.csv", sheet(row(1)))}
    assert client.post("/people/invite/many/", again)["Location"] == address
    job = InvitationSheet.objects.get()
    client.post(address, {key: str(place) for key, place in job.matching.items()})
    page = client.get(address).content.decode()
    assert "Person of Row 1" in page and "1 person will be invited" in page
    assert client.post(f"{address}start/")["Location"] == address
    many.invite_all.func(job.key)
    assert "1 person is invited" in client.get(address).content.decode()
    assert client.get("/people/invite/many/template/").status_code == 200
    other_officer = make_user(platform_role="administrator")
    for other, way_in in ((other_officer, 200), (make_member(make_space(), "chair"), 404)):
        client.force_login(other)
        assert client.get("/people/invite/many/").status_code == way_in
        assert client.get(address).status_code == client.post(f"{address}discard/").status_code == 404
