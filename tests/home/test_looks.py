"""What holds for every template and style sheet, and can be read off them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "accord").glob("*.css"))
MODULES = sorted((ROOT / "static" / "accord" / "js").glob("*.js"))


def named(path):
    return str(path.relative_to(ROOT))


def test_djlint_has_nothing_to_say():
    command = [sys.executable, "-m", "djlint", str(ROOT / "templates"), "--lint", "--quiet", "--configuration"]
    answer = subprocess.run([*command, str(ROOT / "pyproject.toml")], capture_output=True, text=True, cwd=ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_no_template_holds_a_script_a_style_or_a_handler(template):
    text = template.read_text()
    # Paper is drawn by the server, out of one text with its own styles: no browser sees them.
    is_paper = template.name.endswith("_pdf.html") or template.name.startswith("paper_")
    assert is_paper or not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("component", sorted((ROOT / "templates" / "components").glob("*.html")), ids=named)
def test_every_component_lists_its_parameters_on_its_first_line(component):
    first = component.read_text().splitlines()[0]
    assert first.startswith("{# ")
    assert first.endswith("#}")


PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|(?:min-|max-)?(?:width|height))\s*:"
)


@pytest.mark.parametrize("style", STYLES, ids=named)
def test_style_sheets_use_logical_properties_only(style):
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)|\([^()]*width[^()]*\)", "", style.read_text(), flags=re.DOTALL)
    assert PHYSICAL.findall(text) == []


@pytest.mark.parametrize("style", STYLES, ids=named)
def test_no_style_sheet_fetches_from_elsewhere(style):
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", style.read_text())


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_modules_are_small(module):
    assert len(module.read_text().splitlines()) < 150


# --- contrast (WCAG 2.2, 1.4.3 and 1.4.11) ---------------------------------------------------------------------------
def tokens(name, base=None):
    text = (ROOT / "static" / "accord" / name).read_text()
    found = re.findall(r"--accord-([\w-]+):\s*(#[0-9a-f]{3,6});", text)
    return {**(base or {}), **dict(found)}


LIGHT = tokens("tokens.css")
THEMES = {"light": LIGHT, "dark": tokens("tokens-dark.css", LIGHT)}

TEXTS = [
    (ink, ground)
    for ink in ("ink", "ink-2", "lapis", "turquoise", "danger", "warn", "good")
    for ground in ("ground", "surface", "raised", "lapis-soft", "sunken")
] + [
    ("turquoise", "turquoise-soft"),
    ("danger", "danger-soft"),
    ("warn", "warn-soft"),
    ("good", "good-soft"),
    ("bar-ink", "bar"),
    ("bar-ink-2", "bar"),
    ("bar-ink-2", "bar-field"),
    ("bar-ink", "lapis-fill"),
    ("bar-ink", "lapis-fill-hover"),
    ("tlp-clear", "tlp-ground"),
    ("tlp-green", "tlp-ground"),
    ("tlp-amber", "tlp-ground"),
    ("tlp-red", "tlp-ground"),
]
EDGES = [("line-strong", "surface"), ("line-strong", "ground"), ("lapis", "ground"), ("saffron", "bar")]


def luminance(colour):
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_every_ink_can_be_read_on_its_ground(theme, ink, ground):
    colours = THEMES[theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_every_edge_that_matters_can_be_seen(theme, edge, ground):
    colours = THEMES[theme]
    assert contrast(colours[edge], colours[ground]) >= 3
