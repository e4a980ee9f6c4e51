"""What hangs on an action: its steps, what it waits for, who follows it."""

from collections import deque
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import Action, ActionDependency, ActionFollower, ChecklistItem
from coordination.services.actions import _checked, tidy_steps
from coordination.services.shared import latest, require


# --- steps ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_steps(actor: User, action: Action, steps: Iterable[str], *, version: int) -> Action:
    """Let the action have these steps, in this order. A step that stays, or is said in other words in its place, keeps
    who did it and when."""
    action = latest(action, version)
    require(actor, "follow_up", action)
    texts = tidy_steps(steps)
    kept = _steps_to_keep(list(action.checklist.all()), texts)
    before = list(action.checklist.values_list("text", flat=True))
    action.checklist.exclude(pk__in=[step.pk for step in kept.values()]).delete()
    for at, text in enumerate(texts):
        step = kept.get(at) or ChecklistItem(action=action)
        step.text, step.position = text, at
        _checked(step).save()
    action.version += 1
    action.save()
    audit.record(actor, "action steps changed", action, before={"steps": before}, after={"steps": texts})
    return action


def _steps_to_keep(present: list[ChecklistItem], texts: list[str]) -> dict[int, ChecklistItem]:
    """Which present step goes on as which line: the same words first, then what stands in the same place."""
    kept: dict[int, ChecklistItem] = {}
    for at, text in enumerate(texts):
        if same := next((step for step in present if step.text == text and step not in kept.values()), None):
            kept[at] = same
    for at in range(min(len(present), len(texts))):
        if at not in kept and present[at] not in kept.values():
            kept[at] = present[at]
    return kept


@transaction.atomic
def tick_step(actor: User, step: ChecklistItem, done: bool = True) -> ChecklistItem:
    """Note that a step is done, or that it is not. A second click on the same button changes nothing."""
    action = Action.objects.select_for_update().get(pk=step.action_id)
    require(actor, "report", action)
    present = ChecklistItem.objects.filter(pk=step.pk).first()
    if present is None:
        raise ValidationError(_("This step has been taken off the list."))
    step = present
    step.action = action
    if step.is_done == done:
        return step
    step.done_by, step.done_at = (actor, timezone.now()) if done else (None, None)
    step.save()
    audit.record(actor, "action step done" if done else "action step reopened", action, after={"step": step.text})
    return step


# --- what it waits for ---------------------------------------------------------------------------------------------
@transaction.atomic
def add_dependency(actor: User, action: Action, waits_for: Action) -> ActionDependency:
    """Note that `action` waits for another. A circle is refused with what of it the actor may read."""
    # One at a time: of several people who close a circle at once, the last sees what the others have written. Without
    # a lock on the key, which every entry of the trail about an action refers to.
    ContentType.objects.select_for_update(no_key=True).get(pk=ContentType.objects.get_for_model(Action).pk)
    require(actor, "follow_up", action)
    require(actor, "read", waits_for)
    if action.pk == waits_for.pk:
        raise ValidationError(_("An action does not wait for itself."))
    _refuse_circle(actor, action, waits_for)
    found, is_new = ActionDependency.objects.get_or_create(
        action=action, waits_for=waits_for, defaults={"created_by": actor}
    )
    if is_new:
        audit.record(actor, "action dependency added", action, after={"waits_for": waits_for.pk})
    return found


def _refuse_circle(actor: User, action: Action, waits_for: Action) -> None:
    """Of what the actor may read: a refusal would tell of a closed action in between, so such a circle is let be."""
    way = _way(actor, waits_for.pk, action.pk)
    if way is None:
        return
    readable = Action.objects.in_bulk(way)
    between = [f"“{readable[pk]}”" for pk in way[1:-1]]
    told = {"first": waits_for, "last": action, "between": ", ".join(between)}
    if between:
        raise ValidationError(
            _("That would be a circle: “%(first)s” waits for “%(last)s” already, by way of %(between)s.") % told
        )
    raise ValidationError(_("That would be a circle: “%(first)s” waits for “%(last)s” already.") % told)


def _way(actor: User, start: int, end: int) -> list[int] | None:
    """The actions on the shortest way from one to what it waits for, both included, through what `actor` may read;
    None if there is none."""
    readable = Action.objects.readable_by(actor).values("pk")
    came_from: dict[int, int] = {}
    queue, seen = deque([start]), {start}
    while queue:
        # All that can be reached in one more step, in one query.
        here = list(queue)
        queue.clear()
        rows = ActionDependency.objects.filter(action__in=here, waits_for__in=readable).order_by("pk")
        for action_id, next_id in rows.values_list("action_id", "waits_for_id"):
            if next_id in seen:
                continue
            seen.add(next_id)
            came_from[next_id] = action_id
            queue.append(next_id)
        if end in seen:
            way = [end]
            while way[-1] != start:
                way.append(came_from[way[-1]])
            return way[::-1]
    return None


@transaction.atomic
def remove_dependency(actor: User, action: Action, waits_for: Action) -> None:
    """Note that `action` no longer waits for another; nothing happens if it does not."""
    require(actor, "follow_up", action)
    require(actor, "read", waits_for)
    deleted, _rows = ActionDependency.objects.filter(action=action, waits_for=waits_for).delete()
    if deleted:
        audit.record(actor, "action dependency removed", action, before={"waits_for": waits_for.pk})


# --- followers -----------------------------------------------------------------------------------------------------
@transaction.atomic
def follow_action(actor: User, action: Action, follows: bool = True) -> None:
    """Follow an action, or no longer: each for oneself, so that nothing of it stands in the trail."""
    require(actor, "read", action)
    ActionFollower.objects.update_or_create(action=action, user=actor, defaults={"follows": follows})
