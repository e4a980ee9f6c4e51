"""What else the words of a query are called: by the glossary that its reader may read, in other languages and in short.

Whoever asks for the MRC finds the Migrant Resource Centre, and the other way round. Each package says what its things
are called in its `projections.py`:

    @calls
    def terms(user):
        readable = Term.objects.readable_by(user)
        return stamp_of(readable), lambda: [("Migrant Resource Centre", "MRC", "Ресурсный центр"), …]

The stamp is another one whenever the names that this reader may read are others: what is made of them is kept under it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from coordination import access
from search import words
from search.grammar import Term

Name = tuple[str, ...]
# By the stems of each name, all the names of what is called so.
Table = dict[Name, set[Name]]
Caller = Callable[[Any], tuple[Hashable, Callable[[], Iterable[Iterable[str]]]]]

SHORTEST_ACRONYM, LONGEST_ACRONYM = 2, 8
# More words to look for cost time, and the first names of a thing are the best known.
MOST_NAMES = 8

# Tables of so many sets of names lie in the memory of a process.
TABLES_KEPT = 64

_callers: list[Caller] = []
_tables: dict[tuple[Hashable, ...], Table] = {}


def calls(function: Caller) -> Caller:
    """Register the function below: it gives, for a reader, a stamp and what makes all the names of each thing."""
    _callers.append(function)
    return function


@dataclass(frozen=True)
class Synonym:
    """Those of the wanted words from `first` up to `end` are one name; any of `names` says the same."""

    first: int
    end: int
    names: tuple[Name, ...]


def of(wanted: tuple[tuple[Term, ...], ...], user: access.Reader) -> tuple[Synonym, ...]:
    """What else is meant by what is wanted. No two of them overlap: the longest name counts."""
    spelled = [_spelled(choice) for choice in wanted]
    if not any(spelled):
        return ()
    by_name = _table(user)
    longest = max(map(len, by_name), default=0)
    found, first = [], 0
    while first < len(spelled):
        synonym = _longest_at(spelled, first, by_name, longest)
        if synonym:
            found.append(synonym)
        first = synonym.end if synonym else first + 1
    return tuple(found)


def _longest_at(spelled: list[Name], first: int, by_name: Table, longest: int) -> Synonym | None:
    for end in range(len(spelled), first, -1):
        if not all(spelled[first:end]):
            continue
        name = tuple(word for part in spelled[first:end] for word in part)
        if len(name) <= longest and name in by_name:
            others = sorted(
                (other for other in by_name[name] if _stems(other) != name), key=lambda other: (len(other), other)
            )
            return Synonym(first, end, tuple(others[:MOST_NAMES])) if others else None
    return None


def _spelled(choice: tuple[Term, ...]) -> Name:
    """The stems of what is asked for by itself; nothing where something else would do as well."""
    return _stems(choice[0].words) if len(choice) == 1 else ()


def _stems(name: Iterable[str]) -> Name:
    return tuple(map(words.stem, name))


def _table(user: access.Reader) -> Table:
    callings = [caller(user) for caller in _callers]
    stamps = tuple(stamp for stamp, _names_of_all in callings)
    if stamps not in _tables:
        if len(_tables) >= TABLES_KEPT:
            _tables.clear()
        _tables[stamps] = _make_table(called for _stamp, names_of_all in callings for called in names_of_all())
    return _tables[stamps]


def _make_table(things: Iterable[Iterable[str]]) -> Table:
    table: Table = {}
    for called in things:
        names = set(_names(called))
        for name in names:
            table.setdefault(_stems(name), set()).update(names)
    return table


def _names(called: Iterable[str]) -> Iterator[Name]:
    """The names without words that say nothing, and their initials."""
    for text in called:
        spelled = words.split(text)
        if spelled:
            yield tuple(words.telling(spelled))
        for initials in {_initials(spelled), _initials(words.telling(spelled))}:
            if SHORTEST_ACRONYM <= len(initials) <= LONGEST_ACRONYM and initials not in words.EMPTY:
                yield (initials,)


def _initials(spelled: list[str]) -> str:
    return "".join(word[0] for word in spelled) if len(spelled) > 1 else ""
