"""Following the links of pages, to find those that are broken. Only public addresses are called, by http or https.

The address is looked up once, judged, and the very address judged is called: a name that means something else a moment
later leads nowhere. Redirects are followed by the same rule, one by one.
"""

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from wagtail.fields import RichTextField

from knowledge.models import BrokenLinkReason

TIMEOUT_SECONDS = 5
MOST_REDIRECTS = 4
# Servers that answer this do not want to be asked by programs, which says nothing of the page.
SAYS_NOTHING = {401, 403, 405, 429}
_LINKS = re.compile(r"<a\b[^>]*>")
_ATTRIBUTES = re.compile(r'(\w+)="([^"]*)"')
_ADDRESS_FIELDS = ("source_url", "website", "link")


class NotPublicError(Exception):
    """The address is none that may be called from here."""


# --- what a page links to ------------------------------------------------------------------------------------------
def links_of(page: Any) -> Iterator[str]:
    """The addresses in a page, each once; pages and files of this site as `page:<number>`, `document:<number>`."""
    seen = set()
    for link in [*_addresses(page), *_in_texts(page)]:
        if link and link not in seen:
            seen.add(link)
            yield link


def _addresses(page: Any) -> Iterator[str]:
    for name in _ADDRESS_FIELDS:
        yield getattr(page, name, "")
    if hasattr(page, "facts"):
        yield from (fact.source_url for fact in page.facts.all())


def _in_texts(page: Any) -> Iterator[str]:
    for one in page._meta.get_fields():
        if isinstance(one, RichTextField):
            for tag in _LINKS.findall(getattr(page, one.name) or ""):
                attributes = dict(_ATTRIBUTES.findall(tag))
                if attributes.get("linktype") in ("page", "document"):
                    yield f"{attributes['linktype']}:{attributes.get('id', '')}"
                elif not attributes.get("href", "#").startswith(("#", "mailto:", "tel:")):
                    yield unescape(attributes["href"])


def path_here(link: str) -> str | None:
    """The path of an address of this site, without question and fragment; None of an address elsewhere."""
    parts, here = urlsplit(link), urlsplit(settings.BASE_URL)
    if parts.netloc and parts.netloc != here.netloc:
        return None
    return parts.path or "/"


# --- following one -------------------------------------------------------------------------------------------------
def why_broken(url: str) -> str | None:
    """Why a link to elsewhere is broken; None where it leads to something."""
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = _ask(url)
            if status in (301, 302, 303, 307, 308) and location:
                url = urljoin(url, location)
                continue
            return _judged(status)
    except NotPublicError:
        return BrokenLinkReason.NOT_PUBLIC
    except (OSError, http.client.HTTPException, ValueError):
        return BrokenLinkReason.NO_ANSWER
    return BrokenLinkReason.REFUSED


def _judged(status: int) -> str | None:
    if status < 400 or status in SAYS_NOTHING:
        return None
    return BrokenLinkReason.GONE if status in (404, 410) else BrokenLinkReason.REFUSED


def _ask(url: str) -> tuple[int, str]:
    """The status of the answer, and where it sends on. Its body is not read."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise NotPublicError
    is_secret = parts.scheme == "https"
    port = parts.port or (443 if is_secret else 80)
    if port not in (80, 443):
        raise NotPublicError
    address = public_address(parts.hostname, port)
    connection = _Connection(parts.hostname, port, address, is_secret)
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("GET", target, headers={"User-Agent": "Accord link check", "Accept": "*/*"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or ""
    finally:
        connection.close()


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
