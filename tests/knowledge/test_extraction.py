"""The text of files is read for search, within bounds, and a file that cannot be read stays usable."""

import io
import zipfile
from collections.abc import Callable

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


def with_part(archive: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """An office file with one of its parts changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return packed.getvalue()


def unpacked(size: int) -> bytes:
    """A DOCX of a few kilobytes whose text takes `size` once it is unpacked."""
    many = b"<w:x/>" * (size // 6)
    return with_part(docx_of("small"), "word/document.xml", lambda xml: xml.replace(b"small", many))


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
    row = b"<row>" + b"<c><v>1</v></c>" * 1_000 + b"</row>"
    return with_part(xlsx_of([["x"]]), "xl/worksheets/sheet1.xml", lambda xml: (
        xml[: xml.index(b"<sheetData>")] + b"<sheetData>" + row * 1_000 + b"</sheetData></worksheet>"
    ))  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
def test_no_file_of_a_batch_holds_up_or_takes_along_the_others(monkeypatch):
    """Whatever a file holds, its reading ends within the bounds of time and memory, and the next one is read."""
    monkeypatch.setattr(readers, "MAX_MEMORY", 300 * 1024 * 1024)
    batch = {
        "broken.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 40, TextState.UNREADABLE, ""),
        "loop.pdf": (looping_pdf(), TextState.UNREADABLE, ""),
        "pages.pdf": (thousands_of_pages(2_000), TextState.READ, "\n\f".join(["Counsel"] * 2)),
        "scanned.pdf": (scanned_pdf(), TextState.READ, ""),
        "spreadsheet.pdf": (xlsx_of([[1]]), TextState.UNREADABLE, ""),
        "cells.xlsx": (a_million_cells(), TextState.READ, "Sheet\n1\t1"),
        "bomb.docx": (unpacked(60_000_000), TextState.UNREADABLE, ""),
        "last.docx": (docx_of("The last one"), TextState.READ, "The last one"),
    }
    space = make_space()
    for name, (content, state, beginning) in batch.items():
        file = make_file(space, name, content)
        extraction.read_text_of.func(file.pk, str(file.file))
        file.refresh_from_db()
        assert (name, file.text_state, file.text[: len(beginning)]) == (name, state, beginning)
    # One that takes longer than it may is ended from outside, wherever it hangs.
    monkeypatch.setattr(extraction, "MORE_SECONDS", 0.01 - readers.MAX_SECONDS)
    file = make_file(space, "late.docx", docx_of("Late"))
    extraction.read_text_of.func(file.pk, str(file.file))
    file.refresh_from_db()
    assert file.text_state == TextState.UNREADABLE


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
