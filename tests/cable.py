"""A cable between a client and a server, which can be cut: what is on its way is lost, and nothing new gets through.

with Cable(server.url) as cable:
    page.goto(cable.url + "/desk/")
    cable.cut()      # both ends see the connection break, whatever was answered or not
    cable.mend()
"""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

CHUNK = 65536


class Cable:
    def __init__(self, url: str) -> None:
        self._to = ("127.0.0.1", urlsplit(url).port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = self._is_over = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._take_calls, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_over = True
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Break every connection at once, without a farewell, and refuse new ones."""
        with self._lock:
            self._is_cut = True
            ends, self._ends = self._ends, set()
        for end in ends:
            _break(end)

    def mend(self) -> None:
        self._is_cut = False

    def _take_calls(self) -> None:
        while not self._is_over:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                _break(client)
                continue
            try:
                server = socket.create_connection(self._to)
            except OSError:
                _break(client)
                continue
            with self._lock:
                self._ends |= {client, server}
            for here, there in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := here.recv(CHUNK):
                there.sendall(chunk)
        with self._lock:
            self._ends -= {here, there}
        for end in (here, there):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
