"""Everything that changes in a thread gets a number, one after the other, and is sent to pages in that order.

A page says up to which change it has the thread (`data-change`, the `after` of a `subscribe`) and is sent, as it stands
now, each message whose last change is later, and the head of the thread if that is. It puts each in its place by the
number of the message. So whatever a page has missed, and however often, applying what it is sent makes it what a fresh
load would show; there is no frame for each deed that could be lost or come twice.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from discussion import pokes
from discussion.models import Message, Thread


def locked(thread: Thread) -> Thread:
    """The thread as it stands, held until the commit: changes of one thread are numbered one after the other."""
    return Thread.objects.select_for_update(of=("self",)).select_related("audience").get(pk=thread.pk)


def message_changed(thread: Thread, message: Message, **of_the_thread: Any) -> None:
    """Save `message`, new or changed, as the next change of `thread`, which is `locked`; sockets hear of it.

    `of_the_thread`: fields of the thread that change along.
    """
    message.change = thread.last_change + 1
    message.save()
    _keep(thread, last_change=message.change, **of_the_thread)


def messages_changed(thread: Thread, messages: Iterable[Message], **of_the_thread: Any) -> None:
    """The same for many at once, each with a number of its own: sockets hear of it once."""
    number = thread.last_change
    for message in messages:
        number += 1
        message.change = number
        message.save()
    _keep(thread, last_change=number, **of_the_thread)


def all_changed(thread: Thread, **of_the_thread: Any) -> None:
    """Change these fields of `thread`, which is `locked`, where they change how each of its messages is shown."""
    Message.objects.filter(thread=thread).update(change=thread.last_change + F("number"))
    number = thread.last_change + thread.last_number + 1
    _keep(thread, last_change=number, head_change=number, **of_the_thread)


def head_changed(thread: Thread, **of_the_thread: Any) -> None:
    """Change these fields of `thread`, which is `locked`, as its next change."""
    number = thread.last_change + 1
    _keep(thread, last_change=number, head_change=number, **of_the_thread)


def _keep(thread: Thread, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(thread, name, value)
    # Not `save`: what is found by searching has not changed, and need not be indexed anew with each message.
    Thread.objects.filter(pk=thread.pk).update(**fields)
    transaction.on_commit(lambda: pokes.thread_changed(thread.pk))
