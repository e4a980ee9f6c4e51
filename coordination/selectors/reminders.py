"""Which reminders there are of a due date, on which morning, and for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef

from accounts.models import User
from coordination import access
from coordination.models import (
    ESCALATIONS,
    Action,
    Agreement,
    Commitment,
    MarkedQuerySet,
    Organisation,
    Reminder,
    ReminderRules,
    ReminderStage,
    Space,
)
from coordination.working_days import WorkingDays

# Where on earth a day begins first and ends last.
FIRST_ZONE, LAST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
# Of the day on which notice of an agreement can be given at the latest, beside the beginning of its own warning.
AGREEMENT_DAYS_AHEAD = (30, 7)
ESCALATED_AT_MOST = 10
ORDER = [stage.value for stage in ReminderStage]


@dataclass(frozen=True)
class Stage:
    """One reminder of a due date: so many days after it (before it, below nought)."""

    kind: str
    offset: int

    @property
    def days(self) -> int:
        """As the ledger has it: nought for what is told once, whichever day the rules name."""
        return self.offset if self.kind in (ReminderStage.AHEAD, ReminderStage.LATE) else 0

    @property
    def name(self) -> tuple[str, int]:
        return self.kind, self.days

    @property
    def rank(self) -> tuple[int, int]:
        """Which of two that fall on one morning outweighs the other."""
        return self.offset, ORDER.index(self.kind)


def stages_by(rules: ReminderRules) -> list[Stage]:
    """The reminders of an action or a commitment in a space with these rules."""
    stages = [Stage(ReminderStage.AHEAD, -days) for days in rules.ahead_days]
    if rules.on_the_day:
        stages.append(Stage(ReminderStage.DAY, 0))
    stages += [Stage(ReminderStage.LATE, days) for days in _late_days(rules)]
    if rules.focal_after:
        stages.append(Stage(ReminderStage.FOCAL_POINT, rules.focal_after))
    if rules.chair_after:
        stages.append(Stage(ReminderStage.CHAIR, (rules.focal_after or 0) + rules.chair_after))
    return stages


def _late_days(rules: ReminderRules) -> list[int]:
    if not rules.late_first:
        return []
    if not rules.late_every or not rules.late_until:
        return [rules.late_first]
    return [rules.late_first, *range(rules.late_first + rules.late_every, rules.late_until + 1, rules.late_every)]


def stages_of(obj: Any, rules: ReminderRules, today: date) -> list[Stage]:
    if not isinstance(obj, Agreement):
        return stages_by(rules)
    warning, due_on = obj.next_warning(today), due_date_of(obj, today)
    if warning is None or due_on is None:
        return []
    ahead = {(due_on - warning.warn_from).days, *AGREEMENT_DAYS_AHEAD}
    return [*(Stage(ReminderStage.AHEAD, -days) for days in sorted(ahead, reverse=True)), Stage(ReminderStage.DAY, 0)]


def due_date_of(obj: Any, today: date) -> date | None:
    """The day that is reminded of; None where nothing stands any more. Of an agreement, the last day for notice."""
    if isinstance(obj, Agreement):
        warning = obj.next_warning(today)
        return (warning.notice_by or warning.ends_on) if warning else None
    return None if obj.is_closed else obj.due_on


# --- mornings ------------------------------------------------------------------------------------------------------
def morning_of(day: date, zone: timezone | ZoneInfo) -> datetime:
    return datetime.combine(day, time(settings.REMINDERS_FROM_HOUR), tzinfo=zone).astimezone(UTC)


def moment_for(user: User, stage: Stage, due_on: date, working_days: WorkingDays) -> datetime:
    """When `user` is to be reminded: in the morning of that day where the user is.

    What falls on a day off there goes out on the working day before, so that something can still be done about it;
    what is late anyway, on the one after.
    """
    country = user.organisation.country_id if user.organisation else None
    day = due_on + timedelta(days=stage.offset)
    day = working_days.after(day, country) if stage.offset > 0 else working_days.before(day, country)
    return morning_of(day, ZoneInfo(user.time_zone))


def last_moment_for(user: User, stage: Stage, due_on: date, working_days: WorkingDays) -> datetime:
    """Until when that reminder is news: what a day off brought forward is, until its own morning has come."""
    own = morning_of(due_on + timedelta(days=stage.offset), ZoneInfo(user.time_zone))
    return max(own, moment_for(user, stage, due_on, working_days))


@dataclass(frozen=True)
class Morning:
    """A stage with the time in which it is due, for one reader or another: the earth has many mornings."""

    stage: Stage
    # Before this nobody is to be reminded, whoever it is; by then everybody is to have been.
    first: datetime
    last: datetime


def mornings_of(stages: Iterable[Stage], due_on: date, working_days: WorkingDays) -> list[Morning]:
    return [_morning(stage, due_on + timedelta(days=stage.offset), working_days) for stage in stages]


def _morning(stage: Stage, day: date, working_days: WorkingDays) -> Morning:
    first, last = (day, working_days.latest(day)) if stage.offset > 0 else (working_days.earliest(day), day)
    return Morning(stage, morning_of(first, FIRST_ZONE), morning_of(last, LAST_ZONE))


# --- for whom ------------------------------------------------------------------------------------------------------
def reminded_of(obj: Any, members: dict[User, dict[int, frozenset[str]]]) -> dict[str, list[User]]:
    """For each kind of stage, those who are told, as far as they may read `obj` now.

    `members` are those of the space (access.users_in). The person who is to do it is told alone; where there is none,
    or the person may not read it any more, everyone who contributes for that organisation.
    """
    chairs = [user for user, held in members.items() if "manage_space" in held.get(obj.space_id, ())]
    if isinstance(obj, Agreement):
        found = access.readers_among(chairs, obj)
        return {ReminderStage.AHEAD: found, ReminderStage.DAY: found}
    person = getattr(obj, "owner_person", None)
    alone = [person.user] if person and person.user else []
    contributors, focal_point = _contributors(obj, members), _focal_point_of(obj.owner)
    readers = set(access.readers_among({*alone, *contributors, *focal_point, *chairs}, obj))
    owners = _among(readers, alone) or _among(readers, contributors)
    return {
        ReminderStage.AHEAD: owners,
        ReminderStage.DAY: owners,
        ReminderStage.LATE: owners,
        ReminderStage.FOCAL_POINT: _among(readers, focal_point),
        ReminderStage.CHAIR: _among(readers, chairs),
    }


def _among(readers: set[User], users: list[User]) -> list[User]:
    return [user for user in users if user in readers]


def _contributors(obj: Any, members: dict[User, dict[int, frozenset[str]]]) -> list[User]:
    return [
        user
        for user, held in members.items()
        if user.organisation_id == obj.owner_id and "contribute_space" in held.get(obj.space_id, ())
    ]


def _focal_point_of(organisation: Organisation) -> list[User]:
    """Nobody, once the focal point has gone elsewhere."""
    user = organisation.focal_point
    return [user] if user and user.organisation_id == organisation.pk else []


# --- what is shown -------------------------------------------------------------------------------------------------
def reminder_rules_of(space: Space) -> ReminderRules:
    """The rules of the space; the defaults where its chairs have never changed them."""
    return ReminderRules.objects.filter(space=space).first() or ReminderRules(space=space)


def escalated_to(user: User, limit: int = ESCALATED_AT_MOST) -> list[Action | Commitment]:
    """What stands, is overdue and was escalated to `user` for being so, the longest overdue first."""
    found: list[Action | Commitment] = [
        *_escalated(Action.objects.standing().overdue().for_lists(), user)[:limit],
        *_escalated(Commitment.objects.standing().overdue().for_lists(), user)[:limit],
    ]
    return sorted(found, key=lambda obj: (obj.due_on or date.max, obj.pk))[:limit]


def _escalated(queryset: MarkedQuerySet, user: User) -> MarkedQuerySet:
    told = Reminder.objects.filter(
        recipient=user,
        stage__in=ESCALATIONS,
        object_type=ContentType.objects.get_for_model(queryset.model),
        object_id=OuterRef("pk"),
        due_on=OuterRef("due_on"),
    )
    return queryset.readable_by(user).filter(Exists(told))
