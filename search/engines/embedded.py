"""The embedded engine: the ledger, searched by its database's own full text.

modelsearch keeps the text where each database searches it (FTS5 of SQLite, tsvector of PostgreSQL), and its lexemes
ask for words there. Its own search is not used: on SQLite it ranks each row by a query of its own, it weighs no title,
and it counts facets of single columns only.
"""

from functools import reduce
from operator import and_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import Case, Count, F, QuerySet, When
from django.db.models.functions import Cast
from modelsearch.conf import get_app_config

from coordination import access
from search import words
from search.models import Entry, EntryFacet
from search.queries import FACETS, NOTHING, PAGE_SIZE, SUGGESTIONS, Found, Query

# How much more a word in the title weighs than one in the text.
TITLE_WEIGHT = 5.0
FACETS_IN_ROWS = ("country", "topic", "organisation")
INDEX_CONFIG = "simple"  # PostgreSQL's dictionary that keeps words as they are: they come folded


def _index_entries() -> Any:
    return get_app_config().get_model("IndexEntry")


# --- writing -------------------------------------------------------------------------------------------------------
def write(entries: list[Entry]) -> None:
    """Put the text of `entries` where the database searches it; the caller's transaction holds both."""
    if not entries:
        return
    content_type = ContentType.objects.get_for_model(Entry)
    IndexEntry = _index_entries()
    IndexEntry.objects.bulk_create(
        [
            # `title_norm` is modelsearch's, which rewrites every row where it is 1; ranking here does not use it.
            IndexEntry(content_type=content_type, object_id=str(entry.pk), title_norm=2.0, **_text_of(entry))
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["content_type", "object_id"],
        update_fields=["title", "body", "autocomplete"],
    )


def remove(entries: list[Entry]) -> None:
    keys = [str(entry.pk) for entry in entries]
    if keys:
        content_type = ContentType.objects.get_for_model(Entry)
        _index_entries().objects.filter(content_type=content_type, object_id__in=keys).delete()


def _text_of(entry: Entry) -> dict[str, Any]:
    title, body = (field.get_value(entry) for field in Entry.search_fields)
    if connection.vendor != "postgresql":
        return {"title": title, "body": body, "autocomplete": ""}
    from django.contrib.postgres.search import SearchVector

    return {
        "title": SearchVector(models.Value(title), weight="A", config=INDEX_CONFIG),
        "body": SearchVector(models.Value(body), weight="D", config=INDEX_CONFIG),
        "autocomplete": SearchVector(models.Value(""), config=INDEX_CONFIG),
    }


# --- searching -----------------------------------------------------------------------------------------------------
def search(query: Query, user: access.Reader) -> Found:
    """One page of what `user` may read. What the reader may not is left out first: it is ranked and counted nowhere."""
    if query.asks_for_words and not query.has_words:
        return NOTHING
    matches = _matches(query.stems, query.phrases) if query.has_words else None
    readable = _within(Entry.objects.standing().readable_by(user), query)
    found = _matching(readable, matches)
    return Found(
        numbers=_page(_chosen(readable, query), matches, query),
        total=_chosen(found, query).count(),
        counts={facet: _count(_chosen(found, query.without(facet)), facet) for facet in FACETS},
    )


def suggest(text: str, user: access.Reader) -> list[int]:
    """The entries whose titles have words that begin as those of `text`."""
    typed = words.of(text)
    if not typed:
        return []
    matches = _matches(typed, [], only_titles=True)
    readable = Entry.objects.standing().readable_by(user)
    return list(_ranked(matches, readable).values_list("number", flat=True)[:SUGGESTIONS])


def _within(entries: QuerySet[Entry], query: Query) -> QuerySet[Entry]:
    if query.since:
        entries = entries.filter(date__gte=query.since)
    if query.until:
        entries = entries.filter(date__lte=query.until)
    return entries


def _matching(entries: QuerySet[Entry], matches: QuerySet | None) -> QuerySet[Entry]:
    return entries if matches is None else entries.filter(pk__in=matches.values("number"))


def _chosen(entries: QuerySet[Entry], query: Query) -> QuerySet[Entry]:
    for facet, values in query.chosen.items():
        if facet in FACETS_IN_ROWS:
            rows = EntryFacet.objects.filter(name=facet, value__in=values)
            entries = entries.filter(pk__in=rows.values("entry"))
        elif facet == "space":
            entries = entries.filter(space__in=[int(value) for value in values])
        else:
            entries = entries.filter(**{f"{facet}__in": values})
    return entries


def _page(entries: QuerySet[Entry], matches: QuerySet | None, query: Query) -> list[int]:
    if matches is None:
        numbers = entries.order_by(F("date").desc(nulls_last=True), "-pk").values_list("pk", flat=True)
    else:
        numbers = _ranked(matches, entries).values_list("number", flat=True)
    return list(numbers[query.first : query.first + PAGE_SIZE])


def _ranked(matches: QuerySet, entries: QuerySet[Entry]) -> QuerySet:
    return matches.filter(number__in=entries.values("pk")).order_by("-score", "-number")


def _count(entries: QuerySet[Entry], facet: str) -> dict[str, int]:
    if facet in FACETS_IN_ROWS:
        rows: QuerySet = EntryFacet.objects.filter(name=facet, entry__in=entries.values("pk"))
        column = "value"
    else:
        rows, column = entries.filter(**{f"{facet}__isnull": False}), facet
    counted = rows.order_by().values(column).annotate(count=Count("pk")).values_list(column, "count")
    return {str(value): count for value, count in counted}


# --- matching, as each database does it ----------------------------------------------------------------------------
def _matches(stems: list[str], phrases: list[str], *, only_titles: bool = False) -> QuerySet:
    """The rows of full text with a word that begins as each stem, and with each phrase: `number` and `score`."""
    match_here = _match_in_postgresql if connection.vendor == "postgresql" else _match_in_sqlite
    return match_here(stems, phrases, only_titles)


def _number(prefix: str) -> Case:
    """The key of the entry. modelsearch keeps keys as text, those of other models too, which may be no numbers."""
    key = Cast(f"{prefix}object_id", models.BigIntegerField())
    return Case(When(**{f"{prefix}content_type": ContentType.objects.get_for_model(Entry)}, then=key))


def _match_in_sqlite(stems: list[str], phrases: list[str], only_titles: bool) -> QuerySet:
    from modelsearch.backends.database.sqlite.query import Lexeme, MatchExpression, SearchQueryExpression

    table: Any = get_app_config().get_model("SQLiteFTSIndexEntry")
    lexemes = [*(Lexeme(stem, prefix=True) for stem in stems), *(Lexeme(phrase) for phrase in phrases)]
    columns = ["title"] if only_titles else ["title", "body"]
    # The columns are autocomplete, body and title; bm25 is the lower the better.
    score = models.expressions.RawSQL(
        f"-bm25({table._meta.db_table}, 0.0, 1.0, {TITLE_WEIGHT})", (), output_field=models.FloatField()
    )
    # Not narrowed by content type besides: SQLite would begin there, and ask the full text anew for every row. What
    # belongs to another model has no number, and so is among no entries.
    matching = table.objects.filter(MatchExpression(columns, SearchQueryExpression(reduce(and_, lexemes))))
    return matching.annotate(number=_number("index_entry__"), score=score)


def _match_in_postgresql(stems: list[str], phrases: list[str], only_titles: bool) -> QuerySet:
    from django.contrib.postgres.search import CombinedSearchVector, SearchQuery, SearchRank
    from modelsearch.backends.database.postgres.query import Lexeme

    parts = [SearchQuery(Lexeme(stem, prefix=True), search_type="raw", config=INDEX_CONFIG) for stem in stems]
    parts += [SearchQuery(phrase, search_type="phrase", config=INDEX_CONFIG) for phrase in phrases]
    asked = reduce(and_, parts)
    text: Any = F("title") if only_titles else CombinedSearchVector(F("title"), "||", F("body"), INDEX_CONFIG)
    return (
        _index_entries()
        .objects.filter(content_type=ContentType.objects.get_for_model(Entry))
        .annotate(number=_number(""), text=text)
        .filter(text=asked)
        .annotate(score=SearchRank(text, asked))
    )
