"""Where an agreement was discussed. Coordination knows no meetings: whoever does adds a provider in its own module
`agreement_discussions.py`, found at start.

    @register
    def meetings_about(agreement, user) -> Iterable[Discussion]: ...

A provider gives only what `user` may read, and names nothing else along with it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from coordination import access
from coordination.models import Agreement


@dataclass(frozen=True)
class Discussion:
    """A meeting that discussed an agreement, or one of its articles (by key of the row)."""

    title: str
    url: str
    on: date
    language: str
    article_id: int | None = None


Provider = Callable[[Agreement, access.Reader], Iterable[Discussion]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def discussions_of(agreement: Agreement, user: access.Reader) -> dict[int | None, list[Discussion]]:
    """The meetings by article, those of the agreement as a whole under None; each once, the latest first."""
    found = {one for provider in _providers for one in provider(agreement, user)}
    by_article: dict[int | None, list[Discussion]] = {}
    for one in sorted(found, key=lambda one: (one.on, one.title), reverse=True):
        by_article.setdefault(one.article_id, []).append(one)
    return by_article
