"""Many files at once: each is kept, known already or refused by itself, and says itself what it is."""

from datetime import datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from coordination.models import Marking, Role
from knowledge import file_facts
from knowledge.models import File, Resource
from tests.factories import make_file, make_member, make_space, mark

pytestmark = pytest.mark.django_db
KNOWN = b"A report that is here already."


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def contributor(client, space):
    user = make_member(space, Role.CONTRIBUTOR)
    client.force_login(user)
    return user


def docx(**facts):
    document, content = Document(), BytesIO()
    document.add_paragraph("Lines of a study.")
    for name, value in facts.items():
        setattr(document.core_properties, name, value)
    document.save(content)
    return content.getvalue()


def add(client, space, *files, submission="1d0d2a5e-8b39-4c8e-9a43-3f7e8a9d2c11", **fields):
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    form = {"files": uploads, "becomes": "drafts", "submission": submission, **fields}
    headers = {"HX-Request": "true"} if fields.get("scripts") else {}
    answer = client.post(reverse("files_add", args=[space.key]), form, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_bad_file_stops_no_other_and_what_is_there_is_offered_instead(client, space, contributor):
    known = make_file(space, "known.txt", KNOWN)
    study = docx(title="Migration routes", author="A. Khan", created=datetime(2024, 5, 1))
    page = add(client, space, ("bad.docx", b"MZ no such thing"), ("again.txt", KNOWN), ("study.docx", study))
    outcomes = [page.count(f'data-accord-outcome="{outcome}"') for outcome in ("refused", "there", "kept")]
    assert outcomes == [1, 1, 1], page[page.index("<main") :]
    resource = Resource.objects.get()
    assert (resource.live, resource.title, resource.authors, resource.year) == (
        False,
        "Migration routes",
        "A. Khan",
        2024,
    )
    assert (resource.owner, resource.marking) == (contributor, Marking.AMBER)
    assert known.get_absolute_url() in page and reverse("wagtailadmin_pages:edit", args=[resource.pk]) in page
    assert File.objects.count() == 2
    # The same form sent again makes nothing; the same file in one of its own is known now, unless asked for.
    add(client, space, ("study.docx", study))
    other = "2d0d2a5e-8b39-4c8e-9a43-3f7e8a9d2c11"
    rows = add(client, space, ("study.docx", study), submission=other, scripts="1")
    assert "<html" not in rows and 'data-accord-outcome="there"' in rows
    assert File.objects.count() == 2
    add(client, space, ("study.docx", study), submission=other, again="on", becomes="files")
    assert (File.objects.count(), File.objects.filter(attached_id=None).count(), Resource.objects.count()) == (3, 2, 1)


def test_a_file_that_is_closed_to_the_editor_is_not_known(client, space, contributor):
    mark(make_file(space, "known.txt", KNOWN, title="Closedword"), Marking.RED, users=[make_member(space)])
    make_file(make_space(), "known.txt", KNOWN, title="Closedword")
    page = add(client, space, ("mine.txt", KNOWN), becomes="files")
    assert 'data-accord-outcome="kept"' in page and "Closedword" not in page


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"title": "  Microsoft Word - A\nstudy ", "author": "python-docx"}, ("A study", "")),
        ({"title": "Untitled", "author": "Administrator", "created": datetime(1970, 1, 1)}, ("", "")),
        ({"title": "turned \u202e round", "author": "A. Khan"}, ("", "A. Khan")),
    ],
)
def test_what_a_file_says_of_itself_is_taken_with_care(facts, expected):
    found = file_facts.facts_of(BytesIO(docx(**facts)), "study.docx")
    assert (found.title, found.author) == expected
    assert found.made_on is None or found.made_on.year > 1990


def test_whoever_may_not_contribute_finds_no_form(client, space):
    client.force_login(make_member(space))
    assert client.get(reverse("files_add", args=[space.key])).status_code == 404
