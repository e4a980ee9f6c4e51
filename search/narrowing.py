"""What `kind:`, `space:`, `by:` and the rest mean, as far as their reader may know of it.

What nobody has named so and what its reader may not know of are one and the same here: a sentence says that it was left
out of account, and the rest is looked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from coordination import access
from coordination.models import Country, Space, Topic
from search import days, grammar, words
from search.engines import embedded
from search.grammar import Ignored, Narrowing
from search.kinds import KINDS
from search.queries import Query

Named = Iterable[tuple[str, Iterable[Any]]]

_UNKNOWN = {
    "kind": _("There is no such kind of result; it is left out of account"),
    "space": _("You may read no space of this name; it is left out of account"),
    "country": _("No country is called so; it is left out of account"),
    "topic": _("No topic is called so; it is left out of account"),
    "language": _("No language is called so; it is left out of account"),
    "by": _("Nothing that you may read is by somebody of this name; it is left out of account"),
}
_NO_DAY = _("Write a day such as 2026-03-31, 2026-03 or 2026; this one is left out of account")
# Turned round by a minus: what is not before a day is on it or after it.
_OPPOSITE = {"before": "after", "after": "before", "until": "later"}


@dataclass(frozen=True)
class Narrowed:
    """The query as the engines are asked it, what was left out of account, and which words chose which value."""

    query: Query
    ignored: list[Ignored]
    from_text: dict[tuple[str, str], list[Narrowing]]


def narrow(query: Query, user: access.Reader) -> Narrowed:
    """`query` with what its text narrows down in place."""
    work = _Work(query, user)
    for narrowing in query.asked.narrowings:
        work.take(narrowing)
    ignored = [*query.asked.ignored, *work.ignored]
    if len(query.text.strip()) > words.LONGEST_QUERY:
        ignored.append(Ignored(grammar.TOO_LONG))
    return Narrowed(work.narrowed(), ignored, work.from_text)


@dataclass
class _Work:
    query: Query
    user: access.Reader
    chosen: dict[str, list[str]] = field(default_factory=dict)
    unwanted: dict[str, list[str]] = field(default_factory=dict)
    by: list[tuple[str, ...]] = field(default_factory=list)
    not_by: list[tuple[str, ...]] = field(default_factory=list)
    since: list[date] = field(default_factory=list)
    until: list[date] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    from_text: dict[tuple[str, str], list[Narrowing]] = field(default_factory=dict)

    def take(self, narrowing: Narrowing) -> None:
        if narrowing.name in ("before", "after", "until"):
            self._day(narrowing)
        elif narrowing.name == "by":
            self._name(narrowing)
        else:
            self._value(narrowing)

    def narrowed(self) -> Query:
        query = self.query
        chosen = {
            facet: tuple(dict.fromkeys([*query.chosen.get(facet, ()), *self.chosen.get(facet, ())]))
            for facet in [*query.chosen, *(facet for facet in self.chosen if facet not in query.chosen)]
        }
        return replace(
            query,
            chosen=chosen,
            unwanted={facet: tuple(values) for facet, values in self.unwanted.items()},
            by=tuple(self.by),
            not_by=tuple(self.not_by),
            since=max([*self.since, *([query.since] if query.since else [])], default=None),
            until=min([*self.until, *([query.until] if query.until else [])], default=None),
        )

    def _day(self, narrowing: Narrowing) -> None:
        read = days.read(narrowing.value, timezone.localdate())
        name = _OPPOSITE[narrowing.name] if narrowing.is_unwanted else narrowing.name
        try:
            first, last = read or (None, None)
            if first is None or last is None:
                self.ignored.append(Ignored(_NO_DAY, narrowing.value))
            elif name == "after":
                self.since.append(first)
            elif name == "later":
                self.since.append(last + timedelta(days=1))
            else:
                self.until.append(last if name == "until" else first - timedelta(days=1))
        except OverflowError:  # beyond the first or the last day that there is
            self.ignored.append(Ignored(_NO_DAY, narrowing.value))

    def _name(self, narrowing: Narrowing) -> None:
        name = tuple(words.split(narrowing.value))
        if name and embedded.is_by_somebody(name, self.user):
            (self.not_by if narrowing.is_unwanted else self.by).append(name)
        else:
            self.ignored.append(Ignored(_UNKNOWN["by"], narrowing.value))

    def _value(self, narrowing: Narrowing) -> None:
        values = _called(narrowing.value, _NAMED[narrowing.name](self.user))
        if not values:
            self.ignored.append(Ignored(_UNKNOWN[narrowing.name], narrowing.value))
            return
        held = self.unwanted if narrowing.is_unwanted else self.chosen
        held.setdefault(narrowing.name, []).extend(values)
        if not narrowing.is_unwanted:
            for value in values:
                self.from_text.setdefault((narrowing.name, value), []).append(narrowing)


def _called(typed: str, named: Named) -> list[str]:
    """The values that are called as was typed, several with commas between; else those with a name that begins so."""
    asked = [split for part in typed.split(",") if (split := words.split(part.replace("_", " ")))]
    all_named = [(value, [words.split(str(name).replace("_", " ")) for name in names]) for value, names in named]
    found: list[str] = []
    for name in asked:
        stems = [words.stem(word) for word in name]
        exactly = [
            value
            for value, names in all_named
            if any(other == name or [words.stem(word) for word in other] == stems for other in names)
        ]
        found += exactly or [value for value, names in all_named if any(_begins(name, other) for other in names)]
    return list(dict.fromkeys(found))


def _begins(typed: list[str], name: list[str]) -> bool:
    """Whether each typed word begins a word of the name; a letter or two begin too much."""
    return any(len(word) > 2 for word in typed) and all(any(word.startswith(each) for word in name) for each in typed)


# --- what there is to be named ----------------------------------------------------------------------------------------
def _kinds(_user: access.Reader) -> Iterator[tuple[str, list[Any]]]:
    for key, kind in KINDS.items():
        with override("en"):
            in_english = str(kind.label)
        yield key, [key, in_english, kind.label]


def _spaces(user: access.Reader) -> Iterator[tuple[str, list[Any]]]:
    for space in Space.objects.live().readable_by(user).only("pk", "title"):
        yield str(space.pk), [space.title]


def spaces_to_name(queries: Iterable[Query], user: access.Reader) -> list[tuple[str, list[Any]]]:
    """What `asks_for_no_space` wants for these queries: nothing is asked where none of them names a space."""
    return list(_spaces(user)) if any(_names_a_space(query) for query in queries) else []


def asks_for_no_space(query: Query, known: list[tuple[str, list[Any]]]) -> bool:
    """Whether it names a space, and none that its reader may know of: it finds nothing then."""
    chosen = query.chosen.get("space", ())
    if chosen and not {value for value, _names in known}.intersection(chosen):
        return True
    return any(each.name == "space" and not _called(each.value, known) for each in query.asked.narrowings)


def _names_a_space(query: Query) -> bool:
    return "space" in query.chosen or any(each.name == "space" for each in query.asked.narrowings)


def _countries(_user: access.Reader) -> Iterator[tuple[str, list[Any]]]:
    for country in Country.objects.all():
        yield country.pk, [country.pk, country.name, country.name_ru, country.name_ur]


def _topics(_user: access.Reader) -> Iterator[tuple[str, list[Any]]]:
    for topic in Topic.objects.all():
        yield topic.slug, [topic.slug, topic.name, topic.name_ru, topic.name_ur]


def _languages(_user: access.Reader) -> Iterator[tuple[str, list[Any]]]:
    for code, info in LANG_INFO.items():
        if "name" in info:
            yield code, [code, info["name"], info["name_local"], gettext(info["name"])]


_NAMED = {"kind": _kinds, "space": _spaces, "country": _countries, "topic": _topics, "language": _languages}
