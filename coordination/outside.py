"""Calls to other servers, by http or https: only to public addresses, and where OUTSIDE_HOSTS names hosts, to these.

The address is looked up once, judged, and the very address judged is called: a name that means something else a moment
later leads nowhere (server-side request forgery, OWASP).
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 5
PORTS = {"http": 80, "https": 443}


class NotPublicError(Exception):
    """The address is none that may be called from here."""


class NotNamedError(NotPublicError):
    """Whoever runs the installation lets other hosts be called, and not this one."""


@dataclass(frozen=True)
class Reply:
    """What another server answered. Its body is not read."""

    status: int
    location: str


def call(url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """Call `url`; redirects are not followed. Raises NotPublicError; OSError or HTTPException where none answers."""
    parts = checked(url)
    port = parts.port or PORTS[parts.scheme]
    host = parts.hostname or ""
    connection = _Connection(host, port, public_address(host, port), parts.scheme == "https")
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.getheader("Location") or "")
    finally:
        connection.close()


def checked(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as it can be judged without looking its host up."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username:
        raise NotPublicError
    if (parts.port or PORTS[parts.scheme]) not in PORTS.values():
        raise NotPublicError
    if settings.OUTSIDE_HOSTS and not is_named(parts.hostname, settings.OUTSIDE_HOSTS):
        raise NotNamedError
    return parts


def is_named(host: str, names: Iterable[str]) -> bool:
    """Whether that is one of these hosts; `*.` before a domain stands for its hosts."""
    return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in names)


def public_address(host: str, port: int) -> str:
    """The one address of `host` to call. Raises NotPublicError where any of its addresses is not public."""
    found = {row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not all(is_public(str(one)) for one in found):
        raise NotPublicError
    return str(sorted(found, key=lambda one: ":" in str(one))[0])


def is_public(address: str) -> bool:
    one = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None)
    if mapped is not None:
        return is_public(str(mapped))
    return one.is_global and not one.is_multicast


class _Connection(http.client.HTTPConnection):
    """To an address that has been judged, by the name that the certificate is for."""

    def __init__(self, host: str, port: int, address: str, is_secret: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address, self._is_secret = address, is_secret

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_secret:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
