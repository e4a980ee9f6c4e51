"""What changes state in search: recent and saved searches, and what is told of these. The ledger writes itself."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.services import StaleVersion
from search import saved
from search.models import Alert, Find, RecentSearch, SavedSearch

logger = logging.getLogger(__name__)

# More than these nobody finds anything in.
SEARCHES_OF_A_USER = 100
RECENT_OF_A_USER = 20
RECENT_FOR = timedelta(days=90)
# While somebody types, the page searches for “pes”, then for “pesha”: within this time the longer takes the place of
# the shorter.
STILL_TYPING = timedelta(minutes=2)
# What finds more than this is no question that one wants to be told of; and each thing that it found is kept.
MOST_KNOWN = 5_000
MOST_TOLD_AT_ONCE = 2_000
# How far back a look goes before the last one: the longest that a change may take to be committed.
LOOK_BACK = timedelta(minutes=15)


# --- recent searches -----------------------------------------------------------------------------------------------
def note_recent(user: access.Reader, query: str) -> None:
    """Note that `user` searched for this; of somebody who is not signed in nothing is kept. No search fails for it."""
    if not isinstance(user, User) or not query or len(query) > saved.LONGEST_QUERY:
        return
    try:
        _note_recent(user, query, timezone.now())
    except DatabaseError as failure:  # a database that is busy, or full
        logger.warning("A recent search was not kept: %s", type(failure).__name__)


@transaction.atomic
def _note_recent(user: User, query: str, now: datetime) -> None:
    mine = RecentSearch.objects.filter(user=user)
    last = mine.first()
    if last is not None and last.query == query:
        mine.filter(pk=last.pk).update(at=now)
        return
    replaced = (
        [last.pk] if last is not None and now - last.at < STILL_TYPING and _is_typed_on(last.query, query) else []
    )
    mine.filter(query=query).delete()
    mine.filter(pk__in=replaced).delete()
    RecentSearch.objects.create(user=user, query=query, at=now)
    kept = list(mine.values_list("pk", flat=True)[:RECENT_OF_A_USER])
    mine.exclude(pk__in=kept).delete()


def _is_typed_on(before: str, now: str) -> bool:
    one, other = saved.words_of(before), saved.words_of(now)
    return bool(one and other) and (other.startswith(one) or one.startswith(other))


def clear_recent(actor: User) -> None:
    """Forget what `actor` has searched for."""
    RecentSearch.objects.filter(user=actor).delete()


def forget_old_searches(now: datetime) -> None:
    """Of nobody it is kept for ever, also of those who do not come any more."""
    RecentSearch.objects.filter(at__lt=now - RECENT_FOR).delete()


# --- saved searches ------------------------------------------------------------------------------------------------
@transaction.atomic
def save_search(
    actor: User, *, name: str, query: str, alert: str = Alert.DAILY, submission: UUID | None = None
) -> SavedSearch:
    """Give a search a name. Sent twice, it is one. What it finds already is not new to its owner."""
    if submission and (sent_before := SavedSearch.objects.filter(submission=submission, owner=actor).first()):
        return sent_before
    if not actor.is_active:
        raise PermissionDenied
    if SavedSearch.objects.filter(owner=actor).count() >= SEARCHES_OF_A_USER:
        told = {"number": SEARCHES_OF_A_USER}
        raise ValidationError(_("You have saved %(number)s searches. Delete one first."), params=told)
    kept = saved.canonical(query)
    if not kept:
        raise ValidationError({"query": _("Search for something first: there is nothing to save.")})
    search = SavedSearch(owner=actor, name=name.strip(), query=kept, alert=alert, submission=submission)
    search.clean_fields()
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError:
        sent_before = SavedSearch.objects.filter(submission=submission, owner=actor).first()
        if sent_before is None:  # the form was another's
            raise PermissionDenied from None
        return sent_before
    _begin_to_watch(search)
    audit.record(actor, "search saved", search, after={"alert": search.alert})
    return search


@transaction.atomic
def change_search(actor: User, search: SavedSearch, *, name: str, alert: str, version: int) -> SavedSearch:
    """Call it something else, or be told of what is new in another rhythm."""
    search = _own(actor, search)
    if search.version != version:
        raise StaleVersion
    before = search.alert
    search.name, search.alert = name.strip(), alert
    search.version += 1
    search.clean_fields()
    search.save()
    if before != alert and before == Alert.NEVER:
        _begin_to_watch(search)
    elif before != alert:
        SavedSearch.objects.filter(pk=search.pk).update(next_at=_next_look(search, timezone.now()))
    audit.record(actor, "saved search changed", search, before={"alert": before}, after={"alert": alert})
    return search


@transaction.atomic
def delete_search(actor: User, search: SavedSearch) -> None:
    search = _own(actor, search)
    audit.record(actor, "saved search deleted", search)
    search.delete()


def note_opened(actor: User, search: SavedSearch) -> None:
    """Its owner has looked at what is new: from now on it is new no more."""
    SavedSearch.objects.filter(pk=search.pk, owner=actor).update(opened_at=timezone.now())


def _own(actor: User, search: SavedSearch) -> SavedSearch:
    found = SavedSearch.objects.select_for_update().filter(pk=search.pk, owner=actor).first()
    if found is None or not actor.is_active:
        raise PermissionDenied
    return found


def _begin_to_watch(search: SavedSearch) -> None:
    """Note what it finds today, so that none of that is told as new."""
    if search.alert == Alert.NEVER:
        return
    now = timezone.now()
    found = list(saved.found_by(search).values_list("pk", flat=True)[: MOST_KNOWN + 1])
    if len(found) > MOST_KNOWN:
        told = {"number": MOST_KNOWN}
        sentence = _("This finds more than %(number)s things. Narrow it down, or choose “never”.")
        raise ValidationError({"alert": ValidationError(sentence, params=told)})
    _keep(search, found, None)
    search.looked_at, search.tokens = now, saved.tokens_of(search.owner)
    search.next_at = _next_look(search, now)
    search.save(update_fields=["looked_at", "next_at", "tokens"])


# --- what is new ---------------------------------------------------------------------------------------------------
def tell_of_new_finds(now: datetime | None = None) -> int:
    """Look whether saved searches find something new, and tell their owners; how many were told.

    A look is one transaction: what was found is kept, and the news written, or neither. So a worker may be killed at
    any point, and there may be many.
    """
    now = now or timezone.now()
    told = 0
    for pk in saved.to_be_looked_at(now, LOOK_BACK):
        try:
            told += _look(pk, now)
        except DatabaseError:
            logger.exception("Saved search %s could not be looked at; the next round tries again.", pk)
    return told


@transaction.atomic
def _look(pk: int, now: datetime) -> bool:
    """Another worker's search is left to it."""
    free = SavedSearch.objects.select_for_update(skip_locked=True, of=("self",)).exclude(alert=Alert.NEVER)
    search = free.filter(pk=pk, next_at__lte=now, owner__is_active=True).select_related("owner").first()
    if search is None:
        return False
    tokens = saved.tokens_of(search.owner)
    # Whoever has become a member somewhere since finds what was there before; else only what has changed can be new.
    since = search.looked_at - LOOK_BACK if tokens == search.tokens else None
    new = saved.new_to(search, since, MOST_TOLD_AT_ONCE + 1)
    if new:
        _keep(search, new[:MOST_TOLD_AT_ONCE], now)
    if len(new) <= MOST_TOLD_AT_ONCE:
        search.looked_at, search.tokens, search.next_at = now, tokens, _next_look(search, now)
        search.save(update_fields=["looked_at", "next_at", "tokens"])
    if new:
        audit.record(None, "saved search found something", search, after={"number": len(new[:MOST_TOLD_AT_ONCE])})
    return bool(new)


def _keep(search: SavedSearch, entries: list[int], found_at: datetime | None) -> None:
    rows = (Find(search=search, entry=entry, found_at=found_at) for entry in entries)
    Find.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _next_look(search: SavedSearch, now: datetime) -> datetime:
    """In the next round; or on the next morning of its owner, together with the reminders of the day."""
    return saved.next_morning(search.owner, now) if search.alert == Alert.DAILY else now
