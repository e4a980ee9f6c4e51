"""Titles and passages with the words that were asked for marked in them.

They are made from the ledger's text, for both engines: a replica may hold an older text, and no engine's mark-up
reaches the page.
"""

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search import words
from search.queries import Query

SNIPPET_LENGTH = 280
# A passage begins this far before the first word that was asked for.
LEAD = 60
# Of a long text only the beginning is looked through: a page of twenty hits must stay quick.
LOOKED_THROUGH = 60_000

# A word as it stands in a text, with the marks that folding takes away.
_WRITTEN_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d'’])*")


def mark(text: str, query: Query) -> SafeString:
    """`text` with each word that was asked for in a `<mark>`."""
    return _marked(text, list(_places(text, wanted(query))))


def passage(text: str, query: Query) -> SafeString:
    """The passage of `text` around the first words that were asked for; its beginning where there are none."""
    text = " ".join(text[:LOOKED_THROUGH].split())
    asked = wanted(query)
    first = next(_places(text, asked), None)
    begin = _word_before(text, max(0, first[0] - LEAD)) if first else 0
    end = _word_before(text, begin + SNIPPET_LENGTH) if len(text) > begin + SNIPPET_LENGTH else len(text)
    cut = text[begin:end].strip()
    marked = _marked(cut, list(_places(cut, asked)))
    return mark_safe(("… " if begin else "") + marked + (" …" if end < len(text) else ""))


def weight(text: str, query: Query) -> int:
    """In how much of what was asked for `text` has a part: its words, and its phrases in their order."""
    asked = wanted(query)
    written = {words.fold(text[begin:end]) for begin, end in _places(text, asked)}
    found = sum(any(word.startswith(one) for word in written) for one in asked)
    folded = " ".join(words.WORD.findall(words.fold(text))) if query.phrases else ""
    return found + sum(2 for phrase in query.phrases if phrase in folded)


def wanted(query: Query) -> tuple[str, ...]:
    """The beginnings of the words that are marked."""
    phrases = [word for phrase in query.phrases for word in phrase.split()]
    return (*query.stems, *phrases)


def _places(text: str, wanted: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    if not wanted:
        return
    for found in _WRITTEN_WORD.finditer(text):
        if words.fold(found[0]).startswith(wanted):
            yield found.span()


def _word_before(text: str, position: int) -> int:
    blank = text.rfind(" ", 0, position + 1)
    return blank + 1 if blank > 0 else position


def _marked(text: str, places: list[tuple[int, int]]) -> SafeString:
    pieces, done = [], 0
    for begin, end in places:
        pieces += [escape(text[done:begin]), "<mark>", escape(text[begin:end]), "</mark>"]
        done = end
    return mark_safe("".join([*pieces, escape(text[done:])]))
