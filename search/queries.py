"""What a reader asks for, and what an engine answers; the same for both engines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from search import words

# By what results are narrowed down, in the order of the page.
FACETS = ("kind", "space", "country", "topic", "organisation", "language")
PAGE_SIZE = 20
# Elasticsearch pages through 10,000 hits; nobody reads that far, and both engines end at the same page.
LAST_PAGE = 500
SUGGESTIONS = 8

_PHRASE = re.compile(r"[\"“”«»„]([^\"“”«»„]+)[\"“”«»„]")


@dataclass(frozen=True)
class Query:
    text: str = ""
    # By facet, the chosen values: any one of them will do, but one in each facet.
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    page: int = 1

    @property
    def read_text(self) -> str:
        """What of the text is read: beyond a sentence or two, nothing."""
        return self.text[: words.LONGEST_QUERY].replace("\0", " ").strip()

    @property
    def phrases(self) -> list[str]:
        """What stands in quotation marks: these words, in this order."""
        phrases = (" ".join(words.of(phrase)) for phrase in _PHRASE.findall(self.read_text))
        return [phrase for phrase in phrases if phrase]

    @property
    def loose_text(self) -> str:
        """What stands outside of quotation marks."""
        return _PHRASE.sub(" ", self.read_text)

    @property
    def stems(self) -> list[str]:
        return words.stems(self.loose_text)

    @property
    def asks_for_words(self) -> bool:
        return bool(self.read_text)

    @property
    def has_words(self) -> bool:
        return bool(self.stems or self.phrases)

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE

    def without(self, facet: str) -> "Query":
        return replace(self, chosen={name: values for name, values in self.chosen.items() if name != facet})


@dataclass(frozen=True)
class Found:
    """The entries of one page in order, how many there are, and how many for each value of each facet."""

    numbers: list[int]
    total: int
    counts: dict[str, dict[str, int]]


NOTHING = Found([], 0, {})
