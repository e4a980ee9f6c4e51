"""Who met whom. Coordination knows no meetings: whoever does adds a provider in its own module `people_met.py`, found
at start.

    @register
    def meetings_of(person, user) -> Iterable[Met]: ...

A provider gives only what `user` may read, and names in it only whom the reader finds named there. What else names
people in content says so in `access.people_named` and `access.posts_named`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from coordination import access
from coordination.models import Person


@dataclass(frozen=True)
class Met:
    """A meeting that a person attended, with the keys of the others who are named there."""

    title: str
    url: str
    on: date
    language: str
    with_people: frozenset[int] = frozenset()


@dataclass
class Acquaintance:
    """Somebody whom a person has met: how often, and when last."""

    person: Person
    times: int
    last: Met


@dataclass
class Encounters:
    met: list[Met] = field(default_factory=list)
    acquaintances: list[Acquaintance] = field(default_factory=list)


Provider = Callable[[Person, access.Reader], Iterable[Met]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def encounters_of(person: Person, user: access.Reader, *, most: int = 12) -> Encounters:
    """The meetings that `user` may read in which `person` was, the latest first, and whom the person met there."""
    met = sorted(
        {one for provider in _providers for one in provider(person, user)}, key=lambda one: (one.on, one.title)
    )[::-1]
    times = Counter(key for one in met for key in one.with_people if key != person.pk)
    often = sorted(times, key=lambda key: (-times[key], key))[:most]
    people = Person.objects.filter(access.people_known_to(user)).in_bulk(often)
    last = {key: one for one in reversed(met) for key in one.with_people}
    return Encounters(met, [Acquaintance(people[key], times[key], last[key]) for key in often if key in people])
