"""A push service to push to, and the keys of a browser: what comes is decrypted as a browser decrypts it."""

import base64
import contextlib
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class PushService(HTTPServer):
    """What the maker of a browser runs: it takes what is pushed, and answers `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.came = 201, []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, self.headers, body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@contextlib.contextmanager
def running() -> Iterator[PushService]:
    server = PushService()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Keys:
    """The keys that only the browser has, and what it hands to the site."""

    def __init__(self, service):
        self.private, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.service = service
        self.asks = {"endpoint": f"{service.address}/browser/1", "p256dh": text_of(point), "auth": text_of(self.auth)}

    def read(self) -> list[dict]:
        """What has come, decrypted."""
        found = [http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
                 for _path, _headers, body in self.service.came]  # fmt: skip
        return [json.loads(one) for one in found]
