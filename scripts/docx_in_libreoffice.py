"""Whether the DOCX of ten records opens in LibreOffice and becomes a PDF without loss of a paragraph.

    .venv/bin/python scripts/docx_in_libreoffice.py [folder to keep the files in]

It makes the ten records of tests/meetings/test_papers.py in a database of its own, hands each out as DOCX, lets
LibreOffice convert it, and looks for every paragraph of the DOCX in the PDF; the marking must stand on every page.
LibreOffice is no part of Accord and of its tests: where it is not installed, this says so and ends with 2.

What is compared are letters and digits; a paragraph that stands in the DOCX five times must stand five times in the
PDF. Of a paragraph in Urdu the numbers and Latin words are looked for: programs draw Arabic letters from parts, and no
PDF says surely which letters those were. Look at its picture too.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from sys import argv, exit, path

path.insert(0, str(Path(__file__).resolve().parents[1]))
CONVERSION_SECONDS = 120
HOW_TO_INSTALL = (
    "LibreOffice (soffice) is not installed here, so nothing was compared. "
    "On Debian: apt-get install --no-install-recommends libreoffice-writer-nogui"
)


def main() -> int:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print(HOW_TO_INSTALL)
        return 2
    from benchmarks.worlds.own_database import database

    with database(), tempfile.TemporaryDirectory() as fresh:
        folder = Path(argv[1]) if len(argv) > 1 else Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        names = list(made(folder))
        convert(office, folder, names)
        lost = [loss for name in names for loss in losses(folder, name)]
    print("Every paragraph of every record is in its PDF." if not lost else f"{len(lost)} losses.")
    return 1 if lost else 0


def made(folder: Path) -> Iterator[str]:
    """Write the DOCX of each record into the folder."""
    from coordination.models import Role
    from meetings.papers import docx, records
    from meetings.papers.copies import copy_for
    from tests.factories import make_member, make_organisation, make_space
    from tests.meetings.test_papers import SHAPES

    fia = make_organisation("FIA")
    for shape in SHAPES:
        space = make_space()
        reader = make_member(space, Role.READER, fia)
        record, _words = shape(space, fia)
        (folder / f"{shape.__name__}.docx").write_bytes(docx.as_docx(records.paper_of(copy_for(reader, record))))
        yield shape.__name__


def convert(office: str, folder: Path, names: list[str]) -> None:
    """All in one run; with a profile of its own, so that an open LibreOffice is not in the way."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [office, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf",
             "--outdir", str(folder), *(str(folder / f"{name}.docx") for name in names)],
            check=True, capture_output=True, timeout=CONVERSION_SECONDS, env={**os.environ, "HOME": profile},
        )  # fmt: skip


def losses(folder: Path, name: str) -> list[str]:
    """What the PDF lacks, said as it is found."""
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(BytesIO((folder / f"{name}.pdf").read_bytes())).pages]
    whole = essence(" ".join(pages))
    paragraphs = list(paragraphs_of(folder / f"{name}.docx"))
    times = Counter(paragraphs)
    found = [
        f"{name}: “{text}” is not in the PDF {times[text]}×" for text in times if not holds(whole, text, times[text])
    ]
    found += [f"{name}: page {number} has no marking" for number, page in enumerate(pages, 1) if "TLP:" not in page]
    print(f"{name}: {len(paragraphs)} paragraphs, {len(pages)} pages, {len(found)} losses")
    for loss in found:
        print(f"  {loss}")
    return found


def paragraphs_of(file: Path) -> Iterator[str]:
    """Every paragraph that holds something: of the body, its tables, head and foot."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document(str(file))
    parts = [document.element.body]
    for section in document.sections:
        parts += [section.header._element, section.footer._element]
    for part in parts:
        for paragraph in part.iter(qn("w:p")):
            # Numbers of pages are fields: what stands in them is worked out by whoever opens the document.
            text = "".join(node.text or "" for node in paragraph.iter(qn("w:t"), qn("w:br")))
            if text.strip() and not re.fullmatch(r"[\d\s/]*", text):
                yield re.sub(r"\t?1 / 1$", "", text)


def holds(whole: str, text: str, times: int) -> bool:
    is_arabic = any(unicodedata.bidirectional(letter) == "AL" for letter in text)
    parts = re.findall(r"[A-Za-z]{2,}|\d+", text) if is_arabic else [text]
    return all(whole.count(essence(part)) >= times for part in parts)


def essence(text: str) -> str:
    """Its letters and digits."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum())


if __name__ == "__main__":
    exit(main())
