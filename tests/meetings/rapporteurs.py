"""Rapporteurs at a real server, as the page's scripts are: they type, save, lose the connection and send again.

For the test of faults, which is short, and for the benchmark, which types for minutes.
"""

import asyncio
import contextlib
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

import websockets
from asgiref.sync import sync_to_async

from tests.cable import Cable
from tests.discussion.tabs import Closed, TabThere
from tests.servers import CSRF, Server

BROKEN = (Closed, websockets.WebSocketException, OSError, urllib.error.URLError, TimeoutError)


class Rapporteur:
    """One tab, behind a cable of its own that is cut at random; each section has one who writes in it."""

    def __init__(self, server: Server, user: Any, meeting: str, section: int, number: int, seconds: float) -> None:
        self.cable = Cable(server.url)
        self.cookies = {**server.stack.cookies(user), "csrftoken": CSRF}
        self.meeting, self.section, self.number = meeting, section, number
        self.random = random.Random(number)
        self.until = time.monotonic() + seconds
        self.committed: list[str] = []
        self.cuts = 0
        self.keys_seen: set[str] = set()

    async def run(self, cut_every: float) -> None:
        cutting = asyncio.create_task(self._cut_now_and_then(cut_every))
        listening = asyncio.create_task(self._listen())
        try:
            while time.monotonic() < self.until:
                await self._write(f"r{self.number}w{len(self.committed)}")
        finally:
            cutting.cancel()
            listening.cancel()
            self.cable.mend()

    async def _cut_now_and_then(self, every: float) -> None:
        while True:
            await asyncio.sleep(every * (0.5 + self.random.random()))
            self.cable.cut()
            self.cuts += 1
            await asyncio.sleep(every * 0.3 * self.random.random())
            self.cable.mend()

    # --- the socket --------------------------------------------------------------------------------------------------
    async def _listen(self) -> None:
        """Follow the record, type what is to be saved, and come back whenever the socket breaks."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        address = self.cable.url.replace("http:", "ws:") + "/socket/"
        while True:
            with contextlib.suppress(*BROKEN):
                headers = {"Cookie": cookie}
                async with websockets.connect(
                    address, additional_headers=headers, origin=self.cable.url, proxy=None
                ) as connection:
                    self.tab = TabThere(connection)
                    await self.tab.send(
                        type="record.follow", record=self.meeting, has=dict.fromkeys(self.keys_seen, "1")
                    )
                    while True:
                        frame = await self.tab.receive(60)
                        if frame["type"] == "record.paragraphs":
                            self.keys_seen |= {told["key"] for told in frame["paragraphs"]}
                            self.keys_seen -= set(frame["gone"])
            await asyncio.sleep(0.1)

    async def _type(self, key: str, text: str) -> None:
        for number in range(1, 4):
            with contextlib.suppress(AttributeError, *BROKEN):
                await self.tab.send(
                    type="record.type", record=self.meeting, section=self.section, key=key, paragraph="",
                    kind="summary", text=text[: number * 2], number=number,
                )  # fmt: skip
            await asyncio.sleep(0.02 * self.random.random())

    # --- saving ------------------------------------------------------------------------------------------------------
    async def _write(self, word: str) -> None:
        """Type it, and send it until there is an answer: from then on it is committed."""
        key = str(uuid.uuid4())
        await self._type(key, word)
        fields = {"kind": "summary", "text": word, "submission": key, "csrfmiddlewaretoken": CSRF}
        while True:
            try:
                status = await asyncio.to_thread(self._post, fields)
            except BROKEN:
                await asyncio.sleep(0.05)
                continue
            assert status == 200, status
            self.committed.append(word)
            return

    def _post(self, fields: dict[str, str]) -> int:
        path = f"/meetings/{self.meeting}/record/write/sections/{self.section}/"
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Origin": self.cable.url}
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.cable.url + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except Exception as broken:  # a half answer breaks in many ways
            raise OSError from broken


async def write_for(server: Server, meeting: str, places: list[tuple[Any, int]], seconds: float, cut_every: float):
    """Let these users write, each in a section, for so long; the rapporteurs, with what was answered to them."""

    def begin() -> list[Rapporteur]:
        return [Rapporteur(server, user, meeting, section, n, seconds) for n, (user, section) in enumerate(places)]

    rapporteurs = await sync_to_async(begin)()
    await asyncio.gather(*(one.run(cut_every) for one in rapporteurs))
    return rapporteurs
