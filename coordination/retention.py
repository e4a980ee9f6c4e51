"""What can fall due: the kinds of things that rules of retention are made for, as each package enters them.

A package says in its `retention_kinds.py`, found at start, which of its rows end, and from which moments that may be
counted. What stands in no kind is kept for good, or for a time of its own that nobody chooses (docs/decisions/0030).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, Model, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination import access
from coordination.models import AuditEntry, Marked, RetentionOutcome, RetentionRule, Space, SpaceEnd
from coordination.models.custody import NOTICE

END_OF_SPACE = "end_of_space"
ARCHIVED = "archived by retention"


@dataclass(frozen=True)
class Kind:
    """Rows that end: `rows` gives those of a space that may, each with a column for every moment of `moments`."""

    name: str
    label: str | Promise
    rows: Callable[[Space], QuerySet]
    # By name: what it is called, and the column.
    moments: Mapping[str, tuple[str | Promise, str]]
    outcomes: tuple[str, ...]
    # Where it stands on the pages, lower first.
    order: int = 50

    @property
    def model(self) -> type[Model]:
        return self.rows(Space(pk=0)).model

    @property
    def is_content(self) -> bool:
        """Whether its things have readers, and so are removed one by one, each with its entry in the trail."""
        return issubclass(self.model, Marked)

    def all_moments(self) -> list[tuple[str, Any]]:
        return [
            *((name, label) for name, (label, _column) in self.moments.items()),
            (END_OF_SPACE, _("end of the space")),
        ]


kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Enter a kind; called once for each, at start."""
    kinds[kind.name] = kind
    for name in sorted(kinds, key=lambda name: kinds[name].order):
        kinds[name] = kinds.pop(name)
    return kind


def rules_of(space: Space | None) -> dict[str, RetentionRule]:
    """The rules that the space has made itself, by kind; those of the installation where it is None."""
    return {rule.kind: rule for rule in RetentionRule.objects.filter(space=space) if rule.kind in kinds}


def rules_for(space: Space) -> dict[str, RetentionRule]:
    """The rules that hold in the space: its own before those of the installation."""
    return {**rules_of(None), **rules_of(space)}


def due(kind: Kind, rule: RetentionRule, space: Space, until: datetime) -> QuerySet:
    """The rows whose time is over at `until`, the longest over first, each with `falls_due_from`: the moment counted.

    What is narrow has few readers, and an archive would leave nobody: it is archived no further. What a chair has
    opened again is not archived twice.
    """
    rows = kind.rows(space)
    if rule.outcome == RetentionOutcome.KEEP or until < rule.set_at + NOTICE:
        return rows.none()
    before = until - rule.span
    if rule.moment == END_OF_SPACE:
        ended = SpaceEnd.objects.filter(space=space.pk, on__lt=timezone.localdate(before), set_at__lte=until - NOTICE)
        rows = rows.annotate(falls_due_from=F(next(iter(kind.moments.values()))[1]))
        rows = rows if ended else rows.none()
    else:
        rows = rows.annotate(falls_due_from=F(kind.moments[rule.moment][1])).filter(falls_due_from__lt=before)
    if rule.outcome == RetentionOutcome.ARCHIVE:
        kept = AuditEntry.objects.filter(object_id=OuterRef("pk"), verb=ARCHIVED, object_type=_type_of(kind))
        wide = [access.PUBLIC, access.PARTNERS, access.space_token(space.pk)]
        rows = rows.filter(audience__token_rows__token__in=wide).exclude(Exists(kept)).distinct()
    return rows.order_by("falls_due_from", "pk")


def falls_due_at(rule: RetentionRule, moment: datetime, end: SpaceEnd | None) -> datetime:
    """When something falls due whose moment is this, in a space that has ended so, if it has."""
    if rule.moment != END_OF_SPACE or end is None:
        return max(moment + rule.span, rule.set_at + NOTICE)
    day_after = timezone.make_aware(datetime.combine(end.on + timedelta(days=1), time.min))
    return max(day_after + rule.span, rule.set_at + NOTICE, end.set_at + NOTICE)


def _type_of(kind: Kind) -> Any:
    return ContentType.objects.get_for_model(kind.model)
