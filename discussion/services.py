"""What changes state in a discussion. Each function takes the acting user first, checks the right, changes the rows and
writes the audit entry, in one transaction; sockets are poked after the commit."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import AuditEntry, Space
from coordination.services import require
from discussion import mail, notifier, pokes, text, threads
from discussion.models import Message, Notification, ReadMark, Thread


# --- messages ------------------------------------------------------------------------------------------------------
@transaction.atomic
def post_message(actor: User, about: Any, words: str, submission: UUID) -> Message:
    """Say something in a thread, or in the thread of an object, which begins with its first message.

    The same `submission` sent twice is one message. Raises ValidationError for what a form would refuse, and
    PermissionDenied for whoever may not read the object or not contribute in its space.
    """
    require(actor, "contribute", about)
    if sent_before := _sent_before(actor, submission):
        return sent_before
    words = text.check(words)
    if threads.rests(about):
        raise ValidationError({"text": _("A draft is not discussed: everybody would read it once it is circulated.")})
    thread = about if isinstance(about, Thread) else _thread_on(actor, about)
    require(actor, "contribute", thread)
    return _add(actor, thread, words, submission)


@transaction.atomic
def start_thread(actor: User, space: Space, subject: str, words: str, submission: UUID, **fields: Any) -> Thread:
    """Begin a discussion in a space, under a subject, with its first message."""
    require(actor, "contribute", space)
    # Locked, so that the same form sent at the same moment waits, and finds what has been sent.
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if sent_before := _sent_before(actor, submission):
        return sent_before.thread
    thread = threads.new_thread(space, subject=subject.strip(), created_by=actor, **fields)
    problems = _problems(thread, words)
    if problems:
        raise ValidationError(problems)
    thread.save()
    audit.record(actor, "thread started", thread, after={"subject": thread.subject})
    return _add(actor, thread, text.check(words), submission).thread


def _problems(thread: Thread, words: str) -> dict[str, Any]:
    """What is wrong with both fields, so that both are said at once."""
    problems: dict[str, Any] = {}
    if not thread.subject:
        problems["subject"] = [_("Say what it is about.")]
    for check in (lambda: thread.clean_fields(exclude=["own_audience", "audience"]), lambda: text.check(words)):
        try:
            check()
        except ValidationError as refusal:
            problems |= refusal.error_dict
    return problems


def _sent_before(actor: User, submission: UUID) -> Message | None:
    return Message.objects.select_related("thread").filter(author=actor, submission=submission).first()


def _thread_on(actor: User, obj: Any) -> Thread:
    found = Thread.objects.on(obj).filter(subject="").first()
    if found is not None:
        return found
    thread = threads.new_thread(obj, created_by=actor)
    try:
        with transaction.atomic():
            thread.save()
    except IntegrityError:  # somebody else began it at the same moment
        return Thread.objects.on(obj).get(subject="")
    return thread


def _add(actor: User, thread: Thread, words: str, submission: UUID) -> Message:
    """Number the message and keep it. The lock on the thread is held until the commit: whoever sees number n has seen,
    or can fetch, all before it."""
    thread = Thread.objects.select_for_update().select_related(None).get(pk=thread.pk)
    if sent_before := _sent_before(actor, submission):
        return sent_before
    number, now = thread.last_number + 1, timezone.now()
    message = Message(thread=thread, number=number, author=actor, text=words, submission=submission)
    message.save()
    # Not `save`: the thread itself has not changed, and need not be indexed anew with each message.
    Thread.objects.filter(pk=thread.pk).update(last_number=number, last_message_at=now)
    thread.last_number, thread.last_message_at = number, now
    _advance(actor, thread, number)
    audit.record(
        actor, "message posted", thread, after={"message": message.key, "number": number}, details={"message": message}
    )
    # Whoever had something unread before has no other count now.
    up_to_date = ReadMark.objects.filter(thread=thread, number__gte=number - 1).exclude(user=actor)
    followers = list(up_to_date.values_list("user_id", flat=True))
    transaction.on_commit(lambda: pokes.message_posted(thread.pk, followers))
    return message


# --- what has been read --------------------------------------------------------------------------------------------
@transaction.atomic
def mark_read(actor: User, thread: Thread, number: int) -> None:
    """Note that `actor` has read up to `number`; never back, and never beyond the last message."""
    require(actor, "read", thread)
    if _advance(actor, thread, number):
        transaction.on_commit(lambda: pokes.thread_read(actor.pk))


def _advance(actor: User, thread: Thread, number: int) -> bool:
    number = min(number, thread.last_number)
    mark, is_new = ReadMark.objects.get_or_create(user=actor, thread=thread, defaults={"number": number})
    if is_new:
        return True
    return bool(ReadMark.objects.filter(pk=mark.pk, number__lt=number).update(number=number))


# --- notifications -------------------------------------------------------------------------------------------------
def notify(users: Iterable[User], kind: type[notifier.Notification], entry: AuditEntry) -> list[Notification]:
    """Note a piece of news for each of `users`, none of whom has one of that kind and object still to look at."""
    wanted = [
        Notification(
            user=user,
            kind=kind.kind,
            object_type_id=entry.object_type_id,
            object_id=entry.object_id,
            entry=entry,
            created_at=entry.at,
            mail_wanted=kind.by_mail,
        )
        for user in users
    ]
    # Whoever was told by another deed meanwhile has such news already: the database leaves those out.
    Notification.objects.bulk_create(wanted, ignore_conflicts=True)
    made = list(Notification.objects.filter(key__in=[news.key for news in wanted])) if wanted else []
    if made and kind.by_mail:
        mail.arrange()
    return made


def bring_up_to_date(users: Iterable[User], kind: type[notifier.Notification], entry: AuditEntry) -> set[int]:
    """Let such news as these users have not looked at yet tell of `entry` instead. Gives the keys of the users."""
    unseen = Notification.objects.filter(
        user__in=list(users),
        kind=kind.kind,
        object_type_id=entry.object_type_id,
        object_id=entry.object_id,
        seen_at=None,
    )
    if kind.reminds:
        unseen.update(entry=entry, created_at=entry.at, mail_wanted=kind.by_mail, mail_taken_at=None, mail_done_at=None)
        mail.arrange()
    else:
        unseen.update(entry=entry, created_at=entry.at)
    return set(unseen.values_list("user_id", flat=True))


def mark_seen(actor: User, news: Notification) -> None:
    """Note that `actor` has looked at one's own piece of news."""
    if Notification.objects.filter(pk=news.pk, user=actor, seen_at=None).update(seen_at=timezone.now()):
        pokes.news_for([actor.pk])


def mark_all_seen(actor: User) -> None:
    """Note that `actor` has looked at all news."""
    if Notification.objects.filter(user=actor, seen_at=None).update(seen_at=timezone.now()):
        pokes.news_for([actor.pk])
