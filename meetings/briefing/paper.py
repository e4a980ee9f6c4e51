"""A briefing as PDF, in the house layout of papers, with contents and with its reader's name across each page."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import languages
from coordination.models import Marking
from meetings.briefing.parts import Briefing, Chapter, Group, Item, Part, in_a_line
from meetings.papers import pdf
from meetings.papers.layout import Paper

# Letters that find room in the column of labels.
LONGEST_LABEL_BESIDE = 30
# About so many letters stand on a page of items with their labels; for the progress alone.
LETTERS_ON_A_PAGE = 1500
_layout = logging.getLogger("weasyprint.progress")


def as_pdf(briefing: Briefing, tell: Callable[[int, int], None] | None = None) -> bytes:
    """The document; `tell` is told which page is laid out, and about how many there will be."""
    paper = paper_of(briefing)
    if tell is None:
        return pdf.as_pdf(paper)
    letters = sum(len(item.fingerprint) for part in briefing.parts for item in part.items)
    letters += sum(len(text.text) for part in briefing.parts for text in part.texts)
    about = letters // LETTERS_ON_A_PAGE + 2 * len(briefing.chapters) + 1
    with _pages_told_of(lambda page: tell(page, about)):
        return pdf.as_pdf(paper)


@contextmanager
def _pages_told_of(tell: Callable[[int], None]) -> Iterator[None]:
    """WeasyPrint says of each page that it lays it out, to a logger; of those of this thread `tell` is told."""
    thread, level = threading.get_ident(), _layout.level

    class Teller(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread and record.args and record.msg.startswith("Step 5"):
                page = record.args[0] if isinstance(record.args, tuple) else 0
                tell(int(str(page)))

    teller = Teller(logging.INFO)
    _layout.addHandler(teller)
    _layout.setLevel(logging.INFO)
    _layout.propagate = False
    try:
        yield
    finally:
        _layout.removeHandler(teller)
        if not _layout.handlers:
            _layout.setLevel(level)
            _layout.propagate = True


def paper_of(briefing: Briefing) -> Paper:
    visit, reader = briefing.visit, briefing.reader
    days = f"{date_format(visit.starts_on, 'DATE_FORMAT')} – {date_format(visit.ends_on, 'DATE_FORMAT')}"
    name = str(getattr(reader, "name", "") or reader)
    paper = Paper(
        title=visit.title,
        kicker=str(_("Briefing")),
        marking=briefing.marking,
        language=languages.current(),
        title_language=visit.language,
        foot=_("Made for %(name)s on %(day)s. Pass it on to nobody.")
        % {"name": in_a_line(name), "day": in_a_line(date_format(timezone.localtime(), "DATETIME_FORMAT"))},
        facts=[
            (str(_("Delegation")), visit.organisation.name),
            (str(_("Days")), days),
            (str(_("Country visited")), str(visit.country or "")),
            (str(_("Made for")), name),
        ],
        illustrative=visit.illustrative,
        with_contents=True,
        watermark=name,
    )
    for chapter in briefing.chapters:
        _write_chapter(paper, chapter, briefing)
    return paper


def _write_chapter(paper: Paper, chapter: Chapter, briefing: Briefing) -> None:
    if all(part.is_empty for part in chapter.parts):
        return
    paper.new_page()
    language = chapter.language or paper.language
    paper.heading(chapter.title, level=1, anchor=f"chapter-{chapter.key}", language=language)
    paper.text(chapter.lead, style="small")
    if chapter.is_left_over:
        paper.text(_("This meeting is not in the programme any more."), style="note")
    for part in chapter.parts:
        if not part.is_empty:
            # A chapter of one section is called what the section is called.
            if part.title != chapter.title:
                paper.heading(part.title, level=3, anchor=part.anchor)
            _write_part(paper, part, briefing)


def _write_part(paper: Paper, part: Part, briefing: Briefing) -> None:
    for text in part.texts:
        marked = text.marking if text.audience_id != briefing.pack.audience_id else ""
        paper.text(text.text, style="note", label=Marking(marked).label if marked else "", language=text.language)
    for group in part.groups:
        _write_group(paper, group, briefing)


def _write_group(paper: Paper, group: Group, briefing: Briefing) -> None:
    if group.title:
        paper.heading(group.title, level=4, language=group.language or paper.language)
    paper.text(group.lead, style="small")
    labels = [item.label for item in group.items]
    style = "item" if any(labels) and len(max(labels, key=len)) <= LONGEST_LABEL_BESIDE else "line"
    for item in group.items:
        paper.text(item.text, style=style, label=item.label, byline=_line_after(item, briefing), language=item.language)


def _line_after(item: Item, briefing: Briefing) -> str:
    """What is said of it, and its marking where that is narrower than the visit's."""
    order = list(Marking)
    is_narrower = order.index(Marking(item.marking)) > order.index(Marking(briefing.visit.marking))
    return " · ".join(one for one in (item.detail, Marking(item.marking).label if is_narrower else "") if one)
