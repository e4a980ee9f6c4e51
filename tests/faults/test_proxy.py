"""The proxy of the compose file before two servers, of which one after the other is replaced while people work on."""

import asyncio
import contextlib
import signal
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
import websockets

from coordination.models import AuditEntry, Marking, Role
from discussion.models import Message
from scripts import services
from tests.discussion.tabs import Closed, tab_at
from tests.factories import make_action, make_member, make_space, make_thread, mark
from tests.servers import ROOT, Server, wait_until

pytestmark = [pytest.mark.full, pytest.mark.slow]

CONFIGURATION = ROOT / "config" / "Caddyfile"
# The proxy looks at a server every two seconds, and waits five for what it says.
TAKEN_OUT_SECONDS = 8


class Proxy(Server):
    """Caddy, as the compose file has it, on loopback alone."""

    name = "caddy"

    def __init__(self, stack, folder: Path, servers: int) -> None:
        super().__init__(stack, XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder), LISTEN="127.0.0.1")
        self.servers = [Server(stack, BASE_URL=self.url, TRUSTED_PROXY="1") for _number in range(servers)]
        self.env["SERVERS"] = " ".join(f"127.0.0.1:{server.port}" for server in self.servers)

    def command(self) -> list[str]:
        return [services.find("caddy"), "run", "--config", str(CONFIGURATION), "--adapter", "caddyfile"]


@pytest.fixture
def proxy(stack, tmp_path):
    proxy = Proxy(stack, tmp_path, servers=2)
    for server in proxy.servers:
        server.start()
    return proxy.start()


class Writer(threading.Thread):
    """Presses the button of a thread's form time and again, through the proxy."""

    def __init__(self, proxy, thread, user) -> None:
        super().__init__()
        self.proxy, self.thread = proxy, thread
        self.headers = proxy.headers(user)  # in the test's own thread: it signs the user in
        self.statuses: Counter[int] = Counter()
        self.accepted: list[str] = []
        self.is_done = threading.Event()

    def run(self) -> None:
        while not self.is_done.wait(0.05):
            text = f"Message {uuid.uuid4()}"
            fields = {"text": text, "submission": str(uuid.uuid4())}
            status = self.proxy.post(self.thread.get_absolute_url(), fields, headers=self.headers).status
            self.statuses[status] += 1
            if status == 302:
                self.accepted.append(text)


class Follower(threading.Thread):
    """A tab that follows the thread through the proxy, and comes back whenever its server goes."""

    def __init__(self, proxy, thread, user) -> None:
        super().__init__()
        self.proxy, self.thread, self.user = proxy, thread, user
        self.is_done = threading.Event()
        self.numbers: list[int] = []
        self.connections = self.change = 0

    def run(self) -> None:
        asyncio.run(self._follow())

    async def _follow(self) -> None:
        while not self.is_done.is_set():
            with contextlib.suppress(Closed, OSError, websockets.InvalidStatus, websockets.InvalidMessage):
                await self._listen()
            await asyncio.sleep(0.1)

    async def _listen(self) -> None:
        async with tab_at(self.proxy, self.user) as tab:
            self.connections += 1
            await tab.send(type="subscribe", thread=self.thread.key, after=self.change)
            while True:
                frame = await tab.receive(60)
                for message in frame.get("messages", ()):
                    self.numbers.append(message["number"])
                    self.change = max(self.change, message["change"])


def replace(server) -> None:
    """As scripts/rolling-restart does: out of the proxy first, what was begun is answered, then stopped and started."""
    server.process.send_signal(signal.SIGUSR1)
    wait_until(lambda: server.get("/readyz").status == 503, "The server goes on as if nothing were to come.")
    assert server.get("/healthz").status == 200
    time.sleep(TAKEN_OUT_SECONDS)
    server.stop()
    server.start()
    wait_until(lambda: server.get("/readyz").status == 200, "The server did not come back.")


def test_servers_are_replaced_one_after_the_other_and_nobody_notices(stack, proxy):
    space = make_space()
    thread, user = make_thread(space, subject="Training"), make_member(space, Role.CONTRIBUTOR)
    noted = mark(make_action(space), Marking.RED, users=[user])
    the_caller_is_noted_and_not_what_the_caller_says(proxy, noted, user)
    writer, follower = Writer(proxy, thread, user), Follower(proxy, thread, user)
    writer.start()
    follower.start()
    for server in proxy.servers:
        replace(server)
    writer.is_done.set()
    writer.join()
    assert set(writer.statuses) == {302} and len(writer.accepted) > 20
    kept = list(Message.objects.order_by("number").values_list("number", "text"))
    assert Counter(text for _number, text in kept) == Counter(writer.accepted)
    wait_until(lambda: len(follower.numbers) >= len(kept), "The tab lacks messages.", 20)
    assert follower.numbers == [number for number, _text in kept] and follower.connections > 1
    follower.is_done.set()
    no_address_is_in_the_log(proxy)
    follower.join()


def the_caller_is_noted_and_not_what_the_caller_says(proxy, action, user):
    assert proxy.get(action.get_absolute_url(), user, headers={"X-Forwarded-For": "203.0.113.9"}).status == 200
    assert AuditEntry.objects.get(verb="read").address == "127.0.0.1"


def no_address_is_in_the_log(proxy):
    for server in proxy.servers:
        server.kill()
    assert proxy.get("/search/?q=a-secret-word").status in (502, 503)
    assert '"level":"error"' in proxy.log, "It says that no server is there."
    assert "secret-word" not in proxy.log and "sessionid" not in proxy.log
