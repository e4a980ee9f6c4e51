"""How long a message takes from being accepted to having been received by the last of 50, 200 and 500 members
(BENCH_MEMBERS), how many get lost in a burst, and how much memory an idle connection takes; beside a Channels consumer
that does nothing but `group_send`, and a broadcast of asyncio and websockets alone.

    .venv/bin/python benchmarks/fanout.py           (or: make bench)

One server process each, the same client, text of the same length, one run. For Accord a message is accepted when its
transaction is committed, and what each member receives has been decided by the access rule after that. The others are
handed text that is ready. Needs PostgreSQL and Redis (`make services`).
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.worlds.own_stack import ROOT, own_stack
from benchmarks.worlds.wire import connect

MEMBERS = [int(number) for number in os.environ.get("BENCH_MEMBERS", "50 200 500").split()]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
BURST = int(os.environ.get("BENCH_BURST", "150"))
PATIENCE = 20.0
QUIET = 5.0


class Crowd:
    """Clients that count what they hear of messages, and when."""

    def __init__(self) -> None:
        self.wires = []
        self.heard = self.messages = 0
        self.enough = asyncio.Event()
        self.wanted = 0
        self.last_at = 0.0
        self.sample = ""

    async def join(self, url: str, headers, hello: str | None = None) -> None:
        own: list[Any] = []
        wire = await connect(url, headers, lambda text: self.hear(own, text))
        assert wire is not None, "no socket"
        own.append(wire)
        if hello:
            wire.send(hello)
        self.wires.append(wire)

    def hear(self, own: list[Any], text: str) -> None:
        if text.startswith('{"type": "mark"'):
            own[0].send(text)
            return
        count = text.count('"number": ') if text.startswith('{"type": "messages"') else text.startswith("said ")
        if count:
            self.messages += int(count)
            self.last_at = time.perf_counter()
            self.sample = text
            if self.messages >= self.wanted:
                self.enough.set()

    def expect(self, messages: int) -> None:
        self.messages, self.wanted = 0, messages * len(self.wires)
        self.enough.clear()

    async def all_heard(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.enough.wait(), PATIENCE)

    def leave(self, staying: int = 0) -> None:
        """All but the first `staying`."""
        for wire in self.wires[staying:]:
            wire.cut()
        del self.wires[staying:]


def resident(pid: int) -> int:
    """Kilobytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


async def settled(pid: int) -> int:
    """The same once it has not grown for a while: what a process takes once is no part of what a connection takes."""
    held, since = resident(pid), time.perf_counter()
    while time.perf_counter() - since < QUIET:
        await asyncio.sleep(0.5)
        if (now := resident(pid)) > held:
            held, since = now, time.perf_counter()
    return held


async def measure(crowd: Crowd, pid: int, join, say, members: int) -> dict:
    """`join` adds a client, `say` sends a message and gives when it was accepted.

    What an idle connection takes is measured by as many again, which go before the first message: by then the process
    has what it needs once, and no room yet that messages have left.
    """
    for number in range(members):
        await join(number)
    before = await settled(pid)
    for number in range(members, 2 * members):
        await join(number)
    figures = {"memory": (await settled(pid) - before) / members}
    crowd.leave(members)
    await settled(pid)
    times, lost = [], 0
    for _round in range(ROUNDS):
        crowd.expect(1)
        accepted = await say()
        await crowd.all_heard()
        times.append((crowd.last_at - accepted) * 1000)
        lost += crowd.wanted - crowd.messages
        await asyncio.sleep(0.3)
    figures |= {"median": statistics.median(times), "worst": max(times), "lost": lost}
    crowd.expect(BURST)
    for _message in range(BURST):
        await say()
    await crowd.all_heard()
    figures["lost in a burst"] = crowd.wanted - crowd.messages
    crowd.leave()
    await asyncio.sleep(0.5)
    return figures


# --- the three -------------------------------------------------------------------------------------------------------
def make_world(members: int):
    """A thread, its author, and what the members' browsers send along."""
    from accounts.models import User
    from coordination.models import Role
    from tests.factories import join, make_action, make_member, make_organisation, make_space, make_thread, make_user

    space, organisation = make_space(), make_organisation()
    author, first = make_member(space, Role.CONTRIBUTOR), make_user(organisation=organisation)
    others = [
        User(email=f"m{number}@{space.key}.example", name=f"Member {number}", organisation=organisation, password="!")
        for number in range(members - 1)
    ]
    users = [first, *User.objects.bulk_create(others)]
    join(organisation, space, Role.CONTRIBUTOR)
    organisation.group.user_set.add(*users)
    return make_thread(make_action(space)), author, users


async def accord(stack, members: int) -> dict:
    from asgiref.sync import sync_to_async
    from django.db import transaction

    from discussion import services

    thread, author, users = await sync_to_async(make_world)(2 * members)
    server = await sync_to_async(stack.server)()
    headers = await sync_to_async(lambda: [server.headers(user) for user in users])()
    crowd = Crowd()
    hello = f'{{"type": "subscribe", "thread": "{thread.key}", "after": 0}}'

    def post() -> float:
        accepted = []
        with transaction.atomic():
            transaction.on_commit(lambda: accepted.append(time.perf_counter()))
            services.post_message(author, thread, "We have **begun** with the second group of officers.", uuid.uuid4())
        return accepted[0]

    async def join(number: int) -> None:
        await crowd.join(f"{server.url}/socket/", headers[number], hello)

    try:
        found = await measure(crowd, server.process.pid, join, sync_to_async(post), members)
        return {**found, "length": len(crowd.sample)}
    finally:
        await sync_to_async(server.stop)()


async def bare(stack, members: int, length: int) -> dict:
    from asgiref.sync import sync_to_async
    from channels.layers import get_channel_layer

    from benchmarks.worlds.bare import GROUP
    from tests.servers import Server

    class BareServer(Server):
        def command(self) -> list[str]:
            return [*super().command()[:-1], "benchmarks.worlds.bare:application"]

    server = await sync_to_async(BareServer(stack).start)()
    crowd, layer, text = Crowd(), get_channel_layer(), "said " + "x" * length

    async def say() -> float:
        accepted = time.perf_counter()
        await layer.group_send(GROUP, {"type": "said", "text": text})
        return accepted

    try:
        return await measure(
            crowd, server.process.pid, lambda _n: crowd.join(f"{server.url}/socket/", {}), say, members
        )
    finally:
        await sync_to_async(server.stop)()


async def plain(members: int, length: int) -> dict:
    from tests.elasticsearch_node import free_port

    port = free_port()
    script = ROOT / "benchmarks" / "worlds" / "plain.py"
    process = subprocess.Popen([sys.executable, str(script), str(port)])
    crowd, text = Crowd(), "said " + "x" * length
    url = f"http://127.0.0.1:{port}/"
    while (speaker := await connect(url, {}, lambda _text: None)) is None:
        await asyncio.sleep(0.2)

    async def say() -> float:
        accepted = time.perf_counter()
        speaker.send(text)
        return accepted

    try:
        return await measure(crowd, process.pid, lambda _number: crowd.join(url, {}), say, members)
    finally:
        process.terminate()
        process.wait()


async def main(stack) -> None:
    for members in MEMBERS:
        ours = await accord(stack, members)
        length = ours.pop("length")
        theirs, least = await bare(stack, members, length), await plain(members, length)
        print(f"{members} members, {length} characters a frame")
        for name, found in (("Accord", ours), ("bare consumer", theirs), ("asyncio alone", least)):
            print(
                f"  {name:14} last after {found['median']:6.1f} ms (median), {found['worst']:6.1f} ms (worst);"
                f" lost {found['lost']}, in a burst of {BURST}: {found['lost in a burst']}"
                f" of {BURST * members}; {found['memory']:.0f} KB a connection"
            )
        ratio, memory = ours["median"] / theirs["median"], ours["memory"] / theirs["memory"]
        print(f"  Accord / bare consumer: time {ratio:.2f} (goal 2), memory {memory:.2f} (goal 1.5)", flush=True)


if __name__ == "__main__":
    # Entered outside of the loop: it sets up both threads that use the database.
    with own_stack() as own:
        asyncio.run(main(own))
