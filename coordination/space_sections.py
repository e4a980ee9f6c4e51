"""What a space's page shows. Each package adds its own part in its `space_sections.py`, found at start.

    @register(order=30)
    def coming_meetings(space, user) -> Section | None: ...

A provider shows only what `user` may read; None leaves the part out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from coordination import access
from coordination.models import Space


@dataclass
class Section:
    """A part of a space's page: its heading, and a template that finds `context` under `section.context`."""

    name: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    icon: str = ""
    # Where all of it is, and what the link there says.
    url: str = ""
    url_label: str = ""
    # What the reader may do here: a link beside the heading.
    deed_url: str = ""
    deed_label: str = ""


Provider = Callable[[Space, access.Reader], Section | None]
_providers: list[tuple[int, Provider]] = []


def register(*, order: int) -> Callable[[Provider], Provider]:
    """Add a provider; lower orders come first. Agreements are 10, actions 20, commitments 30, members 90."""

    def add(provider: Provider) -> Provider:
        _providers.append((order, provider))
        _providers.sort(key=lambda entry: entry[0])
        return provider

    return add


def sections_of(space: Space, user: access.Reader) -> Iterator[Section]:
    """The parts of the page of `space` for this reader, in their order."""
    for _order, provider in _providers:
        if (section := provider(space, user)) is not None:
            yield section
