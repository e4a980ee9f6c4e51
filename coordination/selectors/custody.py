"""What pages tell of retention and of legal holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils import timezone

from coordination import access, holds, retention
from coordination.models import LegalHold, RetentionRule, Space, SpaceEnd
from coordination.models.custody import NOTICE
from coordination.selectors.trail import readable_objects

# Of each kind a page shows what goes first.
SHOWN = 50


@dataclass(frozen=True)
class FallingDue:
    """What of one kind goes within thirty days, as far as the reader may read it."""

    kind: retention.Kind
    rule: RetentionRule
    rows: list[tuple[Any, datetime]]
    is_more: bool

    @property
    def is_archived(self) -> bool:
        return self.rule.outcome == "archive"


def falling_due(space: Space, user: access.Reader, now: datetime | None = None) -> list[FallingDue]:
    """What falls due in the next thirty days. Of what has no readers of its own nothing is listed: the rule says it."""
    until, end = (now or timezone.now()) + NOTICE, SpaceEnd.objects.filter(space=space).first()
    found = []
    for name, rule in retention.rules_for(space).items():
        kind = retention.kinds[name]
        if not kind.is_content:
            continue
        due = access.readable_by(retention.due(kind, rule, space, until), user)
        if named := getattr(kind.model, "named_along", ""):
            due = due.prefetch_related(named)
        rows = list(due[: SHOWN + 1])
        if rows:
            told = [(obj, retention.falls_due_at(rule, obj.falls_due_from, end)) for obj in rows[:SHOWN]]
            found.append(FallingDue(kind, rule, told, len(rows) > SHOWN))
    return found


@dataclass(frozen=True)
class ShownHold:
    """A hold as its reader may see it: `obj` and the words only where the reader may read what it keeps."""

    hold: LegalHold
    kept: Any
    is_told: bool
    may_lift: bool


def holds_in(space: Space, user: access.Reader) -> list[ShownHold]:
    """For the chairs: the holds on their space and on what they may read there, those that run first."""
    shown = _shown(LegalHold.objects.filter(space=space), user)
    return [one for one in shown if one.kept is not None]


def holds_of_office(user: access.Reader) -> list[ShownHold]:
    """For auditors: every hold; what it keeps, and the words of chairs, where the auditor may read that."""
    return _shown(LegalHold.objects.all(), user)


def hold_shown_to(user: access.Reader, key: str) -> ShownHold | None:
    """The one of this key, if `user` has to do with it."""
    found = _shown(LegalHold.objects.filter(key=key), user)
    if not found:
        return None
    one = found[0]
    is_chair = one.kept is not None and access.can(user, "manage", one.kept)
    return one if is_chair or access.can_in_office(user, "hold") else None


def _shown(rows: QuerySet[LegalHold], user: access.Reader) -> list[ShownHold]:
    found = list(rows.select_related("put_by", "lifted_by", "space__audience"))
    readable = readable_objects(map(_place, found), user)
    in_office = access.can_in_office(user, "hold")
    shown = []
    for hold in sorted(found, key=lambda hold: hold.lifted_at is not None):
        kept = readable.get(_place(hold))
        if kept is not None and hold.object_id is not None:
            hold.obj = kept
        may_lift = in_office or (kept is not None and holds.may_lift(user, hold))
        is_told = kept is not None or (in_office and hold.in_office)
        shown.append(ShownHold(hold, kept, is_told, may_lift and hold.lifted_at is None))
    return shown


def _place(hold: LegalHold) -> tuple[int, int]:
    if hold.object_id is not None and hold.object_type_id is not None:
        return hold.object_type_id, hold.object_id
    return ContentType.objects.get_for_model(Space).pk, hold.space_id
