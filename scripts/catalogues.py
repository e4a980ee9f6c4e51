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


def catalogues() -> list[Path]:
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))


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


if __name__ == "__main__":
    {"compile": compile, "gather": gather}[sys.argv[1]]()
