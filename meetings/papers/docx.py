"""A paper as DOCX, in the layout of the PDF: styles, head with emblem and marking, numbers of pages, contents."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.contrib.staticfiles import finders
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from coordination.models import Marking
from meetings.papers import embedding
from meetings.papers.layout import Heading, NewPage, Paper, Piece, Points, Table, Text
from meetings.papers.letters import runs_of

FACE = "Arial"
ARABIC_LETTERS = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
# Keeps what stands beside it in the direction of Latin letters, and is not seen.
LEFT_TO_RIGHT_MARK = "\u200e"
INK, QUIET, DEEP = RGBColor(0x16, 0x20, 0x2E), RGBColor(0x4D, 0x5A, 0x6B), RGBColor(0x14, 0x24, 0x4B)
TURQUOISE = RGBColor(0x0A, 0x67, 0x67)
TLP_INK = {
    Marking.CLEAR: RGBColor(0xFF, 0xFF, 0xFF),
    Marking.GREEN: RGBColor(0x33, 0xFF, 0x00),
    Marking.AMBER: RGBColor(0xFF, 0xC0, 0x00),
    Marking.AMBER_STRICT: RGBColor(0xFF, 0xC0, 0x00),
    Marking.RED: RGBColor(0xFF, 0x2B, 0x2B),
}
TEXT_WIDTH = Mm(170)
# The languages of the interface as Word names them.
LANGUAGES = {"en": "en-GB", "ru": "ru-RU", "ur": "ur-PK"}
HEADING_SIZES = {1: 17, 2: 13, 3: 11.5, 4: 10.5}
# After its base, each style that Word does not bring along: size and colour.
OWN_STYLES = {
    "Quoted": (10.5, INK),
    "Small": (9, QUIET),
    "Note": (10, INK),
    "Label": (8.5, TURQUOISE),
    "Kicker": (8.5, QUIET),
    "Strong text": (10.5, INK),
    "Byline": (9, QUIET),
}
STYLES = {
    "": "Normal",
    "item": "Normal",
    "line": "Normal",
    "quote": "Quoted",
    "small": "Small",
    "note": "Note",
    "strong": "Strong text",
}


def as_docx(paper: Paper) -> bytes:
    """The document. A paper with a watermark goes out as PDF only: here it could be taken away."""
    if paper.watermark:
        raise ValueError("a paper with a watermark is made as PDF")
    with translation.override(paper.language):
        return _Writer(paper).written()


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.document = Document()
        self.marks = 0
        # Many a machine has no face with all the letters of Urdu: the document brings one along, where it needs it.
        self.arabic_face = embedding.FACE if paper.holds(ARABIC_LETTERS) and embedding.embed(self.document) else FACE

    def written(self) -> bytes:
        self._lay_out()
        self._cover()
        self._contents()
        for block in self.paper.blocks:
            WRITERS[type(block)](self, block)
        content = BytesIO()
        self.document.save(content)
        return content.getvalue()

    # --- the house ---------------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        document, paper = self.document, self.paper
        properties = document.core_properties
        properties.title, properties.author, properties.comments = paper.title[:255], "Accord", ""
        properties.language = LANGUAGES.get(paper.language, paper.language)
        properties.created = properties.modified = timezone.now()
        page = document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(20)
        page.top_margin, page.bottom_margin = Mm(32), Mm(24)
        page.header_distance = page.footer_distance = Mm(11)
        self._styles()
        self._head(page.header)
        self._foot(page.footer)

    def _styles(self) -> None:
        styles = self.document.styles
        self._dress(styles["Normal"], 10.5, INK, after=6)
        styles["Normal"].paragraph_format.line_spacing = 1.25
        for level, size in HEADING_SIZES.items():
            self._dress(styles[f"Heading {level}"], size, DEEP, bold=True, before=12, after=4)
            styles[f"Heading {level}"].paragraph_format.keep_with_next = True
        self._dress(styles["Title"], 20, DEEP, bold=True, after=8)
        if (border := styles["Title"].element.pPr.find(qn("w:pBdr"))) is not None:
            styles["Title"].element.pPr.remove(border)
        for name, (size, colour) in OWN_STYLES.items():
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            self._dress(style, size, colour, bold=name in ("Label", "Strong text"), after=1 if name == "Label" else 4)
        styles["Label"].paragraph_format.keep_with_next = True
        for name in ("Quoted", "Byline"):
            styles[name].paragraph_format.left_indent = styles[name].paragraph_format.right_indent = Mm(6)

        _fill(styles["Note"].element.get_or_add_pPr(), "FDF0D8", PARAGRAPH_ORDER)

    def _dress(self, style, size: float, colour, *, bold=False, before=0, after=0) -> None:
        font = style.font
        font.name, font.size, font.color.rgb = FACE, Pt(size), colour
        font.bold = font.cs_bold = bold
        font.italic = False
        properties = style.element.get_or_add_rPr()
        faces = properties.rFonts
        for name in list(faces.attrib):
            del faces.attrib[name]
        for name in ("ascii", "hAnsi", "eastAsia"):
            faces.set(qn(f"w:{name}"), FACE)
        faces.set(qn("w:cs"), self.arabic_face)
        _put(properties, _element("w:szCs", val=int(size * 2)), RUN_ORDER)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)

    def _head(self, header) -> None:
        paragraph = header.paragraphs[0]
        self._two_ends(paragraph, lambda: self._sign(paragraph), lambda: self._marked(paragraph))
        below = header.add_paragraph(style="Normal")
        _turn(below, self.paper.direction)
        self._words(below, self.paper.heading_piece, within=self.paper.direction, size=8, colour=QUIET)

    def _foot(self, footer) -> None:
        paragraph, foot = footer.paragraphs[0], self.paper.foot_piece
        self._two_ends(
            paragraph, lambda: self._words(paragraph, foot, size=8, colour=QUIET), lambda: self._page_number(paragraph)
        )

    def _two_ends(self, paragraph, at_the_start: Callable[[], None], at_the_end: Callable[[], None]) -> None:
        """A line with something at either end. It runs from left to right whatever the paper does: numbers and tabs
        in a line of the other direction are put in another order by each program."""
        _tab_at_the_end(paragraph)
        first, last = (at_the_start, at_the_end) if self.paper.direction == "ltr" else (at_the_end, at_the_start)
        first()
        paragraph.add_run("\t")
        last()

    def _sign(self, paragraph) -> None:
        if isinstance(emblem := finders.find("accord/emblem-paper.png"), str):
            picture = paragraph.add_run().add_picture(emblem, height=Mm(10))
            picture._inline.docPr.set("descr", "Accord")
        self._run(paragraph, "  Accord", colour=DEEP, bold=True)

    def _marked(self, paragraph) -> None:
        self._pill(paragraph, self.paper.marking, self.paper.marking_label, 9)

    def _page_number(self, paragraph) -> None:
        _field(paragraph, " PAGE ")
        paragraph.add_run(" / ").font.size = Pt(8)
        _field(paragraph, " NUMPAGES ")

    def _cover(self) -> None:
        paper = self.paper
        kicker = " · ".join(filter(None, [paper.kicker, _("illustrative") if paper.illustrative else ""]))
        if kicker:
            self._words(self._paragraph("Kicker", paper.direction), _said(paper, kicker))
        self._words(self._paragraph("Title", paper.heading_piece.direction), paper.heading_piece)
        if facts := paper.fact_pieces:
            self._table([], [[_said(paper, term), value] for term, value in facts], narrow_first=True)
        for note in paper.note_pieces:
            self._words(self._paragraph("Note", note.direction), note)

    def _contents(self) -> None:
        if not self.paper.contents:
            return
        title = self._paragraph("Heading 2", self.paper.direction)
        self._words(title, _said(self.paper, _("Contents")))
        for heading in self.paper.contents:
            paragraph = self._paragraph("Normal", self.paper.direction)
            _tab_at_the_end(paragraph, WD_TAB_LEADER.DOTS)
            if heading.level > 2:
                paragraph.paragraph_format.left_indent = Mm(6)
            paragraph._p.append(link := _element("w:hyperlink", anchor=_bookmark(heading.anchor)))
            before = len(paragraph._p)
            self._words(paragraph, heading.piece, within=self.paper.direction)
            for run in list(paragraph._p)[before:]:
                link.append(run)
            paragraph.add_run("\t")
            _field(paragraph, f" PAGEREF {_bookmark(heading.anchor)} \\h ", 10.5)
        self.document.add_page_break()

    # --- blocks ----------------------------------------------------------------------------------------------------
    def heading(self, block: Heading) -> None:
        paragraph = self._paragraph(f"Heading {block.level}", block.piece.direction)
        with_mark = self._bookmarked(block.anchor)
        with_mark(paragraph, lambda: self._words(paragraph, block.piece))
        if block.marking:
            paragraph.add_run("  ")
            self._pill(paragraph, block.marking, block.marking_label, 7.5)

    def text(self, block: Text) -> None:
        direction = block.pieces[0].direction
        if block.label:
            self._words(self._paragraph("Label", direction), _said(self.paper, block.label))
        for piece in block.pieces:
            self._words(self._paragraph(STYLES[block.style], piece.direction), piece)
        if block.byline:
            self._words(self._paragraph("Byline", direction), block.byline)

    def table(self, block: Table) -> None:
        self._table(list(block.head), [list(row) for row in block.rows])

    def points(self, block: Points) -> None:
        for item in block.items:
            self._words(self._paragraph("List Bullet", item.direction), item)

    def page(self, _block: NewPage) -> None:
        self.document.add_page_break()

    def _table(self, head: list[str], rows: list[list[Piece]], narrow_first: bool = False) -> None:
        table = self.document.add_table(rows=0, cols=len(rows[0]))
        table.style = "Table Grid"
        widths = [Mm(40), Mm(130)] if narrow_first else [TEXT_WIDTH // len(rows[0])] * len(rows[0])
        table.autofit = False
        if self.paper.direction == "rtl":
            _put(table._tbl.tblPr, OxmlElement("w:bidiVisual"), TABLE_ORDER)
        _put(table._tbl.tblPr, _thin_lines(), TABLE_ORDER)
        if head:
            row = table.add_row()
            # It stands on every page that the table goes over.
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for cell, term in zip(row.cells, head, strict=True):
                self._in_cell(cell, _said(self.paper, term), size=9, colour=QUIET, bold=True)
        for values in rows:
            row = table.add_row()
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
                is_term = narrow_first and place == 0
                self._in_cell(cell, value, size=9.5, colour=QUIET if is_term else None, bold=is_term)
                cell.width = widths[place]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        self._paragraph("Small", self.paper.direction)

    def _in_cell(self, cell, value: Piece, **look) -> None:
        """In a cell every text begins where the columns begin, and runs its own way."""
        [paragraph] = cell.paragraphs
        _turn(paragraph, value.direction)
        paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(2)
        if value.direction != self.paper.direction:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT  # its own end
        self._words(paragraph, value, **look)

    # --- words -----------------------------------------------------------------------------------------------------
    def _paragraph(self, style: str, direction: str):
        paragraph = self.document.add_paragraph(style=style)
        _turn(paragraph, direction)
        return paragraph

    def _words(self, paragraph, piece: Piece, within: str = "", **look) -> None:
        """Write the piece; `within` is the direction of a paragraph that is not the piece's own."""
        mark = LEFT_TO_RIGHT_MARK if within == "rtl" and piece.direction == "ltr" else ""
        for number, line in enumerate(piece.lines):
            if number:
                paragraph.add_run().add_break()
            for words, direction in runs_of(f"{mark}{line}{mark}", piece.direction):
                self._run(paragraph, words, direction, piece.language, **look)

    def _run(self, paragraph, words: str, direction="ltr", language="", size=None, colour=None, bold=None) -> None:
        run = paragraph.add_run(words)
        font = run.font
        properties = run._r.get_or_add_rPr()
        if colour is not None:
            font.color.rgb = colour
        if bold:
            font.bold = font.cs_bold = True
        if size:
            font.size = Pt(size)
            _put(properties, _element("w:szCs", val=int(size * 2)), RUN_ORDER)
        if direction == "rtl":
            font.rtl = True
        if language:
            kind = "bidi" if direction == "rtl" else "val"
            _put(properties, _element("w:lang", **{kind: LANGUAGES.get(language, language)}), RUN_ORDER)

    def _pill(self, paragraph, marking: str, label: str, size: float) -> None:
        run = paragraph.add_run(f" {label} ")
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), True, TLP_INK[Marking(marking)]
        _fill(run._r.get_or_add_rPr(), "000000", RUN_ORDER)

    def _bookmarked(self, anchor: str) -> Callable:
        """What `write` puts into a paragraph can be led to by this anchor."""

        def around(paragraph, write: Callable[[], None]) -> None:
            if not anchor:
                write()
                return
            self.marks += 1
            paragraph._p.append(_element("w:bookmarkStart", id=self.marks, name=_bookmark(anchor)))
            write()
            paragraph._p.append(_element("w:bookmarkEnd", id=self.marks))

        return around


WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    Heading: _Writer.heading,
    Text: _Writer.text,
    Table: _Writer.table,
    Points: _Writer.points,
    NewPage: _Writer.page,
}


def _said(paper: Paper, words: str) -> Piece:
    """Words of the layout itself, which run as the paper does."""
    return Piece(words, paper.language, paper.direction)


def _bookmark(anchor: str) -> str:
    """Word takes letters, digits and underscores, and at most forty of them."""
    return ("_" + "".join(letter if letter.isalnum() else "_" for letter in anchor))[:40]


def _turn(paragraph, direction: str) -> None:
    if direction == "rtl":
        _put(paragraph._p.get_or_add_pPr(), OxmlElement("w:bidi"), PARAGRAPH_ORDER)


def _tab_at_the_end(paragraph, leader=WD_TAB_LEADER.SPACES) -> None:
    """One stop, at the end of the line: those that head and foot bring along are of another page."""
    paragraph.style = "Normal"
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, leader)


def _field(paragraph, code: str, size: float = 8) -> None:
    """A field that Word and LibreOffice work out when they open the document."""
    for kind in ("begin", "code", "separate", "1", "end"):
        run = paragraph.add_run("1" if kind == "1" else "")
        run.font.size = Pt(size)
        if kind == "code":
            run._r.append(instruction := _element("w:instrText"))
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = code
        elif kind != "1":
            more = {"dirty": "true"} if kind == "begin" else {}
            run._r.append(_element("w:fldChar", fldCharType=kind, **more))


# --- the elements of the format ------------------------------------------------------------------------------------
# The order that the format asks for (ECMA-376, Part 1, 17): what follows what may be put in, as far as it is used here.
PARAGRAPH_ORDER = ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs",
                   "bidi", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr")  # fmt: skip
RUN_ORDER = ("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "color", "spacing", "kern", "sz", "szCs", "u", "shd",
             "vertAlign", "rtl", "cs", "lang")  # fmt: skip
TABLE_ORDER = ("tblStyle", "bidiVisual", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook")


def _element(tag: str, **attributes):
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def _put(parent, element, order: tuple[str, ...]) -> None:
    """Put the element where the format wants it, in place of one of its kind."""
    for old in parent.findall(element.tag):
        parent.remove(old)
    name = element.tag.rpartition("}")[2]
    parent.insert_element_before(element, *(f"w:{later}" for later in order[order.index(name) + 1 :]))


def _fill(parent, colour: str, order: tuple[str, ...]) -> None:
    _put(parent, _element("w:shd", val="clear", color="auto", fill=colour), order)


def _thin_lines():
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        kind = "single" if side in ("bottom", "insideH") else "nil"
        borders.append(_element(f"w:{side}", val=kind, sz=4, color="D8DEE6"))
    return borders
