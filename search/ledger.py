"""Writes the ledger: makes the entries of an object equal to its projections, in the transaction of the change."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, replace
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django_tasks import task

from coordination import access
from coordination.models import Audience
from search import full_text, places, words
from search.engines import embedded
from search.models import Entry, EntryFacet, FacetName
from search.projections import Projection, Projector, projectors

# A file's text may be longer than a book; of that much, the beginning is found.
LONGEST_BODY = 1_000_000
LONGEST_TITLE = 500
# What is the ledger's to write; the rest is the worker's (search.replication).
WRITTEN = [
    *("kind", "title", "body", "url", "audience", "space", "date"),
    *("places", "changed_at", "digest", "version", "audience_version", "deleted"),
]

# Sent with `obj`, inside the transaction, when an object is found under another title than before: what is found under
# the name of that object is to be projected anew.
renamed = Signal()

_gathered: ContextVar[dict[tuple[type[Model], Any], Projector] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering() -> Iterator[None]:
    """Inside the block, project each changed object once, at its end: for loading many parts of many objects.

    Open it inside the transaction that makes the changes.
    """
    if _gathered.get() is not None:
        yield
        return
    token = _gathered.set({})
    try:
        yield
        gathered = _gathered.get() or {}
    finally:
        _gathered.reset(token)
    for (_model, key), projector in gathered.items():
        write(projector, key)


def write(projector: Projector, key: Any) -> None:
    """Make the entries of the object equal to what is projected of it now. What has not changed raises no version."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered[projector.model, key] = projector
        return
    with transaction.atomic():
        obj = _latest(projector, key)
        if obj is None:
            remove(projector.model, key)
            return
        audience = projector.audience() if projector.audience else access.audience_row(obj)
        _settle(obj, audience, {(each.part, each.language): each for each in projector.project(obj)})


def remove(model: type[Model], key: Any) -> None:
    """The object is gone: nothing of it can be found any more."""
    with transaction.atomic():
        _bury(list(_entries_of(model, key)))


@task()
def project_what_concerns(organisation: int) -> None:
    """Project anew whatever an organisation has a part in, one object after the other: it bears its name."""
    concerned = Entry.objects.standing().filter(facets__name=FacetName.ORGANISATION, facets__value=str(organisation))
    for type_id, key in concerned.order_by().values_list("content_type", "object_id").distinct():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        if model in projectors:
            write(projectors[model], key)


def project_what_says(name: str) -> None:
    """Project anew whatever is found by this name, of somebody who is called otherwise from now on."""
    saying = Entry.objects.standing().filter(Q(title__icontains=name) | Q(body__icontains=name))
    for type_id, key in saying.order_by().values_list("content_type", "object_id").distinct():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        if model in projectors:
            write(projectors[model], key)


def project_all(model: type[Model], after: int = 0) -> Iterator[Any]:
    """Project every object of `model` whose key comes `after` that one, in turn; remove what has no object any more."""
    projector = projectors[model]
    keys = list(model._base_manager.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True))
    for key in keys:
        write(projector, key)
        yield key
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=False)
    gone = Entry.objects.standing().filter(content_type=content_type).exclude(object_id__in=model._base_manager.all())
    for key in set(gone.values_list("object_id", flat=True)):
        write(projector, key)


def _latest(projector: Projector, key: Any) -> Any:
    """The object as the database has it, held until the end of the transaction: two changes project in turn."""
    queryset = projector.model._base_manager.filter(pk=key)
    if projector.along:
        queryset = queryset.select_related(*projector.along)
    if connection.features.has_select_for_no_key_update:
        # Not against those who only refer to it: two new parts of one object would else wait for each other.
        queryset = queryset.select_for_update(of=("self",), no_key=True)
    return next(iter(queryset.order_by()), None)


def _entries_of(model: type[Model], key: Any) -> QuerySet[Entry]:
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=False)
    # Locked, so that the worker does not take a tombstone away while it comes to life again.
    return Entry.objects.filter(content_type=content_type, object_id=key).select_for_update()


def _settle(obj: Any, audience_of_root: Audience, wanted: dict[tuple[str, str], Projection]) -> None:
    held = {(entry.part, entry.language): entry for entry in _entries_of(type(obj), obj.pk)}
    changed, is_renamed = [], False
    for place, projection in wanted.items():
        entry = held.get(place)
        audience = projection.audience or audience_of_root
        digest = _digest(projection, audience)
        if entry is None or entry.deleted or entry.digest != digest:
            is_renamed |= entry is not None and entry.title != _clean(projection.title, LONGEST_TITLE)
            changed.append(_write_entry(entry or _new_entry(obj, place), projection, audience, digest))
    embedded.write(changed)
    _bury([entry for place, entry in held.items() if place not in wanted])
    if is_renamed:
        renamed.send(sender=type(obj), obj=obj)


def _new_entry(obj: Any, place: tuple[str, str]) -> Entry:
    content_type = ContentType.objects.get_for_model(type(obj), for_concrete_model=False)
    return Entry(content_type=content_type, object_id=obj.pk, part=place[0], language=place[1], version=0)


def _write_entry(entry: Entry, projection: Projection, audience: Audience, digest: str) -> Entry:
    is_new = entry._state.adding
    entry.version += 1
    if not is_new and (entry.deleted or entry.audience_id != audience.pk):
        entry.audience_version = entry.version
    entry.kind = projection.kind
    entry.title = _clean(projection.title, LONGEST_TITLE)
    entry.body, entry.places = places.join(projection.body, projection.places)
    entry.body = _clean(entry.body, LONGEST_BODY)
    entry.changed_at = timezone.now()
    entry.url = projection.url
    entry.audience = audience
    entry.space_id = projection.space_id
    entry.date = projection.date
    entry.digest = digest
    entry.deleted = False
    entry.save(update_fields=None if is_new else WRITTEN)
    if not is_new:
        entry.facets.all().delete()
    EntryFacet.objects.bulk_create(
        EntryFacet(entry=entry, name=name, value=value) for name, value in sorted(_facets(projection))
    )
    return entry


def _facets(projection: Projection) -> set[tuple[str, str]]:
    values = {
        FacetName.COUNTRY: projection.countries,
        FacetName.ORGANISATION: projection.organisations,
        FacetName.TOPIC: projection.topics,
        FacetName.BY: _words_of(projection.by),
    }
    return {(str(name), str(value)) for name, held in values.items() for value in held}


def _words_of(names: Iterable[str]) -> list[str]:
    longest: Any = EntryFacet._meta.get_field("value").max_length
    return [word for name in names for word in words.split(name) if len(word) <= longest]


def _bury(entries: list[Entry]) -> None:
    """Take entries out of the ledger; leave a tombstone of those that Elasticsearch may have."""
    embedded.remove(entries)
    for entry in entries:
        if not settings.ELASTICSEARCH_URL and not entry.confirmed_version:
            entry.delete()
        elif not entry.deleted:
            entry.version += 1
            entry.audience_version = entry.version
            entry.deleted = True
            entry.title = entry.body = entry.digest = ""
            entry.places = []
            entry.save(update_fields=WRITTEN)
            entry.facets.all().delete()


def _clean(text: str, longest: int) -> str:
    return str(text).replace("\0", "")[:longest]


def _digest(projection: Projection, audience: Audience) -> str:
    values = asdict(replace(projection, audience=None)) | {
        "title": str(projection.title),
        "facets": sorted(_facets(projection)),
        "audience": audience.pk,
        "reading": full_text.EDITION,
    }
    for name in ("countries", "organisations", "topics", "by"):
        values.pop(name)
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()
