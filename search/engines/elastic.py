"""Elasticsearch, a replica of the ledger: how its index is laid out, and how it is asked.

It works on the smallest Elasticsearch 9: no scripts, no plug-ins. It answers with keys of entries only; what the
reader is shown of them comes from the ledger.
"""

import threading
import time
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from elasticsearch import ApiError, BadRequestError, ConnectionError, Elasticsearch, TransportError
from elasticsearch.dsl import (
    A,
    Date,
    Document,
    Index,
    Keyword,
    Long,
    MetaField,
    Q,
    Search,
)

from coordination import access
from search import ranking, scripts, words
from search.engines import readings
from search.grammar import Term
from search.models import Entry
from search.queries import FACETS, NOTHING, OLDEST, PAGE_SIZE, RELEVANCE, Found, Query, Run
from search.synonyms import Name
from search.watch import watched

ENGINE = "elasticsearch"
# What a page waits for Elasticsearch: all tries together, and the looser question where nothing has all words too.
SEARCH_SECONDS = 1.5
# With less than this left another node is not tried.
SHORTEST_TRY_SECONDS = 0.1
WRITE_SECONDS = 30
# After a failure nobody waits for Elasticsearch during this time: pages stay quick while it is away.
PAUSE_SECONDS = 10
# As many values of a facet as are counted.
MOST_VALUES = 100
# How long Elasticsearch knows the version of what it has deleted: a late write must not bring it back.
DELETES_REMEMBERED = "1d"
# What has just been written is found after a second at most.
AS_SEARCHED = {"refresh_interval": "1s", "auto_expand_replicas": "0-1"}
WHILE_FILLED = {"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}
# All of a new index is made ready for searching at once.
REFRESH_SECONDS = 300


class Row(NamedTuple):
    """Of an entry all that becomes a document, as it comes from the database."""

    pk: int
    version: int
    deleted: bool
    audience_id: int
    kind: str
    language: str
    title: str
    body: str
    space_id: int | None
    date: date | None


class Unavailable(Exception):
    """Elasticsearch does not answer, or not usefully; the ledger does."""


class Resting(Unavailable):
    """It is not asked, since it did not answer a moment ago."""


# --- the index --------------------------------------------------------------------------------------------------------
class EntryDocument(Document):
    """An entry as Elasticsearch has it; its key and its version are the entry's."""

    number = Long()
    kind = Keyword()
    language = Keyword()
    title = readings.text()
    body = readings.text()
    title_stems = readings.text()
    body_stems = readings.text()
    title_keys = readings.keys()
    body_keys = readings.keys()
    audience = Keyword()
    space = Keyword()
    country = Keyword()
    organisation = Keyword()
    topic = Keyword()
    by = Keyword()
    date = Date(format="strict_date")

    class Meta:
        # What the mapping does not know is a mistake of ours, not a new field.
        dynamic = MetaField("strict")


def make_index(client: Elasticsearch, name: str) -> None:
    """Make the index `name`, which is written to by another name: no late write makes it anew once it is gone."""
    index = Index(name)
    index.settings(number_of_shards=1, gc_deletes=DELETES_REMEMBERED, **AS_SEARCHED)
    index.document(EntryDocument)
    index.aliases(**{write_name(name): {}})
    index.create(using=client)


def only_fill(client: Elasticsearch, index: str) -> None:
    """Nobody searches it yet: it makes no copies of what it is sent, and shows nothing of it."""
    client.indices.put_settings(index=index, settings=WHILE_FILLED)


def let_search(client: Elasticsearch, index: str) -> None:
    """Show what it has been sent, and keep showing it; where there is a second node, copy it there."""
    client.indices.put_settings(index=index, settings=AS_SEARCHED)
    client.options(request_timeout=REFRESH_SECONDS).indices.refresh(index=index)


def write_name(index: str) -> str:
    return f"{index}-writes"


def document_of(entry: Entry) -> dict[str, Any]:
    return document(entry, entry.audience.key, [(facet.name, facet.value) for facet in entry.facets.all()])


def document(entry: "Entry | Row", audience: str, facets: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What Elasticsearch is sent of an entry. Plain values: `EntryDocument` would take as long as all the rest."""
    sent: dict[str, Any] = {
        "number": entry.pk,
        "kind": entry.kind,
        "language": entry.language,
        **readings.of("title", entry.title, entry.language),
        **readings.of("body", entry.body, entry.language),
    }
    if tokens := sorted(set(audience.split())):
        sent["audience"] = tokens
    if entry.space_id:
        sent["space"] = str(entry.space_id)
    if entry.date:
        sent["date"] = entry.date.isoformat()
    for name, value in facets:
        sent.setdefault(name, []).append(value)
    return sent


# --- asking --------------------------------------------------------------------------------------------------------
class Breaker:
    """Remembers a failure for a while, so that only one reader in ten seconds waits for an engine that is away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def open(self) -> None:
        with self._lock:
            self._open_until = time.monotonic() + PAUSE_SECONDS

    def close(self) -> None:
        with self._lock:
            self._open_until = 0.0


breaker = Breaker()


def client(seconds: float) -> Elasticsearch:
    """A client that tries once: a late second try must not overtake what has been written since."""
    return _client(settings.ELASTICSEARCH_URL).options(request_timeout=seconds)


@cache
def _client(url: str) -> Elasticsearch:
    return Elasticsearch(url.split(","), max_retries=0, retry_on_timeout=False)


@watched("elasticsearch", not_asked=Resting)
def search(query: Query, user: access.Reader, *, until: float | None = None) -> Found:
    """One page of what `user` may read, by Elasticsearch's knowledge of it, `until` then. Raises Unavailable."""
    if query.asks_for_nothing:
        return NOTHING
    if breaker.is_open:
        raise Resting("Elasticsearch did not answer a moment ago")
    until = until or time.monotonic() + SEARCH_SECONDS
    if until - time.monotonic() < SHORTEST_TRY_SECONDS:
        raise Resting("The time of this page is spent")
    try:
        answer: Any = _ask(_search(query, user), until)
    except (ApiError, TransportError) as failure:
        if not isinstance(failure, BadRequestError):  # one question that it cannot read says nothing of the others
            breaker.open()
        raise Unavailable(type(failure).__name__) from failure
    if answer.timed_out or answer._shards.failed:
        raise Unavailable("Elasticsearch answered in part")
    counts = {
        facet: {str(bucket.key): bucket.doc_count for bucket in answer.aggregations[facet].values.buckets}
        for facet in FACETS
    }
    hits = [(int(hit.meta.id), tuple(hit.meta.sort)) for hit in answer]
    if _is_backwards(query):
        hits.reverse()
    numbers, places = [number for number, _place in hits], [place for _number, place in hits]
    return Found(numbers, answer.hits.total.value, counts, places, ENGINE)


def _ask(search: Search, until: float) -> Any:
    """Where one node of several is gone, the next one is asked, in what time is left."""
    others = settings.ELASTICSEARCH_URL.count(",")
    while True:
        left = max(SHORTEST_TRY_SECONDS, until - time.monotonic())
        try:
            return search.using(client(left)).extra(timeout=f"{left * 1000:.0f}ms").execute()
        except (ApiError, TransportError) as failure:
            is_of_the_node = isinstance(failure, ConnectionError) or getattr(failure, "status_code", 0) == 503
            if not others or not is_of_the_node or until - time.monotonic() < SHORTEST_TRY_SECONDS:
                raise
            others -= 1


def _search(query: Query, user: access.Reader) -> Search:
    search = (
        Search(index=settings.ELASTICSEARCH_INDEX)
        .source(False)
        .extra(track_total_hits=True)
        .params(allow_partial_search_results=False)
        .query(Q("bool", filter=[_readable_by(user), *_within(query)], must=_matching(query, user)))
        .post_filter(Q("bool", filter=_chosen(query)))
    )
    for facet in FACETS:
        others = Q("bool", filter=_chosen(query.without(facet)))
        search.aggs.bucket(facet, A("filter", filter=others)).bucket("values", "terms", field=facet, size=MOST_VALUES)
    place = query.place_for(ENGINE)
    search = search.sort(*_order(query))
    if place:
        return search.extra(search_after=list(place.values))[:PAGE_SIZE]
    return search[query.first : query.first + PAGE_SIZE]


def _order(query: Query) -> list[dict[str, Any]]:
    """What has no date comes last, in either order; going back, everything is the other way round."""
    back = _is_backwards(query)
    direction = "asc" if (query.order == OLDEST) != back else "desc"
    by_date = {"date": {"order": direction, "missing": "_first" if back else "_last"}}
    by_score = {"_score": {"order": direction}}
    return [by_score if query.order == RELEVANCE else by_date, {"number": {"order": "asc" if back else "desc"}}]


def _is_backwards(query: Query) -> bool:
    place = query.place_for(ENGINE)
    return place is not None and place.is_backwards


def _readable_by(user: access.Reader) -> Any:
    return Q("terms", audience=sorted(access.principals(user)))


def _within(query: Query) -> list[Any]:
    """Filters for all that no facet of the page offers: they weigh nothing, and Elasticsearch may keep them."""
    days = {name: day.isoformat() for name, day in (("gte", query.since), ("lte", query.until)) if day}
    filters = [Q("range", date=days)] if days else []
    if query.by:
        filters.append(Q("bool", should=[_is_by(name) for name in query.by], minimum_should_match=1))
    unwanted = [Q("terms", **{facet: list(values)}) for facet, values in query.unwanted.items()]
    unwanted += [*map(_is_by, query.not_by), *map(_of_term, query.asked.unwanted)]
    return [*filters, Q("bool", must_not=unwanted)] if unwanted else filters


def _is_by(name: Iterable[str]) -> Any:
    return Q("bool", filter=[Q("term", by=word) for word in name])


def _of_term(term: Term, may_be_begun: bool = False) -> Any:
    if term.is_phrase:
        return readings.phrase(term.words)
    *_others, last = term.words
    return _all_of([readings.word(word, may_be_begun=may_be_begun and word == last) for word in term.words])


def _chosen(query: Query) -> list[Any]:
    return [Q("terms", **{facet: list(values)}) for facet, values in query.chosen.items()]


def _matching(query: Query, user: access.Reader) -> list[Any]:
    """What is looked for, and how much it counts."""
    if not query.has_words:
        return []
    runs = [_of_run(run) for run in query.runs]
    loose = words.of(query.loose_text)
    side_by_side = [readings.side_by_side(loose)] if len(loose) > 1 else []
    if query.is_loose:
        asked = Q("bool", must=[Q("bool", should=runs, minimum_should_match=query.fewest)], should=side_by_side)
    else:
        asked = Q("bool", must=runs, should=side_by_side)
    if query.order != RELEVANCE:
        return [asked]
    shares = [{"filter": _has_share(share), "weight": share.share} for share in ranking.shares(user)]
    weighed = Q(
        "function_score", query=asked, functions=[{"weight": 1}, *shares], score_mode="sum", boost_mode="multiply"
    )
    if not query.is_loose:
        return [weighed]
    with_all = Q("constant_score", filter=Q("bool", filter=runs), boost=ranking.ALL_WORDS)
    return [Q("bool", must=[weighed], should=[with_all])]


def _has_share(share: ranking.Share) -> Any:
    if share.since:
        return Q("range", **{share.field: {"gte": share.since.isoformat()}})
    return Q("terms", **{share.field: [str(value) for value in share.values]})


def _of_run(run: Run) -> Any:
    *_others, last = run.choices
    by_words = _all_of(
        [_any_of([_of_term(term, run.may_be_begun and choice is last) for term in choice]) for choice in run.choices]
    )
    return _any_of([by_words, *(_of_name(name, run) for name in run.names)])


def _of_name(name: Name, run: Run) -> Any:
    written = scripts.script_of(run.choices[0][0].words[0])
    return readings.name(name, in_other_script=scripts.script_of(name[0]) != written)


def _all_of(queries: list[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Q("bool", must=queries)


def _any_of(queries: list[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Q("dis_max", queries=queries)
