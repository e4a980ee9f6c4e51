"""A space as an archive: for whoever asked for it, readable without Accord, and brought in elsewhere as it was."""

import hashlib
import json
import re
import zipfile
from io import BytesIO, StringIO
from pathlib import PurePosixPath
from types import SimpleNamespace

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from coordination import access
from coordination.models import Action, Agreement, Article, AuditEntry, Marking, Organisation, Person, Space
from discussion.models import Message
from home import space_archives as services
from home.archive import writing
from home.models import ArchiveBroughtIn, SpaceArchive
from knowledge.models import File
from meetings.models import Paragraph, Record
from search.models import Entry
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
LINK = re.compile(r'href="([^"]+)"')


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once for the module, in a transaction that is rolled back at its end."""
    folder = tmp_path_factory.mktemp("archive")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder / "media"), transaction.atomic():
        yield plant(folder)
        transaction.set_rollback(True)


def plant(folder):
    """Something of nearly everything that is told apart: named readers, the Chatham House Rule, a file, a picture. And
    the archive of the chair."""
    space, fia = make.make_space("Border management"), make.make_organisation("FIA")
    chair = make.make_member(space, "chair", fia)
    other = make.make_member(space, "contributor", make.make_organisation("MoI"), name="Somebody else")
    agreement = make.make_agreement(space, title="A protocol", state="in_force")
    article = Article.objects.create(agreement=agreement, number="1", title="Aims", body="<p>To work together.</p>")
    meeting = make.make_meeting(space, title="A round table", organiser=fia)
    record = make.make_record(meeting, "agreed", chatham_house=True)
    paragraph = make.make_paragraph(
        record, kind="statement", text="We shall see.", speaker_organisation=other.organisation
    )
    make.make_commitment(space, title="A promise", party=fia, article=article)
    own = make.make_action(space, fia, title="For the chair alone", source=paragraph)
    closed = make.make_action(space, fia, title="For somebody else alone")
    make.mark(own, Marking.RED, users=[chair])
    make.mark(closed, Marking.RED, users=[other])
    make.mark(agreement, Marking.AMBER_STRICT, organisations=[fia])
    make.make_message(own, chair, "Is it [done](https://accord.example/)?")
    make.make_message(meeting, other, "Shall we meet?")
    make.make_resource(space, title="A handbook", files=[make.make_file(space, "handbook.txt", b"Lines.")])
    make.make_picture(space, title="A map")
    with (folder / "space.zip").open("wb") as target:
        writing.write(chair, space, target)
    return SimpleNamespace(space=space, chair=chair, other=other, own=own, folder=folder, archive=folder / "space.zip")


@pytest.fixture
def archive(world):
    return world.archive


@pytest.fixture
def space(world):
    return world.space


@pytest.fixture
def chair(world):
    return world.chair


@pytest.fixture
def other(world):
    return world.other


def made(user, space):
    asked = services.ask_for_archive(user, space)
    services.make_archive.func(asked.key)
    return SpaceArchive.objects.get(key=asked.key)


def test_it_is_made_for_whoever_asked_for_it_and_fetched_by_nobody_else(client, world, space, chair, other):
    page, file = (reverse(name, args=[space.key]) for name in ("space_archive", "space_archive_file"))
    colleague = make.make_member(space, "chair", chair.organisation)
    officer = make.make_member(space, "rapporteur", platform_role="secretariat")
    for user, status in ((other, 404), (officer, 200), (chair, 200)):
        client.force_login(user)
        assert (client.get(page).status_code, client.get(file).status_code) == (status, 404)
    client.post(page)
    waiting = SpaceArchive.objects.get()
    assert services.ask_for_archive(chair, space) == waiting
    services.make_archive.func(waiting.key)
    fetched = client.get(file)
    assert zipfile.ZipFile(BytesIO(b"".join(fetched.streaming_content))).testzip() is None
    assert fetched["Cache-Control"] == "private, no-store"
    kind = ContentType.objects.get_for_model(Action)
    assert AuditEntry.objects.filter(verb="read", object_type=kind, object_id=world.own.pk, actor=chair).count() == 1
    client.force_login(colleague)
    assert client.get(file).status_code == 404
    # What is in it has become somebody else's alone.
    make.mark(world.own, Marking.RED, users=[other])
    client.force_login(chair)
    assert client.get(file).status_code == 404
    assert "You may not read everything any more" in client.get(page).content.decode()
    made(chair, space)
    services.forget_archive.func(SpaceArchive.objects.get().key)
    assert not SpaceArchive.objects.exists()


def test_it_opens_from_the_disk_and_every_page_says_how_it_is_marked(archive):
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
        pages = {name: opened.read(name).decode() for name in names if name.endswith(".html")}
    for name, html in pages.items():
        assert "TLP:" in html and "Made from Accord" in html, name
        assert "<script" not in html and "src=" not in html, name
        for href in LINK.findall(html):
            if not href.startswith(("http:", "https:", "#")):
                parts = [*PurePosixPath(name).parent.parts]
                for step in href.partition("#")[0].split("/"):
                    parts = parts[:-1] if step == ".." else [*parts, step]
                assert "/".join(parts) in names, f"{name} leads to {href}"
    everything = "".join(pages.values())
    for words in ("A protocol", "To work together.", "We shall see.", "A promise", "Shall we meet?", "A handbook"):
        assert words in everything
    assert "For somebody else alone" not in everything
    [page] = [
        html for name, html in pages.items() if name.startswith("actions/") and "For the chair alone</h1>" in html
    ]
    assert "TLP:RED" in page


def brought_in(path, *options):
    call_command("import_space", path, *options, stdout=(said := StringIO()))
    return said.getvalue()


def test_it_comes_in_beside_what_is_here_with_no_more_readers_and_no_members(archive, world, space, chair, other):
    User.objects.filter(pk=other.pk).update(email="another@accord.example")
    people, bodies = Person.objects.count(), Organisation.objects.count()
    before = Space.objects.count()
    said = brought_in(archive, "--plan")
    assert "This is a plan" in said and "Nobody becomes a member" in said
    assert (Space.objects.count(), File.objects.count(), ArchiveBroughtIn.objects.count()) == (before, 1, 0)
    said = brought_in(archive, "--chair", chair.email)
    copy = Space.objects.exclude(pk=space.pk).get(title=space.title)
    assert f"Member: {chair}" in said and copy.key != space.key
    assert [held.member for held in access.members_of(copy)] == [chair]
    # What is here was matched; whoever is not is an account that nobody signs in to.
    assert Organisation.objects.count() == bodies and Person.objects.count() == people
    spoken = Message.objects.get(thread__space=copy, text="Shall we meet?")
    assert (spoken.author.name, spoken.author.is_active) == ("Somebody else", False)
    # References lead to the copies.
    own = Action.objects.get(space=copy)
    assert own.source == Paragraph.objects.get(section__record__space=copy) and own.short_reference
    assert own.audience.tokens == {f"space:{copy.pk}/user:{chair.pk}"}
    assert Agreement.objects.get(space=copy).audience.tokens == {f"space:{copy.pk}/org:{chair.organisation_id}"}
    record = Record.objects.get(space=copy)
    assert (record.state, record.chatham_house) == ("agreed", True)
    assert own.source.speaker_organisation is None and "speaker" not in own.source.text
    assert Entry.objects.filter(space=copy, title="A protocol").exists()
    assert AuditEntry.objects.filter(verb="space brought in", space_id=copy.pk).exists()
    assert "has been brought in before" in brought_in(archive)
    assert Space.objects.filter(title=space.title).count() == 2


# --- refused -------------------------------------------------------------------------------------------------------
def altered(path, to, change):
    """The archive with its members changed by `change`, and a manifest that is right about them."""
    with zipfile.ZipFile(path) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    late = change(members, manifest) or {}
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in members.items()
    }
    members |= late
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            written.writestr(name, content)
    return to


def rows_changed(name, change):
    def changed(members, _manifest):
        rows = json.loads(members[f"data/{name}.json"])
        change(rows)
        members[f"data/{name}.json"] = json.dumps(rows).encode()

    return changed


def a_file_that_is_another(members, _manifest):
    name = next(name for name in members if name.endswith("handbook.txt"))
    members[name] = b"%PDF-1.7 not what the name says"


REFUSED = {
    "is not what the manifest says": lambda members, _manifest: {"index.html": b"changed afterwards"},
    "is there and not named": lambda members, _manifest: {"files/more.txt": b"?"},
    "leads out of the archive": lambda members, _manifest: members.update({"files/../../x.txt": b"?"}),
    "made to fill a disk": lambda members, _manifest: members.update({"files/files/1/x.txt": b"0" * 9_000_000}),
    "version 2 of the format": lambda members, manifest: manifest.update(version=2),
    "Nothing is known here of data/tokens.json": lambda members, _manifest: members.update({"data/tokens.json": b"[]"}),
    "data/actions.json, row 1 (title)": rows_changed("actions", lambda rows: rows[0].update(title=7)),
    "actions, id 1: ": rows_changed("actions", lambda rows: rows[0].update(title="one line\nand another")),
    "are no text": rows_changed("actions", lambda rows: rows[0].update(title="a\0b")),
    "owner leads to what is not in the archive": rows_changed("actions", lambda rows: rows[0].update(owner=99)),
    "read by more than the archive says": rows_changed("actions", lambda rows: rows[0].update(readers=[{}])),
    "content of this file is not what its name says": a_file_that_is_another,
}


def test_what_is_wrong_with_an_archive_is_said_and_nothing_of_it_is_kept(world, archive, tmp_path):
    kept = (Space.objects.count(), User.objects.count(), Action.objects.count())
    media = sorted((world.folder / "media").rglob("*.*"))
    for sentence, change in REFUSED.items():
        with pytest.raises(CommandError, match=re.escape(sentence)):
            brought_in(altered(archive, tmp_path / "altered.zip", change))
        assert (Space.objects.count(), User.objects.count(), Action.objects.count()) == kept
        assert sorted((world.folder / "media").rglob("*.*")) == media


def test_rich_text_is_cleaned_on_the_way_in(archive, tmp_path, space):
    worse = '<p onclick="x()">Aims<script>x()</script> <a href="javascript:x()">here</a></p>'
    changed = rows_changed("articles", lambda rows: rows[0].update(body=worse))
    brought_in(altered(archive, tmp_path / "altered.zip", changed))
    body = Article.objects.exclude(agreement__space=space).get().body
    assert "Aims" in body and not any(word in body for word in ("script", "onclick"))
