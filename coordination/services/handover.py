"""A liaison who leaves hands everything over to a successor, in one step."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit, selectors
from coordination.models import Action, ActionFollower, Organisation, Person
from coordination.services.reminders import set_focal_point
from coordination.services.shared import StaleVersion, check_person


@dataclass
class HandedOver:
    """What has gone to the successor, and what stays because the successor may not read it or is of another body."""

    moved: list[Action] = field(default_factory=list)
    kept: list[Action] = field(default_factory=list)
    focal_points: list[Organisation] = field(default_factory=list)


@transaction.atomic
def hand_over(
    actor: User, predecessor: Person, successor: Person, *, reason: str, shown: Collection[str] | None = None
) -> HandedOver:
    """Give `successor` all standing actions of `predecessor` that `actor` may read and hand over, and let the successor
    follow what the predecessor followed. Done again, it moves nothing.

    `shown` are the keys of the actions that the actor has seen: where there are others by now, nothing moves.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason: it stands in the history of each action.")})
    if predecessor == successor:
        raise ValidationError({"successor": _("Choose somebody else.")})
    if not selectors.may_hand_over_for(actor, predecessor):
        raise PermissionDenied(_("You do not have the right to do this."))
    if not selectors.successors_of(actor, predecessor).filter(pk=successor.pk).exists():
        raise ValidationError({"successor": _("Choose somebody of the same organisation.")})
    result = HandedOver()
    with access.remembering():
        # In one order, so that two who hand over at once wait for one another.
        rows = Action.objects.select_for_update(of=("self",)).select_related("audience", "owner", "owner_person")
        for action in rows.standing().filter(owner_person=predecessor).order_by("pk"):
            if access.can(actor, "hand_over", action):
                if shown is not None and action.key not in shown:
                    raise StaleVersion
                (result.moved if _may_take(successor, action) else result.kept).append(action)
        if predecessor.user and successor.user:
            _hand_over_following(actor, predecessor.user, successor.user, result.moved)
    for number, action in enumerate(result.moved, start=1):
        _move(actor, action, successor, reason.strip(), of=len(result.moved) if number == len(result.moved) else None)
    result.focal_points = pass_on_focal_points(actor, predecessor, successor)
    return result


def pass_on_focal_points(actor: User, predecessor: Person, successor: Person) -> list[Organisation]:
    """Let the successor be focal point wherever the predecessor is and the actor may say so; where it went."""
    passed = []
    for organisation in selectors.focal_points_to_pass_on(actor, predecessor):
        comes = successor.user
        if comes is not None and comes.is_active and comes.organisation_id == organisation.pk:
            set_focal_point(actor, organisation, comes)
            passed.append(organisation)
    return passed


def _may_take(successor: Person, action: Action) -> bool:
    try:
        check_person(action.owner, successor)
    except ValidationError:
        return False
    return successor.user is None or access.may_read(successor.user, action)


def _move(actor: User, action: Action, successor: Person, reason: str, of: int | None) -> None:
    before, after = {"owner_person": action.owner_person_id}, {"owner_person": successor.pk}
    action.owner_person = successor
    action.version += 1
    action.save()
    # The last one says how many there were: the successor gets one piece of news, not fifty.
    told = {} if of is None else {"handed_over": of}
    audit.record(actor, "action handed over", action, before=before, after={**after, **told}, reason=reason)


def _hand_over_following(actor: User, leaves: User, comes: User, moved: list[Action]) -> None:
    """What was followed goes along: all of it where the one who leaves does this, else what is moved."""
    concerned = selectors.standing_followed_by(leaves)
    if actor != leaves:
        concerned = concerned.filter(pk__in=[action.pk for action in moved])
    followed = [action for action in concerned.select_related("audience") if access.may_read(comes, action)]
    for action in followed:
        ActionFollower.objects.get_or_create(action=action, user=comes)
    for action in {*followed, *moved}:
        ActionFollower.objects.update_or_create(action=action, user=leaves, defaults={"follows": False})
