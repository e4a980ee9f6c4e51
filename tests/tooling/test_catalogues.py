"""The catalogues of the interface: whole, free of guesses, and with every placeholder of the original."""

import re
from pathlib import Path

import polib
import pytest

from scripts import catalogues

FILES = catalogues.catalogues()
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_text_is_translated_and_none_is_a_guess(language):
    kept = [file for file in FILES if file.parent.parent.name == language]
    assert kept, "run `make messages`"
    catalogue = polib.pofile(str(kept[0]))
    assert len(catalogue) > 0
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_translation_holds_the_placeholders_of_its_original(file: Path):
    differing = []
    for entry in polib.pofile(str(file)).translated_entries():
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted = {*PLACEHOLDER.findall(entry.msgid), *PLACEHOLDER.findall(entry.msgid_plural)}
            # A plural form may leave the number out, as in “one message”.
            if text and not set(PLACEHOLDER.findall(text)) <= wanted:
                differing.append(entry.msgid)
    assert differing == []
