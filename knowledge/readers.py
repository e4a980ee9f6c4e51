"""Reads the text of office files, in a process of its own: `python -I readers.py <kind> < file > text`.

It knows nothing of the service, and what it may take of the machine is set at its start: a file that was made to eat
memory or to keep a library busy for ever ends this process and no other. It imports nothing of ours.
"""

import csv
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

# Enough to find a handbook by any of its chapters; a file beyond these bounds is found by its beginning.
MAX_CHARACTERS = 500_000
MAX_PAGES = 2_000
MAX_CELLS = 200_000
MAX_SECONDS = 60
# An archive of XML takes about ten times its size once it is read, and uploads take at most 60 MB of it.
MAX_MEMORY = 1024 * 1024 * 1024
# Stands before each further page of a PDF, so that it is known on which page something was found.
NEXT_PAGE = "\f"
# How the process ends where there is nothing to find the file by.
NOT_READABLE, TOO_MUCH = 3, 4


class NotReadable(Exception):
    """The file is encrypted, broken, or not of a kind whose text can be read."""


def text_in(opened: Any, kind: str) -> Iterator[str]:
    """The pieces of the text, within the bounds of length and time. What is broken ends where it breaks: the pieces
    before that are kept."""
    until = time.monotonic() + MAX_SECONDS
    length = 0
    try:
        for piece in READERS[kind](opened):
            # NUL is kept by PostgreSQL in no text, and lone surrogates come out of PDFs.
            piece = piece.replace("\x00", "").encode("utf-8", "ignore").decode()[: MAX_CHARACTERS - length]
            yield piece
            length += len(piece) + 1
            if length > MAX_CHARACTERS or time.monotonic() > until:
                return
    except Exception:  # libraries raise nearly anything on a broken file
        if not length:
            raise


def _pages_of_pdf(opened: Any) -> Iterator[str]:
    from pypdf import PdfReader

    document = PdfReader(opened)
    if document.is_encrypted and not document.decrypt(""):  # many files are encrypted with an empty password
        raise NotReadable("encrypted")
    for number, page in enumerate(document.pages):
        if number >= MAX_PAGES:
            return
        yield (NEXT_PAGE if number else "") + _text_of_page(page).replace(NEXT_PAGE, " ")


def _text_of_page(page: Any) -> str:
    """One broken page of many takes no other with it."""
    try:
        return page.extract_text()
    except MemoryError:
        raise
    except Exception:
        return ""


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


def main(kind: str, seconds: int, memory: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to the pipe and to no file
    try:
        for number, piece in enumerate(text_in(sys.stdin.buffer, kind)):
            sys.stdout.buffer.write((b"\n" if number else b"") + piece.encode())
            sys.stdout.buffer.flush()  # what has been read is kept, whatever comes of the rest
    except NotReadable:
        return NOT_READABLE
    except MemoryError:
        return TOO_MUCH
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
