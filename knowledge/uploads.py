"""What may be uploaded. A file is judged by its content: its name only has to agree with it.

Each kind is opened with the library that will read it later, within bounds, before anything is stored. Where the
installation has a scanner it is asked besides; and a picture that is taken holds from then on nothing but what is seen.
"""

import warnings
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from knowledge.drawing import draw_anew
from knowledge.scanning import refuse_harmful

MEBIBYTE = 1024 * 1024
# A picture of the largest camera in use; nine bytes of compressed zeros can claim a thousand times that.
MAX_PIXELS = 100_000_000
# An office document is an archive. A handbook full of pictures stays far below these; an archive that was made to fill
# a disk or a memory does not. A part of XML takes about ten times its size in memory once it is read.
MAX_PARTS = 5_000
MAX_UNPACKED_BYTES = 300 * MEBIBYTE
MAX_XML_BYTES = 60 * MEBIBYTE
BYTES_THAT_TELL = 4096
# What an upload that has been judged good bears: its size, so that it is scanned and drawn once.
JUDGED = "_judged_good"


@dataclass(frozen=True)
class Kind:
    """A kind of file: how it is called, the media type it is served with, and what tells whether content is of it."""

    name: Any
    media_type: str
    check: Callable[[Any, str], None]
    # Shown by the browser itself; all others are downloaded.
    inline: bool = False


def check_upload(uploaded: Any, kinds: Collection[str] | None = None) -> None:
    """Refuse, with a sentence, what is not a good file of one of `kinds` (suffixes; all that are known by default).

    Of a picture that is good, `uploaded` holds afterwards what is seen and nothing else.
    """
    validate_plain_text(uploaded.name)
    allowed = KINDS if kinds is None else {suffix: KINDS[suffix] for suffix in kinds}
    suffix = suffix_of(uploaded.name)
    if suffix not in allowed:
        raise ValidationError(
            _("Files of this kind are not taken. Send one of these: %(suffixes)s."),
            code="kind",
            params={"suffixes": ", ".join(sorted(allowed))},
        )
    if not uploaded.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if uploaded.size > settings.UPLOAD_LIMIT_MB * MEBIBYTE:
        raise ValidationError(
            _("This file is too large: at most %(limit)s MB are taken."),
            code="size",
            params={"limit": settings.UPLOAD_LIMIT_MB},
        )
    if getattr(uploaded, JUDGED, None) == uploaded.size:
        return  # a form has, and now a service asks
    try:
        uploaded.seek(0)
        allowed[suffix].check(uploaded, suffix)
        refuse_harmful(uploaded)
        if suffix in PICTURE_FORMATS:
            draw_anew(uploaded, PICTURE_FORMATS[suffix])
        setattr(uploaded, JUDGED, uploaded.size)
    except ValidationError:
        raise
    except Exception as error:  # libraries raise nearly anything on a broken file
        raise _not_what_it_says(suffix) from error
    finally:
        uploaded.seek(0)


def suffix_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _not_what_it_says(suffix: str) -> ValidationError:
    return ValidationError(
        _("The content of this file is not what its name says: it cannot be opened as %(kind)s."),
        code="content",
        params={"kind": KINDS[suffix].name},
    )


# --- kinds ---------------------------------------------------------------------------------------------------------
def _check_pdf(opened: Any, suffix: str) -> None:
    from pypdf import PdfReader

    if b"%PDF-" not in opened.read(1024):
        raise _not_what_it_says(suffix)
    opened.seek(0)
    document = PdfReader(opened)
    if not document.is_encrypted and not len(document.pages):
        raise _not_what_it_says(suffix)


# The part that makes an office document one of its kind; a file with macros has another.
_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE_PARTS = {
    "docx": f"{_OFFICE}wordprocessingml.document.main+xml",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet.main+xml",
    "pptx": f"{_OFFICE}presentationml.presentation.main+xml",
}


def _check_office(opened: Any, suffix: str) -> None:
    with zipfile.ZipFile(opened) as archive:
        _check_archive(archive)
        names = {info.filename.lower() for info in archive.infolist()}
        if any(name.endswith("vbaproject.bin") for name in names):
            raise ValidationError(_("This file holds macros. Save it without them."), code="macros")
        if OFFICE_PARTS[suffix].encode() not in archive.read("[Content_Types].xml"):
            raise _not_what_it_says(suffix)
    opened.seek(0)
    if suffix == "docx":
        from docx import Document

        Document(opened)
    elif suffix == "xlsx":
        from openpyxl import load_workbook

        load_workbook(opened, read_only=True).close()


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to more than a document does. The archive says its sizes itself; `zipfile` reads no more."""
    parts = archive.infolist()
    too_much = (
        len(parts) > MAX_PARTS
        or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES
        or any(part.file_size > MAX_XML_BYTES for part in parts if part.filename.lower().endswith((".xml", ".rels")))
    )
    if too_much:
        raise ValidationError(_("This file unpacks to more than a document needs, and is not opened."), code="bomb")


PICTURE_FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}


def _check_picture(opened: Any, suffix: str) -> None:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we say the limit ourselves, below
        try:
            picture = Image.open(opened, formats=[PICTURE_FORMATS[suffix]])
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
    width, height = picture.size
    if width * height * getattr(picture, "n_frames", 1) > MAX_PIXELS:
        raise _too_many_pixels()
    picture.verify()


def _too_many_pixels() -> ValidationError:
    return ValidationError(
        _("This picture is too large: at most %(millions)s million pixels are taken."),
        code="bomb",
        params={"millions": MAX_PIXELS // 1_000_000},
    )


# What the same recording may be called by those who know it by its first bytes.
RECORDINGS = {"mp3": {"audio/mpeg", "audio/mp3"}, "mp4": {"video/mp4", "audio/mp4"}}


def _check_recording(opened: Any, suffix: str) -> None:
    found = puremagic.magic_string(opened.read(BYTES_THAT_TELL))
    if not any(match.mime_type in RECORDINGS[suffix] for match in found):
        raise _not_what_it_says(suffix)


# First bytes of what is no plain text although it may look like some.
NO_PLAIN_TEXT = (b"%PDF-", b"{\\rtf", b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script", b"#!")


def _check_text(opened: Any, suffix: str) -> None:
    beginning = opened.read(BYTES_THAT_TELL).lstrip(b"\xef\xbb\xbf \t\r\n")
    if beginning.lower().startswith(tuple(start.lower() for start in NO_PLAIN_TEXT)):
        raise _not_what_it_says(suffix)
    opened.seek(0)
    content = opened.read()
    if b"\x00" in content:
        raise _not_what_it_says(suffix)
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("This text is not in UTF-8. Save it as UTF-8."), code="encoding") from error


KINDS: dict[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", _check_pdf, inline=True),
    "docx": Kind("DOCX", f"{_OFFICE}wordprocessingml.document", _check_office),
    "xlsx": Kind("XLSX", f"{_OFFICE}spreadsheetml.sheet", _check_office),
    "pptx": Kind("PPTX", f"{_OFFICE}presentationml.presentation", _check_office),
    "jpg": Kind("JPEG", "image/jpeg", _check_picture, inline=True),
    "jpeg": Kind("JPEG", "image/jpeg", _check_picture, inline=True),
    "png": Kind("PNG", "image/png", _check_picture, inline=True),
    "webp": Kind("WebP", "image/webp", _check_picture, inline=True),
    "gif": Kind("GIF", "image/gif", _check_picture, inline=True),
    "mp3": Kind("MP3", "audio/mpeg", _check_recording),
    "mp4": Kind("MP4", "video/mp4", _check_recording),
    "txt": Kind(_("plain text"), "text/plain; charset=utf-8", _check_text),
    "csv": Kind("CSV", "text/csv; charset=utf-8", _check_text),
}
PICTURES = frozenset(PICTURE_FORMATS)
