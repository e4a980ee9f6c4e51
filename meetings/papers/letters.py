"""Which way a text runs, and in which language it most likely is: paragraphs of three scripts stand side by side."""

import unicodedata

from django.utils.translation import get_language_info

RIGHT_TO_LEFT = ("R", "AL")
SETS_APART = ("LRI", "RLI", "FSI")
# The languages of the interface by the script that their letters are of; others are named by the record itself.
CYRILLIC, ARABIC, LATIN = "CYRILLIC", "ARABIC", "LATIN"
LANGUAGE_OF_SCRIPT = {CYRILLIC: "ru", ARABIC: "ur", LATIN: "en"}


def direction_of(text: str, otherwise: str = "ltr") -> str:
    """The direction of the first letter that has one (Unicode Standard Annex 9, P2); `otherwise` where none has.

    What is set apart with the marks of Unicode does not count.
    """
    deep = 0
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        deep += (kind in SETS_APART) - (kind == "PDI" and deep > 0)
        if deep == 0 and kind == "L":
            return "ltr"
        if deep == 0 and kind in RIGHT_TO_LEFT:
            return "rtl"
    return otherwise


def direction_in(language: str) -> str:
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


def language_of(text: str, otherwise: str) -> str:
    """`otherwise`, the language that is said of the whole, unless the letters are mostly of another script."""
    counts = dict.fromkeys(LANGUAGE_OF_SCRIPT, 0)
    for letter in text:
        if letter.isalpha():
            script = unicodedata.name(letter, "").partition(" ")[0]
            if script in counts:
                counts[script] += 1
    script = max(counts, key=lambda each: counts[each])
    if not counts[script] or script_of(otherwise) == script:
        return otherwise
    return LANGUAGE_OF_SCRIPT[script]


def script_of(language: str) -> str:
    """The script that a language of the interface is written in."""
    return next((script for script, one in LANGUAGE_OF_SCRIPT.items() if one == language), LATIN)


def runs_of(text: str, direction: str) -> list[tuple[str, str]]:
    """`text`, whose paragraph runs in `direction`, in runs of one direction each: (run, its direction).

    What has no direction of its own (blanks, digits, brackets) goes with its paragraph, but stays inside a run of the
    other direction where it stands between two letters of it.
    """
    other = "ltr" if direction == "rtl" else "rtl"
    runs: list[tuple[str, str]] = []
    here = 0
    for start, end in _stretches(text, other):
        if start > here:
            runs.append((text[here:start], direction))
        runs.append((text[start:end], other))
        here = end
    if here < len(text):
        runs.append((text[here:], direction))
    return runs


def _stretches(text: str, direction: str) -> list[tuple[int, int]]:
    """Where letters of `direction` stand, from the first to the last of each stretch."""
    found: list[tuple[int, int]] = []
    broken = True
    for place, letter in enumerate(text):
        kind = unicodedata.bidirectional(letter)
        if kind in ("L", *RIGHT_TO_LEFT):
            if (kind == "L") != (direction == "ltr"):
                broken = True
            elif broken:
                found.append((place, place + 1))
                broken = False
            else:
                found[-1] = (found[-1][0], place + 1)
    return found
