"""The demonstration: the reported facts as they are, everything else marked, enough of it to fill every screen."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from coordination import access, selectors
from coordination.models import Action, Agreement, Commitment, Organisation, Post, Space
from discussion.models import Message, Thread
from home.archive import writing
from home.demonstration import loader, room
from knowledge.models import Resource, ServicePoint
from meetings.models import Answer, BriefingPack, Meeting, Paragraph, RecordComment, Visit
from tests.servers import SqliteFile

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("demonstration")]


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for the module, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert loader.load()
        yield json.loads(loader.FACTS.read_text())
        transaction.set_rollback(True)


def test_it_fills_every_screen():
    assert Meeting.objects.count() >= 40
    assert Action.objects.count() >= 115
    assert Commitment.objects.count() == 30
    assert Thread.objects.count() == 13
    assert Resource.objects.count() >= 60
    assert Space.objects.count() == 9


def test_the_reported_facts_are_there(demonstration):
    for fact in demonstration["organisations"]:
        assert Organisation.objects.filter(name=fact["name"], acronym=fact["acronym"], illustrative=False).exists()
    for fact in demonstration["people"]:
        assert Post.objects.filter(person__name=fact["name"], title=fact["title"], listed=True).exists()
    for fact in demonstration["service_points"]:
        assert ServicePoint.objects.filter(title=fact["name"], organisation__isnull=False).exists()
    visit = Visit.objects.get(illustrative=False)
    assert visit.programme.count() == len(demonstration["visit"]["meetings"])
    assert Agreement.objects.filter(reference="2020").exists()


def test_what_goes_beyond_the_report_carries_the_mark():
    """The visit's own meetings and the centre that is only planned are as reported; all else is illustrative."""
    reported = {"meeting": 5, "visit": 1, "servicepoint": 1}
    for model in apps.get_models():
        if any(field.name == "illustrative" for field in model._meta.fields) and model is not Organisation:
            unmarked = model._base_manager.filter(illustrative=False).count()
            assert unmarked == reported.get(model._meta.model_name, 0), model


def test_no_real_person_says_anything():
    assert not Paragraph.objects.filter(speaker_person__isnull=False).exists()
    assert not Paragraph.objects.filter(speaker_post__person__isnull=False).exists()
    assert not Message.objects.exclude(author__email__endswith="@accord.example").exists()


def test_there_is_somebody_to_sign_in_as_for_every_part():
    offices = {account.office for account in room.ACCOUNTS}
    assert offices == {"", "secretariat", "administrator", "auditor"}
    for account in room.ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.is_active and not user.is_superuser


def test_the_liaison_of_the_fia_has_something_overdue_from_a_record():
    user = User.objects.get(email="fia@accord.example")
    first = selectors.actions_of(user).first()
    assert first.is_overdue
    assert isinstance(first.source, Paragraph)
    assert access.may_read(user, first.source)


def test_the_kazakh_liaison_reads_nothing_of_pakistan():
    user = User.objects.get(email="kazakhstan@accord.example")
    titles = set(Space.objects.readable_by(user).values_list("title", flat=True))
    assert titles == {"Kazakhstan", "Programme library"}


def test_loaded_again_it_changes_nothing(capsys):
    before = Action.objects.count()
    call_command("load_demonstration", quiet=True)
    assert Action.objects.count() == before
    assert "loaded before" in capsys.readouterr().out


# What another installation does: it has the accounts, takes the archive in, and makes the same archive anew.
ELSEWHERE = """
import json, sys, zipfile
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from accounts.models import User
from coordination.models import Organisation, Space
from home.archive import writing
archive, again = map(Path, sys.argv[1:])
with zipfile.ZipFile(archive) as opened:
    accounts, bodies = (json.loads(opened.read(f"data/{name}.json")) for name in ("accounts", "organisations"))
for one in accounts:
    User.objects.create_user(one["email"], name=one["name"])
call_command("import_space", archive, "--members", verbosity=0)
for one in accounts:
    user = User.objects.get(email=one["email"])
    user.organisation = Organisation.objects.get(name=bodies[one["organisation"] - 1]["name"])
    user.save()
with again.open("wb") as target:
    writing.write(User.objects.get(email="chair@accord.example"), Space.objects.get(), target)
"""


def test_a_space_that_is_taken_along_and_brought_in_elsewhere_is_the_same(tmp_path):
    """But for the marks of making: all of its data, to the last character, and each of its files."""
    archive, again = tmp_path / "archive.zip", tmp_path / "again.zip"
    with archive.open("wb") as target:
        chair, space = User.objects.get(email="chair@accord.example"), Visit.objects.get(illustrative=False).space
        writing.write(chair, space, target)
    elsewhere = SqliteFile(tmp_path)
    elsewhere.create()
    own = {"DATABASE_URL": elsewhere.url, "MEDIA_ROOT": str(tmp_path / "media"), "ELASTICSEARCH_URL": ""}
    own |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(settings.BASE_DIR), "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, archive, again], env={**os.environ, **own}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(archive) as first, zipfile.ZipFile(again) as second:
        assert first.namelist() == second.namelist()
        kept = [name for name in first.namelist() if name.startswith(("data/", "files/"))]
        assert len(kept) > 40
        assert [name for name in kept if first.read(name) != second.read(name)] == []


def test_delegations_have_answered_a_record_and_a_briefing_is_begun():
    assert set(Answer.objects.filter(answered_by__isnull=False).values_list("kind", flat=True)) == {"reservation"}
    assert set(RecordComment.objects.values_list("state", flat=True)) == {"open", "declined"}
    assert BriefingPack.objects.get().texts.count() == 4
