"""Texts are read piece by piece, each piece once; what comes of it is what reading the whole text gives."""

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
