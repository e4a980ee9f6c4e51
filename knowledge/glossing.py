"""Terms of the glossary in the text of a page, each a link with what it means beside it.

The text is gone through once, word by word; what a word may begin is looked up in a table. The table is made of the
very terms that this reader may read, and kept under a sum over these: of other terms, or of the same ones after a
change, there is another sum and so another table.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import Any, NamedTuple

from django.db.models import Count, Sum
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import languages
from coordination import access
from knowledge.languages import direction_of
from knowledge.models import GlossaryTerm, WordingKind

# Letters with the signs that stand over and between them in Arabic script.
WORD = re.compile(r"[\w\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d]+")
# What may stand between the words of one term.
BETWEEN = re.compile(r"[\s\u00a0\-\u2010\u2011]+\Z")
# Inside of these nothing is marked; a heading begins a section, in which each term is marked once more.
LEFT_ALONE = frozenset(
    ("a", "abbr", "button", "code", "dfn", "h1", "h2", "h3", "h4", "h5", "h6", "kbd", "label", "pre", "script",
     "select", "style", "summary", "textarea")
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
VOID = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
# Tables of so many sets of terms, in so many languages, lie in the memory of a process.
TABLES_KEPT = 64
# A term of a single letter would stand everywhere.
SHORTEST = 2


class Note(NamedTuple):
    """What is said of a term."""

    pk: int
    url: str
    title: str
    definition: str
    language: str


@dataclass
class Table:
    """Which words can come next, each with the table of those after it, and the terms that end here.

    An acronym is one in its own capitals only (“IT” is not “it”): it comes with the words as they have to be written.
    """

    following: dict[str, "Table"] = field(default_factory=dict)
    ending: list[tuple[Note, tuple[str, ...] | None]] = field(default_factory=list)


# By the sum and the number of the terms, the language of the text, and that in which it is told what they mean.
_tables: dict[tuple[int, int, str, str], Table] = {}


# --- the table -----------------------------------------------------------------------------------------------------
def table_for(reader: access.Reader, language: str) -> Table:
    """The phrases that this reader may be told of in a text in `language`, by their first word. One query, or three."""
    readable = GlossaryTerm.objects.live().readable_by(reader)
    sums = readable.order_by().aggregate(stamps=Sum("stamp"), number=Count("pk"))
    told_in = languages.current()
    kept = _tables.get((sums["stamps"] or 0, sums["number"], language, told_in))
    if kept is not None:
        return kept
    terms = list(readable.prefetch_related("wordings"))
    made = _table(terms, language, told_in)
    if len(_tables) >= TABLES_KEPT:
        _tables.clear()
    # Under the sum of the terms that are in it: another may have become readable since the first question.
    _tables[sum(term.stamp for term in terms), len(terms), language, told_in] = made
    return made


def _table(terms: Iterable[GlossaryTerm], language: str, told_in: str) -> Table:
    table = Table()
    for term in terms:
        note = _note(term, told_in)
        for text, is_acronym in _wordings(term, language):
            _enter(table, text, is_acronym, note)
    return table


def _note(term: GlossaryTerm, told_in: str) -> Note:
    """In the reader's language where there is a definition in it, else in English."""
    translations = term.translations
    language = told_in if translations.get(told_in, ("", ""))[1] else "en"
    title, definition = translations[language]
    return Note(term.pk, term.get_absolute_url(), title, definition, language)


def _wordings(term: GlossaryTerm, language: str) -> Iterator[tuple[str, bool]]:
    """What the term is called in a language; acronyms of any language are used in all."""
    if named := term.translations.get(language):
        yield named[0], False
    for wording in term.wordings.all():
        is_acronym = wording.kind == WordingKind.ACRONYM
        if is_acronym or wording.language == language:
            yield wording.text, is_acronym


def _enter(table: Table, text: str, is_acronym: bool, note: Note) -> None:
    words = tuple(WORD.findall(text))
    if not words or len("".join(words)) < SHORTEST:
        return
    of_several = [(*words[:-1], words[-1] + "s")] if text.isascii() else []
    for written in (words, *of_several):
        place = table
        for word in written:
            place = place.following.setdefault(word.casefold(), Table())
        place.ending.append((note, written if is_acronym else None))


# --- marking -------------------------------------------------------------------------------------------------------
class Section:
    """The texts under one heading of a page: each term is marked in the first of them that has it."""

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._marker = table, _Marker(table, name)

    def with_terms(self, html: str) -> SafeString:
        """`html`, safe as it stands, marked. Where no word begins a term it is not even read."""
        following = self._table.following
        if not following or not any(word in following for word in WORD.findall(html.casefold())):
            return mark_safe(html)
        self._marker.made = []
        self._marker.feed(html)
        self._marker.close()
        return mark_safe("".join(self._marker.made))


class _Marker(HTMLParser):
    """Writes down again what it reads, byte by byte, but for the words that are marked."""

    def __init__(self, table: Table, name: str) -> None:
        super().__init__(convert_charrefs=False)
        self.table = table
        self.name = name
        self.made: list[str] = []
        self.left_alone = 0
        self.seen: set[int] = set()
        self.numbers = count(1)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.made.append(self.get_starttag_text() or "")
        if tag in HEADINGS:
            self.seen.clear()
        if tag in LEFT_ALONE and tag not in VOID:
            self.left_alone += 1

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.made.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.made.append(f"</{tag}>")
        if tag in LEFT_ALONE:
            self.left_alone = max(self.left_alone - 1, 0)

    def handle_entityref(self, name: str) -> None:
        self.made.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.made.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.made.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.made.append(f"<!{decl}>")

    def handle_data(self, data: str) -> None:
        if self.left_alone:
            self.made.append(data)
            return
        words = list(WORD.finditer(data))
        written, place = 0, 0
        while place < len(words):
            last, note = self._term_at(data, words, place)
            if note is not None:
                begin, end = words[place].start(), words[last].end()
                self.made += [data[written:begin], self._marked(data[begin:end], note)]
                written, place = end, last
            place += 1
        self.made.append(data[written:])

    def _term_at(self, data: str, words: list[re.Match[str]], first: int) -> tuple[int, Note | None]:
        """The longest term that begins at this word and has not been marked in this section, and its last word."""
        last, note, table = first, None, self.table
        for place in range(first, len(words)):
            if place > first and not BETWEEN.match(data, words[place - 1].end(), words[place].start()):
                break
            following = table.following.get(words[place][0].casefold())
            if following is None:
                break
            table = following
            for ending, exactly in table.ending:
                is_it = exactly is None or exactly == tuple(word[0] for word in words[first : place + 1])
                if is_it and ending.pk not in self.seen:
                    last, note = place, ending
        return last, note

    def _marked(self, text: str, note: Note) -> str:
        self.seen.add(note.pk)
        number = f"{self.name}-term-{next(self.numbers)}"
        told = note.definition or note.title
        return format_html(
            '<span class="accord-term"><a href="{}" aria-describedby="{}">{}</a>'
            '<span class="accord-term-note" role="tooltip" id="{}" lang="{}" dir="{}">{}</span></span>',
            note.url,
            number,
            # A piece of the text as it stands there, entities apart: these are no part of a word.
            mark_safe(escape(text)),
            number,
            note.language,
            direction_of(note.language),
            told,
        )
