"""What a briefing is made of: chapters, their sections, and in these groups of items, each with the row it comes of."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import get_language_bidi

from coordination import access
from coordination.models import Marking
from meetings.models import BriefingPack, BriefingSection, BriefingText, Meeting, Visit

LONGEST_LINK = 100
# The marks of Unicode around what runs in its own direction.
APART, UNTIL_HERE = "\u2068", "\u2069"
# A row, by its model and its key.
Source = tuple[str, int]


def source_of(row: Any) -> Source:
    return row._meta.label_lower, row.pk


def in_a_line(*parts: Any) -> str:
    """What is known of these, with dots between. Where lines run from right to left each part is set apart, so that a
    name in Latin letters does not draw the day after it to its other side."""
    known = [str(one) for one in parts if one]
    if get_language_bidi():
        known = [f"{APART}{one}{UNTIL_HERE}" for one in known]
    return " · ".join(known)


@dataclass(frozen=True)
class Item:
    """One statement. `row` is what it is taken from: who may read that reads this, and nobody else."""

    text: str
    row: Any
    # A small word before it, and a line after it: “decision”; “FIA · due on 3 November”.
    label: str = ""
    detail: str = ""
    url: str = ""
    language: str = ""
    # What is late or in danger; said in `detail` too.
    is_urgent: bool = False

    @cached_property
    def marking(self) -> str:
        return access.audience_row(self.row).marking

    @property
    def is_long(self) -> bool:
        """A paragraph rather than a title: its label leads to it, since underlined it would be hard to read."""
        return bool(self.label) and len(self.text) > LONGEST_LINK

    @property
    def fingerprint(self) -> str:
        return "\x1f".join((self.label, self.text, self.detail))


@dataclass
class Group:
    """Items under a heading of their own, or under none."""

    items: list[Item]
    title: str = ""
    lead: str = ""
    url: str = ""
    language: str = ""
    # The row that the heading itself names, where it is one.
    row: Any = None


@dataclass
class Part:
    """A section: what Accord has compiled, and beside it what was written."""

    section: BriefingSection
    groups: list[Group] = field(default_factory=list)
    texts: list[BriefingText] = field(default_factory=list)
    meeting: Meeting | None = None

    @property
    def title(self) -> str:
        return str(self.section.label)

    @property
    def anchor(self) -> str:
        return f"{self.section.value}-{self.meeting.key}" if self.meeting else self.section.value

    @property
    def is_empty(self) -> bool:
        return not self.groups and not self.texts

    @property
    def items(self) -> Iterator[Item]:
        return (item for group in self.groups for item in group.items)

    @cached_property
    def digest(self) -> str:
        """What is compiled, in brief: it changes where that does."""
        lines = (line for group in self.groups for line in (group.title, *(item.fingerprint for item in group.items)))
        return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()

    def add(self, items: Iterable[Item], **heading: Any) -> None:
        """A group, unless there is nothing in it."""
        if found := list(items):
            self.groups.append(Group(found, **heading))

    def is_behind(self, text: BriefingText, reader: access.Reader) -> bool:
        """Whether what is compiled here has changed since its writer wrote `text`. Said to that writer alone: others
        read other things, and would be told of what they do not."""
        return text.updated_by_id == reader.pk and bool(text.compiled) and text.compiled != self.digest


@dataclass
class Chapter:
    """The visit as a whole, its people, or one of its meetings."""

    key: str
    title: str
    parts: list[Part]
    language: str = ""
    lead: str = ""
    meeting: Meeting | None = None
    # Not in the programme any more: what was written is kept.
    is_left_over: bool = False


@dataclass
class Briefing:
    pack: BriefingPack
    reader: access.Reader
    chapters: list[Chapter]
    # The titles of all chapters that there are, by key, whether compiled here or not.
    contents: dict[str, str]

    @property
    def visit(self) -> Visit:
        return self.pack.visit

    @property
    def parts(self) -> Iterator[Part]:
        return (part for chapter in self.chapters for part in chapter.parts)

    @cached_property
    def rows(self) -> dict[Source, Any]:
        """Everything that stands in it."""
        rows: list[Any] = [self.pack, self.visit, *(one.meeting for one in self.chapters if one.meeting)]
        for part in self.parts:
            rows += [group.row for group in part.groups if group.row is not None]
            rows += [item.row for item in part.items]
            rows += part.texts
        return {source_of(row): row for row in rows}

    @property
    def sources(self) -> dict[str, list[int]]:
        """The same by model and key, as it is kept with a paper."""
        found: dict[str, list[int]] = {}
        for model, key in sorted(self.rows):
            found.setdefault(model, []).append(key)
        return found

    @cached_property
    def marking(self) -> str:
        """The label of the whole: that of its narrowest part."""
        order = [str(marking) for marking in Marking]
        return max((access.audience_row(row).marking for row in self.rows.values()), key=order.index)

    @cached_property
    def digest(self) -> str:
        """Of all that is compiled and written."""
        lines = [
            part.anchor + part.digest + "".join(f"{text.key}{text.version}" for text in part.texts)
            for part in self.parts
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
