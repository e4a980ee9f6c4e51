"""The house layout: a paper is a head and blocks, and drawn from them as PDF and as DOCX alike.

    paper = Paper(title="Briefing pack", kicker="Visit", marking=visit.audience.marking, language="en")
    paper.heading("Programme", anchor="programme")
    paper.text("They arrive on Monday.")
    paper.table(["When", "What"], [["10:00", "Talks"]])
    pdf.as_pdf(paper), docx.as_docx(paper)

Texts are plain; a blank line begins a new paragraph, and each paragraph runs the way its own letters run. What a
reader may not see must not be put in: a layout hides nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from coordination.models import Marking
from meetings.papers.letters import direction_in, direction_of, language_of


@dataclass(frozen=True)
class Piece:
    """One paragraph of a text, with its own language and direction."""

    text: str
    language: str
    direction: str

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


def pieces_of(text: str, language: str) -> list[Piece]:
    """The paragraphs of `text`, which stand apart by blank lines; `language` is that of the whole."""
    text = NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return [piece_of(part, language) for part in re.split(r"\n\s*\n", text) if part]


# What XML cannot hold: the control characters but tab and line feed, halves of pairs, and the two that are none.
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def piece_of(text: str, language: str) -> Piece:
    text = NOT_IN_XML.sub("", text).strip()
    return Piece(text, language_of(text, language), direction_of(text, direction_in(language)))


# --- blocks --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    piece: Piece
    level: int = 2
    anchor: str = ""
    # The pill beside it, where this part is marked otherwise than the whole.
    marking: str = ""

    @property
    def marking_label(self) -> str:
        return Marking(self.marking).label if self.marking else ""


@dataclass(frozen=True)
class Text:
    """Paragraphs with a small word before them (`label`: Decision) and a line after them (`byline`: who said it)."""

    kind: ClassVar[str] = "text"
    pieces: Sequence[Piece]
    # One of "", "quote", "small", "note", "strong"; one of many is a "line", or with its label beside it an "item".
    style: str = ""
    label: str = ""
    byline: Piece | None = None
    anchor: str = ""

    @property
    def label_direction(self) -> str:
        """A time has no letters: it runs from left to right everywhere."""
        return direction_of(self.label, "ltr")


@dataclass(frozen=True)
class Table:
    kind: ClassVar[str] = "table"
    head: Sequence[str]
    rows: Sequence[Sequence[Piece]]


@dataclass(frozen=True)
class Points:
    kind: ClassVar[str] = "points"
    items: Sequence[Piece]


@dataclass(frozen=True)
class NewPage:
    kind: ClassVar[str] = "page"


Block = Heading | Text | Table | Points | NewPage


def texts_of(block: Block) -> Iterator[str]:
    """All words of a block, in their order."""
    match block:
        case Heading():
            yield block.piece.text
        case Text():
            yield from filter(None, [block.label, *(piece.text for piece in block.pieces)])
            if block.byline:
                yield block.byline.text
        case Table():
            yield from [*block.head, *(value.text for row in block.rows for value in row)]
        case Points():
            yield from [item.text for item in block.items]


@dataclass
class Paper:
    title: str
    # What it is, above the title.
    kicker: str = ""
    # The marking of the whole, on every page: that of the narrowest part.
    marking: str = Marking.CLEAR
    # The language of the words of the layout, and of texts of which nothing else is said.
    language: str = "en"
    title_language: str = ""
    # At the foot of every page, on the left.
    foot: str = ""
    # Below the title: (term, value).
    facts: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    illustrative: bool = False
    with_contents: bool = False
    # Across every page of the PDF: whose copy it is.
    watermark: str = ""
    blocks: list[Block] = field(default_factory=list)

    @property
    def direction(self) -> str:
        return direction_in(self.language)

    @property
    def marking_label(self) -> str:
        return Marking(self.marking).label

    @cached_property
    def heading_piece(self) -> Piece:
        return piece_of(self.title, self.title_language or self.language)

    @property
    def fact_pieces(self) -> list[tuple[str, Piece]]:
        return [(term, piece_of(value, self.language)) for term, value in self.facts if value]

    @property
    def note_pieces(self) -> list[Piece]:
        return [piece_of(note, self.language) for note in self.notes if note]

    @property
    def foot_piece(self) -> Piece:
        return piece_of(self.foot, self.language)

    @property
    def contents(self) -> list[Heading]:
        """The headings that a table of contents names: those with an address, down to the third level."""
        headings = [block for block in self.blocks if isinstance(block, Heading)]
        return [one for one in headings if one.anchor and one.level <= 3] if self.with_contents else []

    def holds(self, letters: re.Pattern[str]) -> bool:
        """Whether one of these letters stands anywhere in it."""
        head = [self.kicker, self.title, self.foot, *self.notes, *(word for fact in self.facts for word in fact)]
        words = [*head, *(text for block in self.blocks for text in texts_of(block))]
        return direction_in(self.language) == "rtl" or any(letters.search(text) for text in words)

    # --- writing ---------------------------------------------------------------------------------------------------
    def heading(self, text: str, *, level: int = 2, anchor: str = "", marking: str = "", language: str = "") -> None:
        """A heading; with an anchor it stands in the contents, and can be led to."""
        self.blocks.append(Heading(piece_of(text, language or self.language), level, anchor, marking))

    def text(
        self, text: str, *, style: str = "", label: str = "", byline: str = "", anchor: str = "", language: str = ""
    ) -> None:
        """Paragraphs, each in its own direction; nothing where `text` is blank."""
        language = language or self.language
        if pieces := pieces_of(text, language):
            by = piece_of(byline, self.language) if byline else None
            self.blocks.append(Text(pieces, style, label, by, anchor))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], *, language: str = "") -> None:
        """Rows under a head of terms; nothing where there are none."""
        filled = [[piece_of(value, language or self.language) for value in row] for row in rows]
        if filled:
            self.blocks.append(Table(list(head), filled))

    def points(self, items: Iterable[str], *, language: str = "") -> None:
        """A list of points; nothing where there are none."""
        if pieces := [piece_of(item, language or self.language) for item in items]:
            self.blocks.append(Points(pieces))

    def new_page(self) -> None:
        self.blocks.append(NewPage())


def narrowest(markings: Iterable[str]) -> str:
    """The marking of a whole of these parts."""
    order = list(Marking)
    return max(markings, key=lambda marking: order.index(Marking(marking)), default=Marking.CLEAR)
