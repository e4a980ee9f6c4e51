"""How Elasticsearch reads texts, and how one word or phrase is looked for in all readings.

Three readings of each text: its folded words, as the ledger has them (`words.fold`); their stems in English and
Russian; and the keys under which names meet across scripts (`search.scripts`), which come with the document.
"""

from collections.abc import Iterable
from typing import Any

from elasticsearch.dsl import Q, Text, analyzer, char_filter, token_filter, tokenizer

from search import scripts, words

TITLE_WEIGHT = 4
# How much the readings of a word count against its own spelling.
STEM, EXACT, BEGUN, OTHER_SCRIPT = 1.0, 0.25, 0.3, 0.6
SIDE_BY_SIDE, OTHER_NAME = 0.5, 0.7
# A word must be this long before its beginning alone finds it.
SHORTEST_BEGINNING = 2
# The letters that are folded: Latin, Cyrillic and Arabic ones, their accents and forms, and signs that nobody sees.
_FOLDED_RANGES = (
    *((0xA0, 0x530), (0x600, 0x700), (0x750, 0x780), (0x1E00, 0x1F00), (0x200B, 0x2010), (0x202A, 0x202F)),
    *((0x2066, 0x206A), (0xFB00, 0xFB07), (0xFB50, 0xFE00), (0xFE70, 0xFF00), (0xFF10, 0xFF5B)),
)


def _foldings() -> list[str]:
    """Elasticsearch's table of what `words.fold` does to single letters."""
    letters = [chr(code) for first, end in _FOLDED_RANGES for code in range(first, end)]
    folded = {letter: words.fold(letter) for letter in letters}
    table = [f"{_written(letter)} => {_written(to)}" for letter, to in folded.items() if to not in (letter, " ")]
    return [*table, *(f"{_written(letter)}{_written(chr(0x306))} => й" for letter in "иИ")]


def _written(letters: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else f"\\u{ord(letter):04x}" for letter in letters)


_CHAR_FILTERS = [
    char_filter("accord_possessive", "pattern_replace", pattern="(?i)(?<=[a-z])['’ʼ]s\\b", replacement=""),
    char_filter(
        "accord_inner_mark", "pattern_replace", pattern=r"(?<=[\p{L}\p{N}])['`´](?=[\p{L}\p{N}])", replacement=""
    ),
    char_filter("accord_folding", "mapping", mappings=_foldings()),
]
# Words end where `words.WORD` lets them end.
_TOKENIZER = tokenizer("accord_words", "char_group", tokenize_on_chars=["whitespace", "punctuation", "symbol"])
as_written = analyzer("accord_words", tokenizer=_TOKENIZER, char_filter=_CHAR_FILTERS, filter=["lowercase"])
stemmed = analyzer(
    "accord_stems",
    tokenizer=_TOKENIZER,
    char_filter=_CHAR_FILTERS,
    # Each leaves the other's letters alone.
    filter=[
        "lowercase",
        token_filter("accord_english", "stemmer", language="porter2"),
        token_filter("accord_russian", "stemmer", language="russian"),
    ],
)


def text() -> Text:
    """The mapping of a text in its first two readings."""
    return Text(analyzer=as_written, fields={"stem": Text(analyzer=stemmed)})


def keys() -> Text:
    """The mapping of the keys of a text, in no order."""
    return Text(analyzer="whitespace", index_options="freqs", norms=False)


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
