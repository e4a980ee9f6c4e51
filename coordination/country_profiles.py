"""What is known of a country. Coordination keeps no profiles: whoever does (knowledge) enters a provider in its own
module `country_profiles.py`, found at start.

    @register
    def profiles(countries, user) -> Iterable[Profile]: ...

A provider gives only what `user` may read, and with each statement the row that it stands in.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coordination import access


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    source: str
    as_of: date
    # The row that it stands in: who may read it decides who reads this.
    row: Any


@dataclass(frozen=True)
class Profile:
    title: str
    url: str
    country: str
    language: str
    # The text, one for each paragraph, without markup.
    paragraphs: list[str]
    row: Any
    facts: list[Fact] = field(default_factory=list)


Provider = Callable[[Collection[str], access.Reader], Iterable[Profile]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def profiles_of(countries: Collection[str], user: access.Reader) -> list[Profile]:
    """The profiles of these countries (by code) that `user` may read."""
    return [one for provider in _providers for one in provider(countries, user)] if countries else []
