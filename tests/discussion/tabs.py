"""Tabs for the tests: a socket in this very process, or one to a real server. Each frame that the server sends is held
against the schema of the protocol."""

import asyncio
import contextlib
import json
import uuid
from functools import cache
from typing import Any

import jsonschema
import websockets
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from discussion import schema
from discussion.routing import websocket_application

# As config.asgi has it, without the worker that it starts.
application = websocket_application()
PATIENCE = 10.0
# How long to wait for what must not come.
QUIET = 0.7


class Closed(Exception):
    """The server has closed the socket, with this code."""


@cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    """For frames of this kind from the server."""
    return jsonschema.Draft202012Validator(schema.from_server(kind))


class Tab:
    """What is common to both: frames out, frames in, looking for one of a kind."""

    # A tab whose user looks elsewhere: what is sent to it does not arrive.
    is_asleep = False

    async def heard(self, text: str) -> dict[str, Any]:
        """A frame as it came, after an answer to those that ask for one as the page's script gives it."""
        frame = json.loads(text)
        validator(frame["type"]).validate(frame)
        if frame["type"] == "mark" and not self.is_asleep:
            await self.send(**frame)
        return frame

    async def send_text(self, text: str) -> None:
        raise NotImplementedError

    async def receive(self, patience: float) -> dict[str, Any]:
        raise NotImplementedError

    async def send(self, **frame: Any) -> None:
        await self.send_text(json.dumps(frame))

    async def say(self, thread, text: str, key: str | None = None) -> None:
        await self.send(type="send", thread=thread.key, text=text, key=key or str(uuid.uuid4()))

    async def follow(self, thread, after: int = 0) -> dict[str, Any]:
        await self.send(type="subscribe", thread=thread.key, after=after)
        return await self.until("subscribed")

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame of a kind, and with these fields; others before it are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.receive(PATIENCE)
                if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                    return frame

    async def frames_until(self, kind: str) -> list[dict[str, Any]]:
        """Whatever comes until a frame of this kind has come, and within a while after it."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE):
            while not found or found[-1]["type"] != kind:
                found.append(await self.receive(PATIENCE))
        return [*found, *await self.frames_for()]

    async def frames_for(self, seconds: float = QUIET) -> list[dict[str, Any]]:
        """Whatever comes within a while."""
        found: list[dict[str, Any]] = []
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(seconds):
                while True:
                    found.append(await self.receive(seconds + 1))
        return found


class TabHere(Tab):
    """A socket to the consumer in this process."""

    def __init__(self, session_key: str | None, origin: bytes = b"http://localhost") -> None:
        headers = [(b"host", b"localhost"), (b"origin", origin)]
        if session_key:
            headers.append((b"cookie", f"sessionid={session_key}".encode()))
        self.communicator = WebsocketCommunicator(application, "/socket/", headers=headers)
        self.communicator.scope["client"] = ("192.0.2.7", 5000)

    async def open(self) -> tuple[bool, int | None]:
        return await self.communicator.connect(timeout=PATIENCE)

    async def send_text(self, text: str) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "text": text})

    async def receive(self, patience: float) -> dict[str, Any]:
        event = await self.communicator.output_queue.get()
        if event["type"] == "websocket.close":
            raise Closed(event.get("code"))
        return await self.heard(event["text"])

    async def close(self) -> None:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await self.communicator.disconnect()


class TabThere(Tab):
    """A socket to a real server."""

    def __init__(self, connection) -> None:
        self.connection = connection

    async def send_text(self, text: str) -> None:
        await self.connection.send(text)

    async def receive(self, patience: float) -> dict[str, Any]:
        try:
            return await self.heard(await self.connection.recv())
        except websockets.ConnectionClosed as end:
            raise Closed(end.rcvd.code if end.rcvd else None) from end


@contextlib.asynccontextmanager
async def tab_of(stack, user):
    """A tab in this process, its user signed in."""
    tab = TabHere(await sync_to_async(stack.session_cookie)(user) if user else None)
    is_open, code = await tab.open()
    assert is_open, code
    try:
        yield tab
    finally:
        await tab.close()


@contextlib.asynccontextmanager
async def tab_at(server, user):
    """A tab at a real server."""
    headers = await sync_to_async(server.headers)(user)
    origin = headers.pop("Origin")
    async with websockets.connect(
        server.socket_url("/socket/"), additional_headers=headers, origin=origin, proxy=None
    ) as connection:
        yield TabThere(connection)
