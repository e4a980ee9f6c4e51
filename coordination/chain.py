"""The audit trail as a chain: each link holds the hash over its entry and over the link before (docs/decisions/0025).

Entries are written by many transactions at once, and by each without asking the others. The worker links what has been
committed, in one order, in a table of its own. So nobody waits for the chain, and there is one only.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.dispatch import Signal

from coordination.models import AuditEntry, AuditLink

# Sent with `entries`, each of them once, in the transaction that gives them their places: for whoever must hear of all
# deeds and need hold up none.
linked = Signal()
LINKED_AT_ONCE = 1000
SALT_BYTES = 16
# How many entries others may have written while a transaction that has written one was still open. An entry that comes
# after more is found by a look at all of them, which a worker has when it starts.
LATEST_ENTRIES = 100_000
# An entry is committed, and linked, in less time. One that says that it is older was put there afterwards.
LONGEST_DELAY = timedelta(days=1)


# --- hashes --------------------------------------------------------------------------------------------------------
def content_of(entry: AuditEntry) -> bytes:
    """All that the entry says, in one way to write it: kinds by their names, moments in UTC, keys in order."""
    kind = ContentType.objects.get_for_id(entry.object_type_id)
    said = {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor_id,
        "verb": entry.verb,
        "kind": f"{kind.app_label}.{kind.model}",
        "object": entry.object_id,
        "space": entry.space_id,
        "address": entry.address,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        # Entries from before it was kept stay as they were hashed.
        **({"token": entry.token} if entry.token is not None else {}),
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(entry: AuditEntry, salt: str) -> str:
    return hashlib.sha256(salt.encode() + content_of(entry)).hexdigest()


def hash_of(number: int, previous: str, digest: str) -> str:
    """Of a link: so that the chain can be checked by whoever may not read what the entries say."""
    return hashlib.sha256(f"{number} {previous} {digest}".encode()).hexdigest()


def head() -> AuditLink | None:
    """The last link: whoever keeps its hash elsewhere finds out later whether the end was cut off."""
    return AuditLink.objects.last()


# --- linking -------------------------------------------------------------------------------------------------------
def unlinked(*, all_of_them: bool = False) -> QuerySet[AuditEntry]:
    """The entries that have no link yet, in the order in which they will be linked."""
    entries = AuditEntry.objects.filter(~Exists(AuditLink.objects.filter(entry=OuterRef("pk"))))
    if not all_of_them:
        newest = AuditEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
        entries = entries.filter(pk__gt=newest - LATEST_ENTRIES)
    return entries.order_by("pk")


def link_entries(*, all_of_them: bool = False, go_on: Callable[[], bool] = lambda: True) -> int:
    """Link what has been committed; how many entries that were. Where somebody else does it just now, none."""
    linked, more = 0, True
    # Looked at before anything is locked: SQLite has one writer.
    while more and go_on() and unlinked(all_of_them=all_of_them).exists():
        now = _link_some(all_of_them)
        linked, more = linked + now, now == LINKED_AT_ONCE
    return linked


@transaction.atomic
def _link_some(all_of_them: bool) -> int:
    kind = ContentType.objects.get_for_model(AuditLink)
    # One at a time; nobody waits: what is left is linked in the next round. (No entry is about a link, so that nobody
    # else has to do with this row.)
    free = ContentType.objects.select_for_update(no_key=True, skip_locked=True)
    if not free.filter(pk=kind.pk).first():
        return 0
    last = head()
    number, previous = (last.number, last.hash) if last else (0, "")
    links, entries = [], list(unlinked(all_of_them=all_of_them)[:LINKED_AT_ONCE])
    for entry in entries:
        number, salt = number + 1, secrets.token_hex(SALT_BYTES)
        digest = digest_of(entry, salt)
        links.append(AuditLink(number=number, entry=entry, salt=salt, digest=digest, previous=previous))
        previous = links[-1].hash = hash_of(number, previous, digest)
    AuditLink.objects.bulk_create(links)
    linked.send(sender=AuditEntry, entries=entries)
    return len(links)


# --- verifying -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Broken:
    """The first place at which the chain does not hold: the number of the link, that of the entry, and how."""

    link: int
    entry: int
    sentence: str


def verify(progress: Callable[[Iterable[Any]], Iterable[Any]] = lambda links: links) -> Broken | None:
    """Walk the chain from its beginning; None where it holds. What is not linked yet is no matter of it."""
    number, previous, latest = 0, "", None
    walked = iter(progress(AuditLink.objects.iterator(chunk_size=LINKED_AT_ONCE)))
    while links := list(islice(walked, LINKED_AT_ONCE)):
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
        for link in links:
            entry = entries.get(link.entry_id)
            number += 1
            if broken := _look_at(link, entry, number, previous, latest):
                return broken
            assert entry is not None
            previous, latest = link.hash, max(entry.at, latest or entry.at)
    return None


def _look_at(
    link: AuditLink, entry: AuditEntry | None, number: int, previous: str, latest: datetime | None
) -> Broken | None:
    if link.number != number:
        return Broken(number, link.entry_id, f"Links {number} to {link.number - 1} were removed before this entry.")
    if link.previous != previous:
        return Broken(
            number, link.entry_id, "This entry does not follow the one before: they were put in another order."
        )
    if link.hash != hash_of(number, previous, link.digest):
        return Broken(number, link.entry_id, "The link of this entry was changed.")
    if entry is None:
        return Broken(number, link.entry_id, "This entry was removed.")
    if digest_of(entry, link.salt) != link.digest:
        return Broken(number, link.entry_id, "This entry was changed.")
    if latest is not None and entry.at < latest - LONGEST_DELAY:
        said = f"{entry.at:%Y-%m-%d %H:%M}"
        return Broken(number, link.entry_id, f"This entry was added out of line: it says {said}, and came later.")
    return None


def added_out_of_line() -> AuditEntry | None:
    """An entry that no worker has linked, though later ones are: it was put among them, or its link was taken away."""
    newest = AuditEntry.objects.filter(link__isnull=False).aggregate(at=Max("at"))["at"]
    return unlinked(all_of_them=True).filter(at__lt=newest - LONGEST_DELAY).first() if newest else None


def is_in_chain(wanted: str) -> bool:
    """Whether a head that was written down earlier still is a link: if not, the end was cut off or written anew."""
    return AuditLink.objects.filter(hash=wanted).exists()
