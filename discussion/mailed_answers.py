"""Answers by mail to the mail about a message: they are said in its thread (coordination.replies takes in mails).

Each user has a secret address for each message, which takes one mail. What the thread refuses, closed or read only, is
told to the sender in a mail that holds no word of it.
"""

from datetime import timedelta
from email.message import EmailMessage as Letter
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import replies
from coordination.replies import Mailbox, Received
from discussion.models import Message, MessageReplyAddress, Standing

# As for mails about actions.
HOLDS_FOR: timedelta = replies.HOLDS_FOR


def address_for(user: User, message: Message) -> str:
    """The address to which `user` may answer `message`; nothing where the operator receives no mail."""
    return replies.open_address(MessageReplyAddress, user=user, message=message)


def find(secret: str) -> Mailbox | None:
    """The mailbox of a secret of ours."""
    rows = MessageReplyAddress.objects.select_related("user", "message__thread__audience")
    found = rows.filter(secret=secret).first()
    if found is None:
        return None
    return Mailbox(
        found.user,
        found.message.thread,
        is_expired=found.given_at < timezone.now() - HOLDS_FOR,
        take_in=lambda letter, raw: _take_in(letter, raw, found),
        next_address=lambda: address_for(found.user, found.message),
    )


def _take_in(letter: Letter, raw: bytes, address: MessageReplyAddress) -> Received:
    return replies.take_in(
        letter,
        raw,
        address,
        lambda text, submission: _say(address, text, submission),
        no_right=_("You may read this discussion, but not write in it. Nothing was changed."),
        no_files=_("Attachments are not taken from mails: add them on the page of the discussion."),
    )


def _say(address: MessageReplyAddress, text: str, submission: UUID) -> Any:
    from discussion import services

    answered = address.message if address.message.standing == Standing.POSTED else None
    return services.post_message(address.user, address.message.thread, text, submission, answers=answered)
