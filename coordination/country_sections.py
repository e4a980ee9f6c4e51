"""What the page of a country gathers besides knowledge. Each package adds its part in its `country_sections.py`, found
at start.

    @register(order=30)
    def latest_meetings(country, user) -> Section | None: ...

A provider shows only what `user` may read; None leaves the part out.
"""

from collections.abc import Callable, Iterator

from coordination import access
from coordination.models import Country
from coordination.space_sections import Section

Provider = Callable[[Country, access.Reader], Section | None]
_providers: list[tuple[int, Provider]] = []


def register(*, order: int) -> Callable[[Provider], Provider]:
    """Add a provider; lower orders come first."""

    def add(provider: Provider) -> Provider:
        _providers.append((order, provider))
        _providers.sort(key=lambda entry: entry[0])
        return provider

    return add


def sections_of(country: Country, user: access.Reader) -> Iterator[Section]:
    """The parts of the page of `country` for this reader, in their order."""
    for _order, provider in _providers:
        if (section := provider(country, user)) is not None:
            yield section
