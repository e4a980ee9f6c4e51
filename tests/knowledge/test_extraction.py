"""The text of files is read for search, within bounds, and a file that cannot be read stays usable."""

import pytest
from django.core.files.base import ContentFile
from django_tasks_db.models import DBTaskResult

from knowledge import extraction
from knowledge.models import File, TextState
from tests.factories import make_file, make_member, make_resource, make_space
from tests.knowledge.documents import docx_of, locked_pdf, pdf_of, xlsx_of


def text_of(name: str, content: bytes) -> str:
    return extraction.text_of(ContentFile(content, name=name), name)


def test_the_text_of_a_pdf_is_read():
    text = text_of("a.pdf", pdf_of("Referral of returnees", "Возвращение мигрантов"))
    assert "Referral of returnees" in text
    assert "Возвращение мигрантов" in text


def test_the_text_of_a_docx_is_read_with_its_tables():
    text = text_of("a.DOCX", docx_of("محفوظ ہجرت", table=[["Centre", "Lahore"]]))
    assert "محفوظ ہجرت" in text
    assert "Centre\tLahore" in text


def test_the_text_of_an_xlsx_is_read_with_the_names_of_its_sheets():
    text = text_of("a.xlsx", xlsx_of([["Year", 2023], [None, None], ["Emigrants", "862 625"]], title="Emigration"))
    assert text == "Emigration\nYear\t2023\nEmigrants\t862 625"


def test_lines_and_tables_of_text_are_read():
    assert text_of("a.txt", "Отчёт".encode()) == "Отчёт"
    assert text_of("a.csv", b'a,"b, c"\n1,2') == "a\tb, c\n1\t2"


def test_a_pdf_locked_with_an_empty_password_is_read():
    assert "Handbook" in text_of("a.pdf", locked_pdf("", "Handbook"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", locked_pdf("password")),
        ("a.pdf", b"%PDF-1.7 broken"),
        ("a.docx", docx_of("x")[:300]),
        ("a.xlsx", b"PK no archive"),
        ("a.png", b"no text"),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(name, content):
    with pytest.raises(extraction.NotReadable):
        text_of(name, content)


def test_the_reading_is_bounded(monkeypatch):
    monkeypatch.setattr(extraction, "MAX_CHARACTERS", 1000)
    monkeypatch.setattr(extraction, "MAX_CELLS", 30)
    monkeypatch.setattr(extraction, "MAX_PAGES", 1)
    assert len(text_of("a.docx", docx_of(*["word " * 100] * 20))) == 1000
    rows = text_of("a.xlsx", xlsx_of([[number, number, number] for number in range(100)])).splitlines()
    assert len(rows) == 11
    two_pages = pdf_of("<span>first</span>", "<span style='break-before: page; display: block'>second</span>")
    assert text_of("a.pdf", two_pages) == "first"


def test_the_reading_ends_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(extraction, "MAX_SECONDS", -1)
    assert text_of("a.docx", docx_of("first", "second")) == "first"


# --- the task ------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.both_stacks
def test_a_file_is_read_after_it_is_committed_and_not_before(django_capture_on_commit_callbacks):
    tasks = DBTaskResult.objects.filter(task_path="knowledge.extraction.read_text_of")
    with django_capture_on_commit_callbacks() as later:
        file = make_file(make_space(), "a.pdf", pdf_of("Readmission"))
        assert not tasks.exists()
    assert file.text_state == TextState.PENDING
    for callback in later:
        callback()
    task = tasks.get()
    # The task names the file and tells nothing of it.
    assert task.args_kwargs["args"] == [file.pk, file.file.name]
    for _run in range(2):
        extraction.read_text_of.call(file.pk, file.file.name)
        file = File.objects.get()
        assert (file.text, file.text_state) == ("Readmission", TextState.READ)


@pytest.mark.django_db
@pytest.mark.both_stacks
def test_a_file_that_cannot_be_read_stays_usable_and_says_so(client):
    space = make_space()
    file = make_file(space, "a.pdf", locked_pdf("password"))
    resource = make_resource(space, files=[file])
    extraction.read_text_of.call(file.pk, file.file.name)
    client.force_login(make_member(space))
    assert "its text could not be read" in client.get(resource.get_absolute_url()).content.decode()
    assert client.get(file.get_absolute_url()).status_code == 200


@pytest.mark.django_db
def test_the_text_of_replaced_content_is_not_kept():
    file = make_file(make_space(), "old.txt", b"old words")
    name = file.file.name
    file.file = ContentFile(b"new words", name="new.txt")
    file.save()
    extraction.read_text_of.call(file.pk, name)
    assert File.objects.get().text == ""
    extraction.read_text_of.call(file.pk, file.file.name)
    assert File.objects.get().text == "new words"


@pytest.mark.django_db
def test_reading_a_file_that_is_gone_does_nothing():
    extraction.read_text_of.call(999_999, "documents/x/a.txt")


@pytest.mark.django_db
def test_a_picture_has_no_text_and_is_not_read(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as later:
        file = make_file(make_space(), "a.png", b"x")
    assert (later, file.text_state) == ([], TextState.NONE)


@pytest.mark.django_db
def test_letters_that_no_database_keeps_are_left_out():
    assert text_of("a.txt", b"a\x00b") == "ab"
