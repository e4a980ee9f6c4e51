"""The text of an agreement out of a DOCX: headings become articles. Read within bounds; nothing is written here."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination import attachments
from coordination.consolidation import normal

MEBIBYTE = 1024 * 1024
# A treaty of hundreds of pages is far below these; what was made to fill a memory or a page is above them.
# That the file is no archive made to fill a disk is checked as for all uploads.
MOST_BYTES = 20 * MEBIBYTE
MOST_ARTICLES = 300
MOST_CHARACTERS = 600_000
LONGEST_NUMBER = 20
LONGEST_TITLE = 200

# “Article 4”, “Art. 4 bis”, “Статья 4”, “4-modda”, “آرٹیکل 4”, “دفعہ 4”, “ماده 4”: what its languages call an article.
NAMES = r"article|art\.|статья|бап|берене|модда|modda|madde|mod\.|آرٹیکل|دفعہ|مادہ|ماده"
NUMBER = r"\d+\w?(?:[.-]\d+)*(?:\s(?:bis|ter|quater)\b)?|[ivxlc]+\b"
NAMED_ARTICLE = re.compile(rf"\s*(?:{NAMES})\s*(?:№\s*)?({NUMBER})\s*[.:—–-]*\s*(.*)", re.IGNORECASE | re.DOTALL)
NUMBERED_NAME = re.compile(r"\s*(\d+)\s*-\s*(?:бап|модда|modda)\s*[.:—–-]*\s*(.*)", re.IGNORECASE | re.DOTALL)
NUMBERED = re.compile(r"\s*(\d+(?:\.\d+)*)\s*[.):—–-]+\s+(.+)", re.DOTALL)

# What stands around paragraphs, runs and cells: content controls, marks of Word's own, fields such as a date.
WRAPPERS = ("sdt", "smartTag", "customXml", "fldSimple")


@dataclass(frozen=True)
class ImportedArticle:
    number: str
    title: str
    # Rich text, made of what is escaped here.
    body: str


@dataclass(frozen=True)
class ImportedText:
    articles: list[ImportedArticle]
    # What stands before the first article, as rich text.
    preamble: str = ""
    # How many footnotes and endnotes are left out: there is no place for them in an article.
    notes: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ImportedText":
        return cls([ImportedArticle(**one) for one in value["articles"]], value["preamble"], value.get("notes", 0))


@dataclass
class _Block:
    """A paragraph or a row of a table: its text as rich text, and the level of a heading."""

    text: str
    html: str
    level: int | None = None
    # "ol" or "ul" for an item of a list.
    list_tag: str = ""


@dataclass
class _Draft:
    heading: str
    blocks: list[_Block] = field(default_factory=list)


def read_articles(uploaded: Any) -> ImportedText:
    """The articles of an uploaded DOCX. Raises ValidationError with a sentence for whatever is no such text."""
    document = _opened(uploaded)
    try:
        body = document.element.body
        _refuse_tracked_changes(body)
        _unwrap(body)
        notes = len(body.xpath(".//w:footnoteReference | .//w:endnoteReference"))
        blocks = list(_blocks_of(document))
    except ValidationError:
        raise
    except Exception as error:  # a file that only looks like one makes the library raise nearly anything
        raise _no_docx() from error
    return replace(_articles_of(blocks), notes=notes)


def _no_docx() -> ValidationError:
    return ValidationError(_("This file cannot be opened as DOCX. Save the text as a Word document (.docx)."))


def _opened(uploaded: Any) -> Any:
    from docx import Document

    validate_plain_text(uploaded.name)
    if PurePosixPath(uploaded.name).suffix.lower() != ".docx":
        raise ValidationError(_("Send the text as a Word document (.docx)."))
    if uploaded.size > MOST_BYTES:
        limit = {"limit": MOST_BYTES // MEBIBYTE}
        raise ValidationError(_("This file is too large: at most %(limit)s MB are taken."), params=limit)
    attachments.keeper().check(uploaded)  # judged by its content, as everything that is uploaded
    try:
        uploaded.seek(0)
        return Document(uploaded)
    except Exception as error:
        raise _no_docx() from error


# --- what stands in the document -----------------------------------------------------------------------------------
def _refuse_tracked_changes(body: Any) -> None:
    """Which of them hold, those who negotiate know: with one reading or the other, words would be lost or made up."""
    texts = "[.//w:t or .//w:delText]"
    if body.xpath(" | ".join(f".//w:{name}{texts}" for name in ("ins", "del", "moveFrom", "moveTo"))):
        raise ValidationError(_("This text has tracked changes. Accept or reject all of them, then send it again."))


def _unwrap(body: Any) -> None:
    """Take content controls and the like away from around what stands in them: the library reads nothing inside. What
    is no text of the agreement goes: a table of contents, which is made of the headings, and “Click to enter text”."""
    from docx.oxml.ns import qn

    contents = "w:sdtPr/w:docPartObj/w:docPartGallery/@w:val='Table of Contents'"
    no_text = set(body.xpath(f".//w:sdt[{contents} or w:sdtPr/w:showingPlcHdr]"))
    for wrapper in list(body.iter(*(qn(f"w:{name}") for name in WRAPPERS))):
        inside = wrapper.find(qn("w:sdtContent")) if wrapper.tag == qn("w:sdt") else wrapper
        kept = [] if inside is None or wrapper in no_text else list(inside)
        for child in kept:
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)


def _blocks_of(document: Any) -> Iterator[_Block]:
    from docx.table import Table

    read = 0
    for item in document.iter_inner_content():
        found = _rows_of(item) if isinstance(item, Table) else [_paragraph(document, item)]
        for block in found:
            read += len(block.text)
            if read > MOST_CHARACTERS:
                raise ValidationError(
                    _("This text is longer than %(limit)s characters, and is not read further."),
                    params={"limit": f"{MOST_CHARACTERS:,}"},
                )
            if block.text.strip():
                yield block


def _rows_of(table: Any) -> Iterator[_Block]:
    """A table has no place in an article: each row becomes a line, so that no word is lost."""
    for row in table.rows:
        cells = {cell._tc: cell for cell in row.cells}.values()  # a cell that spans several columns comes once for each
        words = [" ".join(_clean(cell.text).split()) for cell in cells]
        text = " | ".join(word for word in words if word)
        yield _Block(text, escape(text))


def _paragraph(document: Any, paragraph: Any) -> _Block:
    level = _level_of(paragraph)
    tag = "" if level is not None else _list_tag(document, paragraph)
    return _Block(_clean(paragraph.text), "".join(_runs(paragraph)), level, tag)


def _clean(text: str) -> str:
    """Without what no page can hold: a control character."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _runs(paragraph: Any) -> Iterator[str]:
    for item in paragraph.iter_inner_content():  # runs, and links, which hold runs
        for run in getattr(item, "runs", [item]):
            text = escape(_clean(run.text)).replace("\n", "<br/>")
            if not text:
                continue
            if text.strip() and run.bold:
                text = f"<b>{text}</b>"
            yield f"<i>{text}</i>" if text.strip() and run.italic else text


def _level_of(paragraph: Any) -> int | None:
    """The level of a heading, from its style or the styles that this one is based on; None for plain text."""
    style, seen = paragraph.style, 0
    while style is not None and seen < 10:
        if match := re.fullmatch(r"heading (\d)", (style.name or "").lower()):
            return int(match[1])
        style, seen = style.base_style, seen + 1
    return None


def _list_tag(document: Any, paragraph: Any) -> str:
    name = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    if name.startswith("list bullet"):
        return "ul"
    if name.startswith("list number"):
        return "ol"
    numbers = paragraph._p.xpath("./w:pPr/w:numPr/w:numId/@w:val")
    if not numbers or numbers[0] == "0":
        return ""
    return "ul" if _is_bulleted(document, numbers[0]) else "ol"


def _is_bulleted(document: Any, number: str) -> bool:
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return False
    # Numbers are put into the question as numbers: the library passes no values on.
    abstract = numbering.xpath(f"./w:num[@w:numId={int(number)}]/w:abstractNumId/@w:val")
    formats = abstract and numbering.xpath(
        f"./w:abstractNum[@w:abstractNumId={int(abstract[0])}]/w:lvl[@w:ilvl='0']/w:numFmt/@w:val"
    )
    return bool(formats) and formats[0] == "bullet"


# --- articles ------------------------------------------------------------------------------------------------------
def _articles_of(blocks: list[_Block]) -> ImportedText:
    headings = [block for block in blocks if block.level is not None]
    if not headings:
        raise ValidationError(
            _("No heading was found. Give the title of each article the style “Heading 1” or “Heading 2”.")
        )
    begins = _what_begins_an_article(headings)
    if sum(begins(block) for block in headings) > MOST_ARTICLES:
        raise ValidationError(
            _("More than %(limit)s headings begin an article here. Give that style to the titles of articles only."),
            params={"limit": MOST_ARTICLES},
        )
    preamble: list[_Block] = []
    drafts: list[_Draft] = []
    for block in blocks:
        if block.level is not None and begins(block):
            drafts.append(_Draft(block.text))
        else:
            (drafts[-1].blocks if drafts else preamble).append(block)
    articles = [_article(draft, place) for place, draft in enumerate(drafts, start=1)]
    _refuse_the_same_number_twice(articles)
    return ImportedText(articles, _rich_text(preamble))


def _what_begins_an_article(headings: list[_Block]) -> Any:
    """Headings that call themselves articles; else those of the highest level of which there is more than one."""
    if any(_named(block.text) for block in headings):
        return lambda block: _named(block.text) is not None
    levels = [block.level for block in headings]
    several = [level for level in levels if levels.count(level) > 1]
    chosen = min(several or levels, key=lambda level: level or 0)
    return lambda block: block.level == chosen


def _named(text: str) -> re.Match[str] | None:
    return NAMED_ARTICLE.fullmatch(text) or NUMBERED_NAME.fullmatch(text)


def _article(draft: _Draft, place: int) -> ImportedArticle:
    heading = " ".join(draft.heading.split())
    match = _named(heading) or NUMBERED.fullmatch(heading)
    number, title = (match[1].strip(".-"), match[2].strip()) if match else (str(place), heading)
    if len(number) > LONGEST_NUMBER or len(title) > LONGEST_TITLE:
        raise ValidationError(
            _("The heading “%(heading)s…” is too long for the title of an article: at most %(limit)s characters."),
            params={"heading": heading[:60], "limit": LONGEST_TITLE},
        )
    for words in (number, title):
        validate_plain_text(words)
    body = _rich_text(draft.blocks)
    if not body:
        raise ValidationError(
            _("Under the heading “%(heading)s” stands no text. Is it the title of an article?"),
            params={"heading": heading[:60]},
        )
    return ImportedArticle(number, title, body)


def _rich_text(blocks: list[_Block]) -> str:
    """Paragraphs, lists, and headings that begin no article of their own."""
    parts: list[str] = []
    open_list = ""
    for block in blocks:
        if block.list_tag != open_list:
            parts.append((f"</{open_list}>" if open_list else "") + (f"<{block.list_tag}>" if block.list_tag else ""))
            open_list = block.list_tag
        tag = "li" if block.list_tag else "h3" if block.level is not None else "p"
        content = escape(block.text) if tag == "h3" else block.html or escape(block.text)
        parts.append(f"<{tag}>{content}</{tag}>")
    if open_list:
        parts.append(f"</{open_list}>")
    return "".join(parts)


def _refuse_the_same_number_twice(articles: list[ImportedArticle]) -> None:
    seen: set[str] = set()
    for article in articles:
        if normal(article.number) in seen:
            raise ValidationError(
                _("Two articles have the number %(number)s. Each needs one of its own."),
                params={"number": article.number},
            )
        seen.add(normal(article.number))
