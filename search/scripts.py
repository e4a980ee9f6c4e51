"""Names across scripts: "Peshawar", "Пешавар" and "پشاور" share a key, the consonants that all three write.

Vowels are left out, since the Arabic script writes few of them; a letter that one script writes and another does not,
or that is read in two ways, gives more than one key. A key also says in which script it was written: a reader who types
one script asks for the keys of the others, and words of one's own script meet by their spelling alone.
"""

import re
from functools import lru_cache
from itertools import islice, product

from search import words

LATIN, CYRILLIC, ARABIC = "1", "2", "3"
SCRIPTS = (LATIN, CYRILLIC, ARABIC)
IN_SEVERAL_SCRIPTS = {"uz", "kk", "ky", "tg"}
# Less than this names too much; nobody needs more readings of a word than this.
SHORTEST, MOST_READINGS = 3, 4

# Groups of letters that write one sound, then letters. More than one reading is written `a|b`, a vowel is left out, and
# what begins with a vowel begins with "a".
_LATIN = {
    "shch": "x", "dzh": "j", "sch": "x", "tsh": "c",
    "sh": "x", "ch": "c", "kh": "h|k", "qu": "kw", "gh": "g", "zh": "j", "th": "t", "dh": "d", "bh": "b", "ph": "f|p",
    "ck": "k", "ts": "s", "dj": "j", "oo": "", "ee": "",
    "b": "b", "c": "k|s", "d": "d", "f": "f", "g": "g", "h": "h", "j": "j", "k": "k", "l": "l", "m": "m", "n": "n",
    "p": "p", "q": "k", "r": "r", "s": "s", "t": "t", "v": "w", "w": "w", "x": "ks|h", "z": "z",
}  # fmt: skip
_CYRILLIC = {
    "дж": "j", "дз": "z", "тш": "c", "кх": "h", "гх": "g",
    "б": "b", "в": "w", "г": "g|h", "д": "d", "ж": "j", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n", "п": "p",
    "р": "r", "с": "s", "т": "t", "ф": "f", "х": "h", "ц": "s", "ч": "c", "ш": "x", "щ": "x",
}  # fmt: skip
_ARABIC = {
    "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "s", "ج": "j", "چ": "c", "ح": "h", "خ": "h", "څ": "s", "ځ": "z",
    "د": "d", "ڈ": "d", "ذ": "z", "ر": "r", "ڑ": "r", "ز": "z", "ژ": "j", "ږ": "g", "س": "s", "ش": "x", "ښ": "x|h",
    "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "غ": "g", "ف": "f", "ق": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m",
    "ن": "n", "و": "|w", "ہ": "h|",
}  # fmt: skip
_LETTERS = {
    LATIN: (_LATIN, "aeiouy"),
    CYRILLIC: (_CYRILLIC, "аеиоуыэюяй"),
    ARABIC: (_ARABIC, "اعی"),
}
_SOUNDS = {
    script: re.compile("|".join(sorted(table, key=len, reverse=True))) for script, (table, _vowels) in _LETTERS.items()
}
_TWICE = re.compile(r"(.)\1+")
_WRITTEN = re.compile(r"[^\W_]+")


def script_of(word: str) -> str:
    """The script of a folded word; empty for digits and for scripts of other languages."""
    first = word[0]
    if "a" <= first <= "z":
        return LATIN
    if "а" <= first <= "я":
        return CYRILLIC
    return ARABIC if "\u0600" <= first <= "\u06ff" else ""


@lru_cache(maxsize=200_000)
def keys(word: str) -> tuple[str, ...]:
    """The keys of a folded `word`, without the script: its consonants, in each of their readings."""
    script = script_of(word)
    if not script:
        return ()
    table, vowels = _LETTERS[script]
    begin = "a" if word[0] in vowels else ""
    found: dict[str, None] = {}
    # A name in Russian is declined: its stem is what the other scripts have, unless it only looks declined.
    for spelled in dict.fromkeys((word, words.stem(word)) if script == CYRILLIC else (word,)):
        sounds = [table[sound].split("|") for sound in _SOUNDS[script].findall(spelled)]
        for reading in islice(product(*sounds), MOST_READINGS):
            found[_TWICE.sub(r"\1", begin + "".join(reading))] = None
    return tuple(key for key in found if len(key) >= SHORTEST)


def written(text: str, language: str) -> list[str]:
    """The keys under which the names in `text` are kept. Where a script has capitals, a name begins with one; of
    languages that are written in several scripts, all words are kept."""
    found: dict[str, None] = {}
    for word in dict.fromkeys(_WRITTEN.findall(text)):
        if word[0].islower() and language not in IN_SEVERAL_SCRIPTS:
            continue
        for folded in words.split(word):
            found |= dict.fromkeys(f"{script_of(folded)}{key}" for key in keys(folded))
    return list(found)


def asked(word: str) -> list[str]:
    """The keys of a folded word of a query, as the other scripts write it."""
    own = script_of(word)
    return [f"{script}{key}" for script in SCRIPTS if script != own for key in keys(word)]
