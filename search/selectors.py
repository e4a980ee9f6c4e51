"""What the search page shows: whichever engine answers, nothing that the ledger does not let the reader see."""

import logging
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from coordination import access, references
from coordination.models import Country, Organisation, Space, Topic
from search import highlights, narrowing, places, spelling, synonyms
from search.engines import embedded
from search.grammar import Ignored, Narrowing
from search.kinds import KINDS, Kind
from search.models import Entry
from search.queries import FACETS, PAGE_SIZE, RELEVANCE, SUGGESTIONS, Found, Place, Query

logger = logging.getLogger(__name__)
# With this many entries waiting, Elasticsearch has been away or has lost its index: the ledger knows more.
FAR_BEHIND = 500
# Where fewer than these have all words, and there are some words to choose from, what has most of them follows.
FEW, MANY_WORDS = 10, 3


@dataclass(frozen=True)
class Hit:
    entry: Entry
    kind: Kind
    title: SafeString
    passage: SafeString
    space: Space | None
    # The very place to which it leads, and what that is called where it is a page of a file.
    url: str
    place: str


@dataclass(frozen=True)
class Value:
    """One value of a facet, by a name that the reader may know."""

    value: str
    label: str
    count: int
    is_chosen: bool
    # The words of the query that chose it, where it was chosen by words.
    from_text: list[Narrowing]


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    values: list[Value]


@dataclass(frozen=True)
class Results:
    hits: list[Hit]
    total: int
    facets: list[Facet]
    # Elasticsearch should have answered and did not.
    from_ledger_instead: bool
    # What was asked for in the end, with what the words of the query narrow down, and what was left out of account.
    query: Query
    ignored: list[Ignored]
    # What may have been meant, in words of what the reader may read; empty where nothing is nearer.
    meant: str
    # How many have all of the words; of the others, most.
    with_all: int
    previous: Place | None
    next: Place | None

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE_SIZE)


def search(query: Query, user: access.Reader) -> Results:
    """One page of what `user` finds."""
    narrowed = _narrowed(query, user)
    query = narrowed.query
    until = _until()
    found, entries, instead = _ask(query, user, until)
    meant = ""
    if not found.total and query.has_words:
        meant = spelling.better(query, user)
    with_all = found.total
    if (loosened := query.loosened) and not _is_enough(found, query, user, until):
        answer = _ask(loosened, user, until)
        if answer[0].total > with_all:
            query, (found, entries, instead) = loosened, answer
    before, after = _neighbours(query, found)
    entries = _with_the_one_named_first(entries, query, user)
    spaces = _spaces(found, entries, user)
    return Results(
        hits=[_hit(entry, query, spaces) for entry in entries],
        total=max(found.total, len(entries)),
        facets=_facets(narrowed, found, spaces),
        from_ledger_instead=instead,
        query=query,
        ignored=narrowed.ignored,
        meant=meant,
        with_all=with_all,
        previous=before,
        next=after,
    )


def _is_enough(found: Found, query: Query, user: access.Reader, until: float) -> bool:
    """Whether it will do to show what has all of the words.

    Of little that was chosen it is asked how much there is without the choice: the page has told how many there are of
    each, and must not show more of it now.
    """
    if not found.total or query.order != RELEVANCE or len(query.runs) < MANY_WORDS:
        return found.total > 0
    if found.total < FEW and query.chosen:
        found, _entries, _instead = _ask(replace(query, chosen={}, page=1, place=None), user, until)
    return found.total >= FEW


def everything(query: Query, user: access.Reader) -> QuerySet[Entry]:
    """All that `user` finds, by the ledger, in no order: for saved searches.

    Where a word that narrows it down says nothing to `user` (any more), such as the name of a space: nothing. Without
    that word it would find more than was asked for.
    """
    narrowed = _narrowed(query, user)
    left_out = {each.what for each in narrowed.ignored}
    if any(narrowing.value in left_out for narrowing in query.asked.narrowings):
        return Entry.objects.none()
    return embedded.everything(narrowed.query, user)


def suggest(text: str, user: access.Reader) -> list[Hit]:
    """A few entries whose titles begin to match what is being typed; always from the ledger."""
    query = Query(text=text)
    entries = _with_the_one_named_first(_entries(embedded.suggest(query, user), user), query, user)
    return [_hit(entry, query, {}) for entry in entries[:SUGGESTIONS]]


def _with_the_one_named_first(entries: list[Entry], query: Query, user: access.Reader) -> list[Entry]:
    """Whoever types a short reference wants what it names: it stands first, unless something narrows it out."""
    if query.page > 1 or query.is_narrowed or query.order != RELEVANCE:
        return entries
    named = references.find(query.read_text, user)
    if named is None:
        return entries
    of_it = Entry.objects.standing().readable_by(user).select_related("audience")
    content_type = ContentType.objects.get_for_model(named, for_concrete_model=False)
    first = of_it.filter(content_type=content_type, object_id=named.pk, part="").first()
    return entries if first is None else [first, *(entry for entry in entries if entry.pk != first.pk)][:PAGE_SIZE]


def _until() -> float:
    """By when all ends that is asked of Elasticsearch for one page."""
    if not settings.ELASTICSEARCH_URL:
        return math.inf
    from search.engines import elastic  # whoever has none does not load its client

    return time.monotonic() + elastic.SEARCH_SECONDS


def _ask(query: Query, user: access.Reader, until: float) -> tuple[Found, list[Entry], bool]:
    """Elasticsearch's answer if it stands up to the ledger, else the ledger's own."""
    if not settings.ELASTICSEARCH_URL:
        found = embedded.search(query, user)
        return found, _entries(found.numbers, user), False
    from search.engines import elastic

    try:
        if Entry.objects.waiting()[FAR_BEHIND : FAR_BEHIND + 1].exists():
            raise elastic.Unavailable("Elasticsearch is far behind")
        found = elastic.search(query, user, until=until)
    except elastic.Unavailable as reason:
        logger.info("The ledger answers a search: %s", reason)
        found = embedded.search(query, user)
        return found, _entries(found.numbers, user), True
    entries = _entries(found.numbers, user)
    if len(entries) < len(found.numbers) or Entry.objects.with_readers_unconfirmed().exists():
        # It has yet to learn that somebody lost the right to read something: its counts would tell of that.
        found = embedded.search(query, user)
        entries = _entries(found.numbers, user)
    return found, entries, False


def _neighbours(query: Query, found: Found) -> tuple[Place | None, Place | None]:
    """Where the pages before and after this one begin; None where there is none."""
    if not found.places:
        return None, None
    before = Place(query.page - 1, found.engine, query.order, found.places[0], is_backwards=True)
    after = Place(query.page + 1, found.engine, query.order, found.places[-1])
    return before if query.page > 1 else None, after if found.total > query.page * PAGE_SIZE else None


def _entries(numbers: list[int], user: access.Reader) -> list[Entry]:
    """The entries in this order, as far as `user` may read them at this moment."""
    readable = Entry.objects.standing().readable_by(user).select_related("audience")
    by_number = readable.in_bulk(numbers)
    return [by_number[number] for number in numbers if number in by_number]


def _narrowed(query: Query, user: access.Reader) -> narrowing.Narrowed:
    """`query` as the engines are asked it, by what its reader may know of."""
    narrowed = narrowing.narrow(_only_readable_spaces(query, user), user)
    return replace(narrowed, query=replace(narrowed.query, synonyms=synonyms.of(narrowed.query.wanted, user)))


def _only_readable_spaces(query: Query, user: access.Reader) -> Query:
    """A space that the reader may not know of narrows nothing down: it would tell what lies in it."""
    asked = [int(value) for value in query.chosen.get("space", ()) if value.isdecimal() and len(value) < 19]
    if not asked and "space" not in query.chosen:
        return query
    readable = Space.objects.live().readable_by(user).filter(pk__in=asked).values_list("pk", flat=True)
    chosen = dict(query.chosen)
    chosen["space"] = tuple(str(pk) for pk in readable) or ("0",)
    return replace(query, chosen=chosen)


def _spaces(found: Found, entries: Iterable[Entry], user: access.Reader) -> dict[int, Space]:
    """The spaces to be named, as far as the reader may know of them."""
    numbers = {int(value) for value in found.counts.get("space", {})} | {entry.space_id for entry in entries}
    return Space.objects.live().readable_by(user).in_bulk(number for number in numbers if number)


def _hit(entry: Entry, query: Query, spaces: dict[int, Space]) -> Hit:
    spot = places.best(entry, query)
    return Hit(
        entry=entry,
        kind=KINDS.get(entry.kind, Kind(entry.kind, "file-earmark")),
        title=highlights.mark(entry.title, query),
        passage=highlights.passage(spot.text, query),
        space=spaces.get(entry.space_id or 0) if entry.kind != "space" else None,
        url=spot.url,
        place=spot.label,
    )


# --- facets --------------------------------------------------------------------------------------------------------
def _facets(narrowed: narrowing.Narrowed, found: Found, spaces: dict[int, Space]) -> list[Facet]:
    query = narrowed.query
    counts = {name: _with_chosen(found.counts.get(name, {}), query.chosen.get(name, ())) for name in FACETS}
    # Which organisations there are is not everyone's to know: one is named only where something of it was found.
    counts["organisation"] = found.counts.get("organisation", {})
    labels = {
        "kind": _("Kinds"),
        "space": _("Spaces"),
        "country": _("Countries"),
        "topic": _("Topics"),
        "organisation": _("Organisations"),
        "language": _("Languages"),
    }
    names = {
        "kind": {value: str(KINDS[value].label) for value in counts["kind"] if value in KINDS},
        "space": {str(number): space.title for number, space in spaces.items()},
        "country": {each.pk: str(each) for each in Country.objects.filter(pk__in=counts["country"])},
        "topic": {each.slug: str(each) for each in Topic.objects.filter(slug__in=counts["topic"])},
        "organisation": _organisation_names(counts["organisation"]),
        "language": {value: _language_name(value) for value in counts["language"]},
    }
    return [Facet(name, labels[name], _values(counts[name], names[name], narrowed, name)) for name in FACETS]


def _with_chosen(counts: dict[str, int], chosen: Iterable[str]) -> dict[str, int]:
    """A chosen value stays on the page, to be taken away again, even where nothing is left of it."""
    return dict.fromkeys(chosen, 0) | counts


def _values(counts: dict[str, int], names: dict[str, str], narrowed: narrowing.Narrowed, facet: str) -> list[Value]:
    chosen = narrowed.query.chosen.get(facet, ())
    values = [
        Value(value, names[value], count, value in chosen, narrowed.from_text.get((facet, value), []))
        for value, count in counts.items()
        if value in names
    ]
    return sorted(values, key=lambda value: (not value.is_chosen, -value.count, value.label))


def _organisation_names(values: Iterable[str]) -> dict[str, str]:
    numbers = [int(value) for value in values if value.isdecimal() and len(value) < 19]
    return {str(each.pk): str(each) for each in Organisation.objects.filter(pk__in=numbers)}


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code
