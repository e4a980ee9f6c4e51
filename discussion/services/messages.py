"""What is said: begun and added. Each function takes the acting user first, checks the right, changes the rows and
writes the audit entry, in one transaction; sockets are poked after the commit."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import Organisation, Space
from coordination.services import audience_for_new, require
from discussion import changes, drafts, files, mentions, pokes, selectors, text, threads
from discussion.changes import locked
from discussion.models import Message, ReadMark, Standing, Thread
from discussion.services.reading import advance
from discussion.services.threads import refuse_unless_open


@transaction.atomic
def post_message(
    actor: User,
    about: Any,
    words: str,
    submission: UUID,
    *,
    answers: Message | None = None,
    uploads: Sequence[Any] = (),
    titles: Sequence[str] = (),
) -> Message:
    """Say something in a thread, or in the thread of an object, which begins with its first message.

    `answers` is the message of that thread that it answers to; `uploads` are files that come with it, `titles` what is
    to be seen on them. The same `submission` sent twice is one message. Raises
    ValidationError for what a form would refuse, and PermissionDenied for whoever may not read the object or not
    contribute in its space.
    """
    require(actor, "contribute", about)
    if sent_before := _sent_before(actor, submission):
        return sent_before
    words = text.check(words, may_be_empty=bool(uploads))
    if threads.rests(about):
        raise ValidationError({"text": _("A draft is not discussed: everybody would read it once it is circulated.")})
    thread = about if isinstance(about, Thread) else _thread_on(actor, about)
    require(actor, "contribute", thread)
    # Before the thread is held, for which others who post wait.
    drafts.forget(actor, about)
    return _add(actor, thread, words, submission, answers, uploads, titles)


@transaction.atomic
def start_thread(
    actor: User,
    space: Space,
    subject: str,
    words: str,
    submission: UUID,
    *,
    uploads: Sequence[Any] = (),
    titles: Sequence[str] = (),
    marking: str = "",
    organisations: Iterable[Organisation] = (),
    users: Iterable[User] = (),
    **fields: Any,
) -> Thread:
    """Begin a discussion in a space, under a subject, with its first message and what comes with that.

    `marking` with whom it names may make it narrower than the space. Only who manages the space asks that it is
    acknowledged.
    """
    require(actor, "contribute", space)
    if fields.get("asks_acknowledgement"):
        require(actor, "manage", space)
    # Locked, so that the same form sent at the same moment waits, and finds what has been sent.
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if sent_before := _sent_before(actor, submission):
        return sent_before.thread
    thread = threads.new_thread(space, subject=subject.strip(), created_by=actor, **fields)
    problems = _problems(thread, words, uploads)
    if marking:
        try:
            thread.own_audience = audience_for_new(actor, thread, marking, organisations, users)
        except ValidationError as refusal:
            problems |= refusal.error_dict
    if problems:
        raise ValidationError(problems)
    thread.save()
    audit.record(actor, "thread started", thread, after={"subject": thread.subject})
    words = text.check(words, may_be_empty=bool(uploads))
    message = _add(actor, thread, words, submission, uploads=uploads, titles=titles)
    drafts.forget(actor, space)
    return message.thread


def _problems(thread: Thread, words: str, uploads: Sequence[Any]) -> dict[str, Any]:
    """What is wrong with any of the fields, so that all of it is said at once."""
    problems: dict[str, Any] = {}
    if not thread.subject:
        problems["subject"] = [_("Say what it is about.")]
    for check in (
        lambda: thread.clean_fields(exclude=["own_audience", "audience"]),
        lambda: text.check(words, may_be_empty=bool(uploads)),
        lambda: files.check(uploads),
    ):
        try:
            check()
        except ValidationError as refusal:
            problems |= refusal.error_dict
    return problems


def _answered(thread: Thread, message: Message | None) -> Message | None:
    """What is answered to, if it is of this thread and still stands: an answer to what is gone is just a message."""
    if message is None:
        return None
    return Message.objects.filter(pk=message.pk, thread=thread, standing=Standing.POSTED).first()


def _sent_before(actor: User, submission: UUID) -> Message | None:
    return Message.objects.select_related("thread").filter(author=actor, submission=submission).first()


def _thread_on(actor: User, obj: Any) -> Thread:
    """The thread of `obj`. It begins where there is none, and where the one that there is is closed to `actor`: whoever
    was told that nothing has been said yet says it there, and learns nothing of the other."""
    root = threads.root_of(obj)
    # Locked, so that of two who begin at the same moment the second finds what the first has begun.
    type(root)._base_manager.select_for_update(of=("self",)).get(pk=root.pk)
    if found := selectors.thread_on(obj, actor):
        return found
    thread = threads.new_thread(obj, created_by=actor)
    thread.save()
    return thread


def _add(
    actor: User,
    thread: Thread,
    words: str,
    submission: UUID,
    answers: Message | None = None,
    uploads: Sequence[Any] = (),
    titles: Sequence[str] = (),
) -> Message:
    """Number the message and keep it. The lock on the thread is held until the commit: whoever sees number n has seen,
    or can fetch, all before it."""
    thread = locked(thread)
    if sent_before := _sent_before(actor, submission):
        return sent_before
    refuse_unless_open(actor, thread)
    number, now = thread.last_number + 1, timezone.now()
    message = Message(thread=thread, number=number, author=actor, text=words, submission=submission)
    message.answers = _answered(thread, answers)
    changes.message_changed(thread, message, last_number=number, last_message_at=now)
    advance(actor, thread, number)
    details = {"message": message, "mentions": mentions.keep(message, is_new=True)}
    audit.record(actor, "message posted", thread, after={"message": message.key, "number": number}, details=details)
    # At the end: what is written to the disk is not taken back with the transaction.
    files.attach(actor, message, uploads, titles)
    # Whoever had something unread before has no other count now.
    up_to_date = ReadMark.objects.filter(thread=thread, number__gte=number - 1).exclude(user=actor)
    followers = list(up_to_date.values_list("user_id", flat=True))
    transaction.on_commit(lambda: pokes.counts_changed(followers))
    return message
