"""The text of files is read for search, within bounds, and a file that cannot be read stays usable."""

import io
import time
import zipfile

import pytest
from django.core.files.base import ContentFile
from django_tasks_db.models import DBTaskResult

from knowledge import extraction, readers
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


def here(kind: str, content: bytes) -> str:
    """What the process of its own reads, read in this one, whose bounds a test can change."""
    return "\n".join(readers.text_in(io.BytesIO(content), kind))


def test_the_reading_is_bounded(monkeypatch):
    monkeypatch.setattr(readers, "MAX_CHARACTERS", 1000)
    monkeypatch.setattr(readers, "MAX_CELLS", 30)
    monkeypatch.setattr(readers, "MAX_PAGES", 1)
    assert len(text_of("a.docx", docx_of(*["word " * 100] * 20))) == 1000
    rows = here("xlsx", xlsx_of([[number, number, number] for number in range(100)])).splitlines()
    assert len(rows) == 11
    two_pages = pdf_of("<span>first</span>", "<span style='break-before: page; display: block'>second</span>")
    assert here("pdf", two_pages).strip() == "first"


def test_the_reading_ends_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(readers, "MAX_SECONDS", -1)
    assert here("docx", docx_of("first", "second")) == "first"


def unpacked(size: int) -> bytes:
    """A DOCX of a few kilobytes whose text takes `size` once it is unpacked."""
    made, packed = io.BytesIO(docx_of("small")), io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "word/document.xml":
                content = content.replace(b"small", b"<w:x/>" * (size // 6))
            new.writestr(part, content)
    return packed.getvalue()


def looping_pdf() -> bytes:
    """A PDF whose tree of pages leads back to itself."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of("round"))))
    pages = writer._root_object["/Pages"].get_object()
    pages["/Kids"].insert(0, writer._root_object.raw_get(NameObject("/Pages")))
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def thousands_of_pages(number: int) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    page = PdfReader(io.BytesIO(pdf_of("Counsel"))).pages[0]
    for _number in range(number):
        writer.add_page(page)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def scanned_pdf() -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.new("L", (300, 400), 200).save(content, "PDF")
    return content.getvalue()


def a_million_cells() -> bytes:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Wide")
    for number in range(1_000):
        sheet.append([number] * 1_000)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.slow
@pytest.mark.django_db
def test_no_file_of_a_batch_holds_up_or_takes_along_the_others(monkeypatch):
    """Whatever a file holds, its reading ends within the bounds of time and memory, and the next one is read."""
    monkeypatch.setattr(readers, "MAX_SECONDS", 4)
    monkeypatch.setattr(readers, "MAX_MEMORY", 400 * 1024 * 1024)
    monkeypatch.setattr(extraction, "MORE_SECONDS", 2)
    batch = {
        "encrypted.pdf": (locked_pdf("password"), TextState.UNREADABLE, ""),
        "broken.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 40, TextState.UNREADABLE, ""),
        "loop.pdf": (looping_pdf(), None, ""),
        "pages.pdf": (thousands_of_pages(2_000), TextState.READ, "Counsel"),
        "scanned.pdf": (scanned_pdf(), TextState.READ, ""),
        "spreadsheet.pdf": (xlsx_of([[1]]), TextState.UNREADABLE, ""),
        "cells.xlsx": (a_million_cells(), TextState.READ, "Wide"),
        "bomb.docx": (unpacked(120_000_000), TextState.UNREADABLE, ""),
        "last.docx": (docx_of("The last one"), TextState.READ, "The last one"),
    }
    space = make_space()
    for name, (content, state, beginning) in batch.items():
        file = make_file(space, name, content)
        began = time.monotonic()
        extraction.read_text_of.func(file.pk, str(file.file))
        assert time.monotonic() - began < 4 * (4 + 2), name  # by its own clock; a busy machine is given more
        file.refresh_from_db()
        assert file.text_state != TextState.PENDING, name
        assert state is None or file.text_state == state, name
        assert file.text.startswith(beginning), name


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
