"""How Elasticsearch reads texts, and how one word or phrase is looked for in all readings.

Three readings of each text: its folded words, as the ledger has them (`words.split`); their stems in English and
Russian, by Elasticsearch itself; and the keys under which names meet across scripts (`search.scripts`).
"""

from collections.abc import Iterable
from typing import Any

from elasticsearch.dsl import Q, Text, analyzer, token_filter

from search import scripts, words

TITLE_WEIGHT = 4
# How much the readings of a word count against its own spelling.
STEM, EXACT, BEGUN, OTHER_SCRIPT = 1.0, 0.25, 0.3, 0.6
SIDE_BY_SIDE, OTHER_NAME = 0.5, 0.7
# A word must be this long before its beginning alone finds it.
SHORTEST_BEGINNING = 2
# Texts come folded and parted into words by us: the smallest Elasticsearch can do neither for these scripts, and so
# both engines know the same words.
as_written = analyzer("accord_words", tokenizer="whitespace")
stemmed = analyzer(
    "accord_stems",
    tokenizer="whitespace",
    # Each leaves the other's letters alone.
    filter=[
        token_filter("accord_english", "stemmer", language="english"),
        token_filter("accord_russian", "stemmer", language="russian"),
    ],
)


def text() -> Text:
    """The mapping of a text in its first two readings."""
    return Text(analyzer=as_written, fields={"stem": Text(analyzer=stemmed)})


def keys() -> Text:
    """The mapping of the keys of a text, in no order."""
    return Text(analyzer="whitespace", index_options="freqs", norms=False)


def words_of(text: str) -> str:
    """What Elasticsearch is given of a text."""
    return " ".join(words.split(text))


def keys_of(text: str, language: str) -> str | None:
    return " ".join(scripts.written(text, language)) or None


# --- asking --------------------------------------------------------------------------------------------------------
def word(folded: str, *, may_be_begun: bool = False) -> Any:
    """Entries with this folded word in any reading. The one that is still being typed may be found by its beginning."""
    readings = [
        Q("combined_fields", query=folded, fields=_fields(".stem"), boost=STEM),
        Q("combined_fields", query=folded, fields=_fields(""), boost=EXACT),
    ]
    if keys := " ".join(scripts.asked(folded)):
        readings.append(Q("combined_fields", query=keys, fields=_fields("_keys"), boost=OTHER_SCRIPT))
    if may_be_begun and len(folded) >= SHORTEST_BEGINNING:
        readings += [Q("prefix", title={"value": folded, "boost": BEGUN}), Q("prefix", body=folded)]
    # What is written exactly so counts a little more than another form of it.
    return Q("dis_max", queries=readings, tie_breaker=EXACT)


def phrase(folded: Iterable[str]) -> Any:
    """Entries with these very words side by side."""
    return Q("multi_match", query=" ".join(folded), type="phrase", fields=_fields(""))


def side_by_side(folded: Iterable[str]) -> Any:
    """Entries with these words in any of their forms side by side, or nearly so."""
    together = " ".join(folded)
    return Q("multi_match", query=together, type="phrase", fields=_fields(".stem"), slop=2, boost=SIDE_BY_SIDE)


def name(folded: Iterable[str]) -> Any:
    """Entries with another name of what was asked for."""
    called = " ".join(folded)
    return Q("multi_match", query=called, type="phrase", fields=_fields(".stem"), slop=1, boost=OTHER_NAME)


def _fields(reading: str) -> list[str]:
    return [f"title{reading}^{TITLE_WEIGHT}", f"body{reading}"]
