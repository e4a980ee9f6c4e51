"""The embedded engine: the ledger, searched by its database's own full text.

modelsearch keeps the text where each database searches it (FTS5 of SQLite, tsvector of PostgreSQL), and that
is asked here. Its own search is not used: on SQLite it ranks each row by a query of its own, it weighs no title,
and it counts facets of single columns only.
"""

from collections import Counter
from collections.abc import Iterable
from functools import reduce
from itertools import combinations
from operator import add, and_, or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast
from modelsearch.conf import get_app_config

from coordination import access
from coordination.models import Marking
from search import full_text, ranking, words
from search.grammar import Term
from search.models import Entry, EntryFacet, FacetName
from search.queries import FACETS, NOTHING, OLDEST, PAGE_SIZE, RELEVANCE, SUGGESTIONS, Found, Place, Query, Run
from search.watch import watched

# How much more a word in the title weighs than one in the text.
TITLE_WEIGHT = 5.0
FACETS_IN_ROWS = ("country", "topic", "organisation", "by")
ENGINE = "ledger"
# As many entries as are counted by their keys.
FEW = 1000
# Of more words than this, it is not asked how many are there: the question would become too long.
MOST_TO_COUNT = 6
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
@watched("ledger")
def search(query: Query, user: access.Reader) -> Found:
    """One page of what `user` may read. What the reader may not is left out first: it is ranked and counted nowhere."""
    if query.asks_for_nothing:
        return NOTHING
    matches = _weighed(_matches(_condition(query)), query, user) if query.has_words else None
    readable = _within(Entry.objects.standing().readable_by(user), query)
    found = _matching(readable, _matches(_asked(query)) if query.has_words else None)
    places = _page(_chosen(readable, query), matches, query)
    total, counts = _counted(found, query)
    return Found(
        numbers=[number for _value, number in places],
        total=total,
        counts=counts,
        places=places,
        engine=ENGINE,
    )


def everything(query: Query, user: access.Reader) -> QuerySet[Entry]:
    """All that `user` finds, in no order: what saved searches tell of."""
    if query.asks_for_nothing:
        return Entry.objects.none()
    matches = _matches(_asked(query)) if query.has_words else None
    readable = _within(Entry.objects.standing().readable_by(user), query)
    return _chosen(_matching(readable, matches), query)


def suggest(query: Query, user: access.Reader) -> list[int]:
    """The entries whose titles have words that begin as those that are being typed."""
    typed = [word for choice in query.asked.wanted for term in choice for word in term.words]
    if not typed:
        return []
    matches = _matches(_all_of(_begun(word) for word in typed), only_titles=True)
    readable = Entry.objects.standing().readable_by(user)
    return list(_ranked(matches, readable).values_list("number", flat=True)[:SUGGESTIONS])


def is_by_somebody(name: Iterable[str], user: access.Reader) -> bool:
    """Whether anything that `user` may read is by somebody of these words."""
    return Entry.objects.standing().readable_by(user).filter(_is_by(name)).exists()


def has_word(word: str, user: access.Reader) -> bool:
    """Whether anything that `user` may read has this folded word in any reading, or one that begins so."""
    return _matching(Entry.objects.standing().readable_by(user), _matches(_of_word(word, may_be_begun=True))).exists()


def beginning_as(beginnings: Iterable[str], user: access.Reader, most: int) -> list[tuple[str, str]]:
    """Title and text of some entries that `user` may read, with words that begin so. What is RED is quoted nowhere."""
    matches = _matches(_any_of(map(_begun, beginnings)))
    readable = Entry.objects.standing().readable_by(user).exclude(audience__marking=Marking.RED)
    numbers = list(_ranked(matches, readable).values_list("number", flat=True)[:most])
    return list(readable.filter(pk__in=numbers).values_list("title", "body"))


def with_some(needed: Iterable[str], asked: Iterable[str], entries: QuerySet[Entry], most: int) -> list[int]:
    """Those of `entries` that have one of the folded words `needed`, and most of those `asked` for."""
    matches = _matches(_all_of(map(_any_form_of, (needed, asked))))
    return list(_ranked(matches, entries).values_list("number", flat=True)[:most])


def _any_form_of(asked: Iterable[str]) -> str:
    return _any_of(
        _phrase([form]) for form in dict.fromkeys(form for word in asked for form in (word, words.stem(word)))
    )


def _within(entries: QuerySet[Entry], query: Query) -> QuerySet[Entry]:
    """Narrowed down by all that no facet of the page offers."""
    if query.since:
        entries = entries.filter(date__gte=query.since)
    if query.until:
        entries = entries.filter(date__lte=query.until)
    if query.by:
        entries = entries.filter(reduce(or_, map(_is_by, query.by)))
    for name in query.not_by:
        entries = entries.exclude(_is_by(name))
    for facet, values in query.unwanted.items():
        entries = entries.exclude(_has(facet, values))
    for term in query.asked.unwanted:
        # A row without a number belongs to another model; one such, and nothing would be outside of the rest.
        matches = _matches(_of_term(term)).filter(number__isnull=False)
        entries = entries.exclude(pk__in=matches.values("number"))
    return entries


def _matching(entries: QuerySet[Entry], matches: QuerySet | None) -> QuerySet[Entry]:
    return entries if matches is None else entries.filter(pk__in=matches.values("number"))


def _chosen(entries: QuerySet[Entry], query: Query) -> QuerySet[Entry]:
    for facet, values in query.chosen.items():
        entries = entries.filter(_has(facet, values))
    return entries


def _has(facet: str, values: Iterable[str]) -> Q:
    if facet in FACETS_IN_ROWS:
        return Q(pk__in=EntryFacet.objects.filter(name=facet, value__in=values).values("entry"))
    if facet == "space":
        return Q(space__in=[int(value) for value in values])
    return Q(**{f"{facet}__in": values})


def _is_by(name: Iterable[str]) -> Q:
    return reduce(and_, (_has(FacetName.BY, [word]) for word in name))


def _page(entries: QuerySet[Entry], matches: QuerySet | None, query: Query) -> list[tuple[Any, int]]:
    """The entries of the page, each with what it was sorted by."""
    rows: QuerySet
    if query.order == RELEVANCE and matches is not None:
        rows, column, key = matches.filter(number__in=entries.values("pk")), "score", "number"
    else:
        rows, column, key = _matching(entries, matches), "date", "pk"
    place = query.place_for(ENGINE)
    is_backwards = place is not None and place.is_backwards
    is_descending = (query.order != OLDEST) != is_backwards
    if place:
        rows = rows.filter(_beyond(place, column, key, is_descending))
    # What has no date comes last, in either order.
    nulls = {"nulls_first": True} if is_backwards else {"nulls_last": True}
    by_column = F(column).desc(**nulls) if is_descending else F(column).asc(**nulls)
    first = 0 if place else query.first
    ordered = rows.order_by(by_column, key if is_backwards else f"-{key}").values_list(column, key)
    page = list(ordered[first : first + PAGE_SIZE])
    return page[::-1] if is_backwards else page


def _beyond(place: Place, column: str, key: str, is_descending: bool) -> Q:
    """What comes behind a place, in the direction in which one goes from there."""
    value, number = place.values
    further = Q(**{f"{key}__{'gt' if place.is_backwards else 'lt'}": number})
    is_null = Q(**{f"{column}__isnull": True})
    if value is None:
        return ~is_null | (is_null & further) if place.is_backwards else is_null & further
    beyond = Q(**{f"{column}__{'lt' if is_descending else 'gt'}": value}) | (Q(**{column: value}) & further)
    return beyond if place.is_backwards or column == "score" else beyond | is_null


def _weighed(matches: QuerySet, query: Query, user: access.Reader) -> QuerySet:
    """The same rows with their scores raised by what counts besides the words."""
    shares = [Case(When(_has_share(share), then=share.share), default=0.0) for share in ranking.shares(user)]
    factor = reduce(add, shares, models.Value(1.0, output_field=models.FloatField()))
    entry = Entry.objects.filter(pk=OuterRef("number")).annotate(factor=factor)
    score = F("plain_score") * Subquery(entry.values("factor"))
    return matches.annotate(plain_score=F("score")).annotate(score=score + _for_all_words(query))


def _for_all_words(query: Query) -> Any:
    if not query.is_loose:
        return models.Value(0.0)
    with_all = _matches(_all_of(map(_of_run, query.runs))).filter(number__isnull=False)
    return Case(When(number__in=with_all.values("number"), then=ranking.ALL_WORDS), default=0.0)


def _has_share(share: ranking.Share) -> Q:
    return Q(**{f"{share.field}__gte": share.since} if share.since else {f"{share.field}__in": share.values})


def _ranked(matches: QuerySet, entries: QuerySet[Entry]) -> QuerySet:
    return matches.filter(number__in=entries.values("pk")).order_by("-score", "-number")


def _counted(found: QuerySet[Entry], query: Query) -> tuple[int, dict[str, dict[str, int]]]:
    """How many there are, and by facet how many of each value: two questions for all that nothing is chosen of. Each of
    them finds the words anew, so that one for each facet would take several times as long."""
    counts = {facet: _count(_chosen(found, query.without(facet)), facet) for facet in FACETS if facet in query.chosen}
    others = [facet for facet in FACETS if facet not in counts]
    here = _chosen(found, query).order_by()
    # Of few, the words are found only once; and no plan of the database finds them anew for each row of a facet.
    numbers = list(here.values_list("pk", flat=True)[: FEW + 1])
    if len(numbers) <= FEW:
        here = Entry.objects.filter(pk__in=numbers).order_by()
    columns = [facet for facet in others if facet not in FACETS_IN_ROWS]
    groups = list(here.values(*columns).annotate(count=Count("pk"))) if columns else [{"count": here.count()}]
    in_rows = EntryFacet.objects.filter(name__in=set(others) & set(FACETS_IN_ROWS), entry__in=here.values("pk"))
    counted = [(group[column], column, group["count"]) for column in columns for group in groups]
    counted += list(in_rows.order_by().values_list("value", "name").annotate(count=Count("pk")))
    for facet in others:
        counts[facet] = Counter()
    for value, facet, number in counted:
        if value is not None:
            counts[facet][str(value)] += number
    return sum(group["count"] for group in groups), counts


def _count(entries: QuerySet[Entry], facet: str) -> dict[str, int]:
    if facet in FACETS_IN_ROWS:
        rows: QuerySet = EntryFacet.objects.filter(name=facet, entry__in=entries.values("pk"))
        column = "value"
    else:
        rows, column = entries.filter(**{f"{facet}__isnull": False}), facet
    counted = rows.order_by().values(column).annotate(count=Count("pk")).values_list(column, "count")
    return {str(value): count for value, count in counted}


# --- matching, as each database does it ----------------------------------------------------------------------------
def _asked(query: Query) -> str:
    """What is looked for, in the database's own words."""
    runs = [_of_run(run) for run in query.runs]
    return _some_of(runs, query.fewest) if query.is_loose else _all_of(runs)


def _condition(query: Query) -> str:
    """The same for ranking: words that are a phrase besides count for more."""
    asked = _asked(query)
    loose = words.of(query.loose_text)
    # Whoever has the words side by side has each of them, so that nothing more is found by this.
    return _any_of([asked, _all_of([asked, _phrase(loose)])]) if len(loose) > 1 else asked


def _some_of(conditions: list[str], fewest: int) -> str:
    """At least `fewest` of them: then of any others that could be left out, one is there. Of many, any will do."""
    others = len(conditions) - fewest + 1
    if len(conditions) > MOST_TO_COUNT:
        return _any_of(conditions)
    return _all_of(_any_of(some) for some in combinations(conditions, others))


def _of_run(run: Run) -> str:
    *_others, last = run.choices
    by_words = _all_of(
        _any_of(_of_term(term, may_be_begun=run.may_be_begun and choice is last) for term in choice)
        for choice in run.choices
    )
    by_names = [_all_of(_of_word(word, may_be_begun=False) for word in name) for name in run.names]
    return _any_of([by_words, *by_names])


def _of_term(term: Term, *, may_be_begun: bool = False) -> str:
    """Words of a phrase as they are, next to each other; the others in any of their readings."""
    if term.is_phrase:
        return _phrase(term.words)
    *_others, last = term.words
    return _all_of(_of_word(word, may_be_begun=may_be_begun and word == last) for word in term.words)


def _of_word(word: str, *, may_be_begun: bool) -> str:
    readings = [_phrase([reading]) for reading in full_text.readings(word)]
    return _any_of([*readings, _begun(word)] if may_be_begun else readings)


# Words are letters and digits alone, so that nothing in them is to be quoted.
def _begun(word: str) -> str:
    return f"'{word}':*" if connection.vendor == "postgresql" else f'"{word}"*'


def _phrase(words_of_it: Iterable[str]) -> str:
    if connection.vendor == "postgresql":
        quoted = (f"'{word}'" for word in words_of_it)
        return f"({' <-> '.join(quoted)})"
    return f'"{" ".join(words_of_it)}"'


def _all_of(conditions: Iterable[str]) -> str:
    return f"({(' & ' if connection.vendor == 'postgresql' else ' AND ').join(conditions)})"


def _any_of(conditions: Iterable[str]) -> str:
    return f"({(' | ' if connection.vendor == 'postgresql' else ' OR ').join(conditions)})"


def _matches(condition: str, *, only_titles: bool = False) -> QuerySet:
    """The rows of full text that meet the condition: `number` and `score`."""
    match_here = _match_in_postgresql if connection.vendor == "postgresql" else _match_in_sqlite
    return match_here(condition, only_titles)


def _number(prefix: str) -> Case:
    """The key of the entry. modelsearch keeps keys as text, those of other models too, which may be no numbers."""
    key = Cast(f"{prefix}object_id", models.BigIntegerField())
    return Case(When(**{f"{prefix}content_type": ContentType.objects.get_for_model(Entry)}, then=key))


def _match_in_sqlite(condition: str, only_titles: bool) -> QuerySet:
    from modelsearch.backends.database.sqlite.query import MatchExpression

    table: Any = get_app_config().get_model("SQLiteFTSIndexEntry")
    columns = ["title"] if only_titles else ["title", "body"]
    # The columns are autocomplete, body and title; bm25 is the lower the better.
    score = models.expressions.RawSQL(
        f"-bm25({table._meta.db_table}, 0.0, 1.0, {TITLE_WEIGHT})", (), output_field=models.FloatField()
    )
    # Not narrowed by content type besides: SQLite would begin there, and ask the full text anew for every row. What
    # belongs to another model has no number, and so is among no entries.
    matching = table.objects.filter(MatchExpression(columns, models.Value(condition)))
    return matching.annotate(number=_number("index_entry__"), score=score)


def _match_in_postgresql(condition: str, only_titles: bool) -> QuerySet:
    from django.contrib.postgres.search import CombinedSearchVector, SearchQuery, SearchRank

    asked = SearchQuery(condition, search_type="raw", config=INDEX_CONFIG)
    text: Any = F("title") if only_titles else CombinedSearchVector(F("title"), "||", F("body"), INDEX_CONFIG)
    return (
        _index_entries()
        .objects.filter(content_type=ContentType.objects.get_for_model(Entry))
        .annotate(number=_number(""), text=text)
        .filter(text=asked)
        # In double precision, so that the next page finds its place by the very number that this one ended with.
        .annotate(score=Cast(SearchRank(text, asked), models.FloatField()))
    )
