"""Files and pictures that come with a message. They hang on its thread and know their message, so whoever may read the
thread may read them; of a message that is hidden or deleted, those alone who may still see its words."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access, attachments
from discussion.models import Message, Standing, Thread

FILES_OF_A_MESSAGE = 10
TITLE_LENGTH = 255


def may_attach(user: access.Reader, about: Any) -> bool:
    """Whether `user`, who may write there, may add files: what goes out beyond the space is not everybody's to add."""
    return attachments.keeper().may_attach(user, about)


def check(uploads: Sequence[Any]) -> None:
    """Refuse what is not a good file, each by its name."""
    if len(uploads) > FILES_OF_A_MESSAGE:
        raise ValidationError(
            {"files": _("A message takes at most %(most)d files.") % {"most": FILES_OF_A_MESSAGE}}, code="most"
        )
    refusals = []
    for upload in uploads:
        try:
            attachments.keeper().check(upload)
        except ValidationError as refusal:
            refusals += [
                _("“%(name)s”: %(refusal)s") % {"name": _shown(upload.name), "refusal": sentence}
                for sentence in refusal.messages
            ]
    if refusals:
        raise ValidationError({"files": refusals})


def _shown(name: str) -> str:
    """A name as a sentence can hold it, whatever it is made of."""
    return "".join(character for character in name if character.isprintable())[:100]


def attach(actor: User, message: Message, uploads: Sequence[Any], titles: Sequence[str] = ()) -> None:
    """Store what comes with `message`, which has just been posted, in the same transaction.

    `titles`: what their author says is to be seen on each.
    """
    if not uploads:
        return
    if not may_attach(actor, message.thread):
        raise ValidationError(
            {"files": _("Others than the members of the space read this: only those who write its records add files.")}
        )
    check(uploads)
    keeper = attachments.keeper()
    called = [_title(title) for title in titles]
    keeper.attach(actor, message.thread, "contribute", list(uploads), came_with=message.pk, titles=called)


def _title(given: str) -> str:
    """What is said to be seen on a file, where a line can hold it; else it is called after its name."""
    try:
        validate_plain_text(given)
    except ValidationError:
        return ""
    return given[:TITLE_LENGTH]


def of(messages: Iterable[Message], thread: Thread, reader: access.Reader) -> dict[int, list[Any]]:
    """The files of each message that `reader` may read, by the key of the message. One query."""
    found: dict[int, list[Any]] = {}
    for file in attachments.keeper().files_with(thread, reader, [message.pk for message in messages]):
        found.setdefault(file.came_with, []).append(file)
    return found


# --- withdrawn -----------------------------------------------------------------------------------------------------
def settle(messages: Iterable[Message]) -> None:
    """These messages of one thread have been hidden, deleted or restored: their files follow, in the transaction."""
    messages = list(messages)
    if messages:
        attachments.keeper().settle(messages[0].thread, [message.pk for message in messages])


def move(message: Message, to: Message) -> None:
    """`message` has moved, and is `to` in another thread: its files go along."""
    attachments.keeper().move(message.thread, message.pk, to.thread, to.pk)


def limit_of(thread: Thread, part: int) -> frozenset[str] | None:
    """For `coordination.attachments`: while the words are withdrawn, those who manage the space see them."""
    standing = Message.objects.filter(pk=part).values_list("standing", flat=True).first()
    return None if standing == Standing.POSTED else access.only_chairs(thread.space_id)
