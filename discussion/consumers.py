"""The one socket of a tab: threads, presence, typing, unread counts and notifications (docs/protocol.md).

What a client sends is dealt with in its order, by one task. What is to be delivered is only noted when a poke comes;
another task fetches and sends it. So a socket does one piece of work at a time, however many pokes come and however
slow its client is, and access is asked for at each delivery.
"""

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.callers import address_of_socket
from discussion import delivery, limits, pokes
from discussion.delivery import Caller, Found, SignedOut, Wanted
from discussion.frames import FrameError, parse
from discussion.signals import ACCESS
from discussion.topics import Followed

logger = logging.getLogger(__name__)
THREADS_OF_A_SOCKET = 50
TOPICS_OF_A_SOCKET = 10
# A client gives a sign of life this often; without one for three times as long, it is gone or cannot follow.
HEARTBEAT_SECONDS = 25
SILENCE_SECONDS = 75
# Frames that wait for their turn; who sends more without waiting for answers is told to slow down.
FRAMES_WAITING = 30
# Counts may come a little later than messages: in a lively thread they change all the time.
COUNTS_SECONDS = 1.0
# One person's typing is passed on this often at most.
TYPING_SECONDS = 2
# Why the server closes: the session has ended; what came made no sense; too much came; nothing came.
SIGNED_OUT, BAD_FRAMES, TOO_MANY_FRAMES, SILENT, BROKEN = 4401, 4400, 4429, 4408, 1011


@dataclass
class Subscription:
    key: str
    sent_up_to: int
    # A page was cut off: the client asks for the next one itself.
    is_paused: bool = False


class SocketConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(code=SIGNED_OUT)
            return
        address = address_of_socket(self.scope)
        self.caller = Caller(user.pk, self.scope["session"].session_key, self.channel_name, address)
        self.language = user.language
        self.subscriptions: dict[int, Subscription] = {}
        self.followed: dict[tuple[str, int], Followed] = {}
        self.allowance, self.bad_frames = limits.Allowance(), 0
        self.heard_at, self.typed_at = time.monotonic(), 0.0
        self.wanted, self.wake = Wanted(counts=True), asyncio.Event()
        self.counts: dict[str, int] = {}
        self.counts_are_due = False
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue(FRAMES_WAITING)
        for group in self._own_groups():
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()
        await self._answer({"type": "welcome", "heartbeat": HEARTBEAT_SECONDS})
        self.wake.set()
        self.tasks = [asyncio.create_task(self._deliver()), asyncio.create_task(self._follow_frames())]

    def _own_groups(self) -> list[str]:
        return [pokes.user_group(self.caller.user_id), pokes.session_group(self.caller.session_key)]

    async def disconnect(self, code: int) -> None:
        if not hasattr(self, "tasks"):
            return
        for task in self.tasks:
            task.cancel()
        with contextlib.suppress(Exception):  # Redis may be down: the group forgets the channel by itself
            topics = [pokes.topic_group(*which) for which in self.followed]
            for group in [*self._own_groups(), *map(pokes.thread_group, self.subscriptions), *topics]:
                await self.channel_layer.group_discard(group, self.channel_name)
        await database_sync_to_async(delivery.leave)(self.caller)
        for thread_id in self.subscriptions:
            await self._tell(thread_id, "poke.presence")

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' own look at old database connections: each use of the database has that look itself."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    # --- from the client -------------------------------------------------------------------------------------------
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self.heard_at = time.monotonic()
        if self.frames.full() or not self.allowance.take():
            await self._refuse_the_flood()
            return
        try:
            with translation.override(self.language):
                self.frames.put_nowait(parse(text_data))
        except FrameError as refusal:
            await self._refuse_bad(refusal)

    async def _follow_frames(self) -> None:
        """Deal with one frame after another, while pokes go on being heard."""
        while True:
            frame = await self.frames.get()
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
                await self._leave_topic(which)
        elif answer := await database_sync_to_async(delivery.deal_with)(self.caller, frame):
            await self._answer(answer)

    async def _follow(self, frame: dict[str, Any]) -> None:
        which, held = await database_sync_to_async(delivery.follow)(self.caller, frame)
        if which not in self.followed:
            if len(self.followed) >= TOPICS_OF_A_SOCKET:
                raise FrameError("too_many", which[0], _("This tab follows too many pages at once."))
            await self.channel_layer.group_add(pokes.topic_group(*which), self.channel_name)
        self.followed[which] = held
        self._want_topic(which, "followed")

    async def _refuse_bad(self, refusal: FrameError) -> None:
        self.bad_frames += 1
        await self._answer(refusal.as_frame())
        if self.bad_frames >= limits.BAD_FRAMES:
            await self.close(code=BAD_FRAMES)

    async def _refuse_the_flood(self) -> None:
        """Say so once for each burst; then close, for whoever goes on does not listen."""
        self.allowance.refused += 1
        if self.allowance.refused % limits.FRAMES_AT_ONCE == 1:
            with translation.override(self.language):
                sentence = _("This is too much at once. Wait a moment, then send again.")
                await self._answer(FrameError("slow_down", "frame", sentence).as_frame())
        if self.allowance.refused >= limits.FRAMES_TOO_MANY:
            await self.close(code=TOO_MANY_FRAMES)

    async def on_subscribe(self, frame: dict[str, Any]) -> None:
        is_new = frame["thread"] not in {held.key for held in self.subscriptions.values()}
        if is_new and len(self.subscriptions) >= THREADS_OF_A_SOCKET:
            raise FrameError("too_many", "thread", _("This tab follows too many threads at once."))
        thread_id, answer = await database_sync_to_async(delivery.subscribe)(self.caller, frame["thread"], is_new)
        if is_new:
            await self.channel_layer.group_add(pokes.thread_group(thread_id), self.channel_name)
            await self._tell(thread_id, "poke.presence")
        after = min(frame["after"], answer["last"])
        self.subscriptions[thread_id] = Subscription(frame["thread"], after)
        await self._answer(answer)
        self.wanted.presence.add(thread_id)
        self._want_messages(thread_id)

    async def on_unsubscribe(self, frame: dict[str, Any]) -> None:
        for thread_id in [pk for pk, held in self.subscriptions.items() if held.key == frame["thread"]]:
            await self._leave(thread_id)

    async def on_send(self, frame: dict[str, Any]) -> None:
        post = database_sync_to_async(delivery.send)
        await self._answer(await post(self.caller, frame["thread"], frame["text"], frame["key"]))

    async def on_typing(self, frame: dict[str, Any]) -> None:
        if time.monotonic() - self.typed_at < TYPING_SECONDS:
            return
        thread_id = await database_sync_to_async(delivery.may_type)(self.caller, frame["thread"])
        self.typed_at = time.monotonic()
        await self._tell(thread_id, "poke.typing", user=self.caller.user_id)

    async def on_read(self, frame: dict[str, Any]) -> None:
        await database_sync_to_async(delivery.read)(self.caller, frame["thread"], frame["number"])

    async def on_ping(self, frame: dict[str, Any]) -> None:
        """A sign of life, and the moment to fetch what a lost poke would have told."""
        await database_sync_to_async(delivery.renew_presence)(self.caller)
        await self._answer({"type": "pong"})
        self.wanted.counts = True
        for thread_id in self.subscriptions:
            self._want_messages(thread_id)
        for which in self.followed:
            self._want_topic(which, "all")
        self.wake.set()

    # --- pokes from the channel layer ------------------------------------------------------------------------------
    async def poke_messages(self, poke: dict[str, Any]) -> None:
        self._want_messages(poke["thread"])

    async def poke_counts(self, poke: dict[str, Any]) -> None:
        if not self.counts_are_due:
            self.counts_are_due = True
            asyncio.get_running_loop().call_later(COUNTS_SECONDS, self._want_counts)

    def _want_counts(self) -> None:
        self.counts_are_due = False
        self.wanted.counts = True
        self.wake.set()

    async def poke_topic(self, poke: dict[str, Any]) -> None:
        self._want_topic((poke["kind"], poke["pk"]), poke["aspect"])

    async def poke_access(self, poke: dict[str, Any]) -> None:
        self.wanted.counts = True
        for which in self.followed:
            self._want_topic(which, ACCESS)
        self.wake.set()

    async def poke_presence(self, poke: dict[str, Any]) -> None:
        self.wanted.presence.add(poke["thread"])
        self.wake.set()

    async def poke_typing(self, poke: dict[str, Any]) -> None:
        self.wanted.typing.setdefault(poke["thread"], set()).add(poke["user"])
        self.wake.set()

    async def _tell(self, thread_id: int, kind: str, **what: Any) -> None:
        try:
            poke = {"type": kind, "thread": thread_id, **what}
            await self.channel_layer.group_send(pokes.thread_group(thread_id), poke)
        except Exception:  # who is there and who writes is of no use later
            logger.warning("The channel layer does not answer.", exc_info=True)

    # --- to the client ---------------------------------------------------------------------------------------------
    def _want_messages(self, thread_id: int) -> None:
        held = self.subscriptions.get(thread_id)
        if held is not None and not held.is_paused:
            self.wanted.after[thread_id] = held.sent_up_to
        self.wake.set()

    def _want_topic(self, which: tuple[str, int], aspect: str) -> None:
        self.wanted.topics.setdefault(which, set()).add(aspect)
        self.wake.set()

    async def _deliver(self) -> None:
        """Fetch and send whatever was asked for, as long as the socket is open."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), HEARTBEAT_SECONDS)
                if time.monotonic() - self.heard_at > SILENCE_SECONDS:
                    await self.close(code=SILENT)
                    return
                if self.wake.is_set():
                    await self._deliver_once()
        except SignedOut:
            await self.close(code=SIGNED_OUT)
        except Exception:  # the client comes back and catches up by number
            logger.exception("A socket could not be served any longer.")
            await self.close(code=BROKEN)

    async def _deliver_once(self) -> None:
        self.wake.clear()
        wanted, self.wanted = self.wanted, Wanted()
        # The numbers of this moment: a subscription may have been renewed since the poke came.
        for thread_id in wanted.after:
            if held := self.subscriptions.get(thread_id):
                wanted.after[thread_id] = held.sent_up_to
        asked_for, followed = dict(self.subscriptions), dict(self.followed)
        found = await database_sync_to_async(delivery.fetch)(self.caller, list(asked_for), wanted, followed)
        for thread_id in found.closed:
            if thread_id in self.subscriptions:
                await self._answer({"type": "closed", "thread": self.subscriptions[thread_id].key})
                await self._leave(thread_id)
        for thread_id, number in found.sent_up_to.items():
            if self.subscriptions.get(thread_id) is asked_for[thread_id]:
                asked_for[thread_id].sent_up_to = number
                asked_for[thread_id].is_paused = thread_id in found.paused
        for thread_id, frame in found.frames:
            # Not what was fetched for a subscription that has ended, or begun anew at another number, since then.
            if self.subscriptions.get(thread_id) is asked_for[thread_id]:
                await self._answer(frame)
        await self._send_topics(found, followed)
        await self._send_counts(found.counts or self.counts)

    async def _send_topics(self, found: Found, followed: dict[tuple[str, int], Followed]) -> None:
        for which, frames in found.topics.items():
            if self.followed.get(which) is not followed[which]:
                continue
            if frames is None:
                await self._answer({"type": f"{which[0]}.closed", which[0]: followed[which].key})
                await self._leave_topic(which)
            for frame in frames or ():
                await self._answer(frame)
                if frame.get("more"):
                    self._want_topic(which, "more")

    async def _send_counts(self, counts: dict[str, int]) -> None:
        if counts.get("unread") != self.counts.get("unread"):
            await self._answer({"type": "unread", "threads": counts["unread"]})
        if counts.get("notifications") != self.counts.get("notifications"):
            await self._answer({"type": "notifications", "unread": counts["notifications"]})
        self.counts = counts

    async def _leave(self, thread_id: int) -> None:
        del self.subscriptions[thread_id]
        await self.channel_layer.group_discard(pokes.thread_group(thread_id), self.channel_name)
        await database_sync_to_async(delivery.leave)(self.caller, thread_id)
        await self._tell(thread_id, "poke.presence")

    async def _leave_topic(self, which: tuple[str, int]) -> None:
        del self.followed[which]
        await self.channel_layer.group_discard(pokes.topic_group(*which), self.channel_name)

    async def _answer(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, ensure_ascii=False))
