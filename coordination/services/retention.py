"""Rules of retention: made by those who may, and carried out in the worker's round (docs/decisions/0030)."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit, holds, retention
from coordination.models import LegalHold, RetentionOutcome, RetentionRule, Space, SpaceEnd
from coordination.services.shared import require

logger = logging.getLogger(__name__)
CHANGED, DELETED = "retention changed", "deleted by retention"
ENDED = "end of space changed"
# In one round of the worker: of things with readers, and of rows of each other kind in a space.
REMOVED_AT_ONCE, ROWS_AT_ONCE = 500, 5000


# --- rules ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_retention(actor: User, space: Space | None, wanted: Mapping[str, RetentionRule | None]) -> bool:
    """Say for how long each kind is kept: in `space`, or in all spaces that say nothing. None: nothing is said.

    Whether anything has changed.
    """
    _require(actor, space)
    present = retention.rules_of(space)
    before = {name: str(rule) for name, rule in present.items() if name in wanted}
    for name, rule in wanted.items():
        if rule is None:
            RetentionRule.objects.filter(space=space, kind=name).delete()
            continue
        _check(rule)
        if str(rule) != before.get(name):
            values = {"outcome": rule.outcome, "days": rule.days, "moment": rule.moment, "set_at": timezone.now()}
            RetentionRule.objects.update_or_create(space=space, kind=name, defaults=values)
    after = {name: str(rule) for name, rule in retention.rules_of(space).items() if name in wanted}
    if before == after:
        return False
    audit.record(actor, CHANGED, space or actor, before=before, after=after)
    return True


def _require(actor: User, space: Space | None) -> None:
    if space is not None:
        require(actor, "set_retention", space)
    elif not access.can_in_office(actor, "keep_rules"):
        raise PermissionDenied(_("You do not have the right to do this."))


def _check(rule: RetentionRule) -> None:
    kind = retention.kinds[rule.kind]
    if rule.outcome == RetentionOutcome.KEEP:
        rule.days, rule.moment = None, ""
        return
    problems = {}
    if rule.outcome not in kind.outcomes:
        problems["outcome"] = _("Choose one of those that are offered.")
    if rule.moment not in dict(kind.all_moments()):
        problems["moment"] = _("Say from when it is counted.")
    if rule.days is None:
        problems["days"] = _("Say after how many days.")
    if problems:
        raise ValidationError(problems)
    rule.clean_fields(exclude=["space"])


@transaction.atomic
def set_end_of_space(actor: User, space: Space, on: date | None) -> None:
    """Say on which day the work in the space ended, or that it goes on."""
    require(actor, "set_retention", space)
    present = SpaceEnd.objects.filter(space=space).first()
    if (present.on if present else None) == on:
        return
    if on is not None and on > timezone.localdate():
        raise ValidationError({"on": _("Choose a day that has come.")})
    if on is None:
        SpaceEnd.objects.filter(space=space).delete()
    else:
        SpaceEnd.objects.update_or_create(space=space, defaults={"on": on, "set_at": timezone.now()})
    before = audit.plain(present.on) if present else None
    audit.record(actor, ENDED, space, before={"on": before}, after={"on": audit.plain(on) if on else None})


# --- carried out ---------------------------------------------------------------------------------------------------
def carry_out_retention(now: datetime | None = None) -> int:
    """In the worker's round: remove some of what is due; how much that was. What is left, the next round takes: each
    thing is a transaction of its own, so that a worker that dies has done what it has done."""
    now = now or timezone.now()
    ruled = set(RetentionRule.objects.values_list("space_id", flat=True))
    if not ruled:
        return 0
    spaces = Space.objects.all() if None in ruled else Space.objects.filter(pk__in=ruled)
    whole = LegalHold.objects.running().filter(object_type=None).values("space")
    removed = 0
    for space in spaces.exclude(pk__in=whole).order_by("pk"):
        for name, rule in retention.rules_for(space).items():
            kind = retention.kinds[name]
            if not kind.is_content:
                _remove_rows(space, kind, rule, now)
            elif removed < REMOVED_AT_ONCE:
                removed += _remove_content(space, kind, rule, now, REMOVED_AT_ONCE - removed)
    return removed


def _remove_content(space: Space, kind: retention.Kind, rule: RetentionRule, now: datetime, at_most: int) -> int:
    removed = 0
    # The keys beforehand: what is held is passed over, and does not stand in the way of the next.
    for key in list(retention.due(kind, rule, space, now).values_list("pk", flat=True)):
        removed += _remove(space, kind, rule, now, key)
        if removed == at_most:
            break
    return removed


def _remove(space: Space, kind: retention.Kind, rule: RetentionRule, now: datetime, key: Any) -> bool:
    try:
        with transaction.atomic():
            # Held, so that two workers take it once; and asked again, since somebody may have written there.
            kind.model._base_manager.select_for_update(of=("self",)).filter(pk=key).first()
            obj = retention.due(kind, rule, space, now).filter(pk=key).first()
            if obj is None:
                return False
            holds.refuse_if_held(obj)
            if rule.outcome == RetentionOutcome.ARCHIVE:
                _archive(obj, rule)
            else:
                _delete(obj, rule)
    except (holds.Held, ProtectedError):
        return False
    except Exception:
        logger.exception("Retention could not remove %s %s.", kind.name, key)
        return False
    return True


def _delete(obj: Any, rule: RetentionRule) -> None:
    """With what hangs on it: discussions and files, whose readers nobody could name any more."""
    audit.record(None, DELETED, obj, after=_told(rule))
    for child in list(access.children_of(obj)):
        child.delete()
    obj.delete()


def _archive(obj: Any, rule: RetentionRule) -> None:
    """Kept for the chairs; whoever was named goes on to read what names persons or organisations."""
    tokens = {
        token if "/" in token else each
        for token in obj.own_audience.tokens
        for each in access.only_chairs(access.space_id_of(obj))
    }
    obj.own_audience = access.intern(tokens)
    access.settle(obj)
    audit.record(None, retention.ARCHIVED, obj, after=_told(rule))


def _remove_rows(space: Space, kind: retention.Kind, rule: RetentionRule, now: datetime) -> None:
    """What nobody reads but its owner goes in one step, with one entry that says how much it was."""
    with transaction.atomic():
        keys = list(retention.due(kind, rule, space, now).values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if keys:
            kind.model._base_manager.filter(pk__in=keys).delete()
            audit.record(None, DELETED, space, after={**_told(rule), "number": len(keys)})


def _told(rule: RetentionRule) -> dict[str, Any]:
    return {"kind": rule.kind, "days": rule.days, "counted_from": rule.moment}
