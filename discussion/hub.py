"""What all sockets of a process share: one ear at the channel layer, and one fetch for whatever they all want.

A poke only notes at which sockets something is wanted. The rounds take all sockets that want something, fetch for them
in one go (discussion.delivery), and hand each its share. So pokes that come while a round is under way are one fetch in
the next, a discussion that five hundred follow is read once and not five hundred times, and whatever the load is, a
process does one piece of work at a time.
"""

import asyncio
import contextlib
import logging
import secrets
import weakref
from collections import Counter
from typing import Any, Protocol

from channels.layers import get_channel_layer

from discussion import asking, delivery, limits, pokes, presence
from discussion.delivery import Ask, Share
from discussion.ending import end_all, is_ending
from discussion.sessions import Caller

logger = logging.getLogger(__name__)
# Sockets that are served in one round at most: what is heard meanwhile waits for its end.
SOCKETS_IN_A_ROUND = 500
# A process says that it is alive, and listens whether it hears that: a Redis that was restarted has forgotten who is in
# the group, and does not say so.
ALIVE_EVERY = 5.0
UNHEARD_SECONDS = 12.0
AGAIN_AFTER = 1.0
# Counts and company come a little later than messages: in a lively thread they change all the time.
SOON_SECONDS = 1.0
# Counts are asked of each user alone. A few users at a time, and after each time a rest of so many times as long: they
# take at most a fifth of the process's time, however many read.
COUNTED_TOGETHER = 5
REST_AFTER_COUNTING = 4
HEARTBEAT_SECONDS = 25
# How long a socket that opens waits for the channel layer. It is made up for when that answers.
READY_SECONDS = 2.0


class Listener(Protocol):
    """Whoever is told of pokes at the places where it has entered."""

    def poked(self, place: str, aspect: str, what: Any) -> None: ...
    def poked_all(self) -> None: ...


class Socket(Listener, Protocol):
    """What takes part in the rounds."""

    caller: Caller

    def ask(self) -> Ask: ...
    def ask_for_counts(self) -> Ask: ...
    async def take(self, ask: Ask, share: Share) -> None: ...
    async def fail(self) -> None: ...
    async def look_at_the_clock(self) -> None: ...


class Hub:
    def __init__(self) -> None:
        self.process = secrets.token_hex(8)
        self.store = presence.store()
        self.allowances: dict[int, limits.Allowance] = {}
        self.sockets: Counter[int] = Counter()  # of each user
        self._places: dict[str, set[Listener]] = {}
        self._listeners: set[Listener] = set()
        self._due: dict[Socket, None] = {}  # in the order in which they came
        self._uncounted: dict[Socket, None] = {}  # these too
        self._wake, self._wake_to_count, self._ready = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._soon: set[tuple[str, str]] = set()
        self._company: Counter[presence.Place] = Counter()
        self._heard_itself = self._now()
        self._channel = ""
        self._asides: set[asyncio.Task[None]] = set()
        self._listening = asyncio.create_task(self._listen())
        self._tasks = [asyncio.create_task(work()) for work in (self._serve, self._count, self._live, self._renew)]

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    # --- who is here -----------------------------------------------------------------------------------------------
    async def ready(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), READY_SECONDS)

    def enter(self, listener: Listener, *places: str) -> None:
        self._listeners.add(listener)
        for place in places:
            self._places.setdefault(place, set()).add(listener)

    def leave(self, listener: Listener, place: str) -> None:
        if there := self._places.get(place):
            there.discard(listener)
            if not there:
                del self._places[place]

    async def part(self, listener: Listener, *places: str) -> None:
        """`listener` is gone for good; with the last one the hub ends."""
        for place in places:
            self.leave(listener, place)
        self._listeners.discard(listener)
        self._due.pop(listener, None)  # type: ignore[call-overload]  # a listener that is no socket is never due
        self._uncounted.pop(listener, None)  # type: ignore[call-overload]
        if not self._listeners:
            await self._end()

    def allowance_of(self, user_id: int) -> limits.Allowance:
        """What all sockets of a user may send together."""
        if user_id not in self.allowances:
            made = limits.Allowance(limits.USER_FRAMES_AT_ONCE, limits.USER_FRAMES_A_SECOND)
            self.allowances[user_id] = made
        return self.allowances[user_id]

    def due(self, socket: Socket) -> None:
        self._due[socket] = None
        self._wake.set()

    def due_for_counts(self, socket: Socket) -> None:
        self._uncounted[socket] = None
        self._wake_to_count.set()

    async def _end(self) -> None:
        _hubs.pop(asyncio.get_running_loop(), None)
        await end_all(self._listening, *self._tasks, *self._asides)
        with contextlib.suppress(Exception):  # Redis may be away: what is not renewed is over
            await self.store.end(self.process)
            if self._channel:
                await get_channel_layer().group_discard(pokes.GROUP, self._channel)
            await self.store.close()

    # --- pokes -----------------------------------------------------------------------------------------------------
    async def _listen(self) -> None:
        layer = get_channel_layer()
        while not is_ending():
            try:
                self._channel = await layer.new_channel()
                await layer.group_add(pokes.GROUP, self._channel)
                await self.store.live(self.process)
                self._heard_itself = self._now()
                if self._ready.is_set():
                    self._poke_all()  # whatever was said meanwhile has not been heard
                self._ready.set()
                while not is_ending():
                    self._hear(await layer.receive(self._channel))
            except Exception:  # whatever is wrong with the channel layer: sockets stay, and catch up
                if not is_ending():
                    logger.warning("The channel layer does not answer.", exc_info=True)
                    await asyncio.sleep(AGAIN_AFTER)

    def _hear(self, message: dict[str, Any]) -> None:
        for place, aspect, what in message["pokes"]:
            if aspect == pokes.ALIVE:
                self._heard_itself = self._now() if what == self.process else self._heard_itself
            elif aspect in (pokes.COUNTS, pokes.COMPANY):
                self._poke_soon(place, aspect)
            else:
                self._poke(place, aspect, what)
        if message["answer_to"]:
            # A task that is not kept might be cleared away before it has run.
            self._asides.add(task := asyncio.create_task(self._say_that_it_was_heard(message["answer_to"])))
            task.add_done_callback(self._asides.discard)

    async def _say_that_it_was_heard(self, channel: str) -> None:
        with contextlib.suppress(Exception):
            await get_channel_layer().send(channel, {"type": "heard", "process": self.process})

    def _poke(self, place: str, aspect: str, what: Any = None) -> None:
        for listener in tuple(self._places.get(place, ())):
            listener.poked(place, aspect, what)

    def _poke_soon(self, place: str, aspect: str) -> None:
        if place in self._places and (place, aspect) not in self._soon:
            self._soon.add((place, aspect))
            asyncio.get_running_loop().call_later(SOON_SECONDS, self._poke_now, place, aspect)

    def _poke_now(self, place: str, aspect: str) -> None:
        self._soon.discard((place, aspect))
        self._poke(place, aspect)

    def _poke_all(self) -> None:
        for listener in tuple(self._listeners):
            listener.poked_all()

    async def tell(self, place: str, aspect: str, what: Any = None) -> None:
        try:
            await pokes.send([(place, aspect, what)])
        except Exception:  # who is there and who writes is of no use later
            logger.warning("The channel layer does not answer.", exc_info=True)

    # --- the clock -------------------------------------------------------------------------------------------------
    async def _live(self) -> None:
        while not is_ending():
            await asyncio.sleep(ALIVE_EVERY)
            with contextlib.suppress(Exception):
                await self.store.live(self.process)
            await self.tell("", pokes.ALIVE, self.process)
            if self._now() - self._heard_itself > UNHEARD_SECONDS:
                await end_all(self._listening)
                self._listening = asyncio.create_task(self._listen())

    async def _renew(self) -> None:
        """Note who is there, and look after sockets that give no sign of life."""
        beats = 0
        while not is_ending():
            await asyncio.sleep(HEARTBEAT_SECONDS / 5)
            beats += 1
            if beats % 5 == 0 and self._company:
                with contextlib.suppress(Exception):
                    await self.store.note(self.process, list(self._company))
            for listener in tuple(self._listeners):
                await listener.look_at_the_clock()  # type: ignore[attr-defined]

    # --- company ---------------------------------------------------------------------------------------------------
    async def come(self, place: presence.Place) -> None:
        """A socket of a user has a thread open."""
        self._company[place] += 1
        if self._company[place] == 1:
            with contextlib.suppress(Exception):
                await self.store.note(self.process, [place])
            await self.tell(pokes.thread_place(place[0]), pokes.COMPANY)

    async def go(self, place: presence.Place) -> None:
        self._company[place] -= 1
        if self._company[place] <= 0:
            del self._company[place]
            with contextlib.suppress(Exception):
                await self.store.forget(self.process, place)
            await self.tell(pokes.thread_place(place[0]), pokes.COMPANY)

    # --- rounds ----------------------------------------------------------------------------------------------------
    async def _serve(self) -> None:
        while not is_ending():
            await self._wake.wait()
            sockets = list(self._due)[:SOCKETS_IN_A_ROUND]
            for socket in sockets:
                del self._due[socket]
            if not self._due:
                self._wake.clear()
            await self._hand_out([(socket, socket.ask()) for socket in sockets])

    async def _count(self) -> None:
        """All sockets of a user want the same counts."""
        while not is_ending():
            await self._wake_to_count.wait()
            users = list(dict.fromkeys(socket.caller.user_id for socket in self._uncounted))[:COUNTED_TOGETHER]
            sockets = [socket for socket in self._uncounted if socket.caller.user_id in users]
            for socket in sockets:
                del self._uncounted[socket]
            if not self._uncounted:
                self._wake_to_count.clear()
            begun = self._now()
            await self._hand_out([(socket, socket.ask_for_counts()) for socket in sockets])
            await asyncio.sleep((self._now() - begun) * REST_AFTER_COUNTING)

    async def _hand_out(self, asked: list[tuple[Socket, Ask]]) -> None:
        for number, (socket, ask, share) in enumerate(await self._fetch(asked)):
            try:
                await (socket.fail() if share is None else socket.take(ask, share))
            except Exception:  # it is closing; the others want theirs
                logger.warning("A socket took nothing.", exc_info=True)
                with contextlib.suppress(Exception):  # or it lacks some of its share now, and catches up by coming back
                    await socket.fail()
            if number % 50 == 49:
                await asyncio.sleep(0)  # pokes are heard between, so that access that ends now ends now

    async def _fetch(self, asked: list[tuple[Socket, Ask]]) -> list[tuple[Socket, Ask, Share | None]]:
        """What is found for each; None where it failed. One that makes trouble makes none for the others."""
        company = await self._present(asked)
        try:
            shares = await asking.ask(delivery.fetch, [ask for _socket, ask in asked], company)
            return [(socket, ask, share) for (socket, ask), share in zip(asked, shares, strict=True)]
        except Exception:
            if len(asked) == 1:
                logger.exception("A socket could not be served any longer.")
                return [(*asked[0], None)]
        return [found for one in asked for found in await self._fetch([one])]

    async def _present(self, asked: list[tuple[Socket, Ask]]) -> dict[int, set[int]]:
        threads = {thread for _socket, ask in asked for thread in ask.company}
        if not threads:
            return {}
        try:
            return await self.store.present(threads)
        except Exception:
            logger.warning("Who is there cannot be said.", exc_info=True)
            return {}


_hubs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = weakref.WeakKeyDictionary()


def here() -> Hub:
    """The hub of this process, or rather of this loop: a server has one."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def open_sockets() -> int:
    """How many sockets are open in this process."""
    return sum(sum(hub.sockets.values()) for hub in list(_hubs.values()))
