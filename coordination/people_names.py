"""When two ways of writing may be one name: whatever the script, the romanisation, the order and the titles.

Passports, invitations and lists of one delegation spell a name in three ways (Жээнбеков, Zheenbekov, Jeenbekov; محمد,
Muhammad, Mohammed). Nothing here is a transliteration to be read: the letters that differ from one romanisation to the
next are made one, and no more is said of the name than that.
"""

import re
import unicodedata
from difflib import SequenceMatcher

# Each letter with what it is heard as; the last two of the first table are not heard.
_CYRILLIC = """
аa бb вv гg дd еe зz иi йi кk лl мm нn оo пp рr сs тt уu фf хh цts чch шsh щsh ыi эe ғg қk ңn өo үu ұu һh әa іi ҳh
ҷj ўo ӯu ӣi ѣe ёio жj юiu яia ъ ь
"""
_ARABIC = """
اa بb پp تt ٹt ثs جj چch حh خh دd ڈd ذz رr ڑr زz ژj سs شsh صs ضz طt ظz غg فf قk کk كk گg لl مm نn ںn وu ہh هh ھh
یi يi ىi ےi ۓi ئi ءa آa أa إa ةh عa ېi ۍi ټt ډd ړr ښsh ږj ڼn ګg ځz څts
"""
_LETTERS = str.maketrans({pair[0]: pair[1:] for pair in (_CYRILLIC + _ARABIC).split()})
# What stands before a name and is no part of it.
_TITLES = """
mr mrs ms miss dr prof professor eng he excellency ambassador amb general gen colonel col major maj captain capt
brig brigadier lt sir madam hon honourable syed sayed sheikh haji mullah
"""
# In this order: what two letters stand for before what one does.
_SOUNDS = (
    ("dzh", "j"), ("zh", "j"), ("dj", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("ck", "k"), ("shch", "sh"),
    ("q", "k"), ("w", "v"), ("y", "i"), ("tch", "ch"),
)  # fmt: skip
_LIKE_ENOUGH = 0.9


def key_of_name(name: str) -> str:
    """The name without script, spelling, order and titles; equal for what may be one name."""
    parts = re.findall(r"\w+", _latin(name))
    told = [part for part in parts if part not in _TITLES.split()] or parts
    return " ".join(sorted(_folded(part) for part in told))


def skeleton(name: str) -> str:
    """The consonants of it, in the order of `key_of_name`: what a name in Arabic script says of itself."""
    return " ".join(sorted(_consonants(part) for part in key_of_name(name).split()))


def are_alike(one: str, other: str) -> bool:
    """Whether two names differ in a letter or so."""
    keys = key_of_name(one), key_of_name(other)
    return bool(keys[0]) and SequenceMatcher(None, *keys).ratio() >= _LIKE_ENOUGH


def _latin(name: str) -> str:
    """In small Latin letters without marks; the apostrophes of romanisations go."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_LETTERS)
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub("['`ʻʼʽ‘’ʹ]", "", text).replace("_", " ")


def _folded(part: str) -> str:
    for written, sound in _SOUNDS:
        part = part.replace(written, sound)
    part = re.sub("^x", "h", part).replace("x", "ks")
    part = re.sub("(?<=[aeou])i(?=[aeou])", "", part).replace("ie", "e")
    return re.sub(r"(.)\1+", r"\1", part)


def _consonants(part: str) -> str:
    first = "a" if part[:1] in "aeiou" else ""
    return (first + re.sub("[aeiou]", "", part)).removesuffix("h") or part
