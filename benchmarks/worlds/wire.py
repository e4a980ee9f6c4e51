"""A websocket client that costs next to nothing, so that figures with a thousand of them are the server's."""

import asyncio
import base64
import os
from collections.abc import Callable
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Wire(asyncio.Protocol):
    """Calls `heard` with the text of each frame, and `lost` once when the connection is over."""

    def __init__(self, heard: Callable[[str], None], lost: Callable[[], None] | None = None) -> None:
        self.heard, self.lost = heard, lost
        self.transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()
        self._is_open = False
        # With what code the server has closed, if it has.
        self.code: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_result(False)
        if self.lost:
            self.lost()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._is_open = self._buffer.startswith(b"HTTP/1.1 101")
            del self._buffer[: end + 4]
            if not self.opened.done():
                self.opened.set_result(self._is_open)
        while (frame := self._next()) is not None:
            self._deal_with(*frame)

    def _next(self) -> tuple[int, bytes] | None:
        """The next whole frame. Those of a server are not masked; ours are never in parts."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, at = buffer[1] & 127, 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(buffer) < 2 + size:
                return None
            length, at = int.from_bytes(buffer[2 : 2 + size], "big"), 2 + size
        if len(buffer) < at + length:
            return None
        frame = buffer[0] & 15, bytes(buffer[at : at + length])
        del buffer[: at + length]
        return frame

    def _deal_with(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self.heard(payload.decode())
        elif kind == PING:
            self._write(PONG, payload)
        elif kind == CLOSE and self.transport:
            self.code = int.from_bytes(payload[:2], "big")
            self.transport.close()

    def send(self, text: str) -> None:
        self._write(TEXT, text.encode())

    def _write(self, kind: int, payload: bytes) -> None:
        """Masked, as the protocol asks of clients; by nought, which leaves it as it is."""
        length = len(payload)
        if length < 126:
            head = bytes([128 | kind, 128 | length])
        elif length < 65536:
            head = bytes([128 | kind, 254]) + length.to_bytes(2, "big")
        else:
            head = bytes([128 | kind, 255]) + length.to_bytes(8, "big")
        if self.transport and not self.transport.is_closing():
            self.transport.write(head + b"\0\0\0\0" + payload)

    def cut(self) -> None:
        """Without a farewell, as when the network goes."""
        if self.transport:
            self.transport.abort()


async def connect(
    url: str, headers: dict[str, str], heard: Callable[[str], None], lost: Callable[[], None] | None = None
) -> Wire | None:
    """An open socket at `url` (http…), or None where there is none."""
    parts = urlsplit(url)
    try:
        _transport, wire = await asyncio.get_running_loop().create_connection(
            lambda: Wire(heard, lost), parts.hostname, parts.port
        )
    except OSError:
        return None
    lines = {
        "Host": f"{parts.hostname}:{parts.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    asked = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    wire.transport.write(f"GET {parts.path or '/'} HTTP/1.1\r\n{asked}\r\n".encode())
    try:
        async with asyncio.timeout(30):
            return wire if await wire.opened else None
    except TimeoutError:
        wire.cut()
        return None
