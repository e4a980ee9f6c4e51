"""Elasticsearch, a replica of the ledger: how its index is laid out, and how it is asked.

It works on the smallest Elasticsearch 9: no scripts, no plug-ins. It answers with keys of entries only; what the
reader is shown of them comes from the ledger.
"""

import threading
import time
from functools import cache
from typing import Any

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
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
    Text,
    analyzer,
    token_filter,
)

from coordination import access
from search.models import Entry
from search.queries import FACETS, NOTHING, PAGE_SIZE, Found, Query

SEARCH_SECONDS = 2
WRITE_SECONDS = 30
# After a failure nobody waits for Elasticsearch during this time: pages stay quick while it is away.
PAUSE_SECONDS = 10
# As many values of a facet as are counted.
MOST_VALUES = 100
# How long Elasticsearch knows the version of what it has deleted: a late write must not bring it back.
DELETES_REMEMBERED = "1d"


class Unavailable(Exception):
    """Elasticsearch does not answer, or not usefully; the ledger does."""


# --- how texts are read --------------------------------------------------------------------------------------------
# Letters of one keyboard for another's, vowel marks, digits: Urdu, Dari, Pashto and Arabic are folded alike, and Latin
# letters lose their accents. It is the default for Uzbek, Kazakh, Kyrgyz and Tajik too.
_FOLDING = ["lowercase", "decimal_digit", "arabic_normalization", "persian_normalization", "asciifolding"]
folding = analyzer("accord_folding", tokenizer="standard", filter=_FOLDING)
english = analyzer(
    "accord_english",
    tokenizer="standard",
    filter=[
        token_filter("accord_possessive", "stemmer", language="possessive_english"),
        "lowercase",
        "asciifolding",
        token_filter("accord_english_stemmer", "stemmer", language="english"),
    ],
)
russian = analyzer(
    "accord_russian",
    tokenizer="standard",
    filter=["lowercase", token_filter("accord_russian_stemmer", "stemmer", language="russian")],
)
# The readings of a text, each tried with the words of a query read alike.
READINGS = ("", ".en", ".ru")
TITLE_WEIGHT = 5


def _text() -> Text:
    return Text(
        analyzer=folding,
        fields={"en": Text(analyzer=english), "ru": Text(analyzer=russian)},
    )


class EntryDocument(Document):
    """An entry as Elasticsearch has it; its key and its version are the entry's."""

    number = Long()
    kind = Keyword()
    language = Keyword()
    title = _text()
    body = _text()
    audience = Keyword()
    space = Keyword()
    country = Keyword()
    organisation = Keyword()
    topic = Keyword()
    date = Date(format="strict_date")

    class Meta:
        # What the mapping does not know is a mistake of ours, not a new field.
        dynamic = MetaField("strict")


def make_index(client: Elasticsearch, name: str) -> None:
    """Make the index `name`, which is written to by another name: no late write makes it anew once it is gone."""
    index = Index(name)
    index.settings(number_of_shards=1, gc_deletes=DELETES_REMEMBERED, auto_expand_replicas="0-1")
    index.document(EntryDocument)
    index.aliases(**{write_name(name): {}})
    index.create(using=client)


def write_name(index: str) -> str:
    return f"{index}-writes"


def document_of(entry: Entry) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    for facet in entry.facets.all():
        facets.setdefault(facet.name, []).append(facet.value)
    document = EntryDocument(
        number=entry.pk,
        kind=entry.kind,
        language=entry.language,
        title=entry.title,
        body=entry.body,
        audience=sorted(entry.audience.tokens),
        space=str(entry.space_id) if entry.space_id else None,
        date=entry.date,
        **facets,
    )
    return document.to_dict()


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


def search(query: Query, user: access.Reader) -> Found:
    """One page of what `user` may read, by Elasticsearch's knowledge of it. Raises Unavailable."""
    if query.asks_for_words and not query.has_words:
        return NOTHING
    if breaker.is_open:
        raise Unavailable("Elasticsearch did not answer a moment ago")
    try:
        answer: Any = _search(query, user).execute()
    except (ApiError, TransportError) as failure:
        breaker.open()
        raise Unavailable(type(failure).__name__) from failure
    if answer.timed_out or answer._shards.failed:
        raise Unavailable("Elasticsearch answered in part")
    counts = {
        facet: {str(bucket.key): bucket.doc_count for bucket in answer.aggregations[facet].values.buckets}
        for facet in FACETS
    }
    return Found([int(hit.meta.id) for hit in answer], answer.hits.total.value, counts)


def _search(query: Query, user: access.Reader) -> Search:
    search = (
        Search(using=client(SEARCH_SECONDS), index=settings.ELASTICSEARCH_INDEX)
        .source(False)
        .extra(track_total_hits=True, timeout=f"{SEARCH_SECONDS}s")
        .params(allow_partial_search_results=False)
        .query(Q("bool", filter=[_readable_by(user), *_within(query)], must=_matching(query)))
        .post_filter(Q("bool", filter=_chosen(query)))
    )
    for facet in FACETS:
        others = Q("bool", filter=_chosen(query.without(facet)))
        search.aggs.bucket(facet, A("filter", filter=others)).bucket("values", "terms", field=facet, size=MOST_VALUES)
    order = ["_score", "-number"] if query.has_words else [{"date": {"order": "desc", "missing": "_last"}}, "-number"]
    return search.sort(*order)[query.first : query.first + PAGE_SIZE]


def _readable_by(user: access.Reader) -> Any:
    return Q("terms", audience=sorted(access.principals(user)))


def _within(query: Query) -> list[Any]:
    days = {name: day.isoformat() for name, day in (("gte", query.since), ("lte", query.until)) if day}
    return [Q("range", date=days)] if days else []


def _chosen(query: Query) -> list[Any]:
    return [Q("terms", **{facet: list(values)}) for facet, values in query.chosen.items()]


def _matching(query: Query) -> list[Any]:
    if not query.has_words:
        return []
    phrases = [Q("multi_match", query=phrase, type="phrase", fields=_fields("")) for phrase in query.phrases]
    return [*phrases, *([_loosely(query.loose_text)] if query.stems else [])]


def _loosely(text: str) -> Any:
    """All the words in any one reading, the last one perhaps half typed; words side by side count for more."""
    read = [
        Q("multi_match", query=text, type="cross_fields", operator="and", fields=_fields(reading))
        for reading in READINGS
    ]
    begun = Q("multi_match", query=text, type="bool_prefix", operator="and", fields=_fields(""))
    side_by_side = Q("multi_match", query=text, type="phrase", fields=_fields(""), slop=2)
    return Q("bool", must=[Q("dis_max", queries=[*read, begun], tie_breaker=0.3)], should=[side_by_side])


def _fields(reading: str) -> list[str]:
    return [f"title{reading}^{TITLE_WEIGHT}", f"body{reading}"]
