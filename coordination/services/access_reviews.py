"""Access reviews: every quarter a review of each space opens, and its chairs confirm who is a member (decision 27).

The worker's round opens them, tells the chairs, and closes them when all is confirmed or the days of grace are over.
Each of these is written down under the lock of the review, so that two workers do it once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from coordination import access, audit
from coordination.models import (
    AccessReview,
    AccessReviewRules,
    AuditEntry,
    Confirmation,
    Space,
    SuspendedMembership,
    Told,
    Unconfirmed,
)
from coordination.selectors.access_reviews import ReviewedMember, reviewed_members
from coordination.services.shared import require
from coordination.services.spaces import end_membership, grant_membership, lock_members

DUE, ENDED, SUSPENDED = "access review due", "access review ended", "memberships suspended"
EVERY = timedelta(days=91)
# Days to confirm, days before their end at which it is said once more, and days of grace after it.
TO_CONFIRM, SOON, GRACE = timedelta(days=21), timedelta(days=7), timedelta(days=14)
NOT_CONFIRMED = gettext_noop("Nobody confirmed it in the access review.")


# --- what chairs do ------------------------------------------------------------------------------------------------
@transaction.atomic
def confirm_memberships(actor: User, space: Space, names: Iterable[str]) -> int:
    """Say that these members (`user 12`, `organisation 3`) stay as they are; how many that was news of. Whoever is no
    member any more is passed over."""
    require(actor, "manage", space)
    review = AccessReview.objects.select_for_update(of=("self",)).filter(space=space, closed_at=None).first()
    if review is None:
        raise ValidationError(_("There is no review to be done here at present."))
    wanted, now = frozenset(names), timezone.now()
    new = [one for one in reviewed_members(space, review) if one.name in wanted and not one.is_confirmed]
    Confirmation.objects.bulk_create(
        Confirmation(review=review, role=one.held.role, by=actor, at=now, **one.as_fields) for one in new
    )
    if new:
        audit.record(actor, "memberships confirmed", space, after={"members": [one.name for one in new]})
        _close_if_done(review, now)
    return len(new)


@transaction.atomic
def decide_on_unconfirmed(actor: User, space: Space, unconfirmed: str) -> None:
    """What becomes of memberships that nobody confirms: they are listed, or suspended."""
    require(actor, "manage", space)
    if unconfirmed not in Unconfirmed.values:
        raise ValidationError(_("Choose one of the two."))
    rules, _created = AccessReviewRules.objects.select_for_update().get_or_create(space=space)
    before, rules.unconfirmed = rules.unconfirmed, unconfirmed
    if before != unconfirmed:
        rules.save(update_fields=["unconfirmed"])
        audit.record(
            actor, "access review changed", space, before={"unconfirmed": before}, after={"unconfirmed": unconfirmed}
        )


@transaction.atomic
def restore_membership(actor: User, space: Space, pk: int) -> None:
    """Give a suspended member back the role that was taken. Clicked twice, it is restored."""
    lock_members(space)
    require(actor, "manage", space)
    suspended = SuspendedMembership.objects.filter(space=space, pk=pk).first()
    if suspended is not None:
        grant_membership(actor, space, suspended.member, suspended.role)


# --- the worker's round --------------------------------------------------------------------------------------------
def hold_access_reviews(now: datetime | None = None) -> None:
    """Open what is due, tell the chairs of what is open, and end what is over."""
    now = now or timezone.now()
    recent = AccessReview.objects.filter(Q(closed_at=None) | Q(opened_at__gt=now - EVERY)).values("space")
    admitted = AuditEntry.objects.filter(
        object_type=ContentType.objects.get_for_model(Space),
        object_id=OuterRef("pk"),
        verb="membership granted",
        at__lte=now - EVERY,
    )
    for space in Space.objects.live().filter(Exists(admitted)).exclude(pk__in=recent):
        open_access_review(space, now)
    for review in AccessReview.objects.filter(closed_at=None):
        _look_at(review, now)


@transaction.atomic
def open_access_review(space: Space, now: datetime | None = None) -> AccessReview:
    """Ask the chairs of `space` to confirm its members. Asked by two workers at once, it is one review."""
    now = now or timezone.now()
    # Without a conflict with what refers to the space meanwhile.
    Space.objects.select_for_update(of=("self",), no_key=True).get(pk=space.pk)
    due_on = (now + TO_CONFIRM).date()
    review, is_new = AccessReview.objects.get_or_create(
        space=space, closed_at=None, defaults={"opened_at": now, "due_on": due_on}
    )
    if is_new:
        _tell(review, space)
    return review


@transaction.atomic
def _look_at(review: AccessReview, now: datetime) -> None:
    free = AccessReview.objects.select_for_update(skip_locked=True, of=("self",)).select_related("space")
    locked = free.filter(pk=review.pk, closed_at=None).first()
    if locked is None or _close_if_done(locked, now):
        return
    today = now.date()
    if today > locked.due_on + GRACE:
        _end(locked, now)
        return
    stage = Told.OVERDUE if today > locked.due_on else Told.SOON_DUE if today >= locked.due_on - SOON else Told.OPENED
    if stage > locked.told:
        locked.told = stage
        locked.save(update_fields=["told"])
        _tell(locked, locked.space)


def _tell(review: AccessReview, space: Space) -> None:
    after = {"due_on": review.due_on.isoformat(), "stage": int(review.told)}
    audit.record(None, DUE, space, after=after, details={"recipients": chairs_of(space)})


def _close_if_done(review: AccessReview, now: datetime) -> bool:
    if not all(one.is_confirmed for one in reviewed_members(review.space, review)):
        return False
    _close(review, now, [])
    return True


def _end(review: AccessReview, now: datetime) -> None:
    """The days of grace are over: what is left is listed, and suspended where the space has decided so."""
    left = [one for one in reviewed_members(review.space, review) if not one.is_confirmed]
    rules = AccessReviewRules.objects.filter(space=review.space_id).first()
    if rules and rules.unconfirmed == Unconfirmed.SUSPENDED:
        # Asked before: afterwards they may be among those who have lost it.
        recipients = chairs_of(review.space)
        if suspended := [one for one in left if _suspend(review.space, one, now)]:
            after = {"members": [one.name for one in suspended]}
            audit.record(None, SUSPENDED, review.space, after=after, details={"recipients": recipients})
    _close(review, now, left)


def _suspend(space: Space, one: ReviewedMember, now: datetime) -> bool:
    """Whether it was; the last chair of a space stays, since nobody could restore anybody."""
    lock_members(space)
    try:
        with transaction.atomic():
            role = end_membership(None, space, one.held.member, reason=NOT_CONFIRMED)
    except ValidationError:
        return False
    SuspendedMembership.objects.create(space=space, role=role, at=now, **one.as_fields)
    return True


def _close(review: AccessReview, now: datetime, left: list[ReviewedMember]) -> None:
    review.closed_at, review.left_over = now, len(left)
    review.save(update_fields=["closed_at", "left_over"])
    audit.record(None, ENDED, review.space, after={"unconfirmed": [one.name for one in left]})


def chairs_of(space: Space) -> list[User]:
    """Whoever manages the space, by own membership or by that of the organisation."""
    return [user for user, held in access.users_in([space.pk]).items() if "manage_space" in held.get(space.pk, ())]
