"""What a space's page shows. Each package adds its own part in its `space_sections.py`, found at start.

    @register(order=30)
    def coming_meetings(space, user) -> Section | None: ...

A provider shows only what `user` may read; None leaves the part out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

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


About = TypeVar("About")


class Sections(Generic[About]):
    """The parts of the pages of one kind, as the packages add them."""

    def __init__(self) -> None:
        self._providers: list[tuple[int, Callable[[About, access.Reader], Section | None]]] = []

    def register(
        self, *, order: int
    ) -> Callable[[Callable[[About, access.Reader], Section | None]], Callable[[About, access.Reader], Section | None]]:
        """Add a provider; lower orders come first."""

        def add(provider: Callable[[About, access.Reader], Section | None]) -> Any:
            self._providers.append((order, provider))
            self._providers.sort(key=lambda entry: entry[0])
            return provider

        return add

    def of(self, about: About, user: access.Reader) -> Iterator[Section]:
        """The parts of the page of `about` for this reader, in their order."""
        for _order, provider in self._providers:
            if (section := provider(about, user)) is not None:
                yield section


# Agreements are 10, actions 20, commitments 30, members 90.
sections: Sections[Space] = Sections()
register, sections_of = sections.register, sections.of
