"""The texts of the interface in other languages: `make messages` gathers them, `make setup` compiles them.

Compiling needs no gettext on the machine; gathering does (xgettext and msgmerge, Debian's package gettext).
"""

import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("ru", "ur")
IGNORED = ("node_modules/*", "var/*", ".venv/*", "tests/*", "benchmarks/*", "scripts/*")
# Where Django has no catalogue of a language, ours holds what Django says on our pages: the names of months and days.
DJANGO = "django/"


def catalogues() -> list[Path]:
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))


def catalogue_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def begun() -> list[Path]:
    """The catalogues that hold the most frequent texts alone (docs/developers.md)."""
    return [file for file in catalogues() if file.parent.parent.name not in LANGUAGES]


def compile() -> None:
    """Write beside each catalogue what Django reads."""
    for file in catalogues():
        polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))


def gather() -> None:
    """Bring the catalogues up to date with the texts that stand in the code and the templates now."""
    if not shutil.which("xgettext"):
        sys.exit("Gathering the texts needs gettext: apt-get install gettext.")
    (ROOT / "locale").mkdir(exist_ok=True)
    command = [sys.executable, "manage.py", "makemessages", "--no-wrap", "--no-obsolete", "--add-location", "file"]
    command += [part for language in LANGUAGES for part in ("-l", language)]
    command += [part for pattern in IGNORED for part in ("-i", pattern)]
    subprocess.run(command, cwd=ROOT, check=True)
    for file in begun():
        follow(file)


def fill(*languages: str) -> None:
    """Add to catalogues that are begun all texts that they lack, empty, for whoever translates them on."""
    for language in languages:
        follow(catalogue_of(language), is_filled=True)


def follow(file: Path, is_filled: bool = False) -> None:
    """Bring a catalogue that is begun up to date with a whole one: what is gone from the code goes, the rest keeps its
    translation; what it lacks is added only where it is filled."""
    catalogue = polib.pofile(str(file), wrapwidth=0)
    kept = {_key(entry): entry for entry in catalogue}
    texts = {_key(entry): entry for entry in polib.pofile(str(catalogue_of(LANGUAGES[0])))}
    of_django = [
        entry
        for key, entry in kept.items()
        if key not in texts and any(place.startswith(DJANGO) for place, _line in entry.occurrences)
    ]
    ours = [_with_translation(entry, kept.get(key)) for key, entry in texts.items() if is_filled or key in kept]
    catalogue[:] = [*ours, *of_django]
    catalogue.save()


def _key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def _with_translation(entry: polib.POEntry, kept: polib.POEntry | None) -> polib.POEntry:
    """The text of `entry`, which is of another language, with the translation of this one, where there is any."""
    entry.msgstr = kept.msgstr if kept else ""
    if entry.msgid_plural:
        entry.msgstr_plural = kept.msgstr_plural if kept else {0: "", 1: ""}
    entry.tcomment = kept.tcomment if kept else ""
    return entry


if __name__ == "__main__":
    {"compile": compile, "gather": gather, "fill": fill}[sys.argv[1]](*sys.argv[2:])
