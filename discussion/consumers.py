"""The one socket of a tab: threads, presence, typing, unread counts and notifications (docs/protocol.md).

What a client sends is dealt with in its order, by one task. What is to be delivered is only noted when a poke comes;
the hub fetches it for all sockets together, and each sends its share. Nothing that was fetched before access changed
goes out after it, and nothing at all while the client has not read what it was sent (discussion.window).
"""

import asyncio
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import translation
from django.utils.translation import gettext as _

from discussion import asking, delivery, hub, limits, pokes
from discussion.delivery import Ask, Share
from discussion.frames import FrameError, parse
from discussion.sessions import SignedOut
from discussion.topics import Followed
from discussion.window import Window

logger = logging.getLogger(__name__)
THREADS_OF_A_SOCKET = 50
TOPICS_OF_A_SOCKET = 10
# A client gives a sign of life with each heartbeat; without one for three times as long, it is gone or cannot follow.
SILENCE_SECONDS = 75
# Frames that wait for their turn; who sends more without waiting for answers is told to slow down.
FRAMES_WAITING = 30
# One person's typing is passed on this often at most.
TYPING_SECONDS = 2
# Why the server closes: the session has ended; what came made no sense; too much came; nothing came.
SIGNED_OUT, BAD_FRAMES, TOO_MANY_FRAMES, SILENT, BROKEN = 4401, 4400, 4429, 4408, 1011


@dataclass(slots=True)
class Subscription:
    key: str
    sent_up_to: int  # a change
    is_seen: bool = False
    company: int = 0  # the hash of who was said to be there


@dataclass(slots=True)
class Wanted:
    """What pokes have asked for since the last fetch: many pokes, one fetch."""

    messages: set[int] = field(default_factory=set)
    typing: dict[int, set[int]] = field(default_factory=dict)  # the thread: users who write
    company: set[int] = field(default_factory=set)
    aspects: dict[tuple[str, int], set[str]] = field(default_factory=dict)  # the topic: what of it has changed


class SocketConsumer(AsyncWebsocketConsumer):
    # Pokes come through the hub, with one channel for the whole process.
    channel_layer_alias = "none: the hub listens"

    async def connect(self) -> None:
        caller = self.scope["caller"]
        if caller is None:
            await self.close(code=SIGNED_OUT)
            return
        self.hub = hub.here()
        if self.hub.sockets[caller.user_id] >= limits.SOCKETS_OF_A_USER:
            await self.accept()
            await self.close(code=TOO_MANY_FRAMES)
            return
        self.caller, self.language = caller, self.scope["language"]
        self.subscriptions: dict[int, Subscription] = {}
        self.followed: dict[tuple[str, int], Followed] = {}
        self.kept: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.allowance = limits.Allowance(limits.FRAMES_AT_ONCE, limits.FRAMES_A_SECOND)
        self.refused = self.bad_frames = self.epoch = 0
        self.heard_at, self.typed_at = time.monotonic(), 0.0
        self.wanted = Wanted()
        self.counts: dict[str, int] = {}
        self.window = Window()
        self.frames: list[dict[str, Any]] = []  # a few at most, and a deque takes ten times as much
        self.working: asyncio.Task[None] | None = None
        self.hub.sockets[self.caller.user_id] += 1
        self.hub.enter(self, *self._own_places())
        await self.hub.ready()
        await self.accept()
        await self._answer({"type": "welcome", "heartbeat": hub.HEARTBEAT_SECONDS})
        self.hub.due_for_counts(self)

    def _own_places(self) -> list[str]:
        return [pokes.user_place(self.caller.user_id), pokes.session_place(self.caller.session_key)]

    @property
    def is_open(self) -> bool:
        return hasattr(self, "working")

    async def disconnect(self, code: int) -> None:
        if not self.is_open:
            return
        if self.working is not None:
            self.working.cancel()
        self.hub.sockets[self.caller.user_id] -= 1
        if not self.hub.sockets[self.caller.user_id]:
            del self.hub.sockets[self.caller.user_id]
            self.hub.allowances.pop(self.caller.user_id, None)
        for thread_id in list(self.subscriptions):
            await self._leave(thread_id)
        topics = [pokes.topic_place(*which) for which in self.followed]
        await self.hub.part(self, *self._own_places(), *topics)
        del self.working

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' own look at old database connections: each use of the database has that look itself."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    # --- from the client -------------------------------------------------------------------------------------------
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.is_open:
            return
        self.heard_at = time.monotonic()
        try:
            with translation.override(self.language):
                frame = parse(text_data)
        except FrameError as refusal:
            if self._may_go_on():
                await self._refuse_bad(refusal)
            else:
                await self._refuse_the_flood()
            return
        # What answers a frame of ours is not counted against the client, as long as it does.
        if frame["type"] == "mark" and self.window.awaits(frame["number"]):
            await self._arrived(frame["number"])
        elif len(self.frames) >= FRAMES_WAITING or not self._may_go_on():
            await self._refuse_the_flood()
        else:
            self.frames.append(frame)
            if self.working is None:
                self.working = asyncio.create_task(self._follow_frames())

    def _may_go_on(self) -> bool:
        return self.allowance.take() and self.hub.allowance_of(self.caller.user_id).take()

    async def _arrived(self, number: int) -> None:
        if self.window.arrived(number):
            await self._answer({"type": "behind"})
            self._want_everything()

    async def _follow_frames(self) -> None:
        """Deal with one frame after another, while pokes go on being heard."""
        while self.frames:
            frame = self.frames.pop(0)
            with translation.override(self.language):
                try:
                    await self._deal_with(frame)
                except FrameError as refusal:
                    await self._answer(refusal.as_frame())
                except SignedOut:
                    await self.close(code=SIGNED_OUT)
                    return
                except Exception:  # one frame that fails harms neither the socket nor anybody else
                    logger.exception("A frame “%s” could not be dealt with.", frame["type"])
                    sentence = _("Something went wrong on our side. Try again.")
                    echo = {"key": frame["key"]} if "key" in frame else {}
                    await self._answer(FrameError("failed", "frame", sentence, **echo).as_frame())
        self.working = None

    async def _deal_with(self, frame: dict[str, Any]) -> None:
        kind, _dot, deed = frame["type"].partition(".")
        if not deed:
            await getattr(self, f"on_{kind}")(frame)
        elif deed == "follow":
            await self._follow(frame)
        elif deed == "leave":
            for which in [
                which for which, held in self.followed.items() if (which[0], held.key) == (kind, frame[kind])
            ]:
                self._leave_topic(which)
        elif answer := await asking.ask(delivery.deal_with, self.caller, frame):
            await self._answer(answer)

    async def _follow(self, frame: dict[str, Any]) -> None:
        which, held = await asking.ask(delivery.follow, self.caller, frame)
        if which not in self.followed:
            if len(self.followed) >= TOPICS_OF_A_SOCKET:
                raise FrameError("too_many", which[0], _("This tab follows too many pages at once."))
            self.hub.enter(self, pokes.topic_place(*which))
        self.followed[which] = held
        self.kept.pop(which, None)
        self._want_topic(which, "followed")

    async def _refuse_bad(self, refusal: FrameError) -> None:
        self.bad_frames += 1
        await self._answer(refusal.as_frame())
        if self.bad_frames >= limits.BAD_FRAMES:
            await self.close(code=BAD_FRAMES)

    async def _refuse_the_flood(self) -> None:
        """Say so once for each burst; then close, for whoever goes on does not listen."""
        self.refused += 1
        if self.refused % limits.FRAMES_AT_ONCE == 1:
            with translation.override(self.language):
                sentence = _("This is too much at once. Wait a moment, then send again.")
                await self._answer(FrameError("slow_down", "frame", sentence).as_frame())
        if self.refused >= limits.FRAMES_TOO_MANY:
            await self.close(code=TOO_MANY_FRAMES)

    async def on_subscribe(self, frame: dict[str, Any]) -> None:
        is_new = frame["thread"] not in {held.key for held in self.subscriptions.values()}
        if is_new and len(self.subscriptions) >= THREADS_OF_A_SOCKET:
            raise FrameError("too_many", "thread", _("This tab follows too many threads at once."))
        epoch = None
        while epoch != self.epoch:  # what was found before access changed is not told after that
            epoch = self.epoch
            opened = await asking.ask(delivery.subscribe, self.caller, frame["thread"], is_new)
        await self._answer(opened.answer)
        thread_id, after = opened.thread_id, min(frame["after"], opened.last_change)
        if is_new:
            self.hub.enter(self, pokes.thread_place(thread_id))
            self.subscriptions[thread_id] = Subscription(frame["thread"], after, is_seen=opened.is_seen)
            if opened.is_seen:
                await self.hub.come((thread_id, self.caller.user_id))
        else:
            held = self.subscriptions[thread_id]
            self.subscriptions[thread_id] = Subscription(held.key, after, is_seen=held.is_seen, company=held.company)
        self.wanted.company.add(thread_id)
        self._want_messages(thread_id)

    async def on_unsubscribe(self, frame: dict[str, Any]) -> None:
        for thread_id in [pk for pk, held in self.subscriptions.items() if held.key == frame["thread"]]:
            await self._leave(thread_id)

    async def on_send(self, frame: dict[str, Any]) -> None:
        await self._answer(await asking.ask(delivery.send, self.caller, frame["thread"], frame["text"], frame["key"]))

    async def on_typing(self, frame: dict[str, Any]) -> None:
        if time.monotonic() - self.typed_at < TYPING_SECONDS:
            return
        thread_id = await asking.ask(delivery.may_type, self.caller, frame["thread"])
        self.typed_at = time.monotonic()
        if thread_id is not None:
            await self.hub.tell(pokes.thread_place(thread_id), pokes.TYPING, self.caller.user_id)

    async def on_read(self, frame: dict[str, Any]) -> None:
        await asking.ask(delivery.read, self.caller, frame["thread"], frame["number"])

    async def on_mark(self, frame: dict[str, Any]) -> None:
        """One that is not awaited tells nothing."""

    async def on_ping(self, frame: dict[str, Any]) -> None:
        """A sign of life, and the moment to fetch what a lost poke would have told."""
        await self._answer({"type": "pong"})
        self._want_everything()

    # --- pokes -----------------------------------------------------------------------------------------------------
    def poked(self, place: str, aspect: str, what: Any) -> None:
        """What has changed at one of the places where this socket is."""
        where, *names = place.split(".")
        if aspect == pokes.ACCESS:
            self._access_changed()
        elif where == "topic":
            self._want_topic((names[0], int(names[1])), aspect)
        elif aspect == pokes.MESSAGES:
            self._want_messages(int(names[0]))
        elif aspect == pokes.COMPANY:
            self.wanted.company.add(int(names[0]))
            self.hub.due(self)
        elif aspect == pokes.TYPING:
            self.wanted.typing.setdefault(int(names[0]), set()).add(what)
            self.hub.due(self)
        else:
            self.hub.due_for_counts(self)

    def poked_all(self) -> None:
        self._access_changed()
        self._want_everything()

    def _access_changed(self) -> None:
        """What is being fetched now is not sent; what this reader may read is asked anew."""
        self.epoch += 1
        self.hub.due_for_counts(self)
        for which in self.followed:
            self._want_topic(which, pokes.ACCESS)
        self.hub.due(self)

    def _want_everything(self) -> None:
        self.hub.due_for_counts(self)
        for thread_id in self.subscriptions:
            self._want_messages(thread_id)
        for which in self.followed:
            self._want_topic(which, "all")
        self.hub.due(self)

    def _want_messages(self, thread_id: int) -> None:
        if thread_id in self.subscriptions:
            self.wanted.messages.add(thread_id)
        self.hub.due(self)

    def _want_topic(self, which: tuple[str, int], aspect: str) -> None:
        self.wanted.aspects.setdefault(which, set()).add(aspect)
        self.hub.due(self)

    # --- rounds of the hub -----------------------------------------------------------------------------------------
    def ask(self) -> Ask:
        """What is wanted now. Of a client that is behind only whether it may still read what it has open."""
        ask = Ask(self.caller, list(self.subscriptions), epoch=self.epoch, followed=dict(self.followed))
        if self.window.is_behind:
            return ask
        wanted, self.wanted = self.wanted, Wanted()
        ask.after = {pk: held.sent_up_to for pk in wanted.messages if (held := self.subscriptions.get(pk))}
        ask.typing, ask.company, ask.aspects = wanted.typing, wanted.company, wanted.aspects
        ask.subscriptions = dict(self.subscriptions)
        return ask

    def ask_for_counts(self) -> Ask:
        """A client that is behind asks for them anew once it has caught up."""
        return Ask(self.caller, [], epoch=self.epoch, counts=not self.window.is_behind)

    async def take(self, ask: Ask, share: Share) -> None:
        if not self.is_open:
            return
        if share.is_signed_out:
            await self.close(code=SIGNED_OUT)
        elif ask.epoch != self.epoch:
            self._want_back(ask, share)
        else:
            await self._take(ask, share)

    def _want_back(self, ask: Ask, share: Share) -> None:
        """Access has changed while this was fetched: it is not sent, and fetched again."""
        self.wanted.messages |= set(ask.after)
        self.wanted.company |= ask.company
        self.hub.due_for_counts(self)
        for which, frames in share.topics.items():
            if self.followed.get(which) is ask.followed[which]:
                self.kept.setdefault(which, []).extend(frames or ())
                self._want_topic(which, pokes.ACCESS)
        self.hub.due(self)

    async def _take(self, ask: Ask, share: Share) -> None:
        for thread_id in share.closed & set(self.subscriptions):
            await self._answer({"type": "closed", "thread": self.subscriptions[thread_id].key})
            await self._leave(thread_id)
        if ask.epoch != self.epoch:  # while others were told who has gone
            self._want_back(ask, share)
            return
        for thread_id, number in share.sent_up_to.items():
            if self._is_same(ask, thread_id):
                self.subscriptions[thread_id].sent_up_to = number
        for thread_id, text in share.frames:
            # Not what was fetched for a subscription that has ended, or begun anew at another number, since then.
            if self._is_same(ask, thread_id) and not self._was_told(thread_id, text):
                await self._send(text)
        await self._send_topics(ask, share)
        await self._send_counts(share.counts or self.counts)
        for thread_id in share.later:
            self._want_messages(thread_id)

    def _is_same(self, ask: Ask, thread_id: int) -> bool:
        held = self.subscriptions.get(thread_id)
        return held is not None and held is ask.subscriptions.get(thread_id)

    def _was_told(self, thread_id: int, text: str) -> bool:
        """Whether this is who is there, as it was before."""
        if not text.startswith('{"type": "presence"'):
            return False
        held, company = self.subscriptions[thread_id], hash(text)
        was_told, held.company = held.company == company, company
        return was_told

    async def _send_topics(self, ask: Ask, share: Share) -> None:
        for which, frames in share.topics.items():
            if self.followed.get(which) is not ask.followed[which]:
                continue
            kept = self.kept.pop(which, [])
            if frames is None:
                await self._answer({"type": f"{which[0]}.closed", which[0]: self.followed[which].key})
                self._leave_topic(which)
                continue
            for frame in [*kept, *frames]:
                await self._answer(frame)
                if frame.get("more"):
                    self._want_topic(which, "more")

    async def _send_counts(self, counts: dict[str, int]) -> None:
        if counts.get("unread") != self.counts.get("unread"):
            await self._answer({"type": "unread", "threads": counts["unread"]})
        if counts.get("notifications") != self.counts.get("notifications"):
            await self._answer({"type": "notifications", "unread": counts["notifications"]})
        self.counts = counts

    async def fail(self) -> None:
        """The client comes back and catches up by number."""
        await self.close(code=BROKEN)

    async def look_at_the_clock(self) -> None:
        if time.monotonic() - self.heard_at > SILENCE_SECONDS or self.window.is_hopeless:
            await self.close(code=SILENT)

    async def _leave(self, thread_id: int) -> None:
        held = self.subscriptions.pop(thread_id)
        self.hub.leave(self, pokes.thread_place(thread_id))
        if held.is_seen:
            await self.hub.go((thread_id, self.caller.user_id))

    def _leave_topic(self, which: tuple[str, int]) -> None:
        del self.followed[which]
        self.kept.pop(which, None)
        self.hub.leave(self, pokes.topic_place(*which))

    # --- to the client ---------------------------------------------------------------------------------------------
    async def _answer(self, frame: dict[str, Any]) -> None:
        await self._send(json.dumps(frame, ensure_ascii=False))

    async def _send(self, text: str) -> None:
        await self.send(text_data=text)
        mark = self.window.send(len(text))
        if mark is not None:
            await self.send(text_data=json.dumps({"type": "mark", "number": mark}))
