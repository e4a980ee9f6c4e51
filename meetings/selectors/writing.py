"""A record while it is written: what has changed since a page was last told, as its reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.models import User
from coordination import access
from coordination import selectors as coordination
from meetings.models import TIME_TO_ANSWER, Paragraph, ParagraphDraft, Record, Section, SectionLock
from meetings.selectors.records import SPEAKER_ROWS, ShownParagraph, shown_paragraph

# Paragraphs in one frame; a page that lacks more is told the rest at once.
PARAGRAPHS_IN_A_FRAME = 50


def stamp(version: int, with_names: bool) -> str:
    """What of a paragraph a page shows: another version, or one with names instead of none, is another stamp."""
    return f"{version}{'n' if with_names else ''}"


@dataclass
class Seen:
    """What a page has of a record, as far as it was told."""

    paragraphs: dict[str, str] = field(default_factory=dict)  # the key: its stamp
    drafts: dict[str, tuple[int, int]] = field(default_factory=dict)  # the submission: its author and its number
    locks: list[dict[str, Any]] | None = None
    sections: list[int] | None = None
    state: tuple[str, bool, bool] | None = None


@dataclass(frozen=True)
class Place:
    """A paragraph in its place: in which section, and after which other one."""

    key: str
    section: int
    after: str
    stamp: str


def may_write(record: Record, user: access.Reader) -> bool:
    return record.is_draft and access.can(user, "record", record)


def places(record: Record, user: access.Reader, sections: Iterable[int]) -> list[Place]:
    """Each paragraph of these sections in its order. One query, and none of the words."""
    with_names = access.may_see_names(user, record)
    rows = Paragraph.objects.filter(section__in=list(sections)).order_by("section__number", "section", "position", "pk")
    found, before = [], ("", 0)
    for key, section, version in rows.values_list("key", "section_id", "version"):
        found.append(Place(key, section, before[0] if before[1] == section else "", stamp(version, with_names)))
        before = (key, section)
    return found


def readable_sections(record: Record, user: access.Reader) -> list[int]:
    return list(Section.objects.filter(record=record).readable_by(user).values_list("pk", flat=True))


def paragraphs_shown(record: Record, user: access.Reader, keys: Iterable[str]) -> dict[str, ShownParagraph]:
    """These paragraphs by their keys; whoever asks has looked that `user` may read their sections."""
    rows = list(Paragraph.objects.filter(key__in=list(keys), section__record=record).select_related(*SPEAKER_ROWS))
    tasks = coordination.made_from_each(rows, user)
    with_names = access.may_see_names(user, record)
    return {row.key: shown_paragraph(row, with_names, tasks[row.pk]) for row in rows}


def locks_shown(user: User, sections: Iterable[int]) -> list[dict[str, Any]]:
    """Who writes where, at this moment, and who has asked for it."""
    now = timezone.now()
    held = SectionLock.objects.filter(section__in=list(sections), held_until__gt=now).order_by("section")
    return [_lock_shown(lock, user) for lock in held.select_related("holder", "asked_by")]


def _lock_shown(lock: SectionLock, user: User) -> dict[str, Any]:
    return {
        "section": lock.section_id,
        "name": lock.holder.name,
        "mine": lock.holder_id == user.pk,
        "asked": lock.asked_by.name if lock.asked_by else "",
        "asked_by_me": lock.asked_by_id == user.pk,
        "seconds": int(TIME_TO_ANSWER.total_seconds()),
    }


def drafts_of(sections: Iterable[int]) -> list[ParagraphDraft]:
    rows = ParagraphDraft.objects.filter(section__in=list(sections)).exclude(text="")
    return list(rows.select_related("author", "paragraph"))
