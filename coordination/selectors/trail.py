"""The audit trail, as far as its reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet, UUIDField

from coordination import access
from coordination.models import (
    AuditEntry,
    Space,
)


@dataclass
class Deed:
    """An entry of the audit trail as its reader may see it: `obj` and `space` only where the reader may read them.

    Whose deed it was is withheld from whoever reads what was said under the Chatham House Rule: an auditor who may not
    read that learns who took part, and not what of it is whose.
    """

    entry: AuditEntry
    kind: str
    obj: Any
    space: Space | None
    is_withheld: bool = False


def may_see_trail(user: access.Reader) -> bool:
    """Whether there is an audit trail for `user` to look through: for auditors, and for the chairs of spaces."""
    is_chair = any("manage_space" in held for held in access.memberships(user).values())
    return is_chair or access.can_in_office(user, "audit")


def trail_for(user: access.Reader) -> QuerySet[AuditEntry]:
    """The entries that `user` may look through: an auditor all of them, a chair those on what the chair may read."""
    entries = AuditEntry.objects.select_related("actor", "object_type")
    if access.can_in_office(user, "audit"):
        return entries
    managed = [space for space, held in access.memberships(user).items() if "manage_space" in held]
    allowed = Q(pk__in=[])
    for model in _models_with_audience():
        readable = access.readable_by(model._default_manager.all(), user).values("pk")
        allowed |= Q(object_type=ContentType.objects.get_for_model(model), object_id__in=readable)
    return entries.filter(allowed, space_id__in=managed)


def deeds(entries: Iterable[AuditEntry], user: access.Reader) -> list[Deed]:
    """These entries with what they are about, where `user` may read it. As many queries for many entries as for few."""
    entries = list(entries)
    by_type: dict[ContentType, set[int]] = {}
    for entry in entries:
        by_type.setdefault(entry.object_type, set()).add(entry.object_id)
    found: dict[tuple[int, int], Any] = {}
    for kind, keys in by_type.items():
        model = kind.model_class()
        if model is None or not hasattr(model, "audience_path"):
            continue
        readable = access.readable_by(model._default_manager.filter(pk__in=keys), user)
        for obj in readable.prefetch_related(*_named_along(model)):
            found[kind.pk, obj.pk] = obj
    spaces = Space.objects.readable_by(user).in_bulk({entry.space_id for entry in entries if entry.space_id})
    told = []
    for entry in entries:
        obj = found.get((entry.object_type_id, entry.object_id))
        space = spaces.get(entry.space_id) if obj is not None else None
        told.append(Deed(entry, entry.object_type.name, obj, space, _is_withheld(entry, obj, user)))
    return told


def _is_withheld(entry: AuditEntry, obj: Any, user: access.Reader) -> bool:
    return getattr(obj, "withholds_who_did_it", False) and entry.actor_id != user.pk


def _named_along(model: type[Model]) -> list[str]:
    """The related rows that the name and the address of such objects are made from, where the model says so."""
    return [name] if (name := getattr(model, "named_along", "")) else []


def _models_with_audience() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if hasattr(model, "audience_path")
        and not model._meta.proxy
        and not model._meta.abstract
        and not isinstance(model._meta.pk, UUIDField)  # words on their way to a record: no deed is about them
    ]
