"""What a reader asks for, and what an engine answers; the same for both engines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from search import grammar, words
from search.synonyms import Name, Synonym

# By what results are narrowed down, in the order of the page.
FACETS = ("kind", "space", "country", "topic", "organisation", "language")
PAGE_SIZE = 20
# As far as a page is opened by its number. Beyond that, and from page to page, one follows the other (`Place`), so that
# no engine counts through what lies before.
LAST_PAGE = 50
SUGGESTIONS = 8
RELEVANCE, NEWEST, OLDEST = "relevance", "newest", "oldest"
SORTS = (RELEVANCE, NEWEST, OLDEST)


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind (or, going back, before) a hit, by what `engine` sorted it by."""

    page: int
    engine: str
    sort: str
    values: tuple[Any, ...]
    is_backwards: bool = False


@dataclass(frozen=True)
class Run:
    """Of each choice, one must be there; or, for all of them, any of the other names."""

    choices: tuple[tuple[grammar.Term, ...], ...]
    names: tuple[Name, ...]
    may_be_begun: bool


@dataclass(frozen=True)
class Query:
    text: str = ""
    # By facet, the chosen values: any one of them will do, but one in each facet.
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # By facet, the values that none may have.
    unwanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The words of each name that it may be by, and of each that it may not be by.
    by: tuple[tuple[str, ...], ...] = ()
    not_by: tuple[tuple[str, ...], ...] = ()
    since: date | None = None
    until: date | None = None
    sort: str = ""
    page: int = 1
    place: Place | None = None
    # What else its words are called, as far as its reader may know (search.synonyms).
    synonyms: tuple[Synonym, ...] = ()
    # Nothing or little has all of the words: what has most of them counts too, after that.
    is_loose: bool = False

    @cached_property
    def read_text(self) -> str:
        """What of the text is read: beyond a sentence or two, nothing."""
        return grammar.readable(self.text)

    @cached_property
    def asked(self) -> grammar.Asked:
        return grammar.read(self.read_text)

    @cached_property
    def wanted(self) -> tuple[tuple[grammar.Term, ...], ...]:
        """Of each of these, one must be there. A word such as “the” need not be, but where there is no other."""
        telling = tuple(choice for choice in self.asked.wanted if not _is_empty(choice))
        return telling or self.asked.wanted

    @property
    def phrases(self) -> list[str]:
        """What stands in quotation marks and must be there: these words, in this order."""
        return [" ".join(term.words) for [term, *others] in self.wanted if term.is_phrase and not others]

    @property
    def loose_text(self) -> str:
        """The words outside of quotation marks that must be there."""
        return " ".join(term.text for [term, *others] in self.wanted if not term.is_phrase and not others)

    @property
    def choices(self) -> list[tuple[grammar.Term, ...]]:
        """What is joined by OR: of each, one must be there."""
        return [choice for choice in self.wanted if len(choice) > 1]

    @property
    def stems(self) -> list[str]:
        """Of all words outside of quotation marks that are looked for."""
        loose = (word for choice in self.wanted for term in choice if not term.is_phrase for word in term.words)
        return words.stems(" ".join(loose))

    @cached_property
    def runs(self) -> list[Run]:
        """What is wanted, those words together that are one name. The last word may still be being typed."""
        by_first = {synonym.first: synonym for synonym in self.synonyms}
        runs: list[Run] = []
        first = 0
        while first < len(self.wanted):
            synonym = by_first.get(first, Synonym(first, first + 1, ()))
            choices = self.wanted[first : synonym.end]
            runs.append(Run(choices, synonym.names, choices[-1] == self.asked.wanted[-1]))
            first = synonym.end
        return runs

    @property
    def fewest(self) -> int:
        """Of so many runs at least must be there what is found by some of the words."""
        return max(1, len(self.runs) * 2 // 3)

    @property
    def loosened(self) -> "Query | None":
        """The same query for what has only some of the words; None where there is nothing to leave out."""
        single = any(not term.is_phrase for choice in self.wanted for term in choice)
        return replace(self, is_loose=True) if len(self.wanted) > 1 and single and not self.is_loose else None

    @property
    def asks_for_words(self) -> bool:
        """Whether something was typed, be it what it may."""
        return bool(self.read_text)

    @property
    def has_words(self) -> bool:
        return bool(self.asked.wanted)

    @property
    def asks_for_nothing(self) -> bool:
        """Something was typed, and nothing of it can be looked for: then nothing is found."""
        return self.asks_for_words and not (self.asked.wanted or self.asked.unwanted or self.is_narrowed)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen or self.unwanted or self.by or self.not_by or self.since or self.until)

    @property
    def order(self) -> str:
        """By what it is sorted: without words nothing is more relevant than anything else."""
        if self.sort in SORTS and (self.has_words or self.sort != RELEVANCE):
            return self.sort
        return RELEVANCE if self.has_words else NEWEST

    @property
    def first(self) -> int:
        return (min(self.page, LAST_PAGE) - 1) * PAGE_SIZE

    @property
    def counted(self) -> int:
        """How many come before this page."""
        return (self.page - 1) * PAGE_SIZE

    def place_for(self, engine: str) -> Place | None:
        """Where to go on, if this engine sorted what came before, and in this order."""
        place = self.place
        return place if place and (place.engine, place.sort) == (engine, self.order) else None

    def without(self, facet: str) -> "Query":
        return replace(self, chosen={name: values for name, values in self.chosen.items() if name != facet})


@dataclass(frozen=True)
class Found:
    """The entries of one page in order, how many there are, and how many for each value of each facet.

    `places` says of each entry what `engine` sorted it by: the pages before and after begin there.
    """

    numbers: list[int]
    total: int
    counts: dict[str, dict[str, int]]
    places: list[tuple[Any, ...]] = field(default_factory=list)
    engine: str = ""


def _is_empty(choice: tuple[grammar.Term, ...]) -> bool:
    return all(not term.is_phrase and words.EMPTY.issuperset(term.words) for term in choice)


NOTHING = Found([], 0, {})
