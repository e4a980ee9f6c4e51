"""What a reader may do in a thread and with its messages: asked once for a thread, then of each message by no query.

Who may read, and who holds which right in a space, is said by `coordination.access`. Here stands what follows from it
for a discussion: from who said something, from how it stands by now, and from what the space allows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import access
from discussion import threads
from discussion.models import Message, SpaceRules, Standing, Thread


@dataclass(frozen=True)
class MessageDeeds:
    """What the reader may do with one message."""

    edit: bool = False
    delete: bool = False
    answer: bool = False
    react: bool = False
    report: bool = False
    translate: bool = False
    hide: bool = False
    restore: bool = False
    move: bool = False
    # Its earlier wordings; of what is hidden or deleted, the words themselves.
    history: bool = False
    # Who has read it, and whose the signs on it are.
    see_readers: bool = False
    # What may come of it: an action; a paragraph in the draft of a record, an item of an agenda.
    make_action: bool = False
    make_more: bool = False


NOTHING = MessageDeeds()


class Deeds:
    """What `reader`, who may read `thread`, may do in it at this moment."""

    def __init__(self, reader: access.Reader, thread: Thread) -> None:
        self.reader, self.thread = reader, thread
        self.contribute = _may(reader, "contribute", thread) and not threads.rests(thread)
        self.record = _may(reader, "record", thread)
        self.manage = _may(reader, "manage", thread)
        self.is_member = access.role_in(reader, thread.space_id) is not None
        self.write = self.contribute and not self.why_not()

    @property
    def report(self) -> bool:
        return self.contribute

    @property
    def see_readers(self) -> bool:
        """Who has read what. Under the Chatham House Rule nobody is told who is there."""
        return self.is_member and not self.thread.chatham_house

    @cached_property
    def rules(self) -> SpaceRules:
        return rules_of(self.thread.space_id)

    def is_author(self, message: Message) -> bool:
        return self.reader.is_authenticated and message.author_id == self.reader.pk

    def may_name(self, user_id: int | None) -> bool:
        """Whether the reader may be told that this user has said or done something here."""
        return not self.thread.chatham_house or (self.reader.is_authenticated and self.reader.pk == user_id)

    def may_change(self, message: Message, now: datetime | None = None) -> bool:
        """Whether it is the reader's own, and recent enough for what the space allows."""
        if not (self.write and message.standing == Standing.POSTED and self.is_author(message)):
            return False
        return self.rules.lets_change(message, now or timezone.now())

    def may_see_history(self, message: Message) -> bool:
        if message.standing == Standing.POSTED:
            if message.edited_at is None:
                return False
            return self.manage or self.is_author(message) or self.rules.open_history
        return self.manage and message.standing in (Standing.HIDDEN, Standing.DELETED)

    def offers_anything(self, message: Message) -> bool:
        """Whether there is a page of deeds for `message`. It asks only for what changes with the message itself, so
        that a page which has it once needs no news of it when the discussion is closed."""
        if message.standing == Standing.POSTED:
            return self.is_member
        return self.manage and message.standing != Standing.MOVED

    def why_not(self) -> str:
        """Why nothing can be said here by somebody who contributes; empty where it can."""
        if self.thread.merged_into_id is not None:
            return str(_("This discussion has been merged into another."))
        if self.thread.closed_at is not None:
            return str(_("This discussion is closed."))
        if not self.manage and is_read_only(self.thread):
            return str(_("At present only the chairs write here."))
        return ""

    def of(self, message: Message) -> MessageDeeds:
        """What may be done with `message`, of this thread."""
        if message.standing == Standing.MOVED:
            return NOTHING
        if message.standing != Standing.POSTED:
            restore = self.manage and message.standing == Standing.HIDDEN
            return MessageDeeds(restore=restore, history=self.may_see_history(message))
        may_change = self.may_change(message)
        return MessageDeeds(
            edit=may_change,
            delete=may_change,
            answer=self.write,
            react=self.write,
            report=self.report and not self.is_author(message),
            translate=self.write,
            hide=self.manage,
            move=self.manage,
            history=self.may_see_history(message),
            see_readers=self.see_readers,
            make_action=self.contribute,
            make_more=self.record,
        )


def deeds(reader: access.Reader, thread: Thread) -> Deeds:
    """What `reader` may do in `thread`, which `reader` may read: ask the access rule for that before."""
    return Deeds(reader, thread)


def rules_of(space_id: int) -> SpaceRules:
    """What the space allows; where nobody has said anything, what is usual."""
    return SpaceRules.objects.filter(space=space_id).first() or SpaceRules(space_id=space_id)


def is_read_only(thread: Thread, now: datetime | None = None) -> bool:
    """Whether this is a time at which only those who manage the space write here."""
    now = now or timezone.now()
    if thread.read_only_from is None or now < thread.read_only_from:
        return False
    return thread.read_only_until is None or now < thread.read_only_until


def waits_until(reader: access.Reader, thread: Thread) -> datetime | None:
    """In slow mode: when `reader` may say something again; None where that is now."""
    if not thread.slow_seconds or _may(reader, "manage", thread):
        return None
    own = Message.objects.filter(thread=thread, author=reader.pk).order_by("-created_at")
    last = own.values_list("created_at", flat=True).first()
    again = last + timedelta(seconds=thread.slow_seconds) if last else None
    return again if again and again > timezone.now() else None


def why_not_into(source: Thread, target: Thread) -> str:
    """Why what was said in `source` cannot go on in `target`; empty where it can."""
    if target.space_id != source.space_id:
        return str(_("That discussion is in another space."))
    if target.merged_into_id is not None or target.closed_at is not None or threads.rests(target):
        return str(_("Nothing more can be said in that discussion."))
    if not access.is_within(target.audience.tokens, source.audience.tokens):
        return str(_("More people can read that discussion than this one."))
    if source.chatham_house and not target.chatham_house:
        return str(_("This discussion is under the Chatham House Rule, and that one is not: it would show who spoke."))
    return ""


def _may(reader: access.Reader, verb: str, thread: Thread) -> bool:
    """The right, of something that the reader may read already: no query."""
    return bool(access.those_to_do(reader, verb, [thread]))
