"""Stands before Elasticsearch and does to it what networks and full disks do: slow, refusing, gone."""

import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.elasticsearch_node import open_url

SLOW_SECONDS = 2.0
# What is said of one message only, not of all that come through.
OF_THE_CONNECTION = {"connection", "transfer-encoding", "content-length", "host", "accept-encoding"}
REFUSAL = b'{"error":{"type":"circuit_breaking_exception","reason":"busy"},"status":429}'


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients are killed while they are being answered."""


class FaultyProxy:
    """Lets everything through, until `mode` is set to "slow", "busy" or "away"."""

    def __init__(self, target: str) -> None:
        self.target, self.mode = target, "through"
        self.server = Quiet(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if proxy.mode == "away":
                    self.close_connection = True
                    return
                if proxy.mode == "slow":
                    time.sleep(SLOW_SECONDS)
                if proxy.mode == "busy":
                    self._answer(429, {"Content-Type": "application/json"}, REFUSAL)
                    return
                self._answer(*self._asked(body))

            do_POST = do_PUT = do_HEAD = do_DELETE = do_GET

            def _asked(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_CONNECTION}
                asked = urllib.request.Request(
                    proxy.target + self.path, data=body or None, headers=headers, method=self.command
                )
                try:
                    with open_url(asked, timeout=60) as reply:
                        return reply.status, dict(reply.headers), reply.read()
                except urllib.error.HTTPError as refusal:
                    return refusal.code, dict(refusal.headers), refusal.read()
                except OSError:
                    return 503, {"Content-Type": "application/json"}, b'{"status":503}'

            def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in OF_THE_CONNECTION:
                        self.send_header(name, value)
                if status == 429:
                    self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler
