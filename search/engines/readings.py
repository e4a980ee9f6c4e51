"""How Elasticsearch reads texts, and how one word or phrase is looked for in all readings.

Three readings of each text: its folded words, as the ledger has them (`words.split`); their stems in English and
Russian; and the keys under which names meet across scripts (`search.scripts`).
"""

from collections.abc import Iterable
from typing import Any

from elasticsearch.dsl import Q, Text

from search import scripts, tokens, words

TITLE_WEIGHT = 4
# How much the readings of a word count against its own spelling.
STEM, EXACT, BEGUN, OTHER_SCRIPT, KIN = 1.0, 0.25, 0.3, 0.6, 0.5
SIDE_BY_SIDE, OTHER_NAME, FOREIGN_NAME = 0.5, 0.8, 0.4
# A word must be this long before its beginning alone finds it.
SHORTEST_BEGINNING = 2


def text() -> Text:
    """The mapping of words that stand in their order. They come folded, parted and stemmed by us: the smallest
    Elasticsearch can do little of that, and so both engines know the same words."""
    return Text(analyzer="whitespace")


def keys() -> Text:
    """The mapping of the keys of a text, in no order."""
    return Text(analyzer="whitespace", index_options="freqs", norms=False)


def of(name: str, text: str, language: str) -> dict[str, Any]:
    """The fields of one text in all its readings."""
    found = tokens.of(text, language)
    readings = {name: found.words, f"{name}_stems": found.stems, f"{name}_keys": found.keys}
    return {field: joined for field, each in readings.items() if (joined := " ".join(each))}


# --- asking --------------------------------------------------------------------------------------------------------
def word(folded: str, *, may_be_begun: bool = False) -> Any:
    """Entries with this folded word in any reading. The one that is still being typed may be found by its beginning."""
    readings = [
        Q("combined_fields", query=words.stem(folded), fields=_fields("_stems"), boost=STEM),
        Q("combined_fields", query=folded, fields=_fields(""), boost=EXACT),
    ]
    if kin := words.kin(folded):
        readings.append(Q("combined_fields", query=kin, fields=_fields("_stems"), boost=KIN))
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
    return _near(folded, slop=2, boost=SIDE_BY_SIDE)


def name(folded: Iterable[str], *, in_other_script: bool) -> Any:
    """Entries with another name of what was asked for."""
    return _near(folded, slop=1, boost=FOREIGN_NAME if in_other_script else OTHER_NAME)


def _near(folded: Iterable[str], **options: Any) -> Any:
    stems = " ".join(map(words.stem, folded))
    return Q("multi_match", query=stems, type="phrase", fields=_fields("_stems"), **options)


def _fields(reading: str) -> list[str]:
    return [f"title{reading}^{TITLE_WEIGHT}", f"body{reading}"]
