"""What of a discussion can be found: each message, under the name of what is discussed."""

from collections.abc import Iterator
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from discussion import text
from discussion.models import Message, Thread
from search import ledger
from search.projections import Projection, projectors, projects


@projects(Message)
def message(obj: Message) -> Iterator[Projection]:
    thread = obj.thread
    if getattr(thread.target, "live", True) is False:
        return
    yield Projection(
        kind="message",
        title=str(thread),
        body=text.as_plain_text(obj.text),
        language=text.language_of(obj.text),
        url=obj.get_absolute_url(),
        space_id=thread.space_id,
        organisations=(obj.author.organisation_id,) if obj.author.organisation_id else (),
        date=obj.created_at.date(),
    )


@receiver(post_save, sender=Thread, dispatch_uid="discussion.projections")
def with_its_thread(instance: Thread, created: bool, **_signal: Any) -> None:
    """A thread that is marked anew takes its messages along.

    Not as `parts`: a new message would project all those before it again.
    """
    if not created:
        for key in instance.messages.values_list("pk", flat=True):
            ledger.write(projectors[Message], key)
