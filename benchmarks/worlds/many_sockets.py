"""Many sockets of some users on two servers with Redis, messages all the while, and everything that can go wrong on the
way: what the command `benchmarks/thousand_sockets.py` measures, and a test in short.

Clients are as the page's script is: they come back, later each time, catch up by the last change that they have, and
send again what has no answer yet.
"""

import asyncio
import json
import random
import re
import time
import uuid
from array import array
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async

from benchmarks.worlds.wire import Wire, connect

MESSAGE = re.compile(r'"number": (\d+), "key": "\w+", "change": (\d+), "html"')
# As in static/accord/js/socket.js.
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
OF_THE_SPACE = ("messages", "head", "presence", "typing", "subscribed")


@dataclass
class Plan:
    users: int = 200
    sockets: int = 1000
    seconds: float = 120
    a_second: float = 20
    cut_every: float = 0.25
    # When what happens, as parts of the time; what does not happen is left out.
    kill_server_at: float | None = 0.25
    revoke_at: float | None = 0.5
    restart_redis_at: float | None = 0.7
    # How long to wait at the end for whoever has not everything yet.
    patience: float = 60


@dataclass
class Result:
    posted: int = 0
    sockets: int = 0
    # Sockets that did not end with each message once and in order, and what was wrong with them.
    wrong: list[str] = field(default_factory=list)
    # Frames of the space that reached the revoked member after the service had returned, by how many seconds.
    after_revocation: list[float] = field(default_factory=list)
    messages_after_revocation: int = 0
    cuts: int = 0
    # Errors that were answered, by their code.
    refused: Counter[str] = field(default_factory=Counter)
    # How often sockets came to an end, by the code with which the server closed; None where the connection broke.
    ends: Counter[int | None] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # from sending to receiving, of each message at each socket

    def percentile(self, part: float) -> float:
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * part))] * 1000


class Tab:
    """One socket of a user, whichever server it is at."""

    def __init__(self, world: "World", number: int, user: int) -> None:
        self.world, self.number, self.user = world, number, user
        self.wire: Wire | None = None
        self.change = 0
        self.numbers: list[int] = []
        self.at = array("d")
        self.is_closed = self.is_revoked = False
        # What has been sent and not yet answered: the frame, and who waits for the number.
        self.unanswered: dict[str, tuple[str, asyncio.Future[int]]] = {}
        self.gone = asyncio.Event()
        # What came last, for whoever asks why something did not.
        self.heard: deque[tuple[float, str]] = deque(maxlen=12)

    async def run(self) -> None:
        failures, wait = 0, FIRST_WAIT
        while not self.world.is_over and not self.is_closed:
            self.gone.clear()
            server = self.world.servers[(self.number + failures) % len(self.world.servers)]
            self.wire = await connect(f"{server.url}/socket/", self.world.headers[self.user], self.hear, self.gone.set)
            if self.wire is None:
                failures += 1
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                wait = FIRST_WAIT
                self.follow()
                for frame, _answer in self.unanswered.values():
                    self.wire.send(frame)
                beat = asyncio.create_task(self.beat(self.wire))
                await self.gone.wait()
                beat.cancel()
                self.world.result.ends[self.wire.code] += 1
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))

    async def beat(self, wire: Wire) -> None:
        while True:
            await asyncio.sleep(25 * random.uniform(0.8, 1.0))
            wire.send('{"type": "ping"}')

    def follow(self) -> None:
        self.wire.send(json.dumps({"type": "subscribe", "thread": self.world.thread.key, "after": self.change}))

    def hear(self, text: str) -> None:
        kind = text[10 : text.index('"', 10)]
        self.heard.append((time.monotonic(), text[10:90]))
        if self.is_revoked and kind in OF_THE_SPACE:
            self.world.result.after_revocation.append(time.monotonic() - self.world.revoked_at)
        if kind == "messages":
            self.take(text)
        elif kind == "mark":
            self.wire.send(text)
        elif kind == "closed":
            self.is_closed = True
            self.wire.cut()
        elif kind in ("sent", "error"):
            frame = json.loads(text)
            if kind == "error":
                self.world.result.refused[frame["code"]] += 1
                if "key" not in frame and frame["code"] in ("slow_down", "failed"):
                    self.wire.cut()  # a page follows once more; here what comes twice would count as sent twice
                if frame["code"] == "failed" and frame.get("key") in self.unanswered:
                    asyncio.get_running_loop().call_later(FIRST_WAIT, self.send_again, frame["key"])
            elif frame["key"] in self.unanswered:
                _frame, answer = self.unanswered.pop(frame["key"])
                if not answer.done():  # else nobody waits for it any more
                    answer.set_result(frame["number"])

    def take(self, text: str) -> None:
        now = time.monotonic()
        for number, change in MESSAGE.findall(text):
            self.numbers.append(int(number))
            self.at.append(now)
            self.change = int(change)

    def story(self, missing: set[int]) -> str:
        """What is known of a tab that did not get everything."""
        now = time.monotonic()
        heard = "; ".join(f"{now - at:.0f} s ago {text}" for at, text in self.heard)
        return f"lacks {sorted(missing)[:5]} of {len(self.numbers)}, has change {self.change}; heard: {heard}"

    def send_again(self, key: str) -> None:
        """As whoever reads that something went wrong on the server's side does."""
        if self.wire is not None and key in self.unanswered:
            self.wire.send(self.unanswered[key][0])

    async def post(self, words: str) -> int:
        """Send, over each connection anew until it is answered, with the same key; gives the number of the message."""
        key = str(uuid.uuid4())
        frame = json.dumps({"type": "send", "thread": self.world.thread.key, "text": words, "key": key})
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.unanswered[key] = frame, answer
        if self.wire is not None:
            self.wire.send(frame)
        return await answer


class World:
    def __init__(self, stack: Any, plan: Plan, say: Callable[[str], None]) -> None:
        self.stack, self.plan, self.say = stack, plan, say
        self.result = Result(sockets=plan.sockets)
        self.is_over = False
        self.revoked_at = 0.0
        self.sent_at: dict[int, float] = {}

    def arrange(self) -> None:
        """A space with the members of an organisation in it, and one who is a member by himself."""
        from accounts.models import User
        from coordination.models import Role
        from tests.factories import join, make_action, make_member, make_organisation, make_space, make_thread

        self.redis = self.stack.redis()
        self.space, organisation = make_space("Crowded"), make_organisation()
        self.chair = make_member(self.space, Role.CHAIR)
        made = [
            User(email=f"m{n}@crowd.example", name=f"Member {n}", organisation=organisation, password="!")
            for n in range(self.plan.users - 1)
        ]
        users = User.objects.bulk_create(made)
        join(organisation, self.space, Role.CONTRIBUTOR)
        organisation.group.user_set.add(*users)
        self.revoked = make_member(self.space, Role.CONTRIBUTOR, name="Soon gone")
        self.thread = make_thread(make_action(self.space))
        self.servers = [self.stack.server(), self.stack.server()]
        # The origin is one of the hosts that the servers answer to, whatever the port.
        self.headers = [self.servers[0].headers(user) for user in [self.revoked, *users]]

    async def run(self) -> Result:
        await sync_to_async(self.arrange)()
        self.tabs = [Tab(self, number, number % self.plan.users) for number in range(self.plan.sockets)]
        running = [asyncio.create_task(self._start(tab)) for tab in self.tabs]
        while sum(tab.wire is not None for tab in self.tabs) < len(self.tabs):
            await asyncio.sleep(0.2)
        await asyncio.sleep(2)
        self.say(f"{len(self.tabs)} sockets of {self.plan.users} users are open.")
        troubles = [asyncio.create_task(work()) for work in (self._cut, self._kill, self._revoke, self._restart)]
        await self._post_all()
        for trouble in troubles[1:]:
            await trouble
        troubles[0].cancel()
        await self._wait_for_all()
        self.is_over = True
        for tab in self.tabs:
            if tab.wire:
                tab.wire.cut()
        await asyncio.gather(*running)
        self._judge()
        return self.result

    async def _start(self, tab: Tab) -> None:
        await asyncio.sleep(tab.number * 0.01)
        await tab.run()

    async def _post_all(self) -> None:
        posting, begun = [], time.monotonic()
        for number in range(int(self.plan.seconds * self.plan.a_second)):
            await asyncio.sleep(max(0, begun + number / self.plan.a_second - time.monotonic()))
            posting.append(asyncio.create_task(self._post(number)))
        self.result.posted = len(posting)
        accepted = sum(one.done() for one in posting)
        self.say(f"{len(posting)} messages have been sent, {accepted} of them accepted by now.")
        self.say(f"Sockets ended: {dict(self.result.ends)}; errors answered: {dict(self.result.refused)}.")
        await asyncio.gather(*posting)
        self.say(f"The last was accepted {time.monotonic() - begun:.0f} seconds after the beginning.")

    async def _post(self, number: int) -> None:
        tab = random.choice([tab for tab in self.tabs if tab.user != 0])
        sent = time.monotonic()
        self.sent_at[await tab.post(f"Message {number}: the officers of the **second** group have begun.")] = sent

    # --- what goes wrong -------------------------------------------------------------------------------------------
    async def _cut(self) -> None:
        while True:
            await asyncio.sleep(self.plan.cut_every)
            tab = random.choice(self.tabs)
            if tab.wire:
                tab.wire.cut()
                self.result.cuts += 1

    async def _kill(self) -> None:
        if self.plan.kill_server_at is None:
            return
        await asyncio.sleep(self.plan.seconds * self.plan.kill_server_at)
        await sync_to_async(self.servers[1].kill)()
        self.say("A server has been killed.")
        await sync_to_async(self.servers[1].start)()
        self.say("It has been started again.")

    async def _restart(self) -> None:
        if self.plan.restart_redis_at is None:
            return
        await asyncio.sleep(self.plan.seconds * self.plan.restart_redis_at)
        await sync_to_async(self.redis.stop)()
        await sync_to_async(self.redis.start)()
        self.say("Redis has been restarted.")

    async def _revoke(self) -> None:
        from coordination import services

        if self.plan.revoke_at is None:
            return
        await asyncio.sleep(self.plan.seconds * self.plan.revoke_at)
        own = [tab for tab in self.tabs if tab.user == 0]
        await sync_to_async(services.revoke_membership)(self.chair, self.space, self.revoked)
        # In this very step of the loop: what is read from the wires from now on came after the service had returned,
        # or was on its way when it did.
        self.revoked_at = time.monotonic()
        had = {tab.number: len(tab.numbers) for tab in own}
        for tab in own:
            tab.is_revoked = True
        await asyncio.sleep(self.plan.seconds * 0.2)
        late = sum(len(tab.numbers) - had[tab.number] for tab in own)
        self.result.messages_after_revocation = late
        self.say(f"A member has been revoked; {late} messages came after that.")

    # --- the end ---------------------------------------------------------------------------------------------------
    async def _wait_for_all(self) -> None:
        until = time.monotonic() + self.plan.patience
        waited_for = [tab for tab in self.tabs if not self._loses_access(tab)]
        while time.monotonic() < until:
            if all(len(tab.numbers) >= self.result.posted for tab in waited_for):
                return
            await asyncio.sleep(0.2)

    def _loses_access(self, tab: Tab) -> bool:
        return tab.user == 0 and self.plan.revoke_at is not None

    def _judge(self) -> None:
        wanted = list(range(1, self.result.posted + 1))
        for tab in self.tabs:
            if self._loses_access(tab):
                if tab.numbers != wanted[: len(tab.numbers)]:
                    self.result.wrong.append(f"socket {tab.number} of the revoked member")
                continue
            if tab.numbers != wanted:
                counted = Counter(tab.numbers)
                missing, twice = len(set(wanted) - set(counted)), sum(n > 1 for n in counted.values())
                self.result.wrong.append(f"socket {tab.number}: {missing} missing, {twice} more than once")
                self.say(f"socket {tab.number}: {tab.story(set(wanted) - set(counted))}")
            self.result.seconds += [
                at - self.sent_at[number] for number, at in zip(tab.numbers, tab.at, strict=True)
            ]  # fmt: skip
        self.result.seconds.sort()


async def run(stack: Any, plan: Plan, say: Callable[[str], None] = lambda sentence: None) -> Result:
    return await World(stack, plan, say).run()
