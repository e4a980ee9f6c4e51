"""Following the links of pages, to find those that are broken. Only public addresses are called (coordination.outside);
redirects are followed by the same rule, one by one."""

import http.client
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from wagtail.fields import RichTextField

from coordination import outside
from knowledge.models import BrokenLinkReason

MOST_REDIRECTS = 4
# Servers that answer this do not want to be asked by programs, which says nothing of the page.
SAYS_NOTHING = {401, 403, 405, 429}
_LINKS = re.compile(r"<a\b[^>]*>")
_ATTRIBUTES = re.compile(r'(\w+)="([^"]*)"')
_ADDRESS_FIELDS = ("source_url", "website", "link")


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
    except outside.NotNamedError:
        return None  # it may be as good as any
    except outside.NotPublicError:
        return BrokenLinkReason.NOT_PUBLIC
    except (OSError, http.client.HTTPException, ValueError):
        return BrokenLinkReason.NO_ANSWER
    return BrokenLinkReason.REFUSED


def _judged(status: int) -> str | None:
    if status < 400 or status in SAYS_NOTHING:
        return None
    return BrokenLinkReason.GONE if status in (404, 410) else BrokenLinkReason.REFUSED


def _ask(url: str) -> tuple[int, str]:
    """The status of the answer, and where it sends on."""
    reply = outside.call(url, headers={"User-Agent": "Accord link check", "Accept": "*/*"})
    return reply.status, reply.location
