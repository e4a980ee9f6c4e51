"""What users keep of their searches, read: recent ones, saved ones, and what is new in these. Each is its owner's own;
what is new is counted and named as far as its owner may read it at that moment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from accounts.models import User
from coordination import access
from search import highlights, narrowing, places, selectors
from search.forms import SearchForm
from search.kinds import KINDS, Kind
from search.models import Alert, Entry, Find, RecentSearch, SavedSearch
from search.queries import Query

LONGEST_QUERY = 2_000
# What of an address belongs to this visit of the page, and not to what is asked.
NOT_ASKED = ("page", "place", "csrfmiddlewaretoken")
NEW_SHOWN = 20


# --- the query of an address ---------------------------------------------------------------------------------------
def canonical(query: str) -> str:
    """The query of an address with all that it asks for, in one order; empty where it asks for nothing."""
    asked = QueryDict(query[: LONGEST_QUERY * 2])
    kept = QueryDict(mutable=True)
    for name in sorted(asked, key=lambda name: (name != "q", name)):
        values = [value.replace("\0", " ").strip() for value in asked.getlist(name)]
        if name not in NOT_ASKED and any(values):
            kept.setlist(name, sorted({value for value in values if value}))
    text = kept.urlencode()
    return text if len(text) <= LONGEST_QUERY else ""


def words_of(query: str) -> str:
    """What was typed."""
    return QueryDict(query).get("q", "")


def read(query: str) -> Query:
    """The search, as the page reads its address."""
    return SearchForm(QueryDict(query)).query()


# --- recent --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recent:
    query: str
    words: str
    # How much besides the words narrowed it down.
    narrowed: int


def recent_searches(user: User) -> list[Recent]:
    """The last first."""
    queries = RecentSearch.objects.filter(user=user).values_list("query", flat=True)
    return [Recent(query, words_of(query), len(QueryDict(query)) - ("q" in QueryDict(query))) for query in queries]


# --- saved ---------------------------------------------------------------------------------------------------------
def saved_searches(user: User) -> list[SavedSearch]:
    """All of the user's, with `new`: how much of what was found since each was opened the user may read now; and with
    `is_lost`."""
    found = list(SavedSearch.objects.filter(owner=user))
    bring_numbers(found, user)
    bring_whether_lost(found, user)
    return sorted(found, key=lambda search: search.name.casefold())


def searches_with_news(user: User) -> int:
    """How many of the user's saved searches have found something since they were opened."""
    finds = _new_finds(Find.objects.filter(search__owner=user), user)
    return finds.values("search").distinct().count()


def bring_numbers(searches: Sequence[SavedSearch], user: User) -> None:
    """Set `new` on each of these, all of which are `user`'s. One query, however many they are."""
    rows = _new_finds(Find.objects.filter(search__in=[search.pk for search in searches]), user)
    numbers = dict(rows.values("search").annotate(number=Count("pk")).values_list("search", "number"))
    for search in searches:
        search.new = numbers.get(search.pk, 0)  # type: ignore[attr-defined]


def bring_whether_lost(searches: Sequence[SavedSearch], user: User) -> None:
    """Set `is_lost` on each of these: whether it asks for a space that `user` may not know of (any more), and so finds
    nothing. One query, however many they are."""
    queries = [read(search.query) for search in searches]
    known = narrowing.spaces_to_name(queries, user)
    for search, query in zip(searches, queries, strict=True):
        search.is_lost = narrowing.asks_for_no_space(query, known)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class NewHit:
    entry: Entry
    kind: Kind
    title: SafeString
    passage: SafeString
    spot: places.Spot


def new_hits(search: SavedSearch) -> list[NewHit]:
    """The last of what is new, as its owner may read it now."""
    finds = _new_finds(search.finds.all(), search.owner).order_by("-found_at", "-entry")
    numbers = list(finds.values_list("entry", flat=True)[:NEW_SHOWN])
    entries = Entry.objects.standing().readable_by(search.owner).select_related("audience").in_bulk(numbers)
    query = read(search.query)
    return [_new_hit(entries[number], query) for number in numbers if number in entries]


def _new_hit(entry: Entry, query: Query) -> NewHit:
    spot = places.best(entry, query)
    kind = KINDS.get(entry.kind, Kind(entry.kind, "file-earmark"))
    return NewHit(entry, kind, highlights.mark(entry.title, query), highlights.passage(spot.text, query), spot)


def _new_finds(finds: QuerySet[Find], user: User) -> QuerySet[Find]:
    """Those that came since the search was opened last, and that `user` may read."""
    readable = Entry.objects.standing().readable_by(user).filter(pk=OuterRef("entry"))
    return finds.filter(found_at__gt=F("search__opened_at")).filter(Exists(readable))


def found_by(search: SavedSearch) -> QuerySet[Entry]:
    """All that its owner finds by it at this moment."""
    return selectors.everything(read(search.query), search.owner)


# --- for the worker ------------------------------------------------------------------------------------------------
def to_be_looked_at(now: datetime, look_back: timedelta) -> list[int]:
    """The searches that may find something new: where nothing has changed, and their owners read by the same tokens as
    before, they cannot."""
    due = SavedSearch.objects.exclude(alert=Alert.NEVER).filter(next_at__lte=now, owner__is_active=True)
    searches = list(due.select_related("owner").order_by("pk"))
    last_change = Entry.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()
    with access.remembering():
        access.ask_for_many({search.owner for search in searches})
        return [
            search.pk
            for search in searches
            if search.alert == Alert.DAILY
            or (last_change is not None and last_change >= search.looked_at - look_back)
            or search.tokens != tokens_of(search.owner)
        ]


def new_to(search: SavedSearch, since: datetime | None, most: int) -> list[int]:
    """The entries that it finds and has not found before; of those written `since` then, where that is said."""
    entries = found_by(search)
    if since is not None:
        entries = entries.filter(changed_at__gte=since)
    known = Find.objects.filter(search=search).values("entry")
    return list(entries.exclude(pk__in=known).order_by("-pk").values_list("pk", flat=True)[:most])


def tokens_of(user: User) -> str:
    """By what `user` reads, in short: other memberships, another digest."""
    return hashlib.sha256(" ".join(sorted(access.principals(user))).encode()).hexdigest()


def next_morning(user: User, now: datetime) -> datetime:
    zone = ZoneInfo(user.time_zone)
    today = now.astimezone(zone).date()
    morning = datetime.combine(today, time(settings.REMINDERS_FROM_HOUR), tzinfo=zone)
    return morning if morning > now else datetime.combine(today + timedelta(days=1), morning.timetz())
