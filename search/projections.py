"""What of an object can be found: each package says it for its own models in its `projections.py`.

    @projects(Agreement, parts={Article: "agreement"})
    def agreement(obj):
        yield Projection(kind="agreement", title=obj.title, ...)

Saving a part projects its root anew. Whoever may read the root may find what is projected of it, unless a projection
names the narrower audience of a part that has one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from typing import Any

from django.db.models import Model
from django.utils.html import strip_tags

from coordination.models import Audience


@dataclass(frozen=True, kw_only=True)
class Projection:
    """One part of an object in one language, as it can be found."""

    kind: str
    title: str
    url: str
    body: str = ""  # plain text
    # What stands in certain places of the page, after `body`: the fragment of each (`page=3`), and its plain text.
    places: Iterable[tuple[str, str]] = ()
    language: str = "en"
    space_id: int | None = None
    countries: Iterable[str] = ()
    organisations: Iterable[int] = ()
    topics: Iterable[str] = ()
    # Names and acronyms of the people and organisations that it comes from, as far as each of its readers sees them.
    by: Iterable[str] = ()
    date: Date | None = None
    part: str = ""
    # Only where fewer may find this part than may read its object; never more.
    audience: Audience | None = None


@dataclass(frozen=True)
class Projector:
    """How objects of `model` are projected. `parts` names the way from each model of a part to its root; `audience` is
    of all objects of a model that has none itself; `along` is fetched with each, in the same query."""

    model: type[Model]
    project: Callable[[Any], Iterable[Projection]]
    parts: Mapping[type[Model], str] = field(default_factory=dict)
    audience: Callable[[], Audience] | None = None
    along: tuple[str, ...] = ()

    def root_key(self, part: Model) -> Any:
        """The key of the root that `part` belongs to; None where the way there is already gone."""
        *steps, last = self.parts[type(part)].split("__")
        holder: Any = part
        for step in steps:
            holder = getattr(holder, step)
            if holder is None:
                return None
        return getattr(holder, type(holder)._meta.get_field(last).attname)


def plain(*texts: str) -> str:
    """Rich and plain texts as one plain text, a line for each."""
    return "\n".join(strip_tags(text.replace("</", " </")).strip() for text in texts if text)


projectors: dict[type[Model], Projector] = {}


def projects(
    model: type[Model],
    parts: Mapping[type[Model], str] | None = None,
    audience: Callable[[], Audience] | None = None,
    along: tuple[str, ...] = (),
) -> Callable:
    """Register the function below as what projects `model`."""
    if audience is None and not hasattr(model, "audience_path"):
        raise TypeError(f"{model.__name__} has no audience: nobody could be told who may find it.")

    def register(function: Callable[[Any], Iterable[Projection]]) -> Callable:
        projectors[model] = Projector(model, function, parts or {}, audience, along)
        return function

    return register
