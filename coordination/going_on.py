"""Where what was said goes on: as a decision in a record, as an item of an agenda. Coordination knows neither: whoever
does (meetings) enters a provider in its own module `going_on.py`, found at start.

    @register
    def places(source, user) -> Iterable[Place]: ...

A provider gives only where `user` may write, and where nobody reads who may not read `source`: its words go along. The
page of a place is told of the source by `?from=` and a signed name (coordination.named); what has been made there is
noted with `note`, so that the source shows what has come of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from coordination import access
from coordination.models import ComeOf
from coordination.named import find, name_of


@dataclass(frozen=True)
class Place:
    """One place to go on in: what would be made there, where, and the page on which it is made."""

    label: Any
    title: str
    url: str
    icon: str
    detail: str = ""


Provider = Callable[[Any, access.Reader], Iterable[Place]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def places_for(source: Any, user: access.Reader) -> list[Place]:
    """Where `source` can go on, for `user`, who may read it."""
    return [place for provider in _providers for place in provider(source, user)]


def fits(source: Any, tokens: Iterable[str]) -> bool:
    """Whether those who hold these tokens may read `source`, all of them: its words may be shown to them."""
    return access.is_within(tokens, access.audience(source))


def with_source(url: str, source: Any) -> str:
    """The address of a page that begins with the words of `source`."""
    return f"{url}?from={name_of(source)}"


def source_of(request: HttpRequest, tokens: Iterable[str]) -> Any | None:
    """What the page of a place begins with, where its reader may read it and it fits those who hold these tokens."""
    name = request.GET.get("from", "")
    source = find(name, request.user) if name else None
    if source is None or not hasattr(source, "as_action") or not fits(source, tokens):
        return None
    access.note_reading(request, source)
    return source


def note(source: Any | None, made: Any) -> None:
    """Keep that `made` came of `source`; called in the transaction that makes it."""
    if source is not None:
        ComeOf.objects.create(source=source, made=made)
