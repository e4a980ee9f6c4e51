"""A record as a reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from coordination import access
from coordination import selectors as coordination
from coordination.models import Action, Commitment
from meetings.models import (
    SPOKEN_KINDS,
    Attendance,
    Corrigendum,
    Paragraph,
    ParagraphKind,
    Record,
    Section,
    named,
)

SPEAKER_ROWS = (
    "speaker_post__organisation",
    "speaker_post__person",
    "speaker_person",
    "speaker_organisation",
    "on_behalf_of",
)


# --- a record as a reader may see it -------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownParagraph:
    """A paragraph without anything that its reader may not see."""

    key: str
    section_id: int
    anchor: str
    kind: str
    kind_label: str
    text: str
    version: int
    # Empty where nobody spoke, and where the reader may not know who did.
    speaker: str = ""
    on_behalf_of: str = ""
    names_withheld: bool = False
    actions: list[Action] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)


@dataclass(frozen=True)
class ShownSection:
    section: Section
    paragraphs: list[ShownParagraph]


def sections_shown(record: Record, user: access.Reader) -> list[ShownSection]:
    """The sections of `record` as `user`, who may read it, may see them; in six queries however long it is.

    A section that is marked narrower is not there for others, nor is its title.
    """
    return sections_of_each([record], user)[record.pk]


def sections_of_each(records: list[Record], user: access.Reader) -> dict[int, list[ShownSection]]:
    """The same for many records, by their keys, in as many queries."""
    by_key = {record.pk: record for record in records}
    sections = _with_paragraphs(Section.objects.filter(record__in=by_key).readable_by(user), by_key)
    paragraphs = [paragraph for section in sections for paragraph in section.paragraphs.all()]
    tasks = coordination.made_from_each(paragraphs, user)
    know_who_attended(records)
    with_names = {record.pk: access.may_see_names(user, record) for record in records}
    found: dict[int, list[ShownSection]] = {record.pk: [] for record in records}
    for section in sections:
        shown = [
            shown_paragraph(each, with_names[section.record_id], tasks[each.pk]) for each in section.paragraphs.all()
        ]
        found[section.record_id].append(ShownSection(section, shown))
    return found


def know_who_attended(records: Iterable[Record]) -> None:
    """Ask at once for all of these that are under the Chatham House Rule; the rule asks each of them."""
    asked = {
        record.meeting_id: record
        for record in records
        if record.chatham_house and "attending_user_ids" not in record.__dict__
    }
    if not asked:
        return
    users: dict[int, set[int]] = {key: set() for key in asked}
    rows = Attendance.objects.filter(meeting__in=asked)
    for meeting, *keys in rows.values_list("meeting", "person__user_id", "post__person__user_id"):
        users[meeting] |= set(keys) - {None}
    for key, record in asked.items():
        record.__dict__["attending_user_ids"] = frozenset(users[key])


def _with_paragraphs(sections: QuerySet[Section], records: dict[int, Record]) -> list[Section]:
    rows = Paragraph.objects.select_related(*SPEAKER_ROWS)
    found = list(sections.select_related("audience").prefetch_related(Prefetch("paragraphs", rows)))
    for section in found:
        section.record = records[section.record_id]
    return found


def shown_paragraph(paragraph: Paragraph, with_names: bool, tasks: dict[str, list]) -> ShownParagraph:
    is_spoken = paragraph.kind in SPOKEN_KINDS
    return ShownParagraph(
        key=paragraph.key,
        section_id=paragraph.section_id,
        anchor=paragraph.anchor,
        kind=paragraph.kind,
        # Not get_kind_display, which makes a table of all kinds anew for each paragraph.
        kind_label=str(ParagraphKind(paragraph.kind).label),
        text=paragraph.text,
        version=paragraph.version,
        speaker=_speaker(paragraph) if is_spoken and with_names else "",
        on_behalf_of=str(paragraph.on_behalf_of or "") if is_spoken and with_names else "",
        names_withheld=is_spoken and not with_names,
        actions=tasks["actions"],
        commitments=tasks["commitments"],
    )


def _speaker(paragraph: Paragraph) -> str:
    return named(paragraph.speaker_organisation, paragraph.speaker_post, paragraph.speaker_person)


def texts_for_all_readers(record: Record) -> Iterable[tuple[Section, Paragraph, str]]:
    """Each paragraph with the text that every reader of the record may find: under the Rule, without names."""
    from django.contrib.auth.models import AnonymousUser

    with_names = access.may_see_names(AnonymousUser(), record)
    corrected: dict[int, list[str]] = {}
    for key, text in Corrigendum.objects.filter(paragraph__section__record=record).values_list("paragraph_id", "text"):
        corrected.setdefault(key, []).append(text)
    for section in _with_paragraphs(record.sections.all(), {record.pk: record}):
        for paragraph in section.paragraphs.all():
            paragraph.section = section
            names = [_speaker(paragraph), str(paragraph.on_behalf_of or "")] if with_names else []
            texts = [*filter(None, names), paragraph.text, *corrected.get(paragraph.pk, [])]
            yield section, paragraph, "\n".join(texts)
