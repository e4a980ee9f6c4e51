"""The table of docs/security-asvs.md is whole: each requirement of levels 1 and 2 once, its tests exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|no|operator|accepted|open) \| ([^|]+) \| ([^|]*)\|$",
    re.MULTILINE,
)
# Of ASVS 5.0.0: each section with the level of each of its requirements; those of level 3 come last in each.
LEVELS = """
1.1:22 1.2:111112222 1.3:11222222222 1.4:222 1.5:12 2.1:122 2.2:112 2.3:1222 2.4:2 3.2:11 3.3:1222 3.4:112222 3.5:11122
3.7:22 4.1:122 4.2:2 4.3:22 4.4:1222 5.1:2 5.2:112 5.3:11 5.4:222 6.1:122 6.2:111111112222 6.3:1122 6.4:1122 6.5:22222
6.6:222 6.8:2222 7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:22 7.6:22 8.1:12 8.2:112 8.3:1 8.4:2 9.1:111 9.2:1222
10.1:22 10.2:22 10.3:2222 10.4:11111222222 10.5:22222 10.6:22 10.7:222 11.1:22 11.2:222 11.3:112 11.4:1222 11.5:2
11.6:2 12.1:122 12.2:11 12.3:2222 13.1:2 13.2:22222 13.3:22 13.4:12222 14.1:22 14.2:1222 14.3:122 15.1:122 15.2:122
15.3:1222222 16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:222 17.1:2 17.2:2222 17.3:22
"""


def rows():
    return ROW.findall((ROOT / "docs" / "security-asvs.md").read_text())


def test_each_requirement_stands_in_the_table_once_with_its_level():
    sections = dict(each.split(":") for each in LEVELS.split())
    wanted = {
        f"{section}.{number}": level for section, levels in sections.items() for number, level in enumerate(levels, 1)
    }
    assert len(wanted) == 253
    found = rows()
    assert sorted(number for number, *_rest in found) == sorted(wanted)
    assert {number: level for number, level, *_rest in found} == wanted


def test_each_test_and_file_that_it_names_is_there():
    missing = set()
    model = (ROOT / "docs" / "security.md").read_text()
    for where, tests in [*(row[-2:] for row in rows()), ("", model)]:
        for file, name in re.findall(r"([\w/]+\.py)::(test_\w+)", tests):
            path = ROOT / "tests" / file
            if not path.exists() or not re.search(rf"^(async )?def {name}\(", path.read_text(), re.MULTILINE):
                missing.add(f"{file}::{name}")
        missing |= {path for path in re.findall(r"`(\w+/[\w/]+\.\w+)`", where) if not (ROOT / path).exists()}
    assert missing == set()


def test_what_is_said_to_be_written_down_is():
    """The sections that the table names are there, and each accepted risk has its reason."""
    named = {each for row in rows() for each in re.findall(r"([\w-]+\.md),? “([^”]+)”", row[4])}
    assert ("security.md", "Sessions") in named and ("operators.md", "Signing in") in named
    headings = {
        (file.name, heading)
        for file in (ROOT / "docs").glob("*.md")
        for heading in re.findall(r"^##+ (.+)$", file.read_text(), re.MULTILINE)
    }
    assert named <= headings
    assert all(row[5] for row in rows() if row[3] in ("met", "accepted")), "shown by a test"
    reasons = (ROOT / "docs" / "security.md").read_text().partition("## Accepted risks")[2].partition("\n## ")[0]
    accepted = {row[0] for row in rows() if row[3] == "accepted"}
    assert set(re.findall(r"\b\d+\.\d+\.\d+\b", reasons)) == accepted
