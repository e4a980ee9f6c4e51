"""Actions: written down, changed, handed on, reported on."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import (
    Action,
    ActionState,
    ActionUpdate,
    Audience,
    Organisation,
    Person,
    Space,
)
from coordination.services.shared import (
    StaleVersion,
    change,
    check_days,
    check_person,
    day,
    latest,
    require,
    save_once,
    state_reported,
)

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
    description: str = "",
    starts_on: date | None = None,
    due_on: date | None = None,
    source: Any = None,
    submission: UUID | None = None,
    audience: Audience | None = None,
    **fields: Any,
) -> Action:
    """Write down a task for `owner`. The same `submission` sent twice makes one action.

    `audience` is the marking to begin with, where it is not the space's default. Raises ValidationError for what a
    form would refuse, and PermissionDenied without the right to contribute.
    """
    require(actor, "contribute", space)
    if submission and (sent_before := Action.objects.filter(submission=submission, created_by=actor).first()):
        return sent_before
    if source is not None:
        require(actor, "read", source)
    action = Action(
        space=space,
        title=title,
        owner=owner,
        owner_person=owner_person,
        description=description,
        starts_on=starts_on,
        due_on=due_on,
        source=source,
        submission=submission,
        created_by=actor,
        **fields,
    )
    check_days(action)
    check_person(owner, owner_person)
    if audience is not None:
        action.own_audience = audience
    action.clean_fields(exclude=["own_audience", "audience"])
    if not save_once(action):
        return Action.objects.get(submission=submission, created_by=actor)
    audit.record(actor, "action created", action, after={"title": title, "owner": owner.pk, "due_on": day(due_on)})
    return action


@transaction.atomic
def edit_action(actor: User, action: Action, *, version: int, **changes: Any) -> Action:
    """Change title, description, person or days. `version` is that of the form: an older one is refused."""
    action = latest(action, version)
    require(actor, "follow_up", action)
    return change(actor, action, "action changed", changes)


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
    submission: UUID | None = None,
) -> ActionUpdate:
    """Say what has been done, move the action to another state, or both. Sent twice, it is one update.

    `seen_state` is the state that the form showed (see `_state_reported`).
    """
    # Locked first: of two clicks at once, the second finds what the first has written.
    action = Action.objects.select_for_update().get(pk=action.pk)
    if submission and (sent_before := ActionUpdate.objects.filter(submission=submission, author=actor).first()):
        return sent_before
    require(actor, "follow_up", action)
    state_before, state_after = action.state, state_reported(action.state, state, seen_state)
    if state_after != state_before and state_after not in ACTION_TRANSITIONS[state_before]:
        raise ValidationError({"state": _("The action cannot go from its state to this one.")})
    if not text.strip() and state_after == state_before:
        raise ValidationError({"text": _("Say what has been done, or choose another state.")})
    update = ActionUpdate(
        action=action,
        author=actor,
        text=text.strip(),
        state_before=state_before,
        state_after=state_after,
        submission=submission,
    )
    update.clean_fields()
    update.save()
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
    return update
