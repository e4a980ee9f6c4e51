"""Titles and passages with the words that were asked for marked in them.

They are made from the ledger's text, for both engines: a replica may hold an older text, and no engine's mark-up
reaches the page.
"""

import re
from collections.abc import Iterator
from itertools import islice

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search import scripts, words
from search.queries import Query

SNIPPET_LENGTH = 280
# A passage begins this far before the first word that was asked for.
LEAD = 60
# Of so many words that were asked for the best passage is chosen, and so many of them stand in one at most.
MOST_PLACES, MOST_IN_PASSAGE = 200, 30
# Of a long text only the beginning is looked through: a page of twenty hits must stay quick.
LOOKED_THROUGH = 60_000

# A word as it stands in a text, with the marks that folding takes away.
_WRITTEN_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d'’])*")


def mark(text: str, query: Query) -> SafeString:
    """`text` with each word that was asked for in a `<mark>`."""
    return _marked(text, list(_places(text, wanted(query))))


def passage(text: str, query: Query) -> SafeString:
    """The passage of `text` with most of what was asked for; its beginning where there is nothing of it."""
    text = " ".join(text[:LOOKED_THROUGH].split())
    asked = wanted(query)
    best = _best(text, list(islice(_places(text, asked), MOST_PLACES)))
    begin = _word_before(text, max(0, best - LEAD)) if best is not None else 0
    end = _word_before(text, begin + SNIPPET_LENGTH) if len(text) > begin + SNIPPET_LENGTH else len(text)
    cut = text[begin:end].strip()
    marked = _marked(cut, list(_places(cut, asked)))
    return mark_safe(("… " if begin else "") + marked + (" …" if end < len(text) else ""))


def _best(text: str, places: list[tuple[int, int]]) -> int | None:
    """Where the passage with most different words begins, the first of several."""
    spelled = [(begin, words.stem(words.fold(text[begin:end]))) for begin, end in places]

    def different(at: int) -> int:
        end = spelled[at][0] + SNIPPET_LENGTH - LEAD
        return len({stem for begin, stem in spelled[at : at + MOST_IN_PASSAGE] if begin < end})

    return spelled[max(range(len(spelled)), key=different)][0] if spelled else None


def weight(text: str, query: Query) -> int:
    """In how much of what was asked for `text` has a part: its words, and its phrases in their order."""
    asked = wanted(query)
    written = {words.fold(text[begin:end]) for begin, end in _places(text, asked)}
    found = sum(any(word.startswith(one) for word in written) for one in asked)
    folded = " ".join(words.WORD.findall(words.fold(text))) if query.phrases else ""
    return found + sum(2 for phrase in query.phrases if phrase in folded)


def wanted(query: Query) -> tuple[str, ...]:
    """The beginnings of the words that are marked."""
    phrases = [word for term in query.asked.wanted_terms if term.is_phrase for word in term.words]
    names = [words.stem(word) for synonym in query.synonyms for name in synonym.names for word in name]
    return (*query.stems, *phrases, *names)


def _places(text: str, wanted: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    if not wanted:
        return
    other_scripts = {key for word in wanted for key in scripts.asked(word)}
    for found in _WRITTEN_WORD.finditer(text):
        word = words.fold(found[0])
        if word and (word.startswith(wanted) or words.stem(word) in wanted or _is_name(word, other_scripts)):
            yield found.span()


def _is_name(word: str, keys: set[str]) -> bool:
    """Whether another script writes `word` as one of these names."""
    script = scripts.script_of(word)
    return bool(keys) and any(f"{script}{key}" in keys for key in scripts.keys(word))


def _word_before(text: str, position: int) -> int:
    blank = text.rfind(" ", 0, position + 1)
    # The first word of a text is shown whole; a word without an end somewhere is cut.
    return blank + 1 if blank > 0 or position < LEAD else position


def _marked(text: str, places: list[tuple[int, int]]) -> SafeString:
    pieces, done = [], 0
    for begin, end in places:
        pieces += [escape(text[done:begin]), "<mark>", escape(text[begin:end]), "</mark>"]
        done = end
    return mark_safe("".join([*pieces, escape(text[done:])]))
