"""The query language: what somebody types, taken apart. Nothing typed is an error: what cannot be used is said.

    mobile "border police" -draft visa OR permit kind:record space:"Border management" after:2025

Words and phrases must all be there, either side of an OR will do, and a minus leaves out. What a `Narrowing` means is
not known here: that asks the database, as far as its reader may know of it (search.narrowing).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from search import words

# By what typed names narrow down. Those in Russian and Urdu are said in the help of these languages.
NAMES = {
    "kind": ("kind", "type", "вид", "قسم"),
    "space": ("space", "пространство", "حلقہ"),
    "by": ("by", "author", "автор", "منجانب"),
    "before": ("before", "до", "قبل"),
    "after": ("after", "since", "после", "بعد"),
    "until": ("until", "по", "تک"),
    "country": ("country", "страна", "ملک"),
    "topic": ("topic", "тема", "موضوع"),
    "language": ("language", "lang", "язык", "زبان"),
}
MOST_NARROWINGS = 20

_OR, _AND, _NOT = {"OR", "ИЛИ", "|", "||"}, {"AND", "&", "&&"}, {"NOT", "НЕ"}
_QUOTE = '["“”«»„‟＂]'
_UNQUOTED = '[^"“”«»„‟＂]'
_PIECE = re.compile(
    rf"""
    (?P<minus> (?<!\S) [-−] (?=\S) )?
    (?: (?<!\w) (?P<name> {"|".join(sorted((n for names in NAMES.values() for n in names), key=len, reverse=True))} )
        \s? [:：] \s* )?
    (?: {_QUOTE} (?P<phrase> {_UNQUOTED}* ) {_QUOTE}
      | (?P<lone> {_QUOTE} )? (?P<word> (?:(?!\s){_UNQUOTED})+ )
      | (?P<last> {_QUOTE} ) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BY_NAME = {written: name for name, names in NAMES.items() for written in names}
# Signs of other search engines that mean nothing here, and whole regular expressions.
_PATTERN = re.compile(r"[*^~\\]|^/.*/\w?$")
# Zero-width joiners are part of words; the other invisible signs (marks of direction, for instance) would part them.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Term:
    """One word or phrase. A word with a hyphen is several, and all of them must be there."""

    text: str
    words: tuple[str, ...]
    is_phrase: bool = False


@dataclass(frozen=True)
class Narrowing:
    """`name:value`, and from where to where it stands in the text."""

    name: str
    value: str
    is_unwanted: bool
    span: tuple[int, int]


@dataclass(frozen=True)
class Ignored:
    """A sentence about what was left out of account, and the very words, if there are any."""

    sentence: Any
    what: str = ""


@dataclass(frozen=True)
class Asked:
    # All of these must be there; of each, any one.
    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()
    narrowings: tuple[Narrowing, ...] = ()
    ignored: tuple[Ignored, ...] = ()

    @property
    def wanted_terms(self) -> Iterator[Term]:
        return (term for choice in self.wanted for term in choice)


def readable(text: str) -> str:
    """What of `text` is read: beyond a sentence or two, nothing; signs that nobody sees are blanks, or not there."""
    return "".join(map(_plain, text[: words.LONGEST_QUERY])).strip()


def _plain(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cf" and sign not in _JOINERS:
        return ""
    return " " if category in ("Cc", "Cs", "Co", "Cn") else sign


def read(text: str) -> Asked:
    """`text` taken apart. `text` is `readable` already, so that spans fit what the reader sees."""
    reading = _Reading()
    for piece in _PIECE.finditer(text):
        if piece[0]:
            reading.take(piece)
    return reading.asked()


def without(text: str, narrowings: list[Narrowing]) -> str:
    """`text` without these narrowings."""
    for narrowing in sorted(narrowings, key=lambda each: each.span, reverse=True):
        text = f"{text[: narrowing.span[0]]} {text[narrowing.span[1] :]}"
    return " ".join(text.split())


@dataclass
class _Reading:
    wanted: list[list[Term]] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)
    narrowings: list[Narrowing] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    count: int = 0
    or_next: bool = False
    not_next: bool = False

    def take(self, piece: re.Match) -> None:
        if piece["lone"] or piece["last"]:
            self.ignore(_("A quotation mark without a second one is left out of account."))
        if piece["name"]:
            self._narrow(piece)
        elif piece["phrase"] is not None:
            self._term(piece["phrase"], is_phrase=True, minus=bool(piece["minus"]))
        elif piece["word"]:
            self._word(piece["word"], minus=bool(piece["minus"]))

    def asked(self) -> Asked:
        wanted = tuple(tuple(choice) for choice in self.wanted)
        return Asked(wanted, tuple(self.unwanted), tuple(self.narrowings), tuple(self.ignored))

    def ignore(self, sentence: Any, what: str = "") -> None:
        if all(other.sentence is not sentence for other in self.ignored):
            self.ignored.append(Ignored(sentence, what))

    def _narrow(self, piece: re.Match) -> None:
        name = _BY_NAME.get(piece["name"].lower(), "")
        value = (piece["phrase"] if piece["phrase"] is not None else piece["word"] or "").strip()
        if not words.WORD.search(value):
            self.ignored.append(Ignored(_("Nothing to look for stands behind this"), piece[0].strip()))
        elif len(self.narrowings) == MOST_NARROWINGS:
            self.ignore(TOO_MANY_NARROWINGS)
        else:
            is_unwanted = bool(piece["minus"]) or self.not_next
            self.narrowings.append(Narrowing(name, value, is_unwanted, piece.span()))
        self.or_next = self.not_next = False

    def _word(self, word: str, minus: bool) -> None:
        if word in _OR:
            self.or_next = bool(self.wanted)
        elif word in _NOT:
            self.not_next = True
        elif word not in _AND:
            if _PATTERN.search(word):
                self.ignore(PATTERNS)
            self._term(word, is_phrase=False, minus=minus)

    def _term(self, text: str, *, is_phrase: bool, minus: bool) -> None:
        found = words.split(text)
        if len(found) > words.MOST_WORDS - self.count:
            self.ignore(TOO_MANY_WORDS)
            found = found[: words.MOST_WORDS - self.count]
        if not found:
            return
        self.count += len(found)
        term = Term(text, tuple(found), is_phrase)
        if minus or self.not_next:
            self.unwanted.append(term)
        elif self.or_next:
            self.wanted[-1].append(term)
        else:
            self.wanted.append([term])
        self.or_next = self.not_next = False


TOO_LONG = _("Only the beginning of this text is looked for; the rest is left out of account.")
TOO_MANY_WORDS = _("Only the first words are looked for; those after them are left out of account.")
TOO_MANY_NARROWINGS = _("Only the first of what narrows the results down counts.")
PATTERNS = _("Signs such as * are left out of account: a word is found by its beginning anyway.")
