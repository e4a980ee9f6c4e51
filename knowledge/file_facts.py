"""What a file says of itself: its title, who made it, and when. Nobody has checked it: it only fills in a form.

Only what has passed `uploads.check_upload` is asked. Whatever a file says, the answer is short and of plain text, and
one that cannot be read says nothing.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from accounts.text import validate_plain_text
from knowledge.uploads import MEBIBYTE, PICTURES, suffix_of

MAX_LENGTH = 255
# Before that nobody made files; a clock that was never set says 1970 or 1980.
FIRST_DAY = date(1985, 1, 1)
# What programs write where nobody has given a title.
NO_TITLES = frozenset(
    {"untitled", "document", "title", "powerpoint presentation", "presentation", "workbook", "default"}
)
WRITTEN_BY_PRINTERS = ("microsoft word - ", "microsoft powerpoint - ", "microsoft excel - ")
NO_AUTHORS = frozenset(
    {"user", "admin", "administrator", "owner", "python-docx", "openpyxl", "unknown", "windows user"}
)
CORE = "docProps/core.xml"
# EXIF: ImageDescription, Artist, DateTime.
DESCRIPTION, ARTIST, TAKEN = 270, 315, 306


@dataclass(frozen=True)
class FileFacts:
    title: str = ""
    author: str = ""
    made_on: date | None = None


def facts_of(opened: Any, name: str) -> FileFacts:
    """What the opened file of this name says of itself. Leaves it at its beginning."""
    reader = READERS.get(suffix_of(name))
    if reader is None:
        return FileFacts()
    try:
        opened.seek(0)
        title, author, made = reader(opened)
        return FileFacts(_title(title), _author(author), _day(made))
    except Exception:  # libraries raise nearly anything on a broken file, and it is only a suggestion
        return FileFacts()
    finally:
        opened.seek(0)


def _title(said: Any) -> str:
    line = _line(said)
    for prefix in WRITTEN_BY_PRINTERS:
        if line.lower().startswith(prefix):
            line = line[len(prefix) :]
    return "" if line.lower() in NO_TITLES else line


def _author(said: Any) -> str:
    line = _line(said)
    return "" if line.lower() in NO_AUTHORS else line


def _line(said: Any) -> str:
    """One line of plain text, or nothing."""
    line = " ".join(str(said or "").split())[:MAX_LENGTH].strip()
    try:
        validate_plain_text(line)
    except ValidationError:
        return ""
    return line


def _day(said: Any) -> date | None:
    if not isinstance(said, datetime):
        return None
    day = said.date()
    return day if FIRST_DAY <= day <= datetime.now(UTC).date() else None


# --- by kind -------------------------------------------------------------------------------------------------------
Said = tuple[Any, Any, Any]


def _of_pdf(opened: Any) -> Said:
    from pypdf import PdfReader

    document = PdfReader(opened)
    if document.is_encrypted and not document.decrypt(""):
        return "", "", None
    found = document.metadata
    return (found.title, found.author, found.creation_date) if found else ("", "", None)


def _of_office(opened: Any) -> Said:
    """Of the one part that holds it: the rest of the document is not read."""
    from lxml import etree

    with zipfile.ZipFile(opened) as archive:
        if archive.getinfo(CORE).file_size > MEBIBYTE:
            return "", "", None
        careful = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        core = etree.fromstring(archive.read(CORE), careful)
    parts = {etree.QName(element).localname: element.text for element in core.iterchildren("*")}
    return parts.get("title"), parts.get("creator"), parse_datetime(parts.get("created") or "")


def _of_picture(opened: Any) -> Said:
    from PIL import Image

    with Image.open(opened) as picture:
        said = picture.getexif()
    taken = said.get(TAKEN)
    return said.get(DESCRIPTION), said.get(ARTIST), datetime.strptime(taken, "%Y:%m:%d %H:%M:%S") if taken else None


READERS: dict[str, Callable[[Any], Said]] = {
    "pdf": _of_pdf,
    **dict.fromkeys(("docx", "xlsx", "pptx"), _of_office),
    **dict.fromkeys(PICTURES, _of_picture),
}
