"""The text of an agreement as of a day: its articles, and what later agreements changed in them. Nothing of a database
and nothing of readers: whoever calls hands in only the changes that the reader may read.

The order of changes: by the day on which they take effect; on one day, by the day on which the amending agreement was
signed (those without one last), then by its reference and key, then by their place in it. An article is found by the
number that it has by then, among those that stand; only an insertion may also name one that was deleted. What one
agreement inserts after one article on one day stands in its own order; what another inserts there later comes before.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher

REPLACE, INSERT, DELETE = "replace", "insert", "delete"


@dataclass(frozen=True)
class Original:
    """An article as it was signed. `body` is rich text."""

    key: str
    number: str
    title: str
    body: str


@dataclass(frozen=True)
class Change:
    """One change: by which agreement (its key), from which day, and what it does to which article."""

    key: str
    source: str
    deed: str
    article_number: str
    takes_effect_on: date
    number: str = ""
    title: str = ""
    body: str = ""
    # The place of the change among those of one day.
    signed_on: date | None = None
    reference: str = ""
    position: int = 0

    @property
    def order(self) -> tuple[date, date, str, str, int]:
        return (self.takes_effect_on, self.signed_on or date.max, self.reference, self.source, self.position)


@dataclass(frozen=True)
class Consolidated:
    """An article as of the day. `key` is that of the article, or of the change that inserted it."""

    key: str
    number: str
    title: str
    body: str
    original: Original | None = None
    changes: tuple[Change, ...] = ()
    is_deleted: bool = False

    @property
    def is_inserted(self) -> bool:
        return self.original is None


@dataclass
class Consolidation:
    articles: list[Consolidated] = field(default_factory=list)
    # What found no article to change: the reader is told rather than shown a text that looks complete.
    without_place: list[Change] = field(default_factory=list)

    @property
    def standing(self) -> list[Consolidated]:
        return [article for article in self.articles if not article.is_deleted]

    @property
    def is_changed(self) -> bool:
        return any(article.changes for article in self.articles)


def consolidate(articles: Iterable[Original], changes: Iterable[Change], as_of: date) -> Consolidation:
    """The text as it stands at the end of the day `as_of`. What is deleted keeps its place, marked as deleted."""
    text = Consolidation([Consolidated(one.key, one.number, one.title, one.body, original=one) for one in articles])
    for change in sorted(changes, key=lambda one: one.order):
        if change.takes_effect_on <= as_of and not _apply(text.articles, change):
            text.without_place.append(change)
    return text


def _apply(articles: list[Consolidated], change: Change) -> bool:
    """Make one change; False where the article that it names does not stand there."""
    if change.deed == INSERT:
        return _insert(articles, change)
    place = _place_of(articles, change.article_number)
    if place is None:
        return False
    present = articles[place]
    changes = (*present.changes, change)
    if change.deed == DELETE:
        articles[place] = replace(present, is_deleted=True, changes=changes)
    else:
        number = change.number or present.number
        articles[place] = replace(present, number=number, title=change.title, body=change.body, changes=changes)
    return True


def _insert(articles: list[Consolidated], change: Change) -> bool:
    if change.article_number:
        found = _place_of(articles, change.article_number)
        found = _place_of(articles, change.article_number, deleted=True) if found is None else found
        if found is None:
            return False
        place = found + 1
    else:
        place = 0
    while place < len(articles) and _were_inserted_together(articles[place], change):
        place += 1
    articles.insert(place, Consolidated(change.key, change.number, change.title, change.body, changes=(change,)))
    return True


def _were_inserted_together(article: Consolidated, change: Change) -> bool:
    if not article.is_inserted:
        return False
    first = article.changes[0]
    return (first.source, first.takes_effect_on, normal(first.article_number)) == (
        change.source,
        change.takes_effect_on,
        normal(change.article_number),
    )


def _place_of(articles: list[Consolidated], number: str, *, deleted: bool = False) -> int | None:
    wanted = normal(number)
    for place, article in enumerate(articles):
        if article.is_deleted == deleted and normal(article.number) == wanted:
            return place
    return None


def normal(number: str) -> str:
    """A number as it is compared: “5 bis” is “5bis”, “IV.” is “iv”."""
    return re.sub(r"[\s.]+", "", number).casefold()


# --- differences, word by word -------------------------------------------------------------------------------------
SAME, INSERTED, DELETED = "same", "inserted", "deleted"
# How long comparing takes grows with the number of pairs of equal pieces. Texts with more of them are compared line by
# line, and by words within each line that was changed.
MOST_PAIRS = 100_000


@dataclass(frozen=True)
class Run:
    """A piece of text that stayed, was inserted or was deleted."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Run]:
    """What turns `before` into `after`. Joined, all but the inserted give `before`, all but the deleted `after`."""
    old, new = _words(before), _words(after)
    if _pairs(old, new) <= MOST_PAIRS:
        return _by_words(old, new)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if _pairs(old, new) > MOST_PAIRS:
        return _changed(before, after)
    runs: list[Run] = []
    for deed, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            runs.append(Run(SAME, "".join(old[i:j])))
        elif j - i == m - k:
            runs += [run for gone, come in zip(old[i:j], new[k:m], strict=True) for run in _line(gone, come)]
        else:
            runs += _changed("".join(old[i:j]), "".join(new[k:m]))
    return runs


def _pairs(old: list[str], new: list[str]) -> int:
    times = Counter(new)
    return sum(times[piece] for piece in old)


def _line(before: str, after: str) -> list[Run]:
    old, new = _words(before), _words(after)
    return _by_words(old, new) if _pairs(old, new) <= MOST_PAIRS else _changed(before, after)


def _by_words(old: list[str], new: list[str]) -> list[Run]:
    runs: list[Run] = []
    gone, come = "", ""
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (deed, i, j, k, m) in enumerate(opcodes):
        same = "".join(old[i:j])
        if deed == "equal" and (same.strip() or place in (0, len(opcodes) - 1)):
            runs += [*_changed(gone, come), Run(SAME, same)]
            gone, come = "", ""
        else:  # a blank between two changes belongs to both: three new words are one change
            gone, come = gone + same, come + "".join(new[k:m])
    return [*runs, *_changed(gone, come)]


def _changed(gone: str, come: str) -> list[Run]:
    return [run for run in (Run(DELETED, gone), Run(INSERTED, come)) if run.text]


def _words(text: str) -> list[str]:
    """Words and the blanks between them, each a piece of its own: a new line at a word's end makes no new word."""
    return re.findall(r"\S+|\s+", text)
