"""Words as the ledger's full text knows them: folded, so that spelling variants meet, and cut to their stems.

The database's own full text knows no Urdu, Dari or Pashto, and SQLite's no Russian. So both get folded words, and a
query asks for words that begin with the stem: plain, the same on every database, and enough to find an inflected word.
"""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
# A query beyond this is not read: nobody types more, and each word costs a look-up.
LONGEST_QUERY = 300
MOST_WORDS = 12

# Letters that look alike and are typed for one another on Arabic, Urdu, Persian and Pashto keyboards.
_ALIKE = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ې": "ی",
        "ۍ": "ی",
        "ئ": "ی",
        "ے": "ی",
        "ك": "ک",
        "ګ": "گ",
        "ه": "ہ",
        "ۀ": "ہ",
        "ۂ": "ہ",
        "ة": "ہ",
        "ھ": "ہ",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ـ": "",
        "\u200c": "",
        "\u200d": "",
        "ё": "е",
        "ı": "i",
        "ʻ": "",
        "ʼ": "",
        "‘": "",
        "’": "",
    }
)
# Endings that inflection puts on a word, the longest first.
_RUSSIAN_ENDINGS = re.compile(
    r"(?:иями|ями|ами|иях|ого|его|ому|ему|ыми|ими|ией|иям|ием|ях|ах|ия|ию|ии|ие|ий|ой|ей|ый|ая|яя|ое|ее|ые|ых|их"
    r"|ом|ем|ам|ям|ов|ев|ую|юю|[аяоеиыуюьй])$"
)
_ENGLISH_ENDINGS = re.compile(r"(?:ies|ing|ed|es|s|y|e)$")
_SHORTEST_STEM = 4


def fold(text: str) -> str:
    """`text` in small letters, without accents, vowel marks and the differences between keyboards."""
    text = text.replace("\0", " ").translate(_ALIKE).casefold()
    decomposed = unicodedata.normalize("NFKD", text).replace("и\u0306", "й")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_ALIKE)


def stem(word: str) -> str:
    """What the forms of a folded `word` have in common at their beginning."""
    endings = _RUSSIAN_ENDINGS if "а" <= word[0] <= "я" else _ENGLISH_ENDINGS
    shorter = endings.sub("", word)
    return shorter if len(shorter) >= _SHORTEST_STEM else word


def of(query: str) -> list[str]:
    """The folded words of a query, at most `MOST_WORDS`, none twice."""
    return list(dict.fromkeys(WORD.findall(fold(query[:LONGEST_QUERY]))))[:MOST_WORDS]


def stems(query: str) -> list[str]:
    return list(dict.fromkeys(stem(word) for word in of(query)))
