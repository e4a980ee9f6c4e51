"""The text of files, read for search. It runs in the worker, after the upload is committed.

A file is somebody else's work: whatever it holds, the reading of it ends, within bounds, and never harms the file.
"""

import csv
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django_tasks import task

logger = logging.getLogger(__name__)

# Enough to find a handbook by any of its chapters; a file beyond these bounds is found by its beginning.
MAX_CHARACTERS = 500_000
MAX_PAGES = 500
MAX_CELLS = 200_000
MAX_SECONDS = 60


class NotReadable(Exception):
    """The file is encrypted, broken, or not of a kind whose text can be read."""


@task()
def read_text_of(file_id: int, name: str) -> None:
    """Read the text of a file and keep it. Run twice, it does the same again; on replaced content, nothing."""
    from knowledge.models import File, TextState

    file = File.objects.filter(pk=file_id, file=name).first()
    if file is None:
        return
    try:
        text, state = text_of(file.file, file.filename), TextState.READ
    except NotReadable:
        text, state = "", TextState.UNREADABLE
    with transaction.atomic():
        # The lock, and the question anew: another content may have been put in its place while this one was read.
        file = File.objects.select_for_update().filter(pk=file_id, file=name).first()
        if file is not None:
            file.text, file.text_state = text, state
            file.save(update_fields=["text", "text_state"])


def state_before_reading(name: str) -> str:
    """Whether the text of a file of this name is going to be read."""
    from knowledge.models import TextState

    return TextState.PENDING if _suffix(name) in READERS else TextState.NONE


def text_of(file: Any, name: str) -> str:
    """The text of an opened or stored file, at most MAX_CHARACTERS of it. Raises NotReadable."""
    reader = READERS.get(_suffix(name))
    if reader is None:
        raise NotReadable(name)
    try:
        with file.open("rb") as opened:
            return _bounded(reader(opened))
    except NotReadable:
        raise
    except Exception as error:  # libraries raise nearly anything on a broken file
        # The kind of the error and nothing of its text, which may quote the file: logs are read by operators.
        logger.info("The text of a %s file could not be read: %s", _suffix(name), type(error).__name__)
        raise NotReadable(name) from error


def _bounded(pieces: Iterator[str]) -> str:
    """The pieces joined, within the bounds of length and time. NUL is left out: PostgreSQL keeps it in no text."""
    until = time.monotonic() + MAX_SECONDS
    kept: list[str] = []
    length = 0
    for piece in pieces:
        piece = piece.replace("\x00", "").encode("utf-8", "ignore").decode()  # lone surrogates come out of PDFs
        kept.append(piece)
        length += len(piece) + 1
        if length > MAX_CHARACTERS or time.monotonic() > until:
            break
    return "\n".join(kept).strip()[:MAX_CHARACTERS]


def _pages_of_pdf(opened: Any) -> Iterator[str]:
    from pypdf import PdfReader

    document = PdfReader(opened)
    if document.is_encrypted and not document.decrypt(""):  # many files are encrypted with an empty password
        raise NotReadable("encrypted")
    for number, page in enumerate(document.pages):
        if number >= MAX_PAGES:
            return
        yield page.extract_text()


def _paragraphs_of_docx(opened: Any) -> Iterator[str]:
    from docx import Document
    from docx.table import Table

    def paragraphs(container: Any) -> Iterator[str]:
        for block in container.iter_inner_content():
            if isinstance(block, Table):
                for row in block.rows:
                    yield "\t".join(cell.text for cell in row.cells)
            else:
                yield block.text

    yield from paragraphs(Document(opened))


def _rows_of_xlsx(opened: Any) -> Iterator[str]:
    from openpyxl import load_workbook

    workbook = load_workbook(opened, read_only=True, data_only=True)
    cells = 0
    for sheet in workbook.worksheets:
        yield sheet.title
        sheet.reset_dimensions()  # what the file says of its size may be wrong, on purpose too
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
            if cells > MAX_CELLS:
                return
            values = [str(value) for value in row if value is not None]
            if values:
                yield "\t".join(values)


def _lines_of_text(opened: Any) -> Iterator[str]:
    yield opened.read(MAX_CHARACTERS * 4).decode("utf-8-sig", "replace")


def _rows_of_csv(opened: Any) -> Iterator[str]:
    lines = next(_lines_of_text(opened)).splitlines()
    for row in csv.reader(lines):
        yield "\t".join(row)


READERS: dict[str, Callable[[Any], Iterator[str]]] = {
    "pdf": _pages_of_pdf,
    "docx": _paragraphs_of_docx,
    "xlsx": _rows_of_xlsx,
    "txt": _lines_of_text,
    "csv": _rows_of_csv,
}


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")
