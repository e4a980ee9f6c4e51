"""Access reviews as pages show them: who is a member, since when, last seen when, and who has confirmed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max

from accounts.models import User
from coordination import access
from coordination.models import AccessReview, AccessReviewRules, AuditEntry, Organisation, Space, SuspendedMembership
from coordination.models.access_reviews import Confirmation, Unconfirmed


@dataclass(frozen=True)
class ReviewedMember:
    """A membership in a review."""

    held: access.Membership
    since: datetime | None
    last_seen: datetime | None
    confirmation: Confirmation | None
    # Admitted while the review was open already: a chair has said so just now.
    is_new: bool

    @property
    def is_confirmed(self) -> bool:
        return self.confirmation is not None or self.is_new

    @property
    def is_organisation(self) -> bool:
        return isinstance(self.held.member, Organisation)

    @property
    def name(self) -> str:
        return access.name_of_member(self.held.member)

    @property
    def as_fields(self) -> dict[str, Any]:
        return {"organisation" if self.is_organisation else "user": self.held.member}


def reviewed_members(space: Space, review: AccessReview | None) -> list[ReviewedMember]:
    """Every membership of the space. As many queries for many as for few."""
    members = access.members_of(space)
    since, seen = _since(space), _last_seen(held.member for held in members)
    confirmed = {}
    if review is not None:
        for one in review.confirmations.select_related("by", "organisation", "user"):
            confirmed[one.member] = one
    found = []
    for held in members:
        begun = since.get(access.name_of_member(held.member))
        confirmation = confirmed.get(held.member)
        if confirmation is not None and confirmation.role != held.role:
            confirmation = None  # it was another role that was confirmed
        is_new = review is not None and begun is not None and begun >= review.opened_at
        found.append(ReviewedMember(held, begun, seen.get(held.member), confirmation, is_new))
    return found


def _since(space: Space) -> dict[str, datetime]:
    """When each member was given its role last, as the trail tells."""
    entries = AuditEntry.objects.filter(
        object_type=ContentType.objects.get_for_model(Space), object_id=space.pk, verb="membership granted"
    )
    return {after.get("member", ""): at for after, at in entries.order_by("pk").values_list("after", "at")}


def _last_seen(members: Iterable[Any]) -> dict[Any, datetime | None]:
    """When a user signed in last; of an organisation, when any of its users did."""
    of_all = list(members)
    users: dict[Any, datetime | None] = {one: one.last_login for one in of_all if isinstance(one, User)}
    organisations = [one for one in of_all if isinstance(one, Organisation)]
    latest = User.objects.filter(groups__organisation__in=organisations).values("groups__organisation")
    seen = dict(latest.annotate(latest=Max("last_login")).values_list("groups__organisation", "latest"))
    return users | {one: seen.get(one.pk) for one in organisations}


def open_review_of(space: Space) -> AccessReview | None:
    return AccessReview.objects.filter(space=space, closed_at=None).first()


def last_review_of(space: Space) -> AccessReview | None:
    return AccessReview.objects.filter(space=space).exclude(closed_at=None).first()


def suspended_in(space: Space) -> list[SuspendedMembership]:
    found = SuspendedMembership.objects.filter(space=space)
    return list(found.select_related("organisation__country", "user__organisation"))


def unconfirmed_rule_of(space: Space) -> str:
    rules = AccessReviewRules.objects.filter(space=space).first()
    return str(rules.unconfirmed if rules else Unconfirmed.LISTED)


def access_reviews_for(user: access.Reader) -> list[AccessReview]:
    """The reviews that wait for `user`, the most urgent first: one query, and for those who chair nothing none."""
    managed = access.spaces_where(user, "manage_space")
    if not managed:
        return []
    found = AccessReview.objects.filter(space__in=managed, closed_at=None, space__live=True)
    return list(found.select_related("space").order_by("due_on", "pk"))
