"""A record goes round the delegations: circulated in rounds, commented on, agreed to, and put right afterwards."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from coordination import access, audit
from coordination import selectors as coordination
from coordination.models import Organisation
from coordination.services import StaleVersion, require, sent_before
from meetings.models import (
    Answer,
    AnswerKind,
    CommentState,
    Corrigendum,
    Paragraph,
    Record,
    RecordComment,
    RecordState,
    Round,
    Section,
    VersionParagraph,
)
from meetings.services.paragraphs import SPEAKER_FIELDS, locked, narrow_tasks, reword_circulated

# What is kept of a paragraph in a version, besides the section that it stood in.
KEPT = ("key", "position", "kind", "text", *(f"{name}_id" for name in SPEAKER_FIELDS))
MOST_DAYS_TO_ANSWER = 366


# --- rounds --------------------------------------------------------------------------------------------------------
def organisations_to_ask(record: Record) -> list[Organisation]:
    """The organisations that can answer: those that may contribute in the space and of which somebody reads the record
    once it is circulated. Those that attended first."""
    tokens = access.meet(record.own_audience.tokens, access.audience(record.meeting))
    attended = set(record.meeting.attendance.values_list("organisation_id", flat=True))
    able = access.contributing_organisations(tokens, record.space_id)
    found = coordination.organisations_in(record.space).filter(pk__in=able)
    return sorted(found, key=lambda one: (one.pk not in attended, one.acronym))


def asked_by_default(record: Record) -> list[Organisation]:
    """Those of them that attended."""
    attended = set(record.meeting.attendance.values_list("organisation_id", flat=True))
    return [one for one in organisations_to_ask(record) if one.pk in attended]


def begin_round(
    actor: User,
    record: Record,
    *,
    organisations: Iterable[Organisation] | None = None,
    due_on: date | None = None,
    note: str = "",
) -> Round:
    """Keep the text as it stands as a version, and ask the delegations. Called inside the transaction that circulates
    the record, which is locked."""
    asked = asked_by_default(record) if organisations is None else list(organisations)
    able = {one.pk for one in organisations_to_ask(record)}
    if outside := [one.acronym for one in asked if one.pk not in able]:
        raise ValidationError({"organisations": _("Nobody there could answer: %s.") % ", ".join(outside)})
    last = last_round(record)
    begun = Round(
        record=record,
        number=last.number + 1 if last else 1,
        circulated_by=actor,
        due_at=_end_of(record, due_on),
        silence_is_agreement=record.meeting.silence_is_agreement and due_on is not None,
        note=note.strip(),
    )
    begun.clean_fields(exclude=["record"])
    close_round(last)
    begun.save()
    VersionParagraph.objects.bulk_create(_as_it_stands(begun))
    Answer.objects.bulk_create(Answer(round=begun, organisation=one) for one in asked)
    return begun


def _end_of(record: Record, day: date | None) -> datetime | None:
    """The delegations have until the end of the day, by the clock of the meeting's place."""
    if day is None:
        return None
    end = datetime.combine(day, time.max, tzinfo=record.meeting.zone)
    if end <= timezone.now():
        raise ValidationError({"due_on": _("This day is over.")})
    if (end - timezone.now()).days > MOST_DAYS_TO_ANSWER:
        raise ValidationError({"due_on": _("Choose a day within a year.")})
    return end


def _as_it_stands(begun: Round) -> list[VersionParagraph]:
    rows = Paragraph.objects.filter(section__record=begun.record).select_related("section")
    return [
        VersionParagraph(
            round=begun,
            section=paragraph.section,
            section_number=paragraph.section.number,
            section_title=paragraph.section.title,
            paragraph=paragraph,
            **{name: getattr(paragraph, name) for name in KEPT},
        )
        for paragraph in rows
    ]


def last_round(record: Record) -> Round | None:
    return Round.objects.filter(record=record).order_by("number").last()


def close_round(last: Round | None) -> None:
    """Nothing more is said in it."""
    if last is not None and last.closed_at is None:
        last.closed_at = timezone.now()
        last.save(update_fields=["closed_at"])


def is_changed_since(last: Round) -> bool:
    """Whether the record says something else by now than the delegations were shown."""
    shown = set(last.paragraphs.values_list("section_id", "paragraph_id", *KEPT))
    present = Paragraph.objects.filter(section__record=last.record_id).values_list("section_id", "pk", *KEPT)
    return shown != set(present)


@transaction.atomic
def extend_round(actor: User, record: Record, *, due_on: date) -> Round:
    """Give the delegations more time; never less. Whose silence has been counted already is asked again."""
    record = locked(record)
    require(actor, "record", record)
    last = last_round(record)
    if record.state != RecordState.CIRCULATED or last is None or last.closed_at is not None:
        raise ValidationError(_("The record is not with the delegations."))
    until = _end_of(record, due_on)
    if last.due_at is None or until is None or until < last.due_at:
        raise ValidationError({"due_on": _("The delegations have been given longer than that.")})
    before = last.due_at
    last.due_at = until
    last.save(update_fields=["due_at"])
    last.answers.filter(kind=AnswerKind.SILENCE).update(kind=AnswerKind.AWAITED, answered_at=None)
    audit.record(
        actor,
        "time to answer extended",
        record,
        before={"due_at": before.isoformat()},
        after={"due_at": until.isoformat()},
    )
    return last


# --- answers -------------------------------------------------------------------------------------------------------
def answer_open_to(user: access.Reader, record: Record, last: Round | None) -> Answer | None:
    """The answer that `user` may give for the user's organisation now, if any."""
    if not user.is_authenticated or last is None or record.state != RecordState.CIRCULATED or not last.is_open():
        return None
    answers = last.answers.select_related("organisation", "answered_by")
    answer = answers.filter(organisation_id=user.organisation_id or 0).first()
    if answer is None:
        return None
    answer.round, last.record = last, record
    return answer if access.can(user, "answer", answer) else None


@transaction.atomic
def answer_record(actor: User, record: Record, *, kind: str, version: int, reservation: str = "") -> Answer:
    """Agree for one's delegation, with a reservation or without one. Until the time is over it can be changed."""
    record = locked(record)
    require(actor, "read", record)
    last = _open_round(record)
    answer = last.answers.select_for_update().filter(organisation_id=actor.organisation_id or 0).first()
    if answer is None:
        raise PermissionDenied(_("You do not have the right to do this."))
    answer.round, last.record = last, record
    require(actor, "answer", answer)
    reservation = reservation.strip()
    if kind not in (AnswerKind.AGREED, AnswerKind.RESERVATION):
        raise ValidationError({"kind": _("Agree, or agree with a reservation.")})
    if kind == AnswerKind.RESERVATION and not reservation:
        raise ValidationError({"reservation": _("Say what the reservation is.")})
    if kind == AnswerKind.AGREED:
        reservation = ""
    if (answer.kind, answer.reservation) == (kind, reservation):  # the same button pressed twice
        return answer
    if answer.version != version:
        raise StaleVersion
    answer.kind, answer.reservation = kind, reservation
    answer.answered_by, answer.answered_at = actor, timezone.now()
    answer.version += 1
    answer.clean_fields(exclude=["round"])
    answer.save()
    # Who has answered is for the trail; what, under the Chatham House Rule, is not for all its readers.
    audit.record(actor, "record answered", record, after={"version": last.number})
    return answer


def _open_round(record: Record) -> Round:
    last = last_round(record)
    if record.state != RecordState.CIRCULATED or last is None or last.closed_at is not None:
        raise ValidationError(_("The record is not with the delegations."))
    if last.is_over():
        raise ValidationError(_("The time to answer is over."))
    return last


def count_silence(now: datetime | None = None) -> int:
    """Where the meeting's rules say so, who has said nothing in time has agreed; how many that were. Called by the
    worker, round after round."""
    now = now or timezone.now()
    over = Round.objects.filter(
        closed_at=None, due_at__lte=now, silence_is_agreement=True, answers__kind=AnswerKind.AWAITED
    )
    return sum(_count_silence_in(record, now) for record in Record.objects.filter(rounds__in=over).distinct())


@transaction.atomic
def _count_silence_in(record: Record, now: datetime) -> int:
    record = locked(record)
    last = last_round(record)
    if record.state != RecordState.CIRCULATED or last is None:
        return 0
    return silence_counted(record, last, now)


def silence_counted(record: Record, last: Round, now: datetime) -> int:
    """The same for one record, which is locked."""
    if last.closed_at is not None or not last.silence_is_agreement or not last.is_over(now):
        return 0
    counted = last.answers.filter(kind=AnswerKind.AWAITED).update(kind=AnswerKind.SILENCE, answered_at=last.due_at)
    if counted:
        audit.record(None, "silence counted as agreement", record, after={"delegations": counted})
    return counted


def check_agreeable(record: Record, *, reason: str = "") -> None:
    """Refuse to call a record agreed that the delegations have not all agreed to as it stands. The record is locked."""
    last = last_round(record)
    if last is None or last.closed_at is not None:
        return
    last.record = record
    silence_counted(record, last, timezone.now())
    if is_changed_since(last):
        raise ValidationError(_("The text has changed since the delegations were asked. Circulate it again."))
    if proposals := last.comments.filter(state=CommentState.OPEN).exclude(wording="").count():
        sentence = ngettext_lazy(
            "A wording is proposed on which nothing is decided yet.",
            "%(number)d wordings are proposed on which nothing is decided yet.",
            proposals,
        )
        raise ValidationError(sentence % {"number": proposals})
    awaited = last.answers.filter(kind=AnswerKind.AWAITED).select_related("organisation")
    names = ", ".join(answer.organisation.acronym for answer in awaited)
    if names and last.due_at and not last.is_over():
        raise ValidationError(_("The delegations still have time to answer: %s.") % names)
    if names and not reason.strip():
        raise ValidationError({"reason": _("Give the reason: it is agreed without an answer of %s.") % names})


# --- comments ------------------------------------------------------------------------------------------------------
def may_comment(user: access.Reader, record: Record, last: Round | None) -> bool:
    """Whether `user` may say something of paragraphs now: for a delegation that is asked, or keeping the record."""
    if not user.is_authenticated or last is None or record.state != RecordState.CIRCULATED or not last.is_open():
        return False
    if access.can(user, "record", record):
        return True
    return access.can(user, "contribute", record) and last.answers.filter(organisation=user.organisation_id).exists()


@transaction.atomic
def comment_on(
    actor: User, paragraph: Paragraph, *, text: str = "", wording: str = "", submission: UUID | None = None
) -> RecordComment:
    """Say something of a paragraph, or propose another wording of it. Sent twice, it is one comment."""
    record = locked(paragraph.section.record)
    paragraph = Paragraph.objects.select_related("section__audience").get(pk=paragraph.pk)
    paragraph.section.record = record
    require(actor, "contribute", paragraph)
    last = _open_round(record)
    if not may_comment(actor, record, last):
        raise PermissionDenied(_("You do not have the right to do this."))
    if before := sent_before(RecordComment, submission, author=actor):
        return before
    text, wording = text.strip(), wording.strip()
    wording = "" if wording == paragraph.text else wording
    if not text and not wording:
        raise ValidationError({"text": _("Say something of the paragraph, or propose another wording.")})
    comment = RecordComment(
        round=last,
        section=paragraph.section,
        paragraph=paragraph,
        words_then=paragraph.text,
        organisation_id=actor.organisation_id,
        author=actor,
        text=text,
        wording=wording,
        submission=submission,
    )
    comment.clean_fields(exclude=["round", "section", "paragraph"])
    comment.save()
    # On the record, not the comment: under the Chatham House Rule the trail must not lead from a name to its words.
    audit.record(actor, "record commented on", record, after={"proposal": comment.is_proposal})
    return comment


@transaction.atomic
def withdraw_comment(actor: User, comment: RecordComment) -> RecordComment:
    """Take back what was said, as long as nothing is decided on it: its author, or somebody of the same delegation."""
    record = locked(comment.round.record)
    comment = RecordComment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    comment.round.record = record
    if not may_withdraw(actor, comment):
        raise PermissionDenied(_("You do not have the right to do this."))
    if comment.state == CommentState.WITHDRAWN:
        return comment
    if comment.state != CommentState.OPEN or record.is_frozen:
        raise ValidationError(_("Something else has been decided on it in the meantime."))
    _decide(comment, actor, CommentState.WITHDRAWN, "")
    audit.record(actor, "comment withdrawn", record)
    return comment


def may_withdraw(user: access.Reader, comment: RecordComment) -> bool:
    if not user.is_authenticated or not access.can(user, "contribute", comment):
        return False
    return comment.author_id == user.pk or (
        comment.organisation_id is not None and comment.organisation_id == user.organisation_id
    )


@transaction.atomic
def decide_comment(
    actor: User, comment: RecordComment, *, state: str, version: int, wording: str = "", reply: str = ""
) -> RecordComment:
    """Take a comment up, with its wording or another, or decline it. `version` is that of the paragraph as the form
    showed it: what was reworded meanwhile is not overwritten."""
    record = locked(comment.round.record)
    comment = RecordComment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    comment.round.record = record
    require(actor, "record", comment)
    if record.is_frozen:
        raise ValidationError(_("The record is agreed: its text is not changed any more."))
    if state not in (CommentState.TAKEN_UP, CommentState.DECLINED):
        raise ValidationError({"state": _("Take it up or decline it.")})
    if comment.state != CommentState.OPEN:
        if comment.state == state:  # the same button pressed twice
            return comment
        raise ValidationError(_("Something else has been decided on it in the meantime."))
    if state == CommentState.TAKEN_UP and (wording.strip() or comment.wording):
        _take_up(actor, record, comment, wording.strip() or comment.wording, version)
    _decide(comment, actor, state, reply.strip())
    audit.record(actor, "comment decided on", record, after={"state": state}, details={"author": comment.author})
    return comment


def _take_up(actor: User, record: Record, comment: RecordComment, wording: str, version: int) -> None:
    if comment.paragraph_id is None:
        raise ValidationError(_("The paragraph is not in the record any more."))
    paragraph = Paragraph.objects.select_for_update(of=("self",)).get(pk=comment.paragraph_id)
    if paragraph.version != version:
        raise StaleVersion
    if wording != paragraph.text:
        reword_circulated(actor, record, paragraph, wording)


def _decide(comment: RecordComment, actor: User, state: str, reply: str) -> None:
    comment.state, comment.reply = state, reply
    comment.decided_by, comment.decided_at = actor, timezone.now()
    comment.clean_fields(exclude=["round", "section", "paragraph"])
    comment.save()


# --- corrigenda ----------------------------------------------------------------------------------------------------
@transaction.atomic
def correct(
    actor: User, paragraph: Paragraph, *, text: str, reason: str, submission: UUID | None = None
) -> Corrigendum:
    """Put a mistake in an agreed record right, beside the words that were agreed, which stay. Sent twice, it is one."""
    record = locked(paragraph.section.record)
    paragraph = Paragraph.objects.select_for_update(of=("self",)).get(pk=paragraph.pk)
    paragraph.section.record = record
    require(actor, "manage", paragraph)
    if not record.is_frozen:
        raise ValidationError(_("The record is not agreed yet: change its text."))
    if before := sent_before(Corrigendum, submission, made_by=actor):
        return before
    text, reason = text.strip(), reason.strip()
    before = text_as_corrected(paragraph)
    if text == before:
        raise ValidationError({"text": _("This is how it reads already.")})
    corrigendum = Corrigendum(
        paragraph=paragraph, before=before, text=text, reason=reason, made_by=actor, submission=submission
    )
    corrigendum.clean_fields(exclude=["paragraph"])
    corrigendum.save()
    audit.record(actor, "corrigendum made", paragraph, before={"text": before}, after={"text": text}, reason=reason)
    return corrigendum


def text_as_corrected(paragraph: Paragraph) -> str:
    """How the paragraph reads with its corrigenda."""
    last = paragraph.corrigenda.order_by("made_at", "pk").last()
    return last.text if last else paragraph.text


# --- markings ------------------------------------------------------------------------------------------------------
def narrow_what_was_made(*, verb: str, obj: Any, actor: User | None, **_signal: Any) -> None:
    """When a section or a whole record is marked anew, so is what was made in it; called inside the transaction."""
    if verb != "marking changed" or not isinstance(obj, (Record, Section)):
        return
    sections = [obj] if isinstance(obj, Section) else list(obj.sections.select_related("audience"))
    for section in sections:
        narrow_tasks(actor, section)
