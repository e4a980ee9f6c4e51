"""Emergency access: an administrator opens one space for some hours, with a reason; the chairs are told at once.

What it opens is said by the access rule (`access.IN_EMERGENCY`). Here it begins and ends, and here is written down what
was looked at.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import User
from coordination import access, audit
from coordination.models import EmergencyAccess, Space
from coordination.models.emergencies import MOST_HOURS
from coordination.services.shared import require, sent_before

BEGUN, ENDED, PAGE_SEEN = "emergency access begun", "emergency access ended", "page seen in an emergency"
LEAST_REASON = 20


@transaction.atomic
def begin_emergency(
    actor: User, space: Space, *, reason: str, hours: int, submission: UUID | None = None
) -> EmergencyAccess:
    """Let `actor` read for some hours what all members of `space` read. Sent twice, it is one."""
    if not access.can_in_office(actor, "enter_in_emergency"):
        raise PermissionDenied
    if before := sent_before(EmergencyAccess, submission, user=actor):
        return before
    if not 1 <= hours <= MOST_HOURS:
        raise ValidationError({"hours": _("At most %d hours.") % MOST_HOURS})
    if len(reason.strip()) < LEAST_REASON:
        raise ValidationError({"reason": _("Say it in a sentence: the chairs read it.")})
    now = timezone.now()
    end_what_is_over(now)
    if access.role_in(actor, space.pk) is not None:
        raise ValidationError(_("You read this space already."))
    begun = EmergencyAccess(
        space=space,
        user=actor,
        reason=reason.strip(),
        begun_at=now,
        ends_at=now + timedelta(hours=hours),
        submission=submission,
    )
    try:
        with transaction.atomic():
            begun.save()
    except IntegrityError:
        return EmergencyAccess.objects.get(space=space, user=actor, ended_at=None)
    access.forget()
    end_emergencies.using(run_after=begun.ends_at).enqueue()
    after = {"member": f"user {actor.pk}", "hours": hours, "until": begun.ends_at.isoformat()}
    audit.record(actor, BEGUN, space, after=after, reason=begun.reason)
    return begun


@transaction.atomic
def end_emergency(actor: User, emergency: EmergencyAccess) -> None:
    """End it before its time: whoever entered, and every chair of the space. Ended twice, it has ended."""
    if actor.pk != emergency.user_id:
        require(actor, "manage", emergency.space)
    _end(emergency, actor, timezone.now())


def _end(emergency: EmergencyAccess, actor: User | None, now: datetime) -> None:
    locked = EmergencyAccess.objects.select_for_update(of=("self",)).filter(pk=emergency.pk, ended_at=None).first()
    if locked is None:
        return
    locked.ended_at, locked.ended_by = now, actor
    locked.save(update_fields=["ended_at", "ended_by"])
    access.forget()
    # With this entry open sockets are told to ask anew (discussion.signals).
    audit.record(actor, ENDED, locked.space, before={"member": f"user {locked.user_id}"})


def end_what_is_over(now: datetime | None = None) -> int:
    """Write down the end of those whose time, or whose office, is over; how many they were. From that moment on they
    have opened nothing, whoever writes it down when."""
    now = now or timezone.now()
    over = EmergencyAccess.objects.filter(ended_at=None).exclude(
        pk__in=EmergencyAccess.objects.running(now).values("pk")
    )
    found = list(over.select_related("space"))
    for emergency in found:
        with transaction.atomic():
            _end(emergency, None, now)
    return len(found)


@task()
def end_emergencies() -> None:
    """At the moment at which one ends, so that no open window waits for the worker's round."""
    end_what_is_over()


@transaction.atomic
def note_pages_seen(looked_at: Iterable[tuple[int, int]], path: str) -> None:
    """Write down the page on which users may have read something of spaces by an emergency access."""
    pairs = list(looked_at)
    users = User.objects.in_bulk({user for user, _space in pairs})
    spaces = Space.objects.in_bulk({space for _user, space in pairs})
    for user, space in pairs:
        audit.record(users[user], PAGE_SEEN, spaces[space], after={"page": path[:500]})
