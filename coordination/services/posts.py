"""Posts, and who holds them: a change of holder passes on what lay with the one who leaves, after one question."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.bounds import beyond_the_calendar
from coordination.models import Organisation, Person, Post, Space
from coordination.selectors import people as selectors
from coordination.services.handover import HandedOver, hand_over, pass_on_focal_points
from coordination.services.shared import StaleVersion
from coordination.services.spaces import grant_membership, revoke_membership


class PassesOn(TextChoices):
    """The one question of a change of holder."""

    ALL = "all", _("Access and open items")
    ITEMS = "items", _("Open items only")
    NOTHING = "nothing", _("Nothing")


@dataclass
class PassedOn:
    """What went to the successor, and the titles of what could not."""

    post: Post | None = None
    actions: HandedOver = field(default_factory=HandedOver)
    spaces: list[Space] = field(default_factory=list)
    focal_points: list[Organisation] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(self.actions.moved) + len(self.spaces) + len(self.focal_points) + len(self.items)


def check_post_days(post: Post) -> None:
    for name in ("starts_on", "ends_on"):
        if problem := beyond_the_calendar(getattr(post, name)):
            raise ValidationError({name: problem})
    if post.starts_on and post.ends_on and post.ends_on < post.starts_on:
        raise ValidationError({"ends_on": _("This is before the day on which it starts.")})


@transaction.atomic
def add_post(
    actor: User,
    *,
    organisation: Organisation,
    title: str,
    person: Person | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    listed: bool = False,
    submission: UUID | None = None,
) -> Post:
    """Enter a post at an organisation, held by somebody or vacant. Sent twice, it is one."""
    _require(actor, organisation)
    if submission and (sent_before := Post.objects.filter(submission=submission).first()):
        return sent_before
    _check_known(actor, person)
    post = Post(
        organisation=organisation, title=title, person=person, starts_on=starts_on, ends_on=ends_on,
        listed=listed and access.can_in_office(actor, "keep_people"), kept=True, submission=submission,
    )  # fmt: skip
    _check(post)
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError:
        if submission and (sent_before := Post.objects.filter(submission=submission).first()):
            return sent_before
        raise
    audit.record(actor, "post added", post, after=_told(post))
    return post


@transaction.atomic
def edit_post(actor: User, post: Post, *, version: int, **changes: Any) -> Post:
    """Correct title or days of what somebody held. Whether it is listed is for the secretariat to say."""
    post = _latest(actor, post, version)
    if not access.can_in_office(actor, "keep_people"):
        changes.pop("listed", None)
    before = _told(post)
    for name, value in changes.items():
        setattr(post, name, value)
    _check(post)
    post.version += 1
    post.save()
    audit.record(actor, "post changed", post, before=before, after=_told(post))
    return post


@transaction.atomic
def change_holder(
    actor: User,
    post: Post,
    *,
    version: int,
    successor: Person | None,
    on: date,
    passes_on: str = PassesOn.NOTHING,
    reason: str = "",
    shown: Collection[str] | None = None,
) -> PassedOn:
    """End the time of the one who holds `post` on the day before `on`, and begin the successor's; without a successor
    the post is vacant. `passes_on` says what of the predecessor's goes along.

    `shown` are the names of what the actor has seen going: where there is more by now, nothing changes.
    """
    post = _latest(actor, post, version)
    _check_change(actor, post, successor, on)
    if passes_on != PassesOn.NOTHING and (successor is None or post.person is None):
        raise ValidationError({"passes_on": _("There is nobody to pass it on to: choose the successor, or nothing.")})
    if passes_on != PassesOn.NOTHING and not reason.strip():
        raise ValidationError({"reason": _("Give the reason: it stands in the history of all that is passed on.")})
    if passes_on != PassesOn.NOTHING and on > timezone.localdate() and not _is_of(successor, post.organisation):
        raise ValidationError(
            {"on": _("What is passed on goes at once, and the successor is not there yet: choose a day that has come.")}
        )
    before = _told(post)
    # Whoever has left before has not been there until now.
    post.ends_on = min(post.ends_on or date.max, on - timedelta(days=1))
    post.version += 1
    post.save()
    new = Post(
        organisation=post.organisation, title=post.title, person=successor, starts_on=on, listed=post.listed,
        kept=post.kept, succession=post.succession,
    )  # fmt: skip
    new.save()
    audit.record(actor, "post passed on", new, before=before, after=_told(new), reason=reason.strip())
    passed = PassedOn(post=new)
    if passes_on != PassesOn.NOTHING:
        assert successor is not None and post.person is not None  # refused above
        _pass_on(actor, post.person, successor, reason.strip(), PassesOn(passes_on), shown, passed)
    return passed


def _pass_on(
    actor: User,
    leaves: Person,
    comes: Person,
    reason: str,
    what: PassesOn,
    shown: Collection[str] | None,
    passed: PassedOn,
) -> None:
    """Access first, so that the successor may read what comes; the predecessor's ends last."""
    going = selectors.to_pass_on(actor, leaves)
    if what == PassesOn.ITEMS:
        going = selectors.ToPassOn(actions=going.actions, focal_points=going.focal_points, items=going.items)
    if shown is not None and not going.seen <= set(shown):
        raise StaleVersion
    passed.spaces = _open_spaces(actor, leaves, comes, going.spaces, passed)
    if going.actions:
        passed.actions = hand_over(actor, leaves, comes, reason=reason)
        passed.kept += [str(action) for action in passed.actions.kept]
    for item in going.items:
        (passed.items if item.pass_on(comes, reason) else passed.kept).append(item.title)
    # The handover of actions passes it on already.
    passed.focal_points = passed.actions.focal_points or pass_on_focal_points(actor, leaves, comes)
    passed.kept += [str(one) for one in going.focal_points if one not in passed.focal_points]
    for space in passed.spaces:
        assert leaves.user is not None  # has a membership
        revoke_membership(actor, space, leaves.user)


def _open_spaces(actor: User, leaves: Person, comes: Person, spaces: list[Space], passed: PassedOn) -> list[Space]:
    """Give the successor the role that the predecessor has by a grant of one's own; never a smaller one than before."""
    if comes.user is None or not comes.user.is_active:
        passed.kept += [space.title for space in spaces]
        return []
    for space in spaces:
        held = {one.member: one.role for one in access.members_of(space)}
        role, present = held[leaves.user], access.role_in(comes.user, space.pk)
        if present is None or len(access.ROLE_PERMISSIONS[role]) > len(access.ROLE_PERMISSIONS[present]):
            grant_membership(actor, space, comes.user, role)
    return spaces


def _require(actor: User, organisation: Organisation) -> None:
    if not access.may_keep_posts_of(actor, organisation):
        raise PermissionDenied(_("You do not have the right to do this."))


def _latest(actor: User, post: Post, version: int) -> Post:
    post = Post.objects.select_for_update(of=("self",)).select_related("organisation", "person__user").get(pk=post.pk)
    _require(actor, post.organisation)
    if not Post.objects.known_to(actor).filter(pk=post.pk).exists():
        raise PermissionDenied(_("You do not have the right to do this."))
    if post.version != version:
        raise StaleVersion
    return post


def _check(post: Post) -> None:
    post.clean_fields(exclude=["submission"])
    check_post_days(post)


def _check_known(actor: User, person: Person | None) -> None:
    if person is not None and not access.knows(actor, person):
        raise ValidationError({"person": _("Choose somebody who stands in the directory.")})


def _check_change(actor: User, post: Post, successor: Person | None, on: date) -> None:
    if successor is not None and not access.knows(actor, successor):
        raise ValidationError({"successor": _("Choose somebody who stands in the directory.")})
    if successor is not None and successor == post.person:
        raise ValidationError({"successor": _("Choose somebody else.")})
    if problem := beyond_the_calendar(on):
        raise ValidationError({"on": problem})
    if post.starts_on and on <= post.starts_on:
        raise ValidationError({"on": _("The present holder began on that day or later.")})
    if post.is_past and post.ends_on and on <= post.ends_on:
        raise ValidationError({"on": _("The last holder was there until after that day.")})
    if on > timezone.localdate() + timedelta(days=366):
        raise ValidationError({"on": _("Choose a day within a year.")})


def _is_of(person: Person | None, organisation: Organisation) -> bool:
    if person is None:
        return False
    has_account = person.user is not None and person.user.organisation_id == organisation.pk
    return has_account or person.posts.current().filter(organisation=organisation).exists()


def _told(post: Post) -> dict[str, Any]:
    return {
        "title": post.title, "person": post.person_id, "starts_on": audit.plain(post.starts_on),
        "ends_on": audit.plain(post.ends_on), "listed": post.listed,
    }  # fmt: skip
