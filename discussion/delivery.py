"""What sockets fetch after pokes: everything that their readers may read at that moment, in one go for all of them.

Access is asked of each reader anew, in as many queries for five hundred as for one. What is shown of a message is made
once for all readers of equal standing (`access.standing`), language and time zone, and anew for each whom the message
concerns: who wrote it, put a sign on it, translated it, is named in it or answered by it.

These functions work on the database, in a thread; discussion.hub and discussion.consumers call them.
"""

import json
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ForeignKey
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access
from discussion import panel, selectors, services, sessions, shown, topics
from discussion.frames import FrameError
from discussion.models import Message, ReadMark, Thread
from discussion.sessions import Caller, made_for
from discussion.topics import Followed

# Messages in one frame, and about how many characters; who lacks more is sent the rest in the next rounds.
MESSAGES_IN_A_FRAME = 100
FRAME_SIZE = 192 * 1024
# A head is made for one user alone, and takes its time: those of so many users in one round, the others in the next.
HEADS_IN_A_ROUND = 25
# Names of those who are there; of the others their number.
NAMES_SHOWN = 20


@dataclass
class Ask:
    """What one socket wants."""

    caller: Caller
    # Who may read these is asked whatever the poke was about.
    threads: list[int]
    after: dict[int, int] = field(default_factory=dict)  # the thread: the last change that was sent
    typing: dict[int, set[int]] = field(default_factory=dict)  # the thread: users who write
    company: set[int] = field(default_factory=set)
    counts: bool = False
    followed: dict[tuple[str, int], Followed] = field(default_factory=dict)
    aspects: dict[tuple[str, int], set[str]] = field(default_factory=dict)  # the topic: what of it has changed
    # As they were when it asked: how often access had changed for this socket, and what it had subscribed to.
    epoch: int = 0
    subscriptions: dict[int, Any] = field(default_factory=dict)


@dataclass
class Share:
    """What one socket is given."""

    is_signed_out: bool = False
    closed: set[int] = field(default_factory=set)
    frames: list[tuple[int, str]] = field(default_factory=list)  # of which thread, and what
    sent_up_to: dict[int, int] = field(default_factory=dict)
    counts: dict[str, int] | None = None
    topics: dict[tuple[str, int], list[dict[str, Any]] | None] = field(default_factory=dict)  # None: closed
    # The threads of which there is more than was dealt with in this round.
    later: set[int] = field(default_factory=set)


@dataclass
class Party:
    """One socket of a round."""

    ask: Ask
    share: Share
    user: User


# --- fetching ------------------------------------------------------------------------------------------------------
def fetch(asks: list[Ask], company: dict[int, set[int]]) -> list[Share]:
    """What to send to each. `company`: the users who have these threads open."""
    with access.remembering():
        signed_in = sessions.those_signed_in(ask.caller for ask in asks)
        access.ask_for_many({user.pk: user for user in signed_in.values()}.values())
        threads = Thread.objects.select_related("audience").in_bulk({pk for ask in asks for pk in ask.threads})
        found = [Share(is_signed_out=ask.caller.session_key not in signed_in) for ask in asks]
        there: dict[int, list[Party]] = {}
        for ask, share in zip(asks, found, strict=True):
            if not share.is_signed_out:
                party = Party(ask, share, signed_in[ask.caller.session_key])
                open_to = access.those_readable(party.user, (threads[pk] for pk in ask.threads if pk in threads))
                share.closed = set(ask.threads) - {thread.pk for thread in open_to}
                _topics(party)
                for thread in open_to:
                    there.setdefault(thread.pk, []).append(party)
        for pk, parties in there.items():
            _messages(threads[pk], parties)
            _company(threads[pk], parties, company.get(pk, set()))
        _counts([(ask, share, signed_in[ask.caller.session_key]) for ask, share in zip(asks, found, strict=True)
                 if ask.counts and not share.is_signed_out])  # fmt: skip
    return found


def _topics(party: Party) -> None:
    for (kind, pk), held in party.ask.followed.items():
        aspects = party.ask.aspects.get((kind, pk), set())
        with made_for(party.user):
            party.share.topics[kind, pk] = topics.named(kind).fetch(party.user, pk, held.memory, aspects)


def _counts(asked: list[tuple[Ask, Share, User]]) -> None:
    """Once for each user, however many sockets."""
    counts: dict[int, dict[str, int]] = {}
    for _ask, share, user in asked:
        if user.pk not in counts:
            counts[user.pk] = {
                "unread": selectors.unread_threads(user),
                "notifications": selectors.unread_notifications(user),
            }
        share.counts = counts[user.pk]


# --- messages ------------------------------------------------------------------------------------------------------
def _messages(thread: Thread, parties: list[Party]) -> None:
    """To each the messages that have changed since its last, and the head where that has."""
    behind = [party for party in parties if party.ask.after.get(thread.pk, thread.last_change) < thread.last_change]
    behind = _heads(thread, behind)
    alike: dict[Any, list[Party]] = {}
    for party in behind:
        key = (party.user.language, party.user.time_zone, access.standing(party.user))
        alike.setdefault(key, []).append(party)
    for those in alike.values():
        those.sort(key=lambda party: party.ask.after[thread.pk])
        while those:
            those = _page(thread, those)


def _heads(thread: Thread, behind: list[Party]) -> list[Party]:
    """Give the head to those who lack it. It is made for each user alone; gives those who are served in this round."""
    made: dict[int, str] = {}
    served = []
    for party in behind:
        if thread.head_change > party.ask.after[thread.pk]:
            if party.user.pk not in made and len(made) >= HEADS_IN_A_ROUND:
                party.share.later.add(thread.pk)
                continue
            if party.user.pk not in made:
                made[party.user.pk] = head_frame(thread, party.user)
            party.share.frames.append((thread.pk, made[party.user.pk]))
        served.append(party)
    return served


def head_frame(thread: Thread, user: User) -> str:
    with made_for(user):
        html = render_to_string("discussion/head.html", panel.head_of(thread, user))
    return _as_text({"type": "head", "thread": thread.key, "change": thread.head_change, "html": html})


def _page(thread: Thread, those: list[Party]) -> list[Party]:
    """A page of messages to as many of these readers of equal standing as lack some of it; gives those who lack later
    ones. They come in the order of how much they lack."""
    first = those[0]
    found = selectors.changed_after(thread, first.user, first.ask.after[thread.pk], MESSAGES_IN_A_FRAME)
    # What has changed since the thread was read comes with the poke that tells of it.
    messages = [message for message in found if message.change <= thread.last_change]
    if not messages:
        for party in those:
            party.share.sent_up_to[thread.pk] = thread.last_change
        return []
    is_last = len(found) < MESSAGES_IN_A_FRAME or messages[-1].change == thread.last_change
    made = _Made(thread, messages, [party.user for party in those])
    texts: dict[Any, tuple[str, int]] = {}
    for number, party in enumerate(those):
        after = party.ask.after[thread.pk]
        if after >= messages[-1].change:
            return those[number:]
        key = (after, made.whose(party.user))
        if key not in texts:
            texts[key] = made.frame(after, party.user, is_last)
        text, up_to = texts[key]
        party.share.frames.append((thread.pk, text))
        is_cut_off = not (is_last and up_to == messages[-1].change)
        party.share.sent_up_to[thread.pk] = up_to if is_cut_off else thread.last_change
        if is_cut_off:
            party.share.later.add(thread.pk)
    return []


class _Made:
    """The messages of a page as JSON, for readers of equal standing: for all of them together, and for each whom a
    message concerns alone."""

    def __init__(self, thread: Thread, messages: list[Message], users: list[User]) -> None:
        self.thread, self.messages = thread, messages
        self._concerned = concerned(messages)
        with made_for(users[0]):
            self._beside = shown.beside(messages, thread, users[0])
        self._shared: dict[int, str] = {}
        self._own: dict[tuple[int, int], str] = {}
        self._touched = {user for users in self._concerned.values() for user in users}
        for user in {user.pk: user for user in users}.values():
            self._make(user)

    def _make(self, user: User) -> None:
        wanted = [m for m in self.messages if user.pk in self._concerned[m.pk] or m.pk not in self._shared]
        if not wanted:
            return
        with made_for(user):
            for message in shown.dress(wanted, self.thread, user, self._beside):
                text = _as_text(as_json(message))
                if user.pk in self._concerned[message.pk]:
                    self._own[message.pk, user.pk] = text
                else:
                    self._shared[message.pk] = text

    def whose(self, user: User) -> int | None:
        """For whom alone a page of `user` is made, if it is."""
        return user.pk if user.pk in self._touched else None

    def frame(self, after: int, user: User, is_last: bool) -> tuple[str, int]:
        """The frame for whoever has everything up to `after`, and up to which change it goes."""
        parts: list[str] = []
        size, up_to = 0, after
        for message in self.messages:
            if message.change <= after:
                continue
            part = self._own.get((message.pk, user.pk)) or self._shared[message.pk]
            if parts and size + len(part) > FRAME_SIZE:
                is_last = False
                break
            parts.append(part)
            size, up_to = size + len(part), message.change
        head = f'{{"type": "messages", "thread": "{self.thread.key}", "messages": ['
        return f'{head}{", ".join(parts)}], "more": {"false" if is_last else "true"}}}', up_to


def concerned(messages: list[Message]) -> dict[int, set[int]]:
    """The users whom each message is about, by its key: named by it, by what it answers, or by whatever hangs on it.

    It follows every relation to a user that there is, so that one which is added later is among them.
    """
    found: dict[int, set[int]] = {message.pk: {message.author_id} for message in messages}
    by_answered: dict[int | None, list[int]] = {}
    for message in messages:
        by_answered.setdefault(message.answers_id, []).append(message.pk)
    asked = [*found, *(pk for pk in by_answered if pk is not None)]
    about: list[Any] = [Message.objects.filter(pk__in=asked).order_by().values_list("pk", "author_id")]
    for relation in Message._meta.related_objects:
        for user_field in relation.related_model._meta.fields:
            if relation.related_model is not Message and _names_a_user(user_field):
                rows = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": asked})
                about.append(rows.order_by().values_list(relation.field.attname, user_field.attname))
    for message_id, user_id in about[0].union(*about[1:]):
        for pk in (message_id, *by_answered.get(message_id, ())):
            if pk in found and user_id is not None:
                found[pk].add(user_id)
    return found


def _names_a_user(model_field: Any) -> bool:
    return isinstance(model_field, ForeignKey) and model_field.related_model is User


def as_json(message: Message) -> dict[str, Any]:
    html = render_to_string("discussion/message.html", {"message": message})
    return {"number": message.number, "key": message.key, "change": message.change, "html": html}


def _as_text(frame: dict[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False)


# --- company -------------------------------------------------------------------------------------------------------
def _company(thread: Thread, parties: list[Party], present: set[int]) -> None:
    """Who is there and who writes, without the reader. Under the Chatham House Rule nobody is told: a name that writes
    beside a message without one would say whose it is.

    What the members of a space tell the world is read by people who do not know of each other (docs/decisions/0016):
    only members are named, and only to members.
    """
    writing = {user for party in parties for user in party.ask.typing.get(thread.pk, ())}
    asked = any(thread.pk in party.ask.company for party in parties)
    if thread.chatham_house or not (asked or writing):
        return
    shows = User.objects.filter(pk__in=present | writing, shows_presence=True)
    members = shows.filter(pk__in=access.members_in([thread.space_id]))
    of_members = dict(members.order_by("name", "pk").values_list("pk", "name"))
    members_here = {pk: name for pk, name in of_members.items() if pk in present}
    for party in parties:
        names, here = (of_members, members_here) if access.role_in(party.user, thread.space_id) else ({}, {})
        if thread.pk in party.ask.company:
            # In a crowd the names of all are not gone through for each.
            first = [name for pk, name in islice(here.items(), NAMES_SHOWN + 1) if pk != party.user.pk][:NAMES_SHOWN]
            frame = {"names": first, "others": len(here) - (party.user.pk in here) - len(first)}
            party.share.frames.append((thread.pk, _as_text({"type": "presence", "thread": thread.key, **frame})))
        heard = party.ask.typing.get(thread.pk, set()) - {party.user.pk}
        if told := [name for pk, name in names.items() if pk in heard]:
            party.share.frames.append((thread.pk, _as_text({"type": "typing", "thread": thread.key, "names": told})))


# --- what a client asks for ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Opened:
    """A thread that a socket begins to follow."""

    thread_id: int
    last_change: int
    is_seen: bool  # whether others are told that the user is there
    answer: dict[str, Any]


def subscribe(caller: Caller, key: str, is_new: bool) -> Opened:
    """What is to be known of the thread. Unknown and forbidden threads are answered alike."""
    with caller.signed_in() as user:
        thread = _thread(user, key)
        if is_new:
            access.note_reading_of(user, thread)
        mark = ReadMark.objects.filter(user=user, thread=thread).first()
        numbers = {"last": thread.last_number, "change": thread.last_change, "read": mark.number if mark else 0}
        answer = {"type": "subscribed", "thread": thread.key, **numbers}
        return Opened(thread.pk, thread.last_change, user.shows_presence and not thread.chatham_house, answer)


def follow(caller: Caller, frame: dict[str, Any]) -> tuple[tuple[str, int], Followed]:
    """What the frame names, followed from what its page has on. Unknown and forbidden are answered alike."""
    kind, _deed = frame["type"].split(".")
    topic = topics.named(kind)
    with caller.signed_in() as user:
        obj = topic.find(user, frame[kind])
        if obj is None:
            raise FrameError("not_found", kind, _("There is no such page."))
        access.note_reading_of(user, obj)
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


def may_type(caller: Caller, key: str) -> int | None:
    """The number of the thread, if the caller may write there; None where nobody is told who does."""
    with caller.signed_in() as user:
        thread = _thread(user, key)
        if not access.can(user, "contribute", thread):
            raise FrameError("forbidden", "thread", _("You may read here, and not write."))
        return thread.pk if user.shows_presence and not thread.chatham_house else None


def _thread(user: User, key: str) -> Thread:
    thread = Thread.objects.readable_by(user).select_related("audience").filter(key=key).first()
    if thread is None:
        raise FrameError("not_found", "thread", _("There is no such thread."))
    return thread
