"""What is done with a whole thread: closed and pinned, renamed and summed up, slowed down, announced. Each deed is told
to open pages as a change of what stands above the messages (discussion.changes)."""

from datetime import datetime
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access, audit
from coordination.services import StaleVersion, require
from discussion import changes, rights, text
from discussion.models import Acknowledgement, Thread

# In slow mode each may say something once in so many seconds (discussion.rights).
SLOW_MODES = (0, 10, 30, 60, 300, 900, 3600, 86400)


# --- what is said is refused ---------------------------------------------------------------------------------------
def refuse_unless_open(actor: User, thread: Thread) -> None:
    """Raise ValidationError where `actor`, who may contribute, may say nothing in `thread` at this moment."""
    if why := rights.deeds(actor, thread).why_not():
        raise ValidationError({"text": why}, code="closed")
    if again := rights.waits_until(actor, thread):
        seconds = max(1, ceil((again - timezone.now()).total_seconds()))
        sentence = ngettext(
            "Here each writes once in a while: you can write again in %(seconds)d second.",
            "Here each writes once in a while: you can write again in %(seconds)d seconds.",
            seconds,
        )
        raise ValidationError({"text": sentence % {"seconds": seconds}}, code="slow")


# --- closed, pinned, renamed ---------------------------------------------------------------------------------------
@transaction.atomic
def close_thread(actor: User, thread: Thread, reason: str = "") -> None:
    """Nothing more is said in it, by anybody, until it is reopened."""
    thread = _managed(actor, thread)
    reason = _line("reason", reason, required=False)
    if thread.closed_at is None and thread.merged_into_id is None:
        changes.head_changed(thread, closed_at=timezone.now(), closed_reason=reason)
        audit.record(actor, "thread closed", thread, reason=reason)


@transaction.atomic
def reopen_thread(actor: User, thread: Thread) -> None:
    thread = _managed(actor, thread)
    if thread.closed_at is not None and thread.merged_into_id is None:
        changes.head_changed(thread, closed_at=None, closed_reason="")
        audit.record(actor, "thread reopened", thread)


@transaction.atomic
def pin_thread(actor: User, thread: Thread) -> None:
    """It stands first in the list of its space."""
    thread = _managed(actor, thread)
    if thread.pinned_at is None:
        changes.head_changed(thread, pinned_at=timezone.now())
        audit.record(actor, "thread pinned", thread)


@transaction.atomic
def unpin_thread(actor: User, thread: Thread) -> None:
    thread = _managed(actor, thread)
    if thread.pinned_at is not None:
        changes.head_changed(thread, pinned_at=None)
        audit.record(actor, "thread unpinned", thread)


@transaction.atomic
def rename_thread(actor: User, thread: Thread, subject: str) -> None:
    """Give a thread of a space another subject. A thread on something else is named after that."""
    thread = _managed(actor, thread)
    if not thread.subject:
        raise ValidationError({"subject": _("This discussion is named after what it is about.")})
    subject = _line("subject", subject)
    before = thread.subject
    if subject != before:
        changes.head_changed(thread, subject=subject)
        # Its messages are found under its name (discussion.projections).
        thread.save(update_fields=["subject"])
        audit.record(actor, "thread renamed", thread, before={"subject": before}, after={"subject": subject})


def _line(field: str, words: str, *, required: bool = True) -> str:
    """A line as it is kept, within what its column holds."""
    words = words.strip()
    limit = Thread._meta.get_field("subject").max_length or 0
    try:
        validate_plain_text(words)
    except ValidationError as refusal:
        raise ValidationError({field: refusal.messages}) from refusal
    if required and not words:
        raise ValidationError({field: _("Say what it is about.")})
    if len(words) > limit:
        raise ValidationError({field: _("Say it in at most %(limit)d characters.") % {"limit": limit}})
    return words


# --- summary -------------------------------------------------------------------------------------------------------
def summary_version(thread: Thread) -> int:
    """What a form of the summary carries, so that nobody writes over what came in the meantime."""
    return round(thread.summary_at.timestamp() * 1_000_000) if thread.summary_at else 0


@transaction.atomic
def write_summary(actor: User, thread: Thread, words: str, version: int) -> None:
    """What stands at the top for those who do not read it all; written by whoever writes records. Empty, it is gone."""
    require(actor, "record", thread)
    thread = changes.locked(thread)
    if summary_version(thread) != version:
        raise StaleVersion
    words = text.check(words) if words.strip() else ""
    if words != thread.summary:
        changes.head_changed(thread, summary=words, summary_by_id=actor.pk, summary_at=timezone.now())
        audit.record(actor, "summary written", thread)


# --- when is written, and by whom ----------------------------------------------------------------------------------
@transaction.atomic
def slow_down(actor: User, thread: Thread, seconds: int) -> None:
    """Let each say something once in so many seconds; nought: as often as they like."""
    thread = _managed(actor, thread)
    if seconds not in SLOW_MODES:
        raise ValidationError({"seconds": _("Choose one of these.")})
    before = thread.slow_seconds
    if seconds != before:
        changes.head_changed(thread, slow_seconds=seconds)
        audit.record(actor, "slow mode changed", thread, before={"seconds": before}, after={"seconds": seconds})


@transaction.atomic
def make_read_only(actor: User, thread: Thread, starts: datetime, ends: datetime | None = None) -> None:
    """From one time to another only those who manage the space write; without an end, until it is lifted."""
    thread = _managed(actor, thread)
    if ends is not None and ends <= max(starts, timezone.now()):
        raise ValidationError({"until": _("Choose a time that is still to come, after the first.")})
    _keep_read_only(actor, thread, starts, ends)


@transaction.atomic
def lift_read_only(actor: User, thread: Thread) -> None:
    _keep_read_only(actor, _managed(actor, thread), None, None)


def _keep_read_only(actor: User, thread: Thread, starts: datetime | None, ends: datetime | None) -> None:
    before = _times(thread)
    if (starts, ends) != (thread.read_only_from, thread.read_only_until):
        changes.head_changed(thread, read_only_from=starts, read_only_until=ends)
        audit.record(actor, "read-only times changed", thread, before=before, after=_times(thread))


def _times(thread: Thread) -> dict[str, Any]:
    return {"from": audit.plain(thread.read_only_from), "until": audit.plain(thread.read_only_until)}


@transaction.atomic
def keep_under_chatham_house(actor: User, thread: Thread) -> None:
    """From now on nobody is told who says what, nor who said what is there already. There is no way back: who speaks
    under the rule relies on it."""
    thread = _managed(actor, thread)
    if not thread.chatham_house:
        changes.all_changed(thread, chatham_house=True)
        # Its messages are found without those who wrote them from now on (discussion.projections).
        thread.save(update_fields=["chatham_house"])
        audit.record(actor, "thread kept under the Chatham House Rule", thread)


# --- announcements -------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_acknowledgement(actor: User, thread: Thread) -> None:
    """Each member who may read it is asked to say that it has been read."""
    thread = _managed(actor, thread)
    if not thread.asks_acknowledgement:
        changes.head_changed(thread, asks_acknowledgement=True)
        audit.record(actor, "acknowledgement asked for", thread)


@transaction.atomic
def ask_no_acknowledgement(actor: User, thread: Thread) -> None:
    thread = _managed(actor, thread)
    if thread.asks_acknowledgement:
        changes.head_changed(thread, asks_acknowledgement=False)
        audit.record(actor, "acknowledgement no longer asked for", thread)


@transaction.atomic
def acknowledge(actor: User, thread: Thread) -> None:
    """Say that one has read an announcement; once is enough. For members who are asked."""
    require(actor, "read", thread)
    if access.role_in(actor, thread.space_id) is None:
        raise PermissionDenied(_("You do not have the right to do this."))
    thread = changes.locked(thread)
    if not thread.asks_acknowledgement:
        raise ValidationError(_("Nobody asks for this any more."))
    _row, is_new = Acknowledgement.objects.get_or_create(thread=thread, user=actor)
    if is_new:
        changes.head_changed(thread)
        audit.record(actor, "announcement acknowledged", thread)


def _managed(actor: User, thread: Thread) -> Thread:
    """The thread as it stands, held, for somebody who manages its space."""
    require(actor, "manage", thread)
    return changes.locked(thread)
