"""Several rapporteurs at one record: who writes in which section, and the words that are not in the record yet.

A section has one who writes in it. The lease of a rapporteur who is gone ends by itself; one who is there is asked.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit
from coordination.services import require
from meetings.models import (
    LEASE,
    Paragraph,
    ParagraphChange,
    ParagraphDraft,
    ParagraphKind,
    Record,
    Section,
    SectionLock,
)

# Sent after the commit: that something of the writing of a record has changed. meetings.live tells the open pages.
changed = Signal()
DRAFT_MAX_LENGTH = 10_000


class SectionTaken(ValidationError):
    """Somebody else writes in this section."""

    def __init__(self, lock: SectionLock) -> None:
        super().__init__(_("%(name)s is writing in this section. Ask for it first.") % {"name": lock.holder.name})


# --- who writes in a section ---------------------------------------------------------------------------------------
@transaction.atomic
def take_section(actor: User, section: Section, *, now: datetime | None = None) -> SectionLock:
    """Begin to write in `section`, or go on: the lease begins anew. Refused while somebody else writes there."""
    now = now or timezone.now()
    _may_write(actor, section)
    lock = _lock_of(section)
    if lock is None:
        lock, is_new = SectionLock.objects.get_or_create(
            section=section, defaults={"holder": actor, "taken_at": now, "held_until": now + LEASE}
        )
        if is_new:
            _tell(section)
            return lock
        lock = _lock_of(section) or lock
    if lock.keeps_out(actor.pk, now):
        raise SectionTaken(lock)
    is_the_same, was_held = lock.holder_id == actor.pk, lock.is_held(now)
    if is_the_same and lock.held_until - now > LEASE * 2 / 3:
        return lock  # every letter typed comes by here
    lock.held_until = now + LEASE
    if not is_the_same:
        _pass_on(lock, actor, now, from_one_who_is_there=was_held)
    lock.save()
    if not is_the_same or not was_held:
        _tell(section)
    return lock


def _pass_on(lock: SectionLock, to: User, now: datetime, *, from_one_who_is_there: bool) -> None:
    before = {"holder": lock.holder_id}
    lock.holder, lock.taken_at, lock.asked_by, lock.asked_at = to, now, None, None
    if from_one_who_is_there:
        after = {"holder": to.pk, "section": lock.section_id}
        audit.record(to, "section taken over", lock.section.record, before=before, after=after)


@transaction.atomic
def release_section(actor: User, section: Section) -> None:
    """Write there no longer. Where a colleague has asked for it, it is theirs now."""
    lock = _lock_of(section)
    if lock is None or lock.holder_id != actor.pk:
        return
    waiting, now = lock.asked_by, timezone.now()
    if waiting is not None and lock.is_held(now) and access.can(waiting, "record", section):
        _pass_on(lock, waiting, now, from_one_who_is_there=False)
        lock.held_until = now + LEASE
        lock.save()
    else:
        lock.delete()
    _tell(section)


@transaction.atomic
def ask_for_section(actor: User, section: Section) -> SectionLock | None:
    """Ask whoever writes in `section` to let one write there; None where nobody does any more."""
    _may_write(actor, section)
    lock = _lock_of(section)
    if lock is None or lock.holder_id == actor.pk or not lock.is_held():
        return None
    if lock.asked_by_id is None:
        lock.asked_by, lock.asked_at = actor, timezone.now()
        lock.save(update_fields=["asked_by", "asked_at"])
        _tell(section)
    return lock


@transaction.atomic
def keep_section(actor: User, section: Section) -> None:
    """Go on writing although a colleague has asked: that answers the question."""
    lock = _lock_of(section)
    if lock is None or lock.holder_id != actor.pk or lock.asked_by_id is None:
        return
    lock.asked_by = lock.asked_at = None
    lock.save(update_fields=["asked_by", "asked_at"])
    _tell(section)


def refuse_where_another_writes(actor: User, section: Section) -> None:
    """Nobody writes over the words of a colleague, by the page of the writing or by any other."""
    lock = SectionLock.objects.select_related("holder").filter(section=section).first()
    if lock is not None and lock.keeps_out(actor.pk):
        raise SectionTaken(lock)


def _lock_of(section: Section) -> SectionLock | None:
    rows = SectionLock.objects.select_for_update(of=("self",)).select_related("holder", "asked_by", "section__record")
    return rows.filter(section=section).first()


def _may_write(actor: User, section: Section) -> None:
    require(actor, "record", section)
    if not section.record.is_draft:
        raise ValidationError(_("The record is no draft any more: reopen it to change it."))


# --- words that are not in the record yet ----------------------------------------------------------------------------
@transaction.atomic
def keep_draft(
    actor: User,
    section: Section,
    submission: UUID,
    *,
    text: str,
    kind: str = ParagraphKind.SUMMARY,
    paragraph: Paragraph | None = None,
    number: int = 0,
) -> ParagraphDraft | None:
    """Keep what has been typed so far, where the section is the actor's or free. None for what is in the record by now.

    `number` rises with each: what arrives late does not undo what came before it.
    """
    if kind not in ParagraphKind.values:
        raise ValidationError({"kind": _("Choose one of the kinds.")})
    if len(text) > DRAFT_MAX_LENGTH:
        raise ValidationError({"text": _("Say it in at most %(limit)d characters.") % {"limit": DRAFT_MAX_LENGTH}})
    take_section(actor, section)
    if _is_in_the_record(submission):
        return None
    draft = ParagraphDraft.objects.select_for_update().filter(submission=submission).first()
    if draft is None:
        draft = ParagraphDraft(submission=submission, section=section, paragraph=paragraph)
    elif draft.section_id != section.pk:
        raise ValidationError(_("This was written in another section."))
    elif draft.author_id == actor.pk and draft.number >= number:
        return draft
    # Whoever has the section now may go on with what a colleague has left in it.
    draft.author = actor
    draft.kind, draft.text, draft.number, draft.typed_at = kind, text, number, timezone.now()
    draft.save()
    _tell(section, "drafts")
    return draft


def _is_in_the_record(submission: UUID) -> bool:
    sent = {"submission": submission}
    return Paragraph.objects.filter(**sent).exists() or ParagraphChange.objects.filter(**sent).exists()


@transaction.atomic
def drop_draft(actor: User, record: Record, submission: UUID) -> None:
    """Throw away what one has typed oneself."""
    draft = ParagraphDraft.objects.filter(submission=submission, author=actor, section__record=record).first()
    if draft is not None:
        section = draft.section
        draft.delete()
        _tell(section, "drafts")


@transaction.atomic
def pass_drafts_on(actor: User, record: Record, author: User, successor: User) -> bool:
    """Give what `author` typed into `record` and did not write down to a successor who writes there; whether there was
    anything of it that the successor may read."""
    require(actor, "record", record)
    readable = Section.objects.filter(record=record).readable_by(successor)
    drafts = ParagraphDraft.objects.filter(author=author, section__in=readable.readable_by(actor))
    if not access.can(successor, "record", record) or not drafts.update(author=successor):
        return False
    audit.record(actor, "drafts passed on", record, after={"author": successor.pk}, before={"author": author.pk})
    tell(record.pk, "drafts")
    return True


def forget_draft(submission: UUID | None) -> None:
    """Its words are in the record now."""
    if submission is not None:
        ParagraphDraft.objects.filter(submission=submission).delete()


# --- following along -------------------------------------------------------------------------------------------------
@transaction.atomic
def let_follow_along(actor: User, record: Record, *, follow: bool) -> Record:
    """Let those who attended read the record while it is written, as far as its marking lets them; or no longer."""
    record = Record.objects.select_for_update(of=("self",)).select_related("meeting", "space").get(pk=record.pk)
    require(actor, "record", record)
    if not record.is_draft:
        raise ValidationError(_("The record is no draft any more: reopen it to change it."))
    if record.followed_along == follow:
        return record
    record.followed_along = follow
    record.save(update_fields=["followed_along", "updated_at"])
    access.settle(record)
    after: dict[str, Any] = {"followed_along": follow}
    audit.record(actor, "record followed along" if follow else "record followed no longer", record, after=after)
    return record


@transaction.atomic
def attendance_changed(record: Record) -> None:
    """Who follows along are those who attended by now."""
    record = Record.objects.select_for_update(of=("self",)).select_related("meeting", "space").get(pk=record.pk)
    if record.is_draft and record.followed_along:
        access.settle(record)


def _tell(section: Section, what: str = "writing") -> None:
    tell(section.record_id, what)


def tell(record_id: int, what: str = "record") -> None:
    """Let the open pages of the record know, once this is committed."""
    transaction.on_commit(lambda: changed.send(sender=SectionLock, record_id=record_id, what=what))
