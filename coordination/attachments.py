"""The seam through which coordination attaches files, although they are kept one layer above.

Whoever keeps files (knowledge) gives its `Keeper` here at start. A file is attached to something that carries a marking
and has that one's readers; where it came with a part of it, such as a progress report, it knows which one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from coordination import access
from coordination.models import Marked


@dataclass(frozen=True)
class Keeper:
    # Raises ValidationError for what is not a good file.
    check: Callable[[Any], None]
    # The actor, the object, the right that it takes, the uploads, the part that they come with.
    attach: Callable[..., list[Any]]
    # The files of an object that a reader may read, each with `came_with`: the key of the part.
    files_of: Callable[[Marked, access.Reader], Iterable[Any]]
    # The same of many objects of one kind, by their keys.
    files_of_each: Callable[[Sequence[Marked], access.Reader], dict[int, list[Any]]]
    # Whether whoever may report may add files to the report: what goes out beyond the space is not everybody's to add.
    may_attach: Callable[[access.Reader, Marked], bool]
    may_remove: Callable[[access.Reader, Any], bool]
    # Those of an object's files that came with these parts of it (keys), as far as a reader may read them.
    files_with: Callable[[Marked, access.Reader, Iterable[int]], Iterable[Any]]
    # How these parts stand has changed: who may read their files is worked out anew.
    settle: Callable[[Marked, Iterable[int]], None]
    # The files of a part of one object go to a part of another, and are read by nobody who did not read them before.
    move: Callable[[Marked, int, Marked, int], None]
    # The suffixes that are taken.
    suffixes: tuple[str, ...]
    # What is taken, in words.
    hint: Any = ""


_keepers: list[Keeper] = []


def kept_by(keeper: Keeper) -> None:
    """Called once, at start."""
    _keepers[:] = [keeper]


def keeper() -> Keeper:
    return _keepers[0]


# Who may still read the files of a part that is withdrawn: by the kind of the object, what gives for the object and the
# key of the part the tokens that readers hold besides; None where all readers of the object may.
limits: dict[type[Marked], Callable[[Any, int], frozenset[str] | None]] = {}


def limit_of(obj: Any, part: int) -> frozenset[str] | None:
    limit = limits.get(type(obj))
    return limit(obj, part) if limit else None
