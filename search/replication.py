"""Brings Elasticsearch to where the ledger is.

A round takes the entries whose version is ahead of what Elasticsearch has confirmed and sends them in one bulk, with
their own versions: an older one never overwrites a newer one, however late it comes. Nothing is remembered between
rounds but in the ledger itself, so a worker may end at any point, and any number of them may run.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import F, Max
from django.utils.crypto import get_random_string
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import scan, streaming_bulk

from coordination.models import Audience
from search.engines import elastic
from search.engines.elastic import Row
from search.models import Entry, EntryFacet, Replica

logger = logging.getLogger(__name__)

BATCH = 500
BATCH_BYTES = 10 * 1024 * 1024
# So many batches of a rebuild are on their way at once, while the next is read.
IN_FLIGHT = 2
POLL_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# Answers that say nothing about the document itself: the engine is busy or shutting down, or the index is closing.
TRY_LATER = (403, 408, 429, 500, 502, 503, 504)
CONFLICT, NOT_FOUND = 409, 404
# The last entry to be sent, until that is known.
NO_END = 2**62
# All that the letters of an alias may be in Lucene's file names.
LEDGER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class TryLater(Exception):
    """Elasticsearch takes nothing at this moment."""


class BrokenOff(Exception):
    """The index that was searched was lost, or another rebuild begun, while this one went on."""


@dataclass
class Answer:
    """What became of a bulk, by the key of the entry."""

    confirmed: dict[int, int] = field(default_factory=dict)
    refused: dict[int, tuple[int, str]] = field(default_factory=dict)
    later: str = ""


# --- the worker's loop ---------------------------------------------------------------------------------------------
def run(stop: threading.Event) -> None:
    """Send rounds until `stop`; with longer and longer pauses while Elasticsearch is away."""
    pause = POLL_SECONDS
    while not stop.is_set():
        close_old_connections()
        try:
            progressed = send_round()
        except (TryLater, ApiError, TransportError) as reason:
            logger.warning("Elasticsearch takes nothing now (%s); trying again in %.1f s.", reason, pause)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            pause = POLL_SECONDS
            if not progressed:
                stop.wait(POLL_SECONDS)


def send_round() -> int:
    """Send what waits, a batch of it at most; give how many entries are settled. Raises what the client raises."""
    client = elastic.client(elastic.WRITE_SECONDS)
    # Entries first, targets second: an index that a rebuild begins in between will read what it needs from the ledger.
    entries = list(Entry.objects.waiting().order_by("pk").select_related("audience").prefetch_related("facets")[:BATCH])
    replica = _ready(client)
    if not entries:
        return int(Entry.objects.waiting().exists())  # everything, where the index was made anew just now
    answers = [send(client, target, entries) for target in filter(None, (replica.index, replica.building))]
    settled = note(answers, replica.generation)
    if late := next((answer.later for answer in answers if answer.later), ""):
        raise TryLater(late)
    return settled


def send(client: Elasticsearch, index: str, entries: list[Entry]) -> Answer:
    """Bring `entries` to `index`. A version that the index already has is as good as confirmed."""
    answer = Answer()
    versions = {entry.pk: entry.version for entry in entries}
    # Readers who have lost an entry must not find it counted a moment longer: it is seen at once, not in a second.
    at_once = any(entry.audience_version > entry.confirmed_version for entry in entries)
    outcomes = streaming_bulk(
        client,
        (_operation(index, entry) for entry in entries),
        chunk_size=BATCH,
        max_chunk_bytes=BATCH_BYTES,
        raise_on_error=False,
        refresh=at_once,
        require_alias=True,
    )
    for _done, item in outcomes:
        [result] = item.values()
        number, error = int(result["_id"]), result.get("error")
        if result["status"] == CONFLICT or not error:
            answer.confirmed[number] = versions[number]
        elif result["status"] in TRY_LATER or result["status"] == NOT_FOUND:
            answer.later = f"{result['status']} {error.get('type')}"
        else:
            answer.refused[number] = (versions[number], _in_short(error))
    return answer


def _operation(index: str, entry: Entry) -> dict[str, Any]:
    operation = {
        "_op_type": "delete" if entry.deleted else "index",
        "_index": elastic.write_name(index),
        "_id": str(entry.pk),
        "version": entry.version,
        "version_type": "external",
    }
    return operation if entry.deleted else operation | {"_source": elastic.document_of(entry)}


def _in_short(error: dict[str, Any]) -> str:
    """Why a document was refused. The reason itself may quote the text: its kind and its first cause's do not."""
    cause = error.get("caused_by") or {}
    return ", ".join(str(kind) for kind in (error.get("type"), cause.get("type")) if kind)


@transaction.atomic
def note(answers: list[Answer], generation: int | None = None) -> int:
    """Write down what every index has confirmed or refused. Rows that a change holds just now wait for the next round:
    a worker that waited for them might make the change fail.

    What was sent to a `generation` that another worker has replaced in the meantime counts for nothing.
    """
    if generation is not None and not _is_still(generation):
        return 0
    refused = {number: refusal for answer in answers for number, refusal in answer.refused.items()}
    numbers = set.intersection(*(set(answer.confirmed) for answer in answers)) if answers else set()
    free = _lock([*numbers, *refused])
    by_version: dict[int, list[int]] = {}
    for number in numbers & free:
        by_version.setdefault(answers[0].confirmed[number], []).append(number)
    for version, confirmed in by_version.items():
        Entry.objects.filter(pk__in=confirmed, confirmed_version__lt=version).update(confirmed_version=version)
    for number in free & set(refused):
        version, reason = refused[number]
        logger.error("Elasticsearch refuses entry %s in version %s: %s", number, version, reason)
        Entry.objects.filter(pk=number).update(refused_version=version, refusal=reason)
    buried = Entry.objects.filter(pk__in=numbers & free, deleted=True, confirmed_version=F("version"))
    buried._raw_delete(buried.db)
    return len(free)


def _is_still(generation: int) -> bool:
    """Locked, so that whoever begins anew waits, and forgets what is noted now."""
    same = Replica.objects.filter(alias=settings.ELASTICSEARCH_INDEX, generation=generation)
    return same.select_for_update().first() is not None


def _lock(numbers: list[int]) -> set[int]:
    rows = Entry.objects.filter(pk__in=numbers).order_by("pk")
    return set(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))


# --- which index ---------------------------------------------------------------------------------------------------
def _ready(client: Elasticsearch) -> Replica:
    """With the indices to write to: the one that is searched, made if it is missing, and the one being built."""
    replica = the_replica()
    held = _uuids_behind_alias(client, replica)
    if replica.building in held:  # a rebuild ended after its last step but one
        _finish(replica, replica.building, held[replica.building])
        replica.refresh_from_db()
    elif replica.uuid not in held.values():
        replica = _begin_anew(client, replica)
    elif replica.building and not _is_there(client, replica.building):
        # Somebody has deleted what a rebuild was filling: it takes no more, and must not hold up what is searched.
        Replica.objects.filter(pk=replica.pk, building=replica.building).update(building="")
        replica.refresh_from_db()
    return replica


def the_replica() -> Replica:
    replica, _is_new = Replica.objects.get_or_create(
        alias=settings.ELASTICSEARCH_INDEX,
        # Two ledgers never take each other's index for their own.
        defaults={"ledger": get_random_string(8, LEDGER_LETTERS)},
    )
    return replica


def _uuids_behind_alias(client: Elasticsearch, replica: Replica) -> dict[str, str]:
    try:
        return _uuids(client, replica.alias)
    except NotFoundError:
        return {}


def _uuids(client: Elasticsearch, name: str) -> dict[str, str]:
    settings_of = client.indices.get_settings(index=name, name="index.uuid")
    return {index: held["settings"]["index"]["uuid"] for index, held in settings_of.items()}


def _begin_anew(client: Elasticsearch, replica: Replica) -> Replica:
    """The index that the confirmations speak of is not there (any more): make one, and send everything again.

    Two workers that find this at the same time choose the same name, and only one of them forgets the confirmations.
    """
    name = replica.next_index
    logger.warning("The index behind %s is missing: everything is sent to %s anew.", replica.alias, name)
    _make_unless_made(client, name)
    switch_to(client, replica, name)
    uuid = _uuids(client, name)[name]
    with transaction.atomic():
        same = Replica.objects.filter(pk=replica.pk, generation=replica.generation, uuid=replica.uuid)
        if same.update(index=name, uuid=uuid, building="", generation=F("generation") + 1):
            Entry.objects.update(confirmed_version=0, refused_version=0, refusal="")
    replica.refresh_from_db()
    return replica


def _make_unless_made(client: Elasticsearch, name: str) -> None:
    try:
        elastic.make_index(client, name)
    except BadRequestError as refusal:
        if refusal.error != "resource_already_exists_exception":
            raise


def switch_to(client: Elasticsearch, replica: Replica, name: str) -> list[str]:
    """Let the alias point to the index `name` alone, in one step; give the indices that it pointed to before."""
    try:
        before = [index for index in client.indices.get_alias(name=replica.alias) if index != name]
    except NotFoundError:
        before = []
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": replica.alias}}]
    actions += [{"remove": {"index": index, "alias": replica.alias}} for index in before]
    client.indices.update_aliases(actions=actions)
    return before


# --- a new index while everything goes on --------------------------------------------------------------------------
def rebuild(*, resume: bool = False) -> Iterator[int]:
    """Fill a new index from the ledger, then let searches go to it; gives the number of entries after each batch.

    From the moment that the new index is noted, the worker writes to both. What it wrote before, the ledger holds. With
    `resume` one that was broken off goes on where it was, if its index is still there.
    """
    client = elastic.client(elastic.WRITE_SECONDS)
    replica = the_replica()
    if not (resume and _is_there(client, replica.building)):
        _begin_building(client, replica)
    name = replica.building
    elastic.only_fill(client, name)
    # What is written from here on is the worker's to send, to both.
    with ThreadPoolExecutor(max_workers=IN_FLIGHT) as senders:  # while Elasticsearch works, the next ones are read
        under_way: deque[tuple[list[Row], Future[bool]]] = deque()
        for batch in _batches(replica):
            under_way.append((batch, senders.submit(_fill, client, name, _written(batch))))
            if len(under_way) > IN_FLIGHT:
                yield _settle(client, replica, name, *under_way.popleft())
        while under_way:
            yield _settle(client, replica, name, *under_way.popleft())
    if not _is_there(client, name):
        raise BrokenOff(name)
    elastic.let_search(client, name)
    replica.refresh_from_db()
    if replica.building != name:
        raise BrokenOff(name)
    before = switch_to(client, replica, name)
    _finish(replica, name, _uuids(client, name)[name])
    for index in before:
        _discard(client, index)


def _batches(replica: Replica) -> Iterator[list[Row]]:
    last = replica.sent_to
    while batch := _batch_between(last, replica.send_until):
        last = batch[-1].pk
        yield batch


def _batch_between(last: int, newest: int) -> list[Row]:
    entries = Entry.objects.filter(pk__gt=last, pk__lte=newest).order_by("pk")
    return [Row._make(values) for values in entries.values_list(*Row._fields)[:BATCH]]


def _written(batch: list[Row]) -> list[list[Any]]:
    """The bulks that send a batch, as they go over the line: of so many documents, each step that is saved counts."""
    audiences = dict(Audience.objects.filter(pk__in={row.audience_id for row in batch}).values_list("pk", "key"))
    facets: dict[int, list[tuple[str, str]]] = {}
    between = EntryFacet.objects.filter(entry__gte=batch[0].pk, entry__lte=batch[-1].pk)
    for entry, name, value in between.order_by("pk").values_list("entry", "name", "value"):
        facets.setdefault(entry, []).append((name, value))
    bulks, lines, length = [], list[Any](), 0
    for row in batch:
        deed = "delete" if row.deleted else "index"
        line = b'{"%b":{"_id":"%d","version":%d,"version_type":"external"}}' % (deed.encode(), row.pk, row.version)
        if not row.deleted:
            line += b"\n" + _as_json(elastic.document(row, audiences[row.audience_id], facets.get(row.pk, ())))
        if length + len(line) > BATCH_BYTES and lines:
            bulks.append(lines)
            lines, length = [], 0
        lines.append(line)
        length += len(line)
    return [*bulks, lines]


def _as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _fill(client: Elasticsearch, name: str, bulks: list[list[Any]]) -> bool:
    """Send a batch and say whether all of it was taken: of each document an answer is wanted only where not."""
    options: dict[str, Any] = {"index": elastic.write_name(name), "require_alias": True, "filter_path": "errors"}
    try:
        return not any(client.bulk(operations=lines, **options).get("errors", True) for lines in bulks)
    except (ApiError, TransportError) as reason:
        logger.warning("A batch of a rebuild was not taken (%s); it is sent once more.", type(reason).__name__)
        return False


def _settle(client: Elasticsearch, replica: Replica, name: str, batch: list[Row], sent: "Future[bool]") -> int:
    """Wait until a batch is taken, and note how far the rebuild has come."""
    if not sent.result() and (refused := _send_until_taken(client, name, [row.pk for row in batch]).refused):
        note([Answer(refused=refused)])
    if not Replica.objects.filter(pk=replica.pk, building=name).update(sent_to=batch[-1].pk):
        raise BrokenOff(name)
    return len(batch)


def left_to_send(*, resume: bool = False) -> int:
    """How many entries a rebuild would send, for its progress bar."""
    replica = the_replica()
    entries = Entry.objects.all()
    if resume and replica.building:
        entries = entries.filter(pk__gt=replica.sent_to, pk__lte=replica.send_until)
    return entries.count()


def _begin_building(client: Elasticsearch, replica: Replica) -> None:
    _discard(client, replica.building)
    name = replica.next_index
    _discard(client, name)
    elastic.make_index(client, name)
    begun = {"building": name, "sent_to": 0, "send_until": NO_END}
    Replica.objects.filter(pk=replica.pk).update(**begun, generation=F("generation") + 1)
    # Asked only now: what has come since the note, the worker sends to both.
    newest = Entry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    Replica.objects.filter(pk=replica.pk, building=name).update(send_until=newest)
    replica.refresh_from_db()


def _is_there(client: Elasticsearch, index: str) -> bool:
    return bool(index) and bool(client.indices.exists(index=index))


def _finish(replica: Replica, name: str, uuid: str) -> None:
    Replica.objects.filter(pk=replica.pk).update(index=name, uuid=uuid, building="")


def _send_until_taken(client: Elasticsearch, index: str, numbers: list[int]) -> Answer:
    pause = POLL_SECONDS
    while True:
        entries = Entry.objects.filter(pk__in=numbers).order_by("pk").select_related("audience")
        answer = send(client, index, list(entries.prefetch_related("facets")))
        if not answer.later:
            return answer
        if not _is_there(client, index):
            raise BrokenOff(index)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _discard(client: Elasticsearch, index: str) -> None:
    if index:
        client.options(ignore_status=404).indices.delete(index=index)


# --- comparing -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Differences:
    held: int  # how many Elasticsearch has
    missing: list[int]  # in the ledger, not in Elasticsearch
    extra: list[int]  # the other way round
    other_version: list[int]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.other_version)


def differences() -> Differences:
    """Where the index behind the alias differs from the ledger, by keys and versions."""
    client = elastic.client(elastic.WRITE_SECONDS)
    client.indices.refresh(index=settings.ELASTICSEARCH_INDEX)
    hits = scan(client, index=settings.ELASTICSEARCH_INDEX, query={"version": True, "_source": False}, size=1000)
    held = {int(hit["_id"]): hit["_version"] for hit in hits}
    wanted = dict(Entry.objects.standing().values_list("pk", "version"))
    return Differences(
        held=len(held),
        missing=sorted(wanted.keys() - held.keys()),
        extra=sorted(held.keys() - wanted.keys()),
        other_version=sorted(number for number in wanted.keys() & held.keys() if wanted[number] != held[number]),
    )
