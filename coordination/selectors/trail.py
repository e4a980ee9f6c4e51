"""The audit trail, as far as its reader may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet, UUIDField
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from coordination import access, audit
from coordination.models import (
    AuditEntry,
    AuditLink,
    Space,
)
from coordination.selectors.lists import Chosen, Offered, occurring

# Deeds of before and after lie nowhere.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
# Entries that are looked up together, for a file of all of them.
EXPORTED_AT_ONCE = 500


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
    return entries.filter(_on_what_is_read_by(user), space_id__in=managed)


def _on_what_is_read_by(user: access.Reader) -> Q:
    allowed = Q(pk__in=[])
    for model in _models_with_audience():
        readable = access.readable_by(model._default_manager.all(), user).values("pk")
        allowed |= Q(object_type=ContentType.objects.get_for_model(model), object_id__in=readable)
    return allowed


# --- narrowed down -------------------------------------------------------------------------------------------------
def narrowed_trail(entries: QuerySet[AuditEntry], user: access.Reader, chosen: Chosen) -> QuerySet[AuditEntry]:
    """Of these entries of `user`, those that were asked for. What is withheld or closed on the page is asked for by
    nobody: what somebody did under the Chatham House Rule is not found by who it was, nor what is closed by its space.
    """
    if who := chosen("who"):
        accounts = User.objects.filter(Q(name__icontains=who) | Q(email__iexact=who))
        entries = entries.filter(actor__in=accounts.values("pk"))
    if verb := chosen("verb"):
        entries = entries.filter(Q(verb__icontains=verb) | Q(verb__in=_verbs_that_say(verb)))
    if kind := chosen("kind"):
        entries = entries.filter(object_type=kind)
    if space := chosen("space"):
        entries = entries.filter(_on_what_is_read_by(user), space_id=space)
    if since := chosen("since"):
        entries = entries.filter(at__gte=_moment(since, time.min))
    if until := chosen("until"):
        entries = entries.filter(at__lte=_moment(until, time.max))
    if address := chosen("address"):
        entries = entries.filter(address=address)
    return entries.exclude(_withheld_from(user)) if chosen("who") or chosen("address") else entries


def _moment(day: date, at: time) -> datetime:
    """By the clock of the reader, as the page shows it; within what a database keeps as a moment. Asked so, and not by
    day, an index finds it."""
    return timezone.make_aware(datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), at))


def _verbs_that_say(words: str) -> list[str]:
    """Deeds as the page names them in the reader's language."""
    return [verb for verb in audit.verbs if words.casefold() in gettext(verb).casefold()]


def _withheld_from(user: access.Reader) -> Q:
    """The entries that stand on the page without who did it: the same as `_is_withheld`, in SQL."""
    withheld = Q(pk__in=[])
    for model in _models_with_audience():
        if field := getattr(model, "withholds_by", ""):
            readable = access.readable_by(model._default_manager.filter(**{field: True}), user).values("pk")
            withheld |= Q(object_type=ContentType.objects.get_for_model(model), object_id__in=readable)
    return withheld & (Q(actor=None) | ~Q(actor=user.pk))


def kinds_in_trail(user: access.Reader) -> Offered:
    """The kinds of things that can be asked for: for an auditor those that occur; for a chair, who is not told what
    occurs elsewhere, all that a space may hold."""
    kinds: Iterable[ContentType] = ContentType.objects.get_for_models(*_models_with_audience()).values()
    if access.can_in_office(user, "audit"):
        kinds = occurring(ContentType.objects.all(), AuditEntry.objects.all(), "object_type")
    offered = [(kind.pk, f"{kind.app_label}.{kind.model}", str(kind.name)) for kind in kinds if kind.model_class()]
    return sorted(offered, key=lambda one: one[2].casefold())


def spaces_in_trail(user: access.Reader) -> Offered:
    """The spaces that can be asked for: those that an auditor may read, those that a chair manages."""
    spaces = Space.objects.live().readable_by(user)
    if not access.can_in_office(user, "audit"):
        spaces = spaces.filter(pk__in=access.spaces_where(user, "manage_space"))
    return list(spaces.order_by("title").values_list("pk", "key", "title"))


# --- shown ---------------------------------------------------------------------------------------------------------
def deeds(entries: Iterable[AuditEntry], user: access.Reader) -> list[Deed]:
    """These entries with what they are about, where `user` may read it. As many queries for many entries as for few."""
    entries = list(entries)
    found = readable_objects({(entry.object_type_id, entry.object_id) for entry in entries}, user)
    spaces = Space.objects.readable_by(user).in_bulk({entry.space_id for entry in entries if entry.space_id})
    told = []
    for entry in entries:
        obj = found.get((entry.object_type_id, entry.object_id))
        space = spaces.get(entry.space_id) if obj is not None else None
        told.append(Deed(entry, entry.object_type.name, obj, space, _is_withheld(entry, obj, user)))
    return told


def readable_objects(places: Iterable[tuple[int, int]], user: access.Reader) -> dict[tuple[int, int], Any]:
    """Of the things in these places (a kind and a key each), what `user` may read. A query for each kind."""
    by_kind: dict[int, set[int]] = {}
    for kind, key in places:
        by_kind.setdefault(kind, set()).add(key)
    found: dict[tuple[int, int], Any] = {}
    for kind, keys in by_kind.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        if model is None or not hasattr(model, "audience_path"):
            continue
        readable = access.readable_by(model._default_manager.filter(pk__in=keys), user)
        for obj in readable.prefetch_related(*_named_along(model)):
            found[kind, obj.pk] = obj
    return found


def exported_deeds(
    entries: QuerySet[AuditEntry], user: access.Reader, at_most: int
) -> Iterator[tuple[Deed, AuditLink | None]]:
    """The newest of these entries, each with its link of the chain, without holding more than some of them at once."""
    last, left = None, at_most
    while left > 0:
        rows = entries.order_by("-pk") if last is None else entries.order_by("-pk").filter(pk__lt=last)
        some = list(rows[: min(left, EXPORTED_AT_ONCE)])
        if not some:
            return
        links = {link.entry_id: link for link in AuditLink.objects.filter(entry__in=[one.pk for one in some])}
        for deed in deeds(some, user):
            yield deed, links.get(deed.entry.pk)
        last, left = some[-1].pk, left - len(some)


def _is_withheld(entry: AuditEntry, obj: Any, user: access.Reader) -> bool:
    withheld = getattr(type(obj), "withholds_by", "")
    return bool(withheld and getattr(obj, withheld)) and entry.actor_id != user.pk


def _named_along(model: type[Model]) -> list[str]:
    """The related rows that the name and the address of such objects are made from, where the model says so."""
    return [name] if (name := getattr(model, "named_along", "")) else []


@cache
def _models_with_audience() -> tuple[type[Model], ...]:
    return tuple(
        model
        for model in apps.get_models()
        if hasattr(model, "audience_path")
        and not model._meta.proxy
        and not model._meta.abstract
        and not isinstance(model._meta.pk, UUIDField)  # words on their way to a record: no deed is about them
    )
