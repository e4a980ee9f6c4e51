"""The copy of a record for one reader: all that is put on paper, and nothing that this reader may not see.

Papers are made of copies alone. What is left out leaves no gap: sections are numbered as they stand in the copy.
Under the Chatham House Rule a paper tells those who did not attend neither who spoke nor who was there: unlike a page
it is handed on (docs/decisions/0015).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coordination import access, attachments
from coordination.models import Commitment, Marking
from meetings import selectors
from meetings.models import Attendance, AttendanceRole, Meeting, Record
from meetings.papers.layout import narrowest
from meetings.selectors import circulation


@dataclass(frozen=True)
class CopiedTask:
    reference: str
    what: str
    who: str
    due_on: date | None


@dataclass(frozen=True)
class CopiedCorrigendum:
    text: str
    reason: str
    on: date


@dataclass(frozen=True)
class CopiedParagraph:
    key: str
    kind: str
    label: str
    text: str
    # Empty where nobody spoke, and where the reader may not know who did.
    speaker: str
    on_behalf_of: str
    names_withheld: bool
    tasks: list[CopiedTask]
    corrigenda: list[CopiedCorrigendum]


@dataclass(frozen=True)
class CopiedSection:
    number: int
    title: str
    # Its own marking, where it is narrower than that of the record.
    marking: str
    paragraphs: list[CopiedParagraph]

    @property
    def heading(self) -> str:
        return f"{self.number}. {self.title}" if self.title else ""


@dataclass(frozen=True)
class CopiedParticipant:
    organisation: str
    name: str
    role: str
    is_head: bool


@dataclass(frozen=True)
class Reservation:
    text: str
    whose: str


@dataclass(frozen=True)
class RecordCopy:
    record: Record
    # That of its narrowest part: it stands on every page.
    marking: str
    names_withheld: bool
    sections: list[CopiedSection]
    participants: list[CopiedParticipant]
    documents: list[str]
    reservations: list[Reservation]
    agreed_by: list[str]
    # What of it is RED by itself: that it was read is noted in the trail.
    read_besides: list = field(default_factory=list)

    @property
    def meeting(self) -> Meeting:
        return self.record.meeting

    @property
    def paragraphs(self) -> list[CopiedParagraph]:
        return [paragraph for section in self.sections for paragraph in section.paragraphs]


def copy_for(user: access.Reader, record: Record) -> RecordCopy:
    """The copy of `record`, which `user` may read, for that reader."""
    return copies_for(user, [record])[0]


def copies_for(user: access.Reader, records: list[Record]) -> list[RecordCopy]:
    """The same of many records, in as many queries as of one."""
    sections = selectors.sections_of_each(records, user)
    corrigenda = circulation.corrigenda_of_each([record for record in records if record.is_frozen], user)
    documents = attachments.keeper().files_of_each([record.meeting for record in records], user)
    outcomes = circulation.outcomes_of_each(records, user)
    present = _participants_of_each([record.meeting for record in records])
    return [
        _copy(
            record,
            not access.may_see_names(user, record),
            sections[record.pk],
            corrigenda,
            documents[record.meeting_id],
            outcomes[record.pk],
            present[record.meeting_id],
        )
        for record in records
    ]


def _copy(
    record: Record,
    withheld: bool,
    shown: list[selectors.ShownSection],
    corrigenda: dict[str, list],
    documents: list[Any],
    outcome: circulation.Outcome,
    present: list[CopiedParticipant],
) -> RecordCopy:
    markings = [record.audience.marking, *(one.section.audience.marking for one in shown)]
    tasks = [
        task for one in shown for paragraph in one.paragraphs for task in [*paragraph.actions, *paragraph.commitments]
    ]
    markings += [task.audience.marking for task in tasks] + [file.audience.marking for file in documents]
    return RecordCopy(
        record=record,
        marking=narrowest(markings),
        names_withheld=withheld,
        sections=[_section(number, one, corrigenda) for number, one in enumerate(shown, start=1)],
        participants=[] if withheld else present,
        documents=[str(file.title) for file in documents],
        reservations=[Reservation(one.text, one.whose) for one in outcome.reservations],
        agreed_by=outcome.agreed_by,
        read_besides=[
            one.section for one in shown if one.section.is_narrower and one.section.audience.marking == Marking.RED
        ],
    )


def _section(number: int, shown: selectors.ShownSection, corrigenda: dict[str, list]) -> CopiedSection:
    section = shown.section
    return CopiedSection(
        number=number,
        title=section.title,
        marking=section.audience.marking if section.is_narrower else "",
        paragraphs=[_paragraph(one, corrigenda.get(one.key, [])) for one in shown.paragraphs],
    )


def _paragraph(shown: selectors.ShownParagraph, corrigenda: list) -> CopiedParagraph:
    return CopiedParagraph(
        key=shown.key,
        kind=shown.kind,
        label=shown.kind_label,
        text=shown.text,
        speaker=shown.speaker,
        on_behalf_of=shown.on_behalf_of,
        names_withheld=shown.names_withheld,
        tasks=[
            *(CopiedTask(one.short_reference or "", one.title, one.owner.name, one.due_on) for one in shown.actions),
            *(
                CopiedTask(one.short_reference or "", one.title, one.party.name, one.due_on)
                for one in shown.commitments
            ),
        ],
        corrigenda=[CopiedCorrigendum(one.text, one.reason, one.made_at.date()) for one in corrigenda],
    )


def _commitment(task: Commitment) -> CopiedTask:
    return CopiedTask(task.short_reference or "", task.title, task.party.name, task.due_on)


def _participants_of_each(meetings: list[Meeting]) -> dict[int, list[CopiedParticipant]]:
    found: dict[int, list[CopiedParticipant]] = {meeting.pk: [] for meeting in meetings}
    for row in Attendance.objects.filter(meeting__in=meetings).for_lists():
        found[row.meeting_id].append(
            CopiedParticipant(
                organisation=row.organisation.name,
                name=str(row) if row.is_named else "",
                role=str(row.get_role_display()),
                is_head=row.role == AttendanceRole.HEAD,
            )
        )
    return found
