"""Paragraphs: written, changed and struck out of a draft, and the actions and commitments that are made along."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access, audit, going_on
from coordination import services as coordination
from coordination.models import Action, Audience, AuditEntry, Commitment, Organisation
from coordination.services import StaleVersion, require
from meetings.models import (
    SPOKEN_KINDS,
    AgendaItem,
    Paragraph,
    ParagraphChange,
    ParagraphKind,
    Record,
    Section,
    check_post,
)
from meetings.services.writing import forget_draft, refuse_where_another_writes

TASK_KINDS = (ParagraphKind.ACTION, ParagraphKind.COMMITMENT)
# What is to be done is a line in many lists: it must fit the title of an action.
TASK_MAX_LENGTH = 255
TEXT_MAX_LENGTH = 10_000
SPEAKER_FIELDS = ("speaker_post", "speaker_person", "speaker_organisation", "on_behalf_of")


# --- the draft that is written in ------------------------------------------------------------------------------------
def locked(record: Record) -> Record:
    # Without a join to its audiences: PostgreSQL would check them again after a wait for the lock, and find no row.
    return Record.objects.select_for_update(of=("self",)).select_related("meeting", "space").get(pk=record.pk)


def drafted(actor: User, record: Record) -> Record:
    """The record as it is now, locked, if `actor` may write in it."""
    record = locked(record)
    require(actor, "record", record)
    if not record.is_draft:
        raise ValidationError(_("The record is no draft any more: reopen it to change it."))
    return record


def drafted_section(actor: User, record: Record, key: int) -> Section:
    """A section of the draft as it is now, if `actor` may read it: it may be marked narrower than the record."""
    section = Section.objects.select_for_update(of=("self",)).get(pk=key, record=record)
    section.record = record
    require(actor, "record", section)
    return section


def follow_the_agenda(record: Record, keep: Section | None = None) -> None:
    """A section for each item of the agenda as it is now; at least one. What was written stays where it is.

    `keep` is a section that is about to be written in, whether the agenda still has its item or not.
    """
    sections = {section.agenda_item_id: section for section in record.sections.all()}
    for item in AgendaItem.objects.filter(meeting_id=record.meeting_id).numbered():
        section = sections.get(item.pk) or Section(record=record, agenda_item=item)
        if section.pk is None or (section.number, section.title) != (item.number, item.title):
            section.number, section.title = item.number, item.title
            section.save()
    sections_of_nothing = record.sections.filter(
        agenda_item__isnull=True, paragraphs__isnull=True, version_paragraphs__isnull=True, comments__isnull=True
    )
    if record.sections.filter(agenda_item__isnull=False).exists():
        sections_of_nothing.exclude(pk__in=[keep.pk] if keep else []).delete()
    if not record.sections.exists():
        Section.objects.create(record=record)


# --- paragraphs ----------------------------------------------------------------------------------------------------
@transaction.atomic
def add_paragraph(
    actor: User,
    section: Section,
    *,
    kind: str,
    text: str,
    owner: Organisation | None = None,
    due_on: date | None = None,
    submission: UUID | None = None,
    source: Any = None,
    after: str = "",
    **speaker: Any,
) -> Paragraph:
    """Write a paragraph at the end of a section, or below the one with the key `after` while that is there; an action
    or a commitment is made along with it, for `owner`.

    `source` is what the paragraph comes of, such as a message. `speaker` is who made a statement: `speaker_post`,
    `speaker_person`, `speaker_organisation`, and `on_behalf_of`.
    Sent twice, it is one paragraph.
    """
    record = drafted(actor, section.record)
    section = drafted_section(actor, record, section.pk)
    if submission and (sent_before := _written_before(submission, record)):
        return sent_before
    refuse_where_another_writes(actor, section)
    follow_the_agenda(record, keep=section)
    paragraph = Paragraph(
        section=section,
        kind=kind,
        text=text.strip(),
        position=_next_position(section),
        submission=submission,
        created_by=actor,
        **speaker,
    )
    _check_paragraph(paragraph, record)
    if kind in TASK_KINDS and owner is None:
        raise ValidationError({"owner": _("Say which organisation does it.")})
    if kind not in TASK_KINDS and (owner is not None or due_on is not None):
        raise ValidationError({"kind": _("Only an action or a commitment is for somebody, and due on a day.")})
    if after:
        _make_room_below(after, paragraph)
    paragraph.save()
    if owner is not None:
        _make_task(actor, record, paragraph, owner, due_on)
    forget_draft(submission)
    going_on.note(source, paragraph)
    audit.record(actor, "paragraph written", paragraph, after=_as_written(paragraph))
    return paragraph


def _written_before(submission: UUID, record: Record) -> Paragraph | None:
    """The paragraph that was made of this sending, whoever sent it: a draft may be written down by a colleague."""
    return Paragraph.objects.filter(submission=submission, section__record=record).first()


@transaction.atomic
def edit_paragraph(
    actor: User, paragraph: Paragraph, *, version: int, submission: UUID | None = None, **changes: Any
) -> Paragraph:
    """Change the text or the speaker. `version` is that of the form: an older one is refused.

    Sent twice with the same `submission`, it is one change, whatever others have written since the first time.
    """
    record = drafted(actor, paragraph.record)
    paragraph = Paragraph.objects.select_for_update(of=("self",)).get(pk=paragraph.pk)
    paragraph.section = drafted_section(actor, record, paragraph.section_id)
    if submission and ParagraphChange.objects.filter(submission=submission, paragraph=paragraph).exists():
        return paragraph
    refuse_where_another_writes(actor, paragraph.section)
    if paragraph.version != version:
        raise StaleVersion
    if set(SPEAKER_FIELDS) & set(changes) and not access.may_see_names(actor, record):
        raise PermissionDenied(_("Who spoke is known to those who attended only."))
    before, old_text = _as_written(paragraph), paragraph.text
    for name, value in changes.items():
        setattr(paragraph, name, value.strip() if name == "text" else value)
    _check_paragraph(paragraph, record, speaker_is_new=bool({"kind", *SPEAKER_FIELDS} & set(changes)))
    paragraph.version += 1
    paragraph.save()
    if paragraph.kind in TASK_KINDS:
        reword_tasks(actor, paragraph, {old_text})
    if submission:
        ParagraphChange.objects.create(submission=submission, paragraph=paragraph, author=actor)
        forget_draft(submission)
    audit.record(actor, "paragraph changed", paragraph, before=before, after=_as_written(paragraph))
    return paragraph


def reword_circulated(actor: User, record: Record, paragraph: Paragraph, text: str) -> None:
    """Let a paragraph say what a delegation proposes, while the record is with the delegations: all of them see it at
    once, and are asked again before it is agreed. The record is locked, and what is asked for was allowed."""
    before = _as_written(paragraph)
    old_text, paragraph.text = paragraph.text, text
    paragraph.section.record = record
    _check_paragraph(paragraph, record, speaker_is_new=False)
    paragraph.version += 1
    paragraph.save()
    if paragraph.kind in TASK_KINDS:
        reword_tasks(actor, paragraph, {old_text})
    audit.record(actor, "paragraph changed", paragraph, before=before, after=_as_written(paragraph))


@transaction.atomic
def remove_paragraph(actor: User, paragraph: Paragraph, *, version: int) -> None:
    """Strike a paragraph out of a draft; one that an action or a commitment came from stays."""
    record = drafted(actor, paragraph.record)
    paragraph = Paragraph.objects.select_for_update(of=("self",)).get(pk=paragraph.pk)
    refuse_where_another_writes(actor, drafted_section(actor, record, paragraph.section_id))
    if paragraph.version != version:
        raise StaleVersion
    if any(rows.exists() for rows in _tasks_from(paragraph)):
        raise ValidationError(_("An action or a commitment came from this paragraph. It stays, as its source."))
    audit.record(actor, "paragraph removed", record, before=_as_written(paragraph))
    paragraph.delete()


def _next_position(section: Section) -> int:
    last = section.paragraphs.order_by("position").values_list("position", flat=True).last()
    return 0 if last is None else last + 1


def _make_room_below(key: str, paragraph: Paragraph) -> None:
    """The section is locked: nobody else moves its paragraphs meanwhile."""
    there = paragraph.section.paragraphs.filter(key=key).values_list("position", flat=True).first()
    if there is not None:
        paragraph.section.paragraphs.filter(position__gt=there).update(position=F("position") + 1)
        paragraph.position = there + 1


def _check_paragraph(paragraph: Paragraph, record: Record, *, speaker_is_new: bool = True) -> None:
    """Refuse what a form would refuse, beside its field; complete who spoke from the post.

    Who spoke is looked at only where it is new: a refusal would else tell of it to whoever may not see the names.
    """
    if paragraph.kind not in ParagraphKind.values:
        raise ValidationError({"kind": _("Choose one of the kinds.")})
    if not paragraph.text:
        raise ValidationError({"text": _("Write what was said or decided.")})
    limit = TASK_MAX_LENGTH if paragraph.kind in TASK_KINDS else TEXT_MAX_LENGTH
    if len(paragraph.text) > limit:
        raise ValidationError({"text": _("Say it in at most %(limit)d characters.") % {"limit": limit}})
    if paragraph.kind in TASK_KINDS:
        _check_task_text(paragraph.text)
    if speaker_is_new:
        _check_speaker(paragraph, record)
    paragraph.clean_fields(exclude=["section"])


def _check_task_text(text: str) -> None:
    """It becomes the title of an action."""
    try:
        validate_plain_text(text)
    except ValidationError as refusal:
        raise ValidationError({"text": refusal.messages}) from refusal


def _check_speaker(paragraph: Paragraph, record: Record) -> None:
    names_somebody = any(getattr(paragraph, f"{name}_id") for name in SPEAKER_FIELDS)
    if paragraph.kind not in SPOKEN_KINDS:
        if names_somebody:
            raise ValidationError({"kind": _("Only a statement or a reservation has a speaker.")})
        return
    if not names_somebody:
        raise ValidationError({"speaker": _("Say who made the statement, or on whose behalf.")})
    if paragraph.speaker_post and paragraph.speaker_organisation is None:
        paragraph.speaker_organisation = paragraph.speaker_post.organisation
    try:
        day = record.meeting.day
        check_post(paragraph.speaker_organisation, paragraph.speaker_post, paragraph.speaker_person, day)
    except ValidationError as refusal:
        raise ValidationError({"speaker": refusal.messages}) from refusal


def _as_written(paragraph: Paragraph) -> dict[str, Any]:
    """What the audit trail keeps of a paragraph. Never who spoke: the trail has other readers than the record."""
    return {"kind": paragraph.kind, "text": paragraph.text, "version": paragraph.version}


# --- what a record makes others do ---------------------------------------------------------------------------------
def audience_of_tasks(section: Section) -> Audience:
    """Who reads an action made in the record: who reads its section, as far as they are members of the space.

    In a draft these are those who write records, also where others follow along: it is told of when it is released.
    """
    is_draft, members = section.record.is_draft, frozenset({access.space_token(section.space_id)})
    limit = access.only_rapporteurs(section.space_id) if is_draft else members
    return access.intern(access.meet(section.audience.tokens, limit))


def _make_task(
    actor: User, record: Record, paragraph: Paragraph, owner: Organisation, due_on: date | None
) -> Action | Commitment:
    common: dict[str, Any] = {
        "title": paragraph.text,
        "due_on": due_on,
        "source": paragraph,
        "audience": audience_of_tasks(paragraph.section),
        "language": record.language,
        "illustrative": record.illustrative,
    }
    if paragraph.kind == ParagraphKind.COMMITMENT:
        return coordination.make_commitment(actor, record.space, party=owner, **common)
    return coordination.create_action(actor, record.space, owner=owner, **common)


def _tasks_from(paragraphs: Paragraph | Iterable[Paragraph]) -> list[Any]:
    """The actions and the commitments that came from a paragraph, or from many; whoever may read them."""
    keys = [paragraphs.pk] if isinstance(paragraphs, Paragraph) else [paragraph.pk for paragraph in paragraphs]
    of_these = {"source_type": ContentType.objects.get_for_model(Paragraph), "source_id__in": keys}
    return [Action.objects.filter(**of_these), Commitment.objects.filter(**of_these)]


def reword_tasks(actor: User, paragraph: Paragraph, earlier: set[str]) -> None:
    """What still says what the paragraph said says what it says now.

    Not while others read the task than may read the paragraph: a draft's words wait until it is circulated.
    """
    audience = paragraph.section.audience.tokens
    edits: tuple[Any, Any] = (coordination.edit_action, coordination.edit_commitment)
    for tasks, edit in zip(_tasks_from(paragraph), edits, strict=True):
        for task in tasks.filter(title__in=earlier - {paragraph.text}).select_related("audience"):
            if access.is_within(task.audience.tokens, audience):
                edit(actor, task, version=task.version, title=paragraph.text)


def earlier_texts(paragraph: Paragraph) -> set[str]:
    entries = AuditEntry.objects.filter(
        object_type=ContentType.objects.get_for_model(Paragraph), object_id=paragraph.pk, verb="paragraph changed"
    )
    return {entry.before["text"] for entry in entries}


def release_tasks(actor: User, record: Record) -> None:
    """What was made in the draft was a draft too; what somebody has marked otherwise since stays so."""
    drafts = access.only_rapporteurs(record.space_id)
    for section in record.sections.select_related("audience"):
        section.record = record
        audience_now = audience_of_tasks(section)
        for rows in _tasks_from(section.paragraphs.all()):
            for task in rows.exclude(own_audience=audience_now).select_related("own_audience"):
                held = task.own_audience.tokens
                if held and access.is_within(held, drafts):
                    _mark_task(actor, task, audience_now, "released with its record")


def narrow_tasks(actor: User | None, section: Section) -> None:
    """Where the section is marked narrower, so is what was made in it: its title is the words of the paragraph."""
    allowed = audience_of_tasks(section).tokens
    for rows in _tasks_from(section.paragraphs.all()):
        for task in rows.select_related("own_audience"):
            held = task.own_audience.tokens
            if not access.is_within(held, allowed):
                _mark_task(actor, task, access.intern(access.meet(held, allowed)), "narrowed with its record")


def _mark_task(actor: User | None, task: Any, audience: Audience, verb: str) -> None:
    before = task.own_audience.key
    task.own_audience = audience
    access.settle(task)
    audit.record(actor, verb, task, before={"audience": before}, after={"audience": audience.key})
