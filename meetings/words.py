"""What is different between two versions of a record, in words. Nothing of a database and nothing of readers: whoever
calls hands in only what the reader may read, without the names that the reader may not see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from coordination.consolidation import Run, differences

SAME, CHANGED, INSERTED, DELETED, MOVED = "same", "changed", "inserted", "deleted", "moved"


@dataclass(frozen=True)
class Wording:
    """A paragraph in one version. `section` tells sections apart, `heading` is what is read of it."""

    key: str
    section: int
    heading: str
    kind: str
    text: str
    speaker: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True)
class ChangedWording:
    """A paragraph of one version, or of both, with what became of it."""

    before: Wording | None
    after: Wording | None
    change: str
    runs: list[Run]

    @property
    def present(self) -> Wording:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def speaker_is_changed(self) -> bool:
        """Whether somebody else is said to have spoken."""
        if self.before is None or self.after is None:
            return False
        return (self.before.speaker, self.before.on_behalf_of) != (self.after.speaker, self.after.on_behalf_of)

    @property
    def kind_is_changed(self) -> bool:
        return self.before is not None and self.after is not None and self.before.kind != self.after.kind

    @property
    def is_same(self) -> bool:
        return self.change == SAME


@dataclass
class ChangedSection:
    heading: str
    paragraphs: list[ChangedWording] = field(default_factory=list)

    @property
    def changed(self) -> list[ChangedWording]:
        return [one for one in self.paragraphs if not one.is_same]


def compare(before: Sequence[Wording], after: Sequence[Wording]) -> list[ChangedSection]:
    """The paragraphs of both versions in one order, under their sections: that of `after`, with what is gone where it
    stood. A paragraph is the same one by its key, however its words have changed."""
    held = {one.key: one for one in before}
    stays = {one.key for one in after}
    rows: list[ChangedWording] = []
    old, new = [one.key for one in before], [one.key for one in after]
    for deed, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        rows += [_gone(one) for one in before[i:j] if one.key not in stays]
        rows += [_told(held.get(one.key), one, in_place=deed == "equal") for one in after[k:m]]
    return _under_headings(rows)


def _gone(one: Wording) -> ChangedWording:
    return ChangedWording(one, None, DELETED, [Run("deleted", one.text)])


def _told(before: Wording | None, after: Wording, *, in_place: bool) -> ChangedWording:
    if before is None:
        return ChangedWording(None, after, INSERTED, [Run("inserted", after.text)])
    told = ChangedWording(before, after, CHANGED, differences(before.text, after.text))
    if before.text != after.text or told.speaker_is_changed or told.kind_is_changed:
        return told
    return ChangedWording(before, after, SAME if in_place and before.section == after.section else MOVED, told.runs)


def _under_headings(rows: Iterable[ChangedWording]) -> list[ChangedSection]:
    """Each section once, in the order in which it is first met."""
    sections: dict[int, ChangedSection] = {}
    for row in rows:
        found = sections.setdefault(row.present.section, ChangedSection(row.present.heading))
        found.paragraphs.append(row)
    return list(sections.values())
