"""Words as both engines know them: folded, so that spelling variants meet, and with their stems beside them.

The database's own full text knows no Urdu, Dari or Pashto, and SQLite's no Russian, so the ledger's text is folded
here; Elasticsearch folds by a table that is made of the same function (`search.engines.elastic`).
"""

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W_]+")
# A query beyond this is not read: nobody types more, and each word costs a look-up.
LONGEST_QUERY = 300
MOST_WORDS = 12
# Words beyond this are no words, and full text takes none that are much longer.
LONGEST_WORD = 100

# Letters that look alike and are typed for one another on Arabic, Urdu, Persian and Pashto keyboards; letters of Uzbek,
# Kazakh, Kyrgyz and Tajik, for which whoever has a Russian keyboard types the nearest.
_ALIKE = {
    **dict.fromkeys("يىېۍئےیٸۓ", "ی"),
    **dict.fromkeys("كڪګگڰ", "ک") | {"ګ": "گ", "گ": "گ", "ڰ": "گ"},
    **dict.fromkeys("هۀۂةھەۃ", "ہ"),
    **dict.fromkeys("أإآٱٲٳ", "ا"),
    **dict.fromkeys("ؤٶۇۆ", "و"),
    "ء": "",
    "ړ": "ڑ", "ډ": "ڈ", "ټ": "ٹ", "ڼ": "ن", "ں": "ن",
    "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и", "ҳ": "х",
    "ҷ": "ж", "ҡ": "к",
    "ё": "е", "ı": "i", "ə": "a", "ø": "o", "ł": "l", "đ": "d",
    # Joiners, the stretching stroke, signs of direction, soft hyphens, and the marks that belong to Uzbek letters.
    **dict.fromkeys("ـ\u200b\u200c\u200d\u00ad\ufeffʻʼ‘’ʹʺ", ""),
    **dict.fromkeys("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", ""),
    **{digit: str(number) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for number, digit in enumerate(digits)},
    "\0": " ",
}  # fmt: skip
_MARKS = {mark: None for mark in range(0x300, 0x20F0) if unicodedata.combining(chr(mark))}
_FOLDED = str.maketrans(_ALIKE) | _MARKS
# "Pakistan's" is Pakistan, and "Oʻzbekiston" one word, however the mark is typed.
_POSSESSIVE = re.compile(r"(?<=[a-z])['’ʼ]s\b")
_INNER_MARK = re.compile(r"(?<=[^\W_])['`´](?=[^\W_])")
_SIGNS = frozenset("'’ʼ`´")

_DEED = re.compile(r"(?<=.{4})(?:ени|ани|яни)(?:е|я|ю|ем|и|й|ям|ями|ях)$")
_VOWELS_AT_END = re.compile(r"(?<=.{4})[аеиоуя]+$")
# What Snowball takes for the ending of a verb ("написав"), and what mostly belongs to a noun: "отзыв", "состав".
_LIKE_A_VERB = re.compile(r"[аяиы]в$")
# The vowel that comes and goes: "список" and "списка", "ошибок" and "ошибка", "перечень" and "перечня".
_FLEETING = re.compile(r"(?<=.[бвгджзклмнпрстфхцчшщ])[ое](?=[кц]$)|(?<=..[бвгджзклмнпрстфхцчшщ])е(?=н$)")
_FLEETING_AFTER_VOWEL = re.compile(r"(?<=.[аеиоуэюя])е(?=[кц]$)")
_SOFT_INSIDE = re.compile(r"ь(?=[кц]$)")
# Not in short words, of which most only look so, as "letter"; nor does an officer work an office.
_DOER = re.compile(r"(?!offic)([a-z]{5,})(?:er|or)s?$")
_DOING = re.compile(r"(?!offic)([a-z]{5,})ing$")
# Endings of Urdu and Persian, as they are folded: of several, of somebody's, of what is like something.
_ARABIC_ENDING = re.compile(r"(?<=.{3})(?:ہایی|ہای|ہا|یان|ون|ین)$|(?<=.{4})(?:ات|[ایہ])$")


class _Stemmers(threading.local):
    """A stemmer keeps the word that it works on: two threads with the same one would get pieces of each other's."""

    def __init__(self) -> None:
        self.english = snowballstemmer.stemmer("english")
        self.russian = snowballstemmer.stemmer("russian")


_snowball = _Stemmers()


def fold(text: str) -> str:
    """`text` in small letters, without accents, vowel marks and the differences between keyboards."""
    text = text.casefold()
    if _SIGNS & set(text):
        text = _INNER_MARK.sub("", _POSSESSIVE.sub("", text))
    if text.isascii():
        return text.replace("\0", " ")
    # The short i of Russian is a letter, and no accent on another.
    text = unicodedata.normalize("NFKD", text.translate(_FOLDED)).replace("и\u0306", "й")
    return text.translate(_FOLDED)


# Words that say nothing by themselves: a question may hold them, an answer need not.
_EMPTY = """
    a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its me my
    no not of on or our she should so some something than that the their them then there these they this those to us
    was we were what when where which who whom why will with would you your about all also any could if just may might
    more most much must only such very
    а бы быть в во все да для до его ее если есть же за и из или им их к как ко когда кто ли мы на над не него нее нет
    но о об от по под при с со так также там то того тоже только у уже что чтобы эта эти это этот
    где куда какая какие какой какое каких каким можно мне мой моя мои нужно надо почему сколько этого этой этом
    کا کی کے کو سے میں پر نے ہے ہیں اور یہ وہ ایک کیا تھا تھی تھے ہو ہونا کر تک بھی جو
    کیسے کہاں کب کون کیوں مجھے ہم آپ گا گی گے ہوں
    در از به با برای است این آن را که یا تا هم شد می د په چې او
    چگونه چه کجا چرا من شما ما شود کند
"""
EMPTY = frozenset(fold(_EMPTY).split())


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """What the forms of a folded `word` share: Snowball's stem in Latin and Cyrillic, in the Arabic script what
    is left without the commonest endings, in others the word.

    In Russian a deed and its verb meet besides, which Snowball keeps apart: "удаление" and "удалить".
    """
    if "а" <= word[0] <= "я":
        return _stem_in_cyrillic(word)
    if "\u0600" <= word[0] <= "\u06ff":
        return _ARABIC_ENDING.sub("", word)
    return _snowball.english.stemWord(word) if "a" <= word[0] <= "z" and word.isascii() else word


def _stem_in_cyrillic(word: str) -> str:
    deed = _DEED.sub("", word)
    if deed == word:
        declined = f"{word}а" if _LIKE_A_VERB.search(word) else word
        deed = _VOWELS_AT_END.sub("", _snowball.russian.stemWord(declined))
    return _SOFT_INSIDE.sub("", _FLEETING.sub("", _FLEETING_AFTER_VOWEL.sub("й", deed)))


@lru_cache(maxsize=10_000)
def kin(word: str) -> str:
    """The stem of the deed that a folded English word names the doer of, or the other way round; else empty.

    Whoever asks for "traffickers" means trafficking too; Snowball keeps them apart.
    """
    if doer := _DOER.match(word):
        other = f"{doer[1]}ing"
    elif deed := _DOING.match(word):
        other = f"{deed[1]}er"
    else:
        return ""
    found = _snowball.english.stemWord(other)
    return found if found != stem(word) else ""


def split(text: str) -> list[str]:
    """The folded words of a text, in its order."""
    return [word for word in WORD.findall(fold(text)) if len(word) <= LONGEST_WORD]


def of(query: str) -> list[str]:
    """The folded words of a query, at most `MOST_WORDS`, none twice."""
    return list(dict.fromkeys(split(query[:LONGEST_QUERY])))[:MOST_WORDS]


def telling(words: list[str]) -> list[str]:
    """Those of folded `words` that say something; all of them where none does."""
    return [word for word in words if word not in EMPTY] or words


def stems(query: str) -> list[str]:
    return list(dict.fromkeys(stem(word) for word in of(query)))
