"""Actions: written down, changed, handed on, reported on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import attachments, audit
from coordination.models import (
    Action,
    ActionState,
    ActionUpdate,
    Audience,
    ChecklistItem,
    Organisation,
    Person,
    Priority,
    Space,
)
from coordination.services.shared import (
    StaleVersion,
    audience_of_sources,
    change,
    check_days,
    check_person,
    check_taking_part,
    check_texts,
    day,
    latest,
    require,
    save_once,
    sent_before,
    state_reported,
)

WAITING_FIELDS = ("waiting_reason", "waiting_for_organisation", "waiting_for_text")
# A checklist is for the steps of one task; whoever needs more makes actions of them.
MOST_STEPS = 100
MOST_LINES = 200

# From each state to those that may follow. Whoever may follow up an action may take every one of these steps.
ACTION_TRANSITIONS: dict[str, frozenset[str]] = {
    ActionState.OPEN: frozenset(
        {ActionState.IN_PROGRESS, ActionState.WAITING, ActionState.DONE, ActionState.CANCELLED}
    ),
    ActionState.IN_PROGRESS: frozenset({ActionState.WAITING, ActionState.DONE, ActionState.CANCELLED}),
    ActionState.WAITING: frozenset({ActionState.IN_PROGRESS, ActionState.DONE, ActionState.CANCELLED}),
    ActionState.DONE: frozenset({ActionState.IN_PROGRESS}),
    ActionState.CANCELLED: frozenset({ActionState.OPEN}),
}


@transaction.atomic
def create_action(
    actor: User,
    space: Space,
    *,
    title: str,
    owner: Organisation,
    owner_person: Person | None = None,
    helpers: Iterable[Organisation] = (),
    description: str = "",
    priority: int = Priority.NORMAL,
    starts_on: date | None = None,
    due_on: date | None = None,
    steps: Iterable[str] = (),
    source: Any = None,
    submission: UUID | None = None,
    audience: Audience | None = None,
    **fields: Any,
) -> Action:
    """Write down a task for `owner`. The same `submission` sent twice makes one action.

    `audience` is the marking to begin with, where it is not the space's default; without it, what came from a source
    begins with no more readers than that has. Raises ValidationError for what a form would refuse, and
    PermissionDenied without the right to contribute.
    """
    require(actor, "contribute", space)
    if before := sent_before(Action, submission, created_by=actor):
        return before
    if source is not None:
        require(actor, "read", source)
        audience = audience or audience_of_sources(space, source)
    action = Action(
        space=space,
        title=title,
        owner=owner,
        owner_person=owner_person,
        description=description,
        priority=priority,
        starts_on=starts_on,
        due_on=due_on,
        source=source,
        submission=submission,
        created_by=actor,
        **fields,
    )
    helpers = list(helpers)
    check_days(action)
    check_taking_part(space, [owner], "owner")
    check_taking_part(space, helpers, "helpers")
    check_person(owner, owner_person)
    if audience is not None:
        action.own_audience = audience
    check_texts(action)
    action.clean_fields(exclude=["own_audience", "audience"])
    new_steps = [_checked(ChecklistItem(text=text, position=at)) for at, text in enumerate(tidy_steps(steps))]
    if not save_once(action):
        return sent_before(Action, submission, created_by=actor)
    if helpers:
        action.helpers.set(helpers)
        # And save: a relation alone tells the search ledger nothing.
        action.save()
    for step in new_steps:
        step.action = action
        step.save()
    audit.record(actor, "action created", action, after={"title": title, "owner": owner.pk, "due_on": day(due_on)})
    return action


def _checked(step: ChecklistItem) -> ChecklistItem:
    try:
        step.clean_fields(exclude=["action"])
    except ValidationError as refusal:
        raise ValidationError({"steps": refusal.messages}) from refusal
    return step


def tidy_steps(steps: Iterable[str]) -> list[str]:
    """The texts of steps without blanks around them and empty lines between them."""
    tidy = [" ".join(step.split(" ")).strip() for step in steps if step.strip()]
    if len(tidy) > MOST_STEPS:
        raise ValidationError({"steps": _("At most %d steps: make actions of the rest.") % MOST_STEPS})
    return tidy


@dataclass(frozen=True)
class NewLine:
    """One line of many actions written down at once."""

    title: str
    owner: Organisation
    due_on: date | None = None
    # As it was typed, to be named where it is refused.
    number: int = 0


class LineRefused(ValidationError):
    """What is wrong with lines of many: each message names its line."""


@transaction.atomic
def create_actions(
    actor: User, space: Space, lines: Iterable[NewLine], *, submission: UUID, source: Any = None
) -> list[Action]:
    """Write down one action for each line: all of them, or none and a message for each line that is refused."""
    lines = list(lines)
    if not lines:
        raise ValidationError({"lines": _("Write at least one line.")})
    if len(lines) > MOST_LINES:
        raise ValidationError({"lines": _("At most %d lines at once: import a table for more.") % MOST_LINES})
    made, refused = [], []
    for number, line in enumerate(lines, start=1):
        told = {"number": line.number or number}
        try:
            made.append(
                create_action(
                    actor,
                    space,
                    title=line.title,
                    owner=line.owner,
                    due_on=line.due_on,
                    source=source,
                    # So that the same form sent twice makes each of them once.
                    submission=uuid5(submission, str(number)),
                    language=actor.language,
                )
            )
        except ValidationError as refusal:
            refused += [_("Line %(number)d: %(problem)s") % {**told, "problem": m} for m in refusal.messages]
    if refused:
        raise LineRefused({"lines": refused})
    return made


@transaction.atomic
def edit_action(
    actor: User, action: Action, *, version: int, helpers: Iterable[Organisation] | None = None, **changes: Any
) -> Action:
    """Change title, description, person, priority, days or helpers. `version` is that of the form: an older one is
    refused."""
    action = latest(action, version)
    require(actor, "follow_up", action)
    if helpers is not None:
        _set_helpers(actor, action, list(helpers))
    return change(actor, action, "action changed", changes)


def _set_helpers(actor: User, action: Action, helpers: list[Organisation]) -> None:
    before = action.helper_ids
    after = frozenset(helper.pk for helper in helpers)
    if after == before:
        return
    # Who helped before may go on helping, whatever became of its membership.
    check_taking_part(action.space, [helper for helper in helpers if helper.pk not in before], "helpers")
    action.helpers.set(helpers)
    audit.record(actor, "action helpers changed", action, before={"helpers": sorted(before)},
                 after={"helpers": sorted(after)}, details={"new": after - before})  # fmt: skip


@transaction.atomic
def reassign_action(
    actor: User,
    action: Action,
    owner: Organisation,
    owner_person: Person | None = None,
    *,
    reason: str = "",
    version: int | None = None,
) -> Action:
    """Hand the action to another organisation or person. With `version`, a form older than the action is refused."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    if version is not None and action.version != version:
        raise StaleVersion
    require(actor, "follow_up", action)
    if owner.pk != action.owner_id:
        check_taking_part(action.space, [owner], "owner")
    check_person(owner, owner_person)
    before = {"owner": action.owner_id, "owner_person": action.owner_person_id}
    action.owner, action.owner_person = owner, owner_person
    action.version += 1
    action.save()
    after = {"owner": action.owner_id, "owner_person": action.owner_person_id}
    audit.record(actor, "action reassigned", action, before=before, after=after, reason=reason)
    return action


@transaction.atomic
def report_on_action(
    actor: User,
    action: Action,
    *,
    text: str = "",
    state: str | None = None,
    seen_state: str = "",
    waiting_reason: str = "",
    waiting_for_organisation: Organisation | None = None,
    waiting_for_text: str = "",
    files: Iterable[Any] = (),
    submission: UUID | None = None,
) -> ActionUpdate:
    """Say what has been done, move the action to another state, or both. Sent twice, it is one update.

    Who helps may report and moves nothing. What becomes waiting says why, and on whom. `seen_state` is the state that
    the form showed (see `state_reported`).
    """
    # Locked first: of two clicks at once, the second finds what the first has written.
    action = Action.objects.select_for_update().get(pk=action.pk)
    if before := sent_before(ActionUpdate, submission, author=actor):
        return before
    require(actor, "report", action)
    files = list(files)
    state_before, state_after = action.state, _state_after(action, state, seen_state)
    if state_after != state_before:
        require(actor, "follow_up", action)
        if state_after not in ACTION_TRANSITIONS[state_before]:
            raise ValidationError({"state": _("The action cannot go from its state to this one.")})
    elif not text.strip() and not files:
        raise ValidationError({"text": _("Say what has been done, or choose another state.")})
    update = ActionUpdate(
        action=action,
        author=actor,
        text=text.strip(),
        state_before=state_before,
        state_after=state_after,
        submission=submission,
    )
    if state_after == ActionState.WAITING and state_before != ActionState.WAITING:
        _say_on_whom(update, waiting_reason, waiting_for_organisation, waiting_for_text)
    check_texts(update)
    update.clean_fields()
    update.save()
    if state_after != state_before:
        for name in WAITING_FIELDS:
            setattr(action, name, getattr(update, name))
    action.state = state_after
    action.version += 1
    action.save()
    audit.record(
        actor,
        "action moved" if state_after != state_before else "action reported on",
        action,
        before={"state": state_before},
        after={"state": state_after},
        details={"update": update},
    )
    # Last, since what has been stored on the disk is not taken back with the transaction.
    attachments.keeper().attach(actor, action, "report", files, came_with=update.pk)
    return update


def _state_after(action: Action, state: str | None, seen_state: str) -> str:
    """The state that the report leads to; of two who close an action at once, the second is told of the first."""
    try:
        return state_reported(action.state, state, seen_state)
    except StaleVersion as refusal:
        if not action.is_closed:
            raise
        last = action.updates.select_related("author").filter(state_after=action.state).last()
        told = {"state": action.get_state_display(), "name": last.author.name if last else "–"}
        raise StaleVersion(
            _("In the meantime %(name)s has set it to “%(state)s”. Your text is kept: send it again to add it.") % told
        ) from refusal


def _say_on_whom(update: ActionUpdate, reason: str, organisation: Organisation | None, whom: str) -> None:
    problems = {}
    if not reason.strip():
        problems["waiting_reason"] = _("Say why it waits.")
    if organisation is None and not whom.strip():
        problems["waiting_for_text"] = _("Say on whom it waits: choose an organisation, or write it here.")
    if problems:
        raise ValidationError(problems)
    if organisation is not None:
        check_taking_part(update.action.space, [organisation], "waiting_for_organisation")
    update.waiting_reason, update.waiting_for_text = reason.strip(), whom.strip()
    update.waiting_for_organisation = organisation
