"""Many actions changed at once: by the service for one of them, called for each, and all of them or none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import audit, selectors
from coordination.models import Action, BulkChange

# One transaction holds its rows locked: no more of them than it changes in a few seconds.
CHANGED_AT_ONCE = 500
# What is done to one action, of the version that was seen: a call of its service.
Deed = Callable[[User, Action, int], Any]


@dataclass
class Outcome:
    """What the change makes of one action, or why it is refused; `fields` where the refusal is of the form."""

    action: Action
    refusal: str = ""
    fields: tuple[str, ...] = ()
    changed: Action | None = None


class SomeRefused(Exception):  # an answer, not a fault
    """Nothing was changed: these could not be."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


@transaction.atomic
def try_change(actor: User, actions: list[Action], deed: Deed) -> list[Outcome]:
    """What `deed` would make of each of these actions. It is done and taken back: so no rule is written twice."""
    with audit.at_once():  # of what is taken back, nobody is told
        outcomes = list(_done_to_each(actor, {action: action.version for action in actions}, deed))
    transaction.set_rollback(True)
    return outcomes


@transaction.atomic
def change_actions(actor: User, seen: dict[Action, int], deed: Deed, submission: UUID) -> int:
    """Do `deed` to each action, which was seen in this version: to all, or, raising SomeRefused, to none.

    Sent twice, it is one change. Gives the number of actions changed.
    """
    if len(seen) > CHANGED_AT_ONCE:
        raise ValidationError(_("At most %(number)s actions are changed at once.") % {"number": CHANGED_AT_ONCE})
    done = _begin(actor, submission)
    if done is None:
        return _sent_before(actor, submission).number
    with audit.at_once():
        outcomes = list(_done_to_each(actor, seen, deed))
    refused = [outcome for outcome in outcomes if outcome.refusal]
    if refused:
        raise SomeRefused(refused)
    _tell(actor, outcomes)
    done.number = len(seen)
    done.save()
    return done.number


def _begin(actor: User, submission: UUID) -> BulkChange | None:
    """Note the change first: of two sendings at once the second waits here, and finds it done."""
    try:
        with transaction.atomic():
            return BulkChange.objects.create(submission=submission, actor=actor)
    except IntegrityError:
        return None


def _sent_before(actor: User, submission: UUID) -> BulkChange:
    """The change that this form has made already; another's form is none."""
    found = BulkChange.objects.filter(submission=submission, actor=actor).first()
    if found is None:
        raise PermissionDenied
    return found


def _tell(actor: User, outcomes: list[Outcome]) -> None:
    """One piece of news for each whom the change concerns: of those actions that they may read, and of no others.

    Whoever is concerned by the same ones, mostly everybody of an organisation, is told together.
    """
    for handed_on, tells_of, told in ((True, selectors.doing_each, "handed_over"),
                                      (False, selectors.concerned_by_each, "changed")):  # fmt: skip
        changed = [outcome.changed for outcome in outcomes if outcome.changed and _news_of(outcome) is handed_on]
        together: dict[tuple[int, ...], list[User]] = {}
        for user, actions in tells_of(changed).items() if changed else ():
            if user != actor:
                together.setdefault(tuple(action.pk for action in actions), []).append(user)
        by_key = {action.pk: action for action in changed}
        for keys, users in together.items():
            audit.record(
                actor, "actions changed at once", by_key[keys[-1]], after={told: len(keys)},
                details={"recipients": users},
            )  # fmt: skip


def _news_of(outcome: Outcome) -> bool | None:
    """Whether it was handed on (True) or changed otherwise (False); None where it is no news, as of its priority."""
    before, after = outcome.action, outcome.changed
    if after is None:
        return None
    if (before.owner_id, before.owner_person_id) != (after.owner_id, after.owner_person_id):
        return True
    return False if (before.due_on, before.state) != (after.due_on, after.state) else None


def _done_to_each(actor: User, seen: dict[Action, int], deed: Deed) -> Iterator[Outcome]:
    """Do it to each, in the order of their keys, so that two changes of the same actions wait for one another."""
    locked = Action.objects.select_for_update().filter(pk__in=[action.pk for action in seen]).order_by("pk")
    present = {action.pk: action for action in locked}
    for action in sorted(seen, key=lambda action: action.pk):
        before = present.get(action.pk)
        if before is None or before.version != seen[action]:
            yield Outcome(action, _("Somebody else has changed it since you looked."))
            continue
        try:
            with transaction.atomic():
                deed(actor, action, seen[action])
        except ValidationError as refusal:
            fields = tuple(refusal.error_dict) if hasattr(refusal, "error_dict") else ()
            yield Outcome(action, " ".join(refusal.messages), fields)
        except PermissionDenied:
            yield Outcome(action, _("You do not have the right to do this."))
        else:
            yield Outcome(before, changed=Action.objects.for_lists().get(pk=action.pk))
