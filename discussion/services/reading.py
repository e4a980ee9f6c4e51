"""What a user has seen of a discussion, and wants of it. It is the user's own, so the trail does not tell of it."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from coordination.services import require
from discussion import pokes
from discussion.models import Interest, Message, Notification, ReadMark, Thread


@transaction.atomic
def mark_read(actor: User, thread: Thread, number: int) -> None:
    """Note that `actor` has read up to `number`; never back, and never beyond the last message."""
    require(actor, "read", thread)
    if advance(actor, thread, number):
        _counts_changed(actor)


def advance(actor: User, thread: Thread, number: int) -> bool:
    number = min(number, thread.last_number)
    _note_news_as_seen(actor, thread, number)
    behind = ReadMark.objects.filter(user=actor, thread=thread, number__lt=number)
    if behind.update(number=number):
        return True
    _mark, is_new = ReadMark.objects.get_or_create(user=actor, thread=thread, defaults={"number": number})
    # Whoever has made it meanwhile may have read less.
    return is_new or bool(behind.update(number=number))


def _note_news_as_seen(actor: User, thread: Thread, number: int) -> None:
    """Whoever has read a message need not be told of it any more, by mail least of all."""
    unseen = Notification.objects.filter(user=actor, seen_at=None)
    if unseen.filter(message__thread=thread, message__number__lte=number).update(seen_at=timezone.now()):
        _counts_changed(actor)


@transaction.atomic
def mark_unread(actor: User, message: Message) -> None:
    """Let `message` and all after it count as unread again."""
    require(actor, "read", message)
    _keep(actor, message.thread, number=message.number - 1)


@transaction.atomic
def take_interest(actor: User, thread: Thread, interest: Interest) -> None:
    """Choose what of a thread one wants to be told. What is muted counts no more among the unread."""
    require(actor, "read", thread)
    _keep(actor, thread, interest=interest)


@transaction.atomic
def make_favourite(actor: User, thread: Thread, favourite: bool = True) -> None:
    """Put a thread first in the list of one's own, or back in its place."""
    require(actor, "read", thread)
    _keep(actor, thread, favourite=favourite)


def _keep(actor: User, thread: Thread, **fields: object) -> None:
    """Whoever chooses something for a thread takes part in it: what was said before does not count as unread."""
    defaults = {"number": thread.last_number, **fields}
    ReadMark.objects.update_or_create(user=actor, thread=thread, defaults=fields, create_defaults=defaults)
    _counts_changed(actor)


def _counts_changed(actor: User) -> None:
    transaction.on_commit(lambda: pokes.counts_changed([actor.pk]))
