"""Random readers, random things and random questions; and what of an answer no rule of access lets its reader know.

The expected side is made of tokens alone (`access.principals` and `access.audience`), and of one reader whom each thing
names: what that one finds, and another may read, is what the other must find, to the last count.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from unittest import mock

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.html import strip_tags

from coordination import access
from coordination.models import Audience, Role
from search import selectors, similar, spelling, words
from search.models import Entry
from search.queries import FACETS, PAGE_SIZE, Found, Query
from tests import factories as make

SPACES, ORGANISATIONS = 5, 3
SYLLABLES = ("bra", "kel", "no", "ti", "var", "sho", "mi", "dun", "ga", "fe", "lor", "pi", "zan", "ru")
COMMON = ("training", "border", "police", "agreement", "return", "visa", "соглашение", "граница", "تربیت", "سرحد")
# As a word of its own: the key in an address is drawn, and may spell one.
CANARY = re.compile(r"(?<![a-z0-9])zq\d+x(?![a-z0-9])")
SHORTEST_SECRET = 6


class World:
    """Actions of random audiences, each with a canary and a word of its own; readers of random memberships."""

    def __init__(self, seed: int, things: int, readers: int) -> None:
        self.chance = random.Random(seed)
        self.organisations = [make.make_organisation() for _number in range(ORGANISATIONS)]
        self.spaces = [make.make_space(f"Space {self.word()}") for _number in range(SPACES)]
        self.seer = make.make_user("Seer")
        for space in self.spaces:
            make.join(self.seer, space)
        self.readers = [self._reader(number) for number in range(readers)]
        with transaction.atomic():
            for number in range(things):
                self._thing(number)

    def word(self) -> str:
        return "".join(self.chance.choices(SYLLABLES, k=4)) + str(self.chance.randrange(10))

    def _reader(self, number: int) -> Any:
        if number == 0:
            return AnonymousUser()
        reader = make.make_user(organisation=self.chance.choice([None, *self.organisations]))
        for space in self.chance.sample(self.spaces, self.chance.randrange(4)):
            make.join(reader, space, self.chance.choice(list(Role.values)))
        return reader

    def _thing(self, number: int) -> None:
        space = self.chance.choice(self.spaces)
        own = f"zq{number}x {self.word()}"
        text = [*self.chance.choices(COMMON, k=12), own, *self.chance.choices(COMMON, k=4)]
        action = make.make_action(
            space,
            self.chance.choice(self.organisations),
            title=f"{' '.join(self.chance.sample(COMMON, 2))} {own}",
            description=" ".join(text),
        )
        action.own_audience = access.intern(self._tokens(space) | {str(access.Token(space.pk, user=self.seer.pk))})
        access.settle(action)

    def _tokens(self, space: Any) -> frozenset[str]:
        """Any set of tokens that a marking, a section or a role may come to; closed ones more often than not."""
        some = [one.pk for one in self.chance.sample(self.readers[1:], min(2, len(self.readers) - 1))]
        organisation = self.chance.choice(self.organisations).pk
        kinds = (
            frozenset({access.PUBLIC}),
            frozenset({access.PARTNERS}),
            frozenset({access.space_token(space.pk)}),
            frozenset({str(access.Token(space.pk, org=organisation))}),
            frozenset(str(access.Token(space.pk, user=user)) for user in some),
            access.only_chairs(space.pk),
            access.meet(access.only_rapporteurs(space.pk), {str(access.Token(space.pk, org=organisation))}),
        )
        return self.chance.choice(kinds)

    @cached_property
    def entries(self) -> dict[int, Entry]:
        return Entry.objects.standing().select_related("audience").prefetch_related("facets").in_bulk()

    @cached_property
    def audiences(self) -> list[Audience]:
        return list(Audience.objects.all())

    @cached_property
    def words_of(self) -> dict[int, set[str]]:
        return {
            number: set(words.WORD.findall(words.fold(f"{entry.title} {entry.body}")))
            for number, entry in self.entries.items()
        }

    @cached_property
    def values_of(self) -> dict[int, dict[str, list[str]]]:
        """By entry and facet, what is counted of it."""
        return {number: {facet: _values(entry, facet) for facet in FACETS} for number, entry in self.entries.items()}

    def readable(self, reader: Any) -> set[int]:
        """The rule itself, from tokens alone."""
        held = access.principals(reader)
        return {number for number, entry in self.entries.items() if not held.isdisjoint(entry.audience.tokens)}

    def standing(self, reader: Any) -> tuple[frozenset[str], tuple[int, ...]]:
        """All that an answer may depend on of its reader: what they hold of the tokens of any audience, and which are
        their own spaces (search.ranking)."""
        used = frozenset(token for audience in self.audiences for token in audience.tokens)
        return access.principals(reader) & used, tuple(sorted(access.memberships(reader)))

    def known_words(self, readable: set[int]) -> set[str]:
        return set().union(*(self.words_of[number] for number in readable))

    def hidden_words(self, readable: set[int]) -> set[str]:
        """Words that stand in nothing that the reader may read."""
        known = self.known_words(readable)
        hidden = set().union(*(found for number, found in self.words_of.items() if number not in readable))
        return {word for word in hidden - known if len(word) >= SHORTEST_SECRET}

    def queries(self, number: int) -> list[Query]:
        """Words of things at random, whole, begun, mistyped, in quotation marks, left out, side by side, narrowed."""
        return [self._query() for _number in range(number)]

    def _query(self) -> Query:
        entry = self.chance.choice(list(self.entries.values()))
        canary, own = entry.title.split()[-2:]
        mistyped = own[:-3] + own[-2:]  # near its end: a word is looked for by how it begins
        texts = (
            *(own, canary, own[:5], mistyped, mistyped, f'"{canary} {own}"', f"{self.chance.choice(COMMON)} {own}"),
            *(f"{own} OR nosuchword", f"{self.chance.choice(COMMON)} -{own}", self.chance.choice(COMMON), ""),
            f"{entry.title} space:{self.chance.choice(self.spaces).title}",
        )
        chosen: dict[str, tuple[str, ...]] = {}
        if self.chance.random() < 0.3:
            facet = self.chance.choice(["space", "organisation", "kind"])
            chosen = {facet: (self._value(facet, entry),)}
        return Query(text=self.chance.choice(texts), chosen=chosen)

    def _value(self, facet: str, entry: Entry) -> str:
        if facet == "organisation":
            return str(self.chance.choice(self.organisations).pk)
        return str(entry.space_id) if facet == "space" else entry.kind


class Looking:
    """Asks one engine for one reader after the other, and gives a sentence for whatever should not be there."""

    def __init__(self, world: World, engine: Any) -> None:
        self.world, self.engine = world, engine
        self._search = engine.search
        self._seen_by_seer: dict[str, Found] = {}

    def problems_of(self, reader: Any, queries: Iterable[Query]) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        """What is wrong in the answers to all of `queries`. Who `reader` is, is asked once, as in a request."""
        with access.remembering():
            readable = self.world.readable(reader)
            known, hidden = self.world.known_words(readable), self.world.hidden_words(readable)
            for query in queries:
                for problem in self._problems(reader, query, readable, known, hidden):
                    yield str(reader), query.text, dict(query.chosen), problem

    def _problems(
        self, reader: Any, query: Query, readable: set[int], known: set[str], hidden: set[str]
    ) -> Iterator[str]:
        with self._overheard() as answers:
            results = selectors.search(query, reader)
        if results.from_ledger_instead or not answers:
            yield "Elasticsearch did not answer"
        for asked, found in answers:
            yield from self._of_engine(asked, found, readable)
        hits = [hit.entry.pk for hit in results.hits]
        suggested = selectors.suggest(query.text, reader)
        closed = {*hits, *(hit.entry.pk for hit in suggested)} - readable
        if closed:
            yield f"entries {closed} are shown"
        for hit in [*results.hits, *suggested]:
            shown = strip_tags(str(hit.passage)).strip("… ")
            if _as_one_line(hit.entry.body).find(_unescaped(shown)) < 0:
                yield f"a passage that is not of entry {hit.entry.pk}"
        # Where nothing had all of the words, the page itself has asked what may have been meant.
        meant = spelling.better(query, reader) if results.with_all else results.meant
        alike = similar.similar(self.world.entries[hits[0]], reader) if set(hits[:1]) & readable else []
        yield from self._of_derived(query, readable, known, meant, alike)
        yield from self._of_texts([_all_texts(each) for each in (results, suggested, alike)], query, known, hidden)

    @contextmanager
    def _overheard(self) -> Iterator[list[tuple[Query, Found]]]:
        """Whatever the engine is asked for one page, and answers: the looser question too."""
        answers = []

        def search(query: Query, user: Any, **named: Any) -> Found:
            found = self._search(query, user, **named)
            answers.append((query, found))
            return found

        with mock.patch.object(self.engine, "search", search):
            yield answers

    def _of_engine(self, query: Query, found: Found, readable: set[int]) -> Iterator[str]:
        """Hits and counts, exactly: those of the one who finds all, as far as this reader may read them."""
        seen = self._all_of(query)
        expected = [number for number in seen.numbers if number in readable]
        if found.total != len(expected) or not set(found.numbers) <= set(expected):
            yield f"{found.total} hits in place of {len(expected)}"
        if len(found.numbers) != min(PAGE_SIZE, len(expected)):
            yield f"a page of {len(found.numbers)} hits, of {len(expected)}"
        for facet in FACETS:
            others = self._all_of(query.without(facet)).numbers if facet in query.chosen else seen.numbers
            counts = Counter(
                value for number in others if number in readable for value in self.world.values_of[number][facet]
            )
            if {value: count for value, count in found.counts.get(facet, {}).items() if count} != dict(counts):
                yield f"counts of {facet}: {found.counts.get(facet)} in place of {dict(counts)}"

    def _all_of(self, query: Query) -> Found:
        """What the seer finds, on one page."""
        key = repr(query)
        if key not in self._seen_by_seer:
            with mock.patch.object(self.engine, "PAGE_SIZE", len(self.world.entries)):
                self._seen_by_seer[key] = self._search(query, self.world.seer)
        return self._seen_by_seer[key]

    def _of_texts(self, texts: list[str], query: Query, known: set[str], hidden: set[str]) -> Iterator[str]:
        """No canary and no word that stands only in what is closed, but those that the reader has typed."""
        typed = set(words.WORD.findall(words.fold(query.text)))
        for text in texts:
            said = set(words.WORD.findall(words.fold(strip_tags(text))))
            if told := (said - typed) & hidden:
                yield f"words that only closed things have: {told}"
            canaries = set(CANARY.findall(text)) - typed
            if closed := canaries - known:
                yield f"canaries {closed}"

    def _of_derived(
        self, query: Query, readable: set[int], known: set[str], meant: str, alike: list[Entry]
    ) -> Iterator[str]:
        """What may have been meant, asked for every question, and what is like the first hit."""
        typed = set(words.WORD.findall(words.fold(query.text)))
        if unknown := set(words.WORD.findall(words.fold(meant))) - typed - known:
            yield f"words that stand in nothing that is readable are proposed: {unknown}"
        if closed := {entry.pk for entry in alike} - readable:
            yield f"closed entries {closed} are called similar"


def _values(entry: Entry, facet: str) -> list[str]:
    if facet in ("kind", "language"):
        return [getattr(entry, facet)]
    if facet == "space":
        return [str(entry.space_id)] if entry.space_id else []
    return [row.value for row in entry.facets.all() if row.name == facet]


def _all_texts(value: Any) -> str:
    """Everything that is said in an answer, whatever it is made of: what is added to it later too."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(_all_texts(each) for each in value)
    if isinstance(value, dict):
        return " ".join(_all_texts(each) for pair in value.items() for each in pair)
    if isinstance(value, Query):
        return ""  # what was asked
    if hasattr(value, "__dataclass_fields__"):
        return " ".join(_all_texts(getattr(value, name)) for name in value.__dataclass_fields__)
    return str(value)


def _as_one_line(text: str) -> str:
    return " ".join(text.split())


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)
