"""A person's own data taken along, and a person erased: what goes, what stays, and that nothing of the name is left."""

import io
import json
import zipfile
from uuid import uuid4

import jsonschema
import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import models
from django.db.models import ManyToOneRel, Q
from django.utils import timezone

from accounts.models import User
from coordination import chain, personal, services
from coordination.models import ApiToken, AuditEntry, Marking, Person, Role, Topic
from discussion import services as discussion
from discussion.models import Draft, Message
from home import erasure, personal_export
from home.models import PersonalExport
from search.models import Entry, RecentSearch
from tests.factories import (
    join,
    make_action,
    make_file,
    make_meeting,
    make_member,
    make_paragraph,
    make_record,
    make_space,
    make_thread,
    mark,
)  # fmt: skip

pytestmark = [pytest.mark.django_db]
NAME = "Zarmina Q."


@pytest.fixture
def zarmina(space, fia):
    """Who has said, reported, typed and looked for something, and stands in a record."""
    user = make_member(space, Role.CONTRIBUTOR, fia, name=NAME)
    make_member(space, Role.CHAIR, fia, name="Chair")
    person, _new = Person.objects.update_or_create(user=user, defaults={"name": NAME, "phone": "+92 51 1"})
    discussion.post_message(user, make_thread(space, subject="Subject"), "What I said", uuid4())
    closed = make_action(space, fia, title="Closed canary", created_by=user)
    mark(closed, Marking.RED, users=[User.objects.get(name="Chair")])
    make_action(space, fia, title="Open to me", created_by=user)
    make_paragraph(
        make_record(make_meeting(space)),
        kind="statement",
        speaker_person=person,
        speaker_organisation=fia,
        text="Said.",
    )
    make_file(space, name="mine.txt", content=b"My lines", uploaded_by_user=user)
    Draft.objects.create(user=user, about="x", text="Typed")
    RecentSearch.objects.create(user=user, query="what I looked for", at=timezone.now())
    return user


def fetched(user):
    target = io.BytesIO()
    personal_export.write(user, target)
    return zipfile.ZipFile(target)


def test_an_export_holds_what_is_one_s_own_as_far_as_it_may_still_be_read(zarmina):
    archive = fetched(zarmina)
    data = json.loads(archive.read("data.json"))
    jsonschema.validate(data, json.loads(archive.read("schema.json")))
    parts = {part["name"]: part["rows"] for part in data["parts"]}
    assert parts["account"][0]["email"] == zarmina.email
    assert [row["text"] for row in parts["messages"]] == ["What I said"]
    assert [row["title"] for row in parts["actions"]] == ["Open to me"]
    assert [row["text"] for row in parts["drafts"]] == ["Typed"]
    [file] = [name for name in archive.namelist() if name.endswith("mine.txt")]
    assert archive.read(file) == b"My lines"
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Closed canary" not in everything and b"What I said" in archive.read("index.html")


def test_only_its_owner_fetches_an_export_whoever_has_asked_for_it(
    zarmina, administrator, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        export = personal_export.ask_for_export(administrator, zarmina)
    assert personal_export.ask_for_export(zarmina, zarmina) == export
    personal_export.make_personal_export.func(export.key)
    export.refresh_from_db()
    address = f"/account/data/{export.key}/"
    client.force_login(administrator)
    assert client.get(address).status_code in (302, 404)
    with pytest.raises(PermissionDenied):
        personal_export.ask_for_export(zarmina, administrator)
    assert AuditEntry.objects.filter(verb=personal_export.ASKED, actor=administrator).exists()
    storage, name = export.content.storage, export.content.name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        personal_export.forget_personal_export.func(export.key)
    assert not PersonalExport.objects.exists() and not storage.exists(name)


def rows_that_say(word):
    """Every row of every table that holds the word, but for the trail, which only grows."""
    found = []
    for model in apps.get_models():
        texts = [field.name for field in model._meta.fields if isinstance(field, models.CharField | models.TextField)]
        texts += [field.name for field in model._meta.fields if isinstance(field, models.JSONField)]
        if not texts or model is AuditEntry:
            continue
        asked = Q()
        for name in texts:
            asked |= Q(**{f"{name}__icontains": word})
        found += [(model._meta.label, row.pk) for row in model._base_manager.filter(asked)]
    return found


@pytest.mark.both_stacks
def test_nothing_of_an_erased_person_is_left_and_what_others_rely_on_is(
    zarmina, administrator, fia, client, django_capture_on_commit_callbacks
):
    email = zarmina.email
    preview = erasure.preview_of(administrator, zarmina)
    assert preview.obstacles == [] and ("Drafts", 1) in preview.going
    client.force_login(zarmina)
    chain.link_entries()
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase_person(administrator, zarmina, reason="Request 7")
    from discussion.projections import project_messages_of

    project_messages_of.func(zarmina.pk)
    assert rows_that_say("Zarmina") == [] and rows_that_say(email) == []
    assert not Draft.objects.exists() and not RecentSearch.objects.exists() and not ApiToken.objects.exists()
    designation = f"Former member of {fia}"
    assert Message.objects.get().author.name == designation
    assert Person.objects.get(user=zarmina).name == designation
    assert Entry.objects.standing().filter(kind="message", facets__value="former").exists()
    chain.link_entries()
    assert chain.verify() is None
    assert AuditEntry.objects.filter(actor=zarmina).first().actor.name == designation
    assert client.get("/desk/").status_code == 302
    assert [letter.to for letter in mail.outbox if "erased" in letter.subject] == [[email]]
    with pytest.raises(ValidationError):
        erasure.erase_person(administrator, zarmina, reason="Twice")


# What others rely on, or what says who answered for something: it stays, under the designation.
RELIED_ON = {
    "coordination.Confirmation", "coordination.EmergencyAccess", "discussion.Acknowledgement", "discussion.Mention",
    "discussion.Reaction", "wagtailcore.Comment", "wagtailcore.CommentReply",
}  # fmt: skip
# Ended otherwise: memberships by their service, sessions by theirs.
ENDED = {"coordination.SpaceUserPermission", "guardian.UserObjectPermission", "usersessions.UserSession"}


def test_every_table_of_somebody_s_own_is_known():
    """A new one is entered in the `personal_data.py` of its package, or here."""
    own = {
        relation.related_model._meta.label
        for relation in User._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel) and relation.on_delete is models.CASCADE
    }
    own -= {
        through._meta.label for through in (User.groups.through, User.user_permissions.through, Topic.owners.through)
    }
    going = {trace.rows(User(pk=0)).model._meta.label for trace in personal.going}
    assert own - going - RELIED_ON - ENDED == set()


def test_what_stands_in_the_way(zarmina, space, administrator):
    chair = User.objects.get(name="Chair")
    with pytest.raises(PermissionDenied):
        erasure.erase_person(chair, zarmina, reason="By no administrator")
    with pytest.raises(ValidationError):
        erasure.erase_person(administrator, administrator, reason="Of oneself")
    elsewhere = make_space("Closed to the administrator")
    join(zarmina, elsewhere, Role.CHAIR)
    [sentence] = erasure.preview_of(administrator, zarmina).obstacles
    assert "another chair" in sentence and elsewhere.title not in sentence
    services.put_hold(chair, space, name="Inquiry", reason="A court asks.")
    assert len(erasure.preview_of(administrator, zarmina).obstacles) == 2
    with pytest.raises(ValidationError):
        erasure.erase_person(administrator, zarmina, reason="The last chair, and held")
    zarmina.refresh_from_db()
    assert zarmina.name == NAME


def test_whom_a_backup_brings_back_is_erased_again(zarmina, administrator, tmp_path, capsys):
    before = {name: getattr(zarmina, name) for name in ("email", "name", "is_active", "password")}
    erasure.erase_person(administrator, zarmina, reason="Request 7")
    call_command("erasures")
    told = capsys.readouterr().out
    assert "Zarmina" not in told and before["email"] not in told
    User.objects.filter(pk=zarmina.pk).update(**before)  # as an older backup has it
    (tmp_path / "erasures").write_text(told)
    call_command("erasures", tmp_path / "erasures")
    zarmina.refresh_from_db()
    assert not zarmina.is_active and zarmina.name.startswith("Former member")


def test_the_pages_of_a_request(zarmina, administrator, client, monkeypatch):
    from tests.accounts.signing import sign_in

    sign_in(client, administrator)
    erase = f"/accounts/{zarmina.pk}/erase/"
    assert "Messages" in client.get(erase).content.decode()
    assert client.post(erase, {"reason": "Request"}).status_code == 200
    zarmina.refresh_from_db()
    assert zarmina.is_active
    assert client.post(erase, {"reason": "Request", "sure": "on"}).status_code == 302
    assert erasure.is_erased(User.objects.get(pk=zarmina.pk))
    assert "closed" in client.post(f"/accounts/{zarmina.pk}/data/", follow=True).content.decode()
    assert client.post("/account/data/").status_code == 302
    assert "being made" in client.get("/account/data/").content.decode()
