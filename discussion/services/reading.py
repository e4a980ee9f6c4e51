"""What a user has seen of a discussion."""

from django.db import transaction

from accounts.models import User
from coordination.services import require
from discussion import pokes
from discussion.models import ReadMark, Thread


@transaction.atomic
def mark_read(actor: User, thread: Thread, number: int) -> None:
    """Note that `actor` has read up to `number`; never back, and never beyond the last message."""
    require(actor, "read", thread)
    if advance(actor, thread, number):
        transaction.on_commit(lambda: pokes.counts_changed([actor.pk]))


def advance(actor: User, thread: Thread, number: int) -> bool:
    number = min(number, thread.last_number)
    mark, is_new = ReadMark.objects.get_or_create(user=actor, thread=thread, defaults={"number": number})
    if is_new:
        return True
    return bool(ReadMark.objects.filter(pk=mark.pk, number__lt=number).update(number=number))
