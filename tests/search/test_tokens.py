"""Texts are read piece by piece, each piece once; what comes of it is what reading the whole text gives."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from search import scripts, tokens, words

TEXTS = (
    "",
    " \t\n",
    "Peshawar's office, O'Brien and don`t — Training_2, re-admission ",
    "Соглашениями и\u0306 Ёлка «Пешавар»\u00a0Лахоре\x1cАлматы",
    "پشاور\u200cمیں دفتر ۱۴۰۳ ښوونځي ء",
    "Oʻzbekistonga O’zbekiston Тоҷикистон ΣΊΣΥΦΟΣ Straße ´s ﬁn\0al \u0301x",
    "a" * 101 + " " + "b" * 60,
)


@pytest.mark.parametrize("language", ["en", "ru", "uz"])
def test_the_pieces_of_a_text_are_read_as_the_whole_of_it(language):
    for text in TEXTS:
        found = words.split(text)
        assert tokens.of(text, language) == (
            found,
            [words.stem(word) for word in found],
            scripts.written(text, language),
        )


def test_threads_that_stem_at_once_get_no_pieces_of_each_others_words():
    asked = [f"{letters}{number % 7}ingly" for number in range(400) for letters in ("organis", "relat", "train")]
    alone = [words.stem.__wrapped__(word) for word in asked]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            each = list(threads.map(lambda _thread: [words.stem.__wrapped__(word) for word in asked], range(4)))
    finally:
        sys.setswitchinterval(before)
    assert each == [alone] * 4
