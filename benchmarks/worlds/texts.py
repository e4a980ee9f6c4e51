"""Text that installed packages ship, read where it lies: manuals in their docstrings and Python's own topics, and their
messages in the languages of the programme."""

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pydoc_data.topics import topics

import polib

PACKAGES = (
    *(
        "allauth",
        "channels",
        "django",
        "django_tasks",
        "elasticsearch",
        "guardian",
        "icalendar",
        "modelsearch",
        "pypdf",
    ),
    *("rest_framework", "taggit", "treebeard", "wagtail", "weasyprint"),
)
LANGUAGES = ("ru", "ur", "fa", "uz", "tg", "kk", "ky")
FEWEST_WORDS = 25  # of a docstring that explains something
LONGEST_TITLE = 100


@dataclass(frozen=True)
class Shipped:
    """A text, what it is called in the questions, and in which collection."""

    collection: str
    name: str
    title: str
    body: str
    language: str


def shipped() -> Iterator[Shipped]:
    seen: set[tuple[str, str, str]] = set()
    for text in (*_topics(), *_docstrings(), *_messages()):
        if (text.collection, text.title, text.body) not in seen:
            seen.add((text.collection, text.title, text.body))
            yield text


def _topics() -> Iterator[Shipped]:
    for name, text in topics.items():
        title = text.strip().partition("\n")[0].strip("* ")
        yield Shipped("manual", f"python.{name}", title, text, "en")


def _docstrings() -> Iterator[Shipped]:
    for package, path in _files("*.py"):
        if not {"locale", "migrations", "tests", "test"} & set(path.parts):
            yield from _docstrings_of(path, package)


def _docstrings_of(path: Path, package: Path) -> Iterator[Shipped]:
    module = ".".join(path.relative_to(package.parent).with_suffix("").parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = (part for part in ast.walk(tree) if isinstance(part, (ast.Module, ast.ClassDef, ast.FunctionDef)))
    for part in parts:
        text = ast.get_docstring(part) or ""
        if len(text.split()) >= FEWEST_WORDS:
            name = "" if isinstance(part, ast.Module) else part.name
            title = f"{name.replace('_', ' ').strip()} ({module})" if name else module
            yield Shipped("manual", f"{module}.{name}".rstrip("."), title, text, "en")


def _messages() -> Iterator[Shipped]:
    for language in LANGUAGES:
        for _package, path in _files(f"locale/{language}/LC_MESSAGES/django.po"):
            for entry in polib.pofile(str(path)).translated_entries():
                text = entry.msgstr or entry.msgstr_plural.get(0, "")
                yield Shipped(language, entry.msgid, text[:LONGEST_TITLE], text, language)


def _files(pattern: str) -> Iterator[tuple[Path, Path]]:
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        [folder] = spec.submodule_search_locations if spec else [None]
        for path in sorted(Path(folder).rglob(pattern)) if folder else ():
            yield Path(folder), path
