"""What of somebody who leaves goes to a successor, besides the actions. Coordination knows no meetings: whoever knows
of open items adds a provider in its own module `handing_over.py`, found at start.

    @register
    def items_of_the_agenda(actor, predecessor) -> Iterable[OpenItem]: ...

A provider gives only what `actor` may read and pass on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import User
from coordination.models import Person


@dataclass(frozen=True)
class OpenItem:
    """One thing that is still to come. `pass_on` takes the successor and the reason, changes and audits it, and says
    whether the successor could take it."""

    name: str  # unique, and random where it names content
    title: str
    url: str
    pass_on: Callable[[Person, str], bool]


Provider = Callable[[User, Person], Iterable[OpenItem]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def open_items_of(actor: User, predecessor: Person) -> list[OpenItem]:
    return [item for provider in _providers for item in provider(actor, predecessor)]
