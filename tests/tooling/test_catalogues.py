"""The catalogues of the interface: whole or begun, free of guesses, and with every placeholder of the original."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from config.settings import begun
from scripts import catalogues

FILES = catalogues.catalogues()
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w[^>]*>")
# A call in a template, as Django turns it into Python: its name, and the one or two strings that it begins with.
STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_A_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*{STRING}(?:\s*,\s*{STRING})?")


def texts_of_code(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "_" or "gettext" in name:
                strings = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield from text_of(name, [each for each in strings if isinstance(each, str)])


def texts_of_template(source: str) -> Iterator[tuple[str, str]]:
    for name, *strings in IN_A_TEMPLATE.findall(templatize(source)):
        yield from text_of(name, [ast.literal_eval(each) for each in strings if each])


def text_of(name: str, strings: list[str]) -> Iterator[tuple[str, str]]:
    if strings:
        yield (strings[0], strings[1]) if "pgettext" in name else ("", strings[0])


@cache
def texts_in_use() -> frozenset[tuple[str, str]]:
    """Each text that the code and the templates hold now, with its context."""
    ignored = {pattern.partition("/")[0] for pattern in catalogues.IGNORED}
    folders = [one for one in catalogues.ROOT.iterdir() if one.is_dir() and one.name not in ignored]
    texts: set[tuple[str, str]] = set()
    for folder in folders:
        for file in folder.rglob("*.*"):
            if file.suffix == ".py":
                texts.update(texts_of_code(file.read_text()))
            elif file.suffix in (".html", ".txt"):
                texts.update(texts_of_template(file.read_text()))
    return frozenset(texts)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_text_is_translated_and_none_is_a_guess(language):
    catalogue = polib.pofile(str(catalogues.catalogue_of(language)))
    gathered = {(entry.msgctxt or "", entry.msgid) for entry in catalogue}
    assert len(texts_in_use()) > 3000
    assert sorted(texts_in_use() - gathered) == [], "run `make messages`, and translate these"
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_what_is_begun_is_known_to_the_settings_and_holds_no_guesses():
    assert {code for code, _name in settings.LANGUAGES} == {"en", *catalogues.LANGUAGES}
    assert {file.parent.parent.name for file in catalogues.begun()} == set(begun)
    assert [file for file in catalogues.begun() if polib.pofile(str(file)).fuzzy_entries()] == []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_translation_holds_the_placeholders_of_its_original(file: Path):
    differing = []
    catalogue = polib.pofile(str(file))
    forms = int(catalogue.metadata["Plural-Forms"].removeprefix("nplurals=")[0])
    for entry in catalogue.translated_entries():
        assert len(entry.msgstr_plural) in (0, forms), entry.msgid
        wanted = PLACEHOLDER.findall(entry.msgid)
        if entry.msgstr and sorted(PLACEHOLDER.findall(entry.msgstr)) != sorted(wanted):
            differing.append(entry.msgid)
        for text in entry.msgstr_plural.values():
            # A plural form may leave the number out, as in “one message”.
            if not set(PLACEHOLDER.findall(text)) <= {*wanted, *PLACEHOLDER.findall(entry.msgid_plural)}:
                differing.append(entry.msgid)
    assert differing == []
