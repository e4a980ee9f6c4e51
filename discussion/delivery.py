"""What a socket fetches after a poke: everything that its reader may read at that moment, in one go.

These functions work on the database, in a thread; discussion.consumers calls them and sends what they return.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Marking
from discussion import selectors, services, sessions, topics
from discussion.frames import FrameError
from discussion.models import Message, Presence, ReadMark, Thread
from discussion.topics import Followed

# Messages in one frame; who lacks more asks for the next page when this one is dealt with.
MESSAGES_IN_A_FRAME = 100


class SignedOut(Exception):
    """The session has ended: the socket has nothing to ask any more."""


@dataclass
class Caller:
    """On whose behalf a socket asks."""

    user_id: int
    session_key: str
    channel: str
    address: str | None

    @contextmanager
    def signed_in(self) -> Iterator[User]:
        """The user as of now, with what the reader's pages have too: language, time zone, one moment of access."""
        with access.remembering(), audit.coming_from(self.address):
            user = sessions.still_signed_in(self.session_key, self.user_id)
            if user is None:
                raise SignedOut
            with translation.override(user.language), timezone.override(ZoneInfo(user.time_zone)):
                yield user


@dataclass
class Wanted:
    """What pokes have asked for since the last fetch: many pokes, one fetch."""

    after: dict[int, int] = field(default_factory=dict)  # the thread: the last number that was sent
    typing: dict[int, set[int]] = field(default_factory=dict)  # the thread: users who write
    presence: set[int] = field(default_factory=set)
    counts: bool = False
    topics: dict[tuple[str, int], set[str]] = field(default_factory=dict)  # the topic: what of it has changed


@dataclass
class Found:
    closed: set[int] = field(default_factory=set)
    frames: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # of which thread, and what
    sent_up_to: dict[int, int] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    counts: dict[str, int] | None = None
    topics: dict[tuple[str, int], list[dict[str, Any]] | None] = field(default_factory=dict)  # None: closed


# --- fetching ------------------------------------------------------------------------------------------------------
def fetch(
    caller: Caller, subscribed: list[int], wanted: Wanted, followed: dict[tuple[str, int], Followed] | None = None
) -> Found:
    """What to send. Whatever is subscribed to or followed is asked for anew, whatever the poke was about."""
    with caller.signed_in() as user:
        readable = Thread.objects.readable_by(user).filter(pk__in=subscribed).in_bulk()
        found = Found(closed=set(subscribed) - set(readable))
        for thread in readable.values():
            _messages(found, thread, user, wanted)
            _company(found, thread, user, wanted)
        for (kind, pk), held in (followed or {}).items():
            aspects = wanted.topics.get((kind, pk), set())
            found.topics[kind, pk] = topics.named(kind).fetch(user, pk, held.memory, aspects)
        if wanted.counts:
            found.counts = {
                "unread": selectors.unread_threads(user),
                "notifications": selectors.unread_notifications(user),
            }
    return found


def _messages(found: Found, thread: Thread, user: User, wanted: Wanted) -> None:
    after = wanted.after.get(thread.pk)
    if after is None or after >= thread.last_number:
        return
    messages = selectors.messages_after(thread, user, after, MESSAGES_IN_A_FRAME)
    if not messages:
        return
    is_cut_off = len(messages) == MESSAGES_IN_A_FRAME and messages[-1].number < thread.last_number
    page = [_as_json(message) for message in messages]
    found.frames.append((thread.pk, {"type": "messages", "thread": thread.key, "messages": page, "more": is_cut_off}))
    found.sent_up_to[thread.pk] = messages[-1].number
    if is_cut_off:
        found.paused.add(thread.pk)


def _as_json(message: Message) -> dict[str, Any]:
    return {
        "number": message.number,
        "key": message.key,
        "author": message.author.name,
        "at": message.created_at.isoformat(),
        "html": render_to_string("discussion/message.html", {"message": message}),
    }


def _company(found: Found, thread: Thread, user: User, wanted: Wanted) -> None:
    """Who is there and who writes, without the reader."""
    if thread.pk in wanted.presence:
        names = [other.name for other in selectors.present_in(thread.pk) if other.pk != user.pk]
        found.frames.append((thread.pk, {"type": "presence", "thread": thread.key, "names": names}))
    if writing := wanted.typing.get(thread.pk, set()) - {user.pk}:
        names = [other.name for other in User.objects.filter(pk__in=writing, is_active=True)]
        found.frames.append((thread.pk, {"type": "typing", "thread": thread.key, "names": names}))


# --- what a client asks for ----------------------------------------------------------------------------------------
def subscribe(caller: Caller, key: str, is_new: bool) -> tuple[int, dict[str, Any]]:
    """The thread's number for the channel layer, and the answer. Unknown and forbidden threads are answered alike."""
    with caller.signed_in() as user:
        thread = _thread(user, key)
        if is_new and thread.audience.marking == Marking.RED:
            audit.record(user, "read", thread)
        mark = ReadMark.objects.filter(user=user, thread=thread).first()
        Presence.objects.update_or_create(
            thread=thread, channel=caller.channel, defaults={"user": user, "seen_at": timezone.now()}
        )
        answer = {"thread": thread.key, "last": thread.last_number, "read": mark.number if mark else 0}
        return thread.pk, {"type": "subscribed", **answer}


def follow(caller: Caller, frame: dict[str, Any]) -> tuple[tuple[str, int], Followed]:
    """What the frame names, followed from what its page has on. Unknown and forbidden are answered alike."""
    kind, _deed = frame["type"].split(".")
    topic = topics.named(kind)
    with caller.signed_in() as user:
        obj = topic.find(user, frame[kind])
        if obj is None:
            raise FrameError("not_found", kind, _("There is no such page."))
        if access.audience_row(obj).marking == Marking.RED:
            audit.record(user, "read", obj)
        return (kind, obj.pk), Followed(frame[kind], topic.memory(frame))


def deal_with(caller: Caller, frame: dict[str, Any]) -> dict[str, Any] | None:
    """Let a topic do what its frame asks for."""
    kind, deed = frame["type"].split(".")
    with caller.signed_in() as user:
        return topics.named(kind).deal_with(user, deed, frame)


def send(caller: Caller, key: str, words: str, submission: str) -> dict[str, Any]:
    """Post a message; the answer repeats the client's own key, so that it knows which of its sends has arrived."""
    with caller.signed_in() as user:
        thread = _thread(user, key)
        try:
            message = services.post_message(user, thread, words, UUID(submission))
        except ValidationError as refusal:
            raise FrameError("invalid", "text", " ".join(refusal.messages), key=submission) from refusal
        except PermissionDenied as refusal:
            sentence = _("You may read here, and not write.")
            raise FrameError("forbidden", "thread", sentence, key=submission) from refusal
        return {"type": "sent", "thread": key, "key": submission, "number": message.number}


def read(caller: Caller, key: str, number: int) -> None:
    with caller.signed_in() as user:
        services.mark_read(user, _thread(user, key), number)


def may_type(caller: Caller, key: str) -> int:
    """The number of the thread, if the caller may write there."""
    with caller.signed_in() as user:
        thread = _thread(user, key)
        if not access.can(user, "contribute", thread):
            raise FrameError("forbidden", "thread", _("You may read here, and not write."))
        return thread.pk


def renew_presence(caller: Caller) -> None:
    Presence.objects.filter(channel=caller.channel).update(seen_at=timezone.now())


def leave(caller: Caller, thread_id: int | None = None) -> None:
    """Take the socket off one thread, or off all; and clear away what sockets that died have left behind."""
    own = Presence.objects.filter(channel=caller.channel)
    (own if thread_id is None else own.filter(thread=thread_id)).delete()
    Presence.objects.filter(seen_at__lt=timezone.now() - 10 * selectors.PRESENT).delete()


def _thread(user: User, key: str) -> Thread:
    thread = Thread.objects.readable_by(user).select_related("audience").filter(key=key).first()
    if thread is None:
        raise FrameError("not_found", "thread", _("There is no such thread."))
    return thread
