"""The readings of whole texts, made of those of their pieces between blanks, which are kept: most come again and again.

What a text gives is what `words.split`, `words.stem` and `scripts.written` say of it; they know no piece beyond its
blanks.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from search import scripts, words

# Pieces that are longer are no words, and are not kept.
LONGEST_KEPT = 40


class Readings(NamedTuple):
    """The folded words of a text, their stems in the same order, and the keys of its names, none twice."""

    words: list[str]
    stems: list[str]
    keys: list[str]


def of(text: str, language: str) -> Readings:
    # Of a language nothing counts but this; so there are fewer to keep.
    language = language if language in scripts.IN_SEVERAL_SCRIPTS else ""
    pieces = [
        _kept(piece, language) if len(piece) <= LONGEST_KEPT else _read(piece, language) for piece in text.split()
    ]
    found, stems, keys = zip(*pieces, strict=True) if pieces else ((), (), ())
    return Readings(_joined(found), _joined(stems), list(dict.fromkeys(_joined(keys))))


def _joined(lists: Iterable[tuple[str, ...]]) -> list[str]:
    return list(chain.from_iterable(lists))


def _read(piece: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    found = tuple(words.split(piece))
    return found, tuple(map(words.stem, found)), tuple(scripts.written(piece, language))


_kept = lru_cache(maxsize=200_000)(_read)
