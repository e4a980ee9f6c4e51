"""Reminders: by which rules a space reminds, who is an organisation's focal point, and the worker's rounds.

A round first plans: every standing object that is due in sight gets a row that says when to look at it. Then it looks
at what is to be looked at now, one object and one transaction after the other: who is to be told what by this moment,
and has not been told yet? The answer goes into the ledger, and to the notifier by way of the audit trail, in that same
transaction. So a worker may be down, killed, or one of many; the clock may be wrong; what the ledger has is not told
again, and what it has not is told by the next round.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import (
    Action,
    ActionState,
    Agreement,
    AuditEntry,
    Commitment,
    CommitmentState,
    Organisation,
    Reminder,
    ReminderClock,
    ReminderOutcome,
    ReminderPlan,
    ReminderRules,
    ReminderStage,
    Space,
)
from coordination.models.actions import CLOSED_ACTION_STATES
from coordination.models.agreements import RUNNING_STATES
from coordination.models.commitments import CLOSED_COMMITMENT_STATES
from coordination.models.reminders import MOST_DAYS_LATE
from coordination.selectors import reminders as select
from coordination.services.shared import StaleVersion, require
from coordination.working_days import MOST_DAYS_OFF, WorkingDays

logger = logging.getLogger(__name__)
DUE_DATE_REMINDED, DUE_DATE_ESCALATED, END_WARNED = "due date reminded", "overdue escalated", "end of term warned of"
# What is due later than this is not planned yet: beyond the first warning of an agreement, and a month without worker.
IN_SIGHT = timedelta(days=160)
OUT_OF_SIGHT = timedelta(days=MOST_DAYS_LATE + MOST_DAYS_OFF)
# How far back a round asks again what it has asked: somebody may meanwhile have another time zone.
LOOK_BACK = timedelta(days=2)
# Every object in sight is looked at so often at least: holidays, owners and members may be others by then.
LONGEST_PAUSE = timedelta(days=1)
PAUSE_AFTER_ERROR = timedelta(minutes=15)
PLANNED_AT_ONCE = 500
LOOKED_AT_IN_A_ROUND = 500


# --- what people set -----------------------------------------------------------------------------------------------
@transaction.atomic
def change_reminder_rules(actor: User, space: Space, *, version: int, **changes: Any) -> ReminderRules:
    """Set when those who owe something in `space` are reminded. `version` is that of the form, 0 for the defaults."""
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    require(actor, "manage", space)
    rules = ReminderRules.objects.filter(space=space).first()
    if (rules.version if rules else 0) != version:
        raise StaleVersion
    rules = rules or ReminderRules(space=space, version=0)
    before = {name: getattr(rules, name) for name in changes}
    for name, value in changes.items():
        setattr(rules, name, value)
    check_rules(rules)
    rules.clean_fields(exclude=["space"])
    rules.version += 1
    rules.save()
    # Whatever was to be looked at later, or no more, by the former rules.
    ReminderPlan.objects.filter(space=space).update(next_at=timezone.now())
    audit.record(actor, "reminders changed", space, before=before, after=changes)
    return rules


def check_rules(rules: ReminderRules) -> None:
    """Refuse what no rule can mean: an end before the beginning, a repetition of nothing."""
    problems: dict[str, Any] = {}
    if rules.late_every and not rules.late_first:
        problems["late_first"] = _("Say after how many days the first of them goes out.")
    if rules.late_every and not rules.late_until:
        problems["late_until"] = _("Say after how many days they end.")
    if rules.late_until and rules.late_first and rules.late_until < rules.late_first:
        problems["late_until"] = _("This is before the first of them.")
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def name_focal_point(actor: User, organisation: Organisation, user: User | None) -> Organisation:
    """Say who at `organisation` is told of what has long been overdue; None for nobody."""
    if not access.can_in_office(actor, "keep_reference_data"):
        raise PermissionDenied
    return set_focal_point(actor, organisation, user)


def set_focal_point(actor: User, organisation: Organisation, user: User | None) -> Organisation:
    """The change itself, for callers that have asked who may say so."""
    if user is not None and (not user.is_active or user.organisation_id != organisation.pk):
        raise ValidationError({"email": _("Nobody with this address has an account at this organisation.")})
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    before, organisation.focal_point = organisation.focal_point_id, user
    organisation.save(update_fields=["focal_point"])
    if before != organisation.focal_point_id:
        after = {"focal_point": organisation.focal_point_id}
        audit.record(actor, "focal point named", organisation, before={"focal_point": before}, after=after)
    return organisation


# --- the worker's rounds -------------------------------------------------------------------------------------------
def send_reminders(now: datetime | None = None) -> int:
    """Go through everything that is to be looked at by `now`; how many reminders went out."""
    now, sent, more = now or timezone.now(), 0, True
    clock = ReminderClock.begun(now)
    # Nothing rests longer than a day: a moment further off was written by a clock that was ahead.
    ReminderPlan.objects.filter(next_at__gt=now + 2 * LONGEST_PAUSE).update(next_at=now)
    this = Round(now)
    this.plan(clock)
    while more:
        sent_now, more = this.run()
        sent += sent_now
        this = Round(now) if more else this
    ReminderClock.objects.update(ran_at=now)
    return sent


class Round:
    """One pass over a bounded number of objects, with what it asks only once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.date()
        self.working_days = WorkingDays.as_configured()
        self._rules = ReminderRules.objects.in_bulk()
        self._members: dict[int, dict[User, dict[int, frozenset[str]]]] = {}

    def run(self) -> tuple[int, bool]:
        """How many reminders went out, and whether there may be more to look at."""
        found, open_now = self._put_off_the_quiet()
        if open_now:
            self._bring_members({plan.space_id for plan in open_now})
        return sum(self._look_or_put_off(plan.pk) for plan in open_now), found == LOOKED_AT_IN_A_ROUND

    @transaction.atomic
    def _put_off_the_quiet(self) -> tuple[int, list[ReminderPlan]]:
        """Of what is to be looked at, that of which nothing can be due now waits on: a look at all of it together.

        Gives how many were found, and those that are to be looked at one by one.
        """
        free = ReminderPlan.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=self.now)
        plans = list(free.order_by("next_at", "pk")[:LOOKED_AT_IN_A_ROUND])
        objects = _objects_of(plans)
        quiet = []
        for plan in plans:
            obj = objects.get((plan.object_type_id, plan.object_id))
            if obj is not None and select.due_date_of(obj, self.today) == plan.due_on:
                mornings = self._mornings_of(obj, plan)
                if not any(self._is_open(morning, plan) for morning in mornings):
                    plan.next_at = self._next_look(plan, mornings)
                    quiet.append(plan)
        ReminderPlan.objects.bulk_update(quiet, ["next_at"])
        put_off = {plan.pk for plan in quiet}
        return len(plans), [plan for plan in plans if plan.pk not in put_off]

    def rules_of(self, space_id: int) -> ReminderRules:
        return self._rules.get(space_id) or ReminderRules(space_id=space_id)

    def _bring_members(self, spaces: set[int]) -> None:
        """Ask at once for the members of all the spaces that the objects lie in."""
        self._members = {space_id: {} for space_id in spaces}
        for user, held in access.users_in(spaces).items():
            for space_id in held:
                self._members[space_id][user] = held

    # --- planning
    def plan(self, clock: ReminderClock) -> None:
        for model in (Action, Commitment, Agreement):
            self._plan(model, clock)

    def _plan(self, model: Any, clock: ReminderClock) -> None:
        """Write down when to look at what stands and has no plan for the day on which it is due now."""
        for objects in self._unplanned(model):
            begun = _due_dates_stand_since(model, objects)
            plans = []
            for obj in objects:
                since = max(begun[obj.pk], clock.started_at)
                due_on = select.due_date_of(obj, self.today)
                assert due_on is not None  # that is how they were found
                plan = ReminderPlan(object_id=obj.pk, due_on=due_on, space_id=obj.space_id, since=since)
                plan.object_type, plan.examined_at = ContentType.objects.get_for_model(model), since
                mornings = self._mornings_of(obj, plan)
                is_due = since < self.now and any(self._is_open(morning, plan) for morning in mornings)
                plan.next_at = self.now if is_due else self._next_look(plan, mornings)
                plans.append(plan)
            ReminderPlan.objects.bulk_create(
                plans,
                update_conflicts=True,
                unique_fields=["object_type", "object_id"],
                update_fields=["due_on", "space", "since", "examined_at", "next_at"],
            )

    def _unplanned(self, model: Any) -> Iterator[list[Any]]:
        if model is Agreement:
            yield self._unplanned_agreements()
            return
        in_sight = (self.today - OUT_OF_SIGHT, self.today + IN_SIGHT)
        planned = _plans_of(model).filter(object_id=OuterRef("pk"), due_on=OuterRef("due_on"))
        unplanned = model.objects.standing().filter(~Exists(planned), due_on__range=in_sight).order_by("pk")
        last = 0
        while objects := list(unplanned.filter(pk__gt=last)[:PLANNED_AT_ONCE]):
            yield objects
            last = objects[-1].pk

    def _unplanned_agreements(self) -> list[Any]:
        """Their day follows from the notice period and the renewals, so they are few enough to be gone through."""
        planned = dict(_plans_of(Agreement).values_list("object_id", "due_on"))
        running = Agreement.objects.live().filter(state__in=RUNNING_STATES, in_force_until__isnull=False)
        due = ((agreement, select.due_date_of(agreement, self.today)) for agreement in running)
        return [
            agreement
            for agreement, due_on in due
            if due_on and due_on <= self.today + IN_SIGHT and planned.get(agreement.pk) != due_on
        ]

    # --- looking
    def _look_or_put_off(self, pk: int) -> int:
        """Look at one object; what goes wrong with it keeps nobody from the next."""
        try:
            return self._look(pk)
        except Exception:
            logger.exception("The reminders of plan %s could not be sent; they are tried again.", pk)
            ReminderPlan.objects.filter(pk=pk).update(next_at=self.now + PAUSE_AFTER_ERROR)
            return 0

    @transaction.atomic
    def _look(self, pk: int) -> int:
        """Tell of one object what is to be told by now; how many were told. Another worker's object is left to it."""
        free = ReminderPlan.objects.select_for_update(skip_locked=True, of=("self",))
        plan = free.filter(pk=pk, next_at__lte=self.now).first()
        if plan is None:
            return 0
        obj = _object_of(plan)
        if obj is None or select.due_date_of(obj, self.today) != plan.due_on:
            plan.delete()  # closed, gone or moved; a new day gets a new plan
            return 0
        mornings = self._mornings_of(obj, plan)
        later: list[datetime] = []
        sent = self._tell(plan, obj, mornings, later)
        plan.examined_at = self.now
        plan.next_at = self._next_look(plan, mornings, later)
        plan.save(update_fields=["examined_at", "next_at"])
        return sent

    def _mornings_of(self, obj: Any, plan: ReminderPlan) -> list[select.Morning]:
        stages = select.stages_of(obj, self.rules_of(plan.space_id), self.today)
        return select.mornings_of(stages, plan.due_on, self.working_days)

    def _is_open(self, morning: select.Morning, plan: ReminderPlan) -> bool:
        """Whether it is this morning somewhere, or was since the last look."""
        return morning.first <= self.now and morning.last > max(min(plan.examined_at, self.now), plan.since)

    def _asked_from(self, plan: ReminderPlan) -> datetime:
        # Where the clock has gone back, from there.
        return max(min(plan.examined_at, self.now) - LOOK_BACK, plan.since)

    def _next_look(
        self, plan: ReminderPlan, mornings: list[select.Morning], later: Iterable[datetime] = ()
    ) -> datetime | None:
        """When the next reminder may be due; None when none is left."""
        coming = [*later, *(morning.first for morning in mornings if morning.first > self.now)]
        if not coming and not any(self._is_open(morning, plan) for morning in mornings):
            return None
        return min([*coming, self.now + LONGEST_PAUSE])

    def _tell(self, plan: ReminderPlan, obj: Any, mornings: list[select.Morning], later: list[datetime]) -> int:
        """Tell everybody concerned the latest of what is due by now, and note the rest as overtaken.

        `later` is filled with the moments at which the same is due for those who sleep still.
        """
        open_now = [morning.stage for morning in mornings if self._is_open(morning, plan)]
        if not open_now:
            return 0
        recipients = select.reminded_of(obj, self._members[plan.space_id])
        due: dict[User, list[select.Stage]] = {}
        for stage in open_now:
            for user in recipients.get(stage.kind, []):
                moment = select.moment_for(user, stage, plan.due_on, self.working_days)
                if moment > self.now:
                    later.append(moment)
                elif moment > plan.since and self._is_news(plan, stage, user):
                    due.setdefault(user, []).append(stage)
        return self._send(plan, obj, due, [morning.stage for morning in mornings])

    def _is_news(self, plan: ReminderPlan, stage: select.Stage, user: User) -> bool:
        """Whether nobody has asked after this morning yet, so that `user` is not told of what was before the user."""
        return select.last_moment_for(user, stage, plan.due_on, self.working_days) > self._asked_from(plan)

    def _send(
        self, plan: ReminderPlan, obj: Any, due: dict[User, list[select.Stage]], stages: list[select.Stage]
    ) -> int:
        if not due:
            return 0
        ledger = _ledger_of(plan, due)
        told: dict[select.Stage, list[User]] = {}
        rows = []
        for user, due_now in due.items():
            had = ledger.get(user.pk, set())
            new = sorted((stage for stage in due_now if stage.name not in had), key=lambda stage: stage.rank)
            # What is milder than what the user has been told already is no news.
            furthest = max((stage.rank for stage in stages if stage.name in had), default=None)
            latest = new[-1] if new and (furthest is None or new[-1].rank > furthest) else None
            if latest is not None:
                told.setdefault(latest, []).append(user)
            rows += [self._row(plan, stage, user, stage is latest) for stage in new]
        Reminder.objects.bulk_create(rows)
        for stage, users in told.items():
            after = {"stage": stage.kind, "days": stage.offset, "due_on": plan.due_on.isoformat()}
            audit.record(None, _verb_of(obj, stage), obj, after=after, details={"recipients": users})
        return sum(map(len, told.values()))

    def _row(self, plan: ReminderPlan, stage: select.Stage, user: User, is_sent: bool) -> Reminder:
        return Reminder(
            object_type_id=plan.object_type_id,
            object_id=plan.object_id,
            due_on=plan.due_on,
            stage=stage.kind,
            days=stage.days,
            recipient=user,
            outcome=ReminderOutcome.SENT if is_sent else ReminderOutcome.OVERTAKEN,
            at=self.now,
        )


def _verb_of(obj: Any, stage: select.Stage) -> str:
    if isinstance(obj, Agreement):
        return END_WARNED
    return DUE_DATE_ESCALATED if stage.kind in (ReminderStage.FOCAL_POINT, ReminderStage.CHAIR) else DUE_DATE_REMINDED


def _ledger_of(plan: ReminderPlan, users: Iterable[User]) -> dict[int, set[tuple[str, int]]]:
    """The names of the stages of this due date that each of `users` has had."""
    rows = Reminder.objects.filter(
        object_type=plan.object_type_id, object_id=plan.object_id, due_on=plan.due_on, recipient__in=list(users)
    )
    had: dict[int, set[tuple[str, int]]] = {}
    for recipient, kind, days in rows.values_list("recipient", "stage", "days"):
        had.setdefault(recipient, set()).add((kind, days))
    return had


def _plans_of(model: Any) -> QuerySet[ReminderPlan]:
    return ReminderPlan.objects.filter(object_type=ContentType.objects.get_for_model(model))


def _objects_of(plans: list[ReminderPlan]) -> dict[tuple[int, int], Any]:
    """The objects themselves, by kind and key: what says whether they stand, and when they are due."""
    keys: dict[int, list[int]] = {}
    for plan in plans:
        keys.setdefault(plan.object_type_id, []).append(plan.object_id)
    return {(type_id, pk): obj for type_id, pks in keys.items() for pk, obj in _all_of(type_id).in_bulk(pks).items()}


def _object_of(plan: ReminderPlan) -> Any | None:
    """The object with all that decides whom it concerns."""
    people: dict[Any, tuple[str, ...]] = {
        Action: ("owner__focal_point__organisation", "owner_person__user__organisation"),
        Commitment: ("party__focal_point__organisation",),
        Agreement: (),
    }
    objects = _all_of(plan.object_type_id)
    return objects.select_related("audience", *people[objects.model]).filter(pk=plan.object_id).first()


def _all_of(type_id: int) -> QuerySet:
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    return model.objects.live() if model is Agreement else model.objects.all()


def _due_dates_stand_since(model: Any, objects: list[Any]) -> dict[int, datetime]:
    """Since when each of `objects` has been due on its day, as the trail tells: it was moved there, or opened again."""
    begun = {obj.pk: _made_at(obj) for obj in objects}
    entries = AuditEntry.objects.filter(object_type=ContentType.objects.get_for_model(model), object_id__in=begun)
    for pk, at, before, after in entries.order_by("at").values_list("object_id", "at", "before", "after"):
        if _moves_the_due_date(before, after) or _opens_again(before, after):
            begun[pk] = max(begun[pk], at)
    return begun


def _made_at(obj: Any) -> datetime:
    return (obj.last_published_at or timezone.now()) if isinstance(obj, Agreement) else obj.created_at


def _moves_the_due_date(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return "due_on" in before and "due_on" in after and before["due_on"] != after["due_on"]


CLOSED = frozenset({*CLOSED_ACTION_STATES, *CLOSED_COMMITMENT_STATES})
STATES = frozenset({*ActionState.values, *CommitmentState.values})


def _opens_again(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return before.get("state") in CLOSED and after.get("state") in STATES - CLOSED


def last_round() -> datetime | None:
    """When the worker last went through the reminders."""
    clock = ReminderClock.objects.first()
    return clock.ran_at if clock else None
