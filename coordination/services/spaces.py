"""Spaces and their members."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import Collection

from accounts.models import User
from coordination import access, audit, editors
from coordination.models import (
    Organisation,
    Role,
    Space,
    SuspendedMembership,
)
from coordination.services.feeds import end_feeds_of_former_members
from coordination.services.shared import StaleVersion, require


@transaction.atomic
def create_space(
    actor: User,
    *,
    title: str,
    chair: Organisation | User,
    parent: Any = None,
    submission: UUID | None = None,
    **fields: Any,
) -> Space:
    """Make a space below the front page, with its collection for files and its first chair. Sent twice, it is one."""
    if not access.can_in_office(actor, "create_space"):
        raise PermissionDenied(_("Only the secretariat creates spaces."))
    if sent_before := _space_sent_as(submission):
        return sent_before
    try:
        with transaction.atomic():
            space = add_space(title=title, parent=parent, submission=submission, **fields)
    except (IntegrityError, ValidationError):
        # The same form, sent at the same moment, was quicker.
        if sent_before := _space_sent_as(submission):
            return sent_before
        raise
    audit.record(actor, "space created", space, after={"title": title})
    admit(actor, space, chair, Role.CHAIR)
    return space


def _space_sent_as(submission: UUID | None) -> Space | None:
    return Space.objects.filter(submission=submission).first() if submission else None


@transaction.atomic
def add_space(*, title: str, parent: Any = None, **fields: Any) -> Space:
    """The space itself, known to nobody yet."""
    from wagtail.models import Page, Site

    topics = fields.pop("topics", ())
    space = Space(title=title, **fields)
    space.topics = topics
    parent_id = parent.pk if parent else Site.objects.get(is_default_site=True).root_page_id
    # Locked, since the place of a new page or collection in its tree is counted from those that are there.
    above = Page.objects.select_for_update().get(pk=parent_id)
    space.collection = Collection.objects.select_for_update().get(depth=1).add_child(name=title)
    above.add_child(instance=space)
    space.own_audience = space.default_audience()
    access.settle(space)
    return space


@transaction.atomic
def edit_space(actor: User, space: Space, *, version: int, **changes: Any) -> Space:
    """Change title, kind, description, country or topics. `version` is that of the form (see `space_version`).

    The change is a revision like those of the editors' side, so that neither side overwrites the other unseen.
    """
    space = Space.objects.select_for_update().get(pk=space.pk)
    if space_version(space) != version:
        raise StaleVersion
    require(actor, "manage", space)
    before = {name: _plain_field(space, name) for name in changes}
    for name, value in changes.items():
        setattr(space, name, value)
    space.full_clean()
    space.save_revision(user=actor).publish(user=actor)
    space.refresh_from_db()
    audit.record(
        actor, "space changed", space, before=before, after={name: _plain_field(space, name) for name in changes}
    )
    return space


def space_version(space: Space) -> int:
    """What a form about `space` carries along: each published change makes another."""
    return space.latest_revision_id or 0


def _plain_field(space: Space, name: str) -> Any:
    value = getattr(space, name)
    return [topic.slug for topic in value.all()] if name == "topics" else audit.plain(value)


@transaction.atomic
def grant_membership(actor: User, space: Space, member: Organisation | User, role: str) -> None:
    """Give an organisation or one user a role in `space`, and what the role needs on the editors' side."""
    lock_members(space)
    require(actor, "manage", space)
    if role not in access.ROLE_PERMISSIONS:
        raise ValidationError(_("Choose one of the four roles."))
    _keep_a_chair(space, member, role)
    admit(actor, space, member, role)


@transaction.atomic
def revoke_membership(actor: User, space: Space, member: Organisation | User) -> None:
    """Take the membership back, with all that came with it; at once, open sockets included."""
    lock_members(space)
    require(actor, "manage", space)
    end_membership(actor, space, member)


def end_membership(actor: User | None, space: Space, member: Organisation | User, *, reason: str = "") -> str:
    """The change itself, for callers that have asked who may say so and have locked the space; the role that was."""
    before = _role_held(space, member)
    if before is None:
        raise ValidationError(_("This is not a member of the space."))
    _keep_a_chair(space, member, None)
    access.revoke(member, space)
    editors.withdraw(member, space)
    end_feeds_of_former_members(space)
    held = {"member": access.name_of_member(member), "role": before}
    audit.record(actor, "membership revoked", space, before=held, reason=reason)
    return before


def admit(actor: User | None, space: Space, member: Organisation | User, role: str) -> None:
    """The change itself, for callers that have asked who may say so."""
    before = _role_held(space, member)
    access.grant(member, role, space)
    editors.equip(member, space, role)
    # Whoever is admitted again has nothing to be restored.
    of_member = {"organisation" if isinstance(member, Organisation) else "user": member}
    SuspendedMembership.objects.filter(space=space, **of_member).delete()
    audit.record(
        actor,
        "membership granted",
        space,
        before={"member": access.name_of_member(member), "role": before},
        after={"member": access.name_of_member(member), "role": role},
        details={"member": member},
    )


def _role_held(space: Space, member: Organisation | User) -> str | None:
    return next((held.role for held in access.members_of(space) if held.member == member), None)


def lock_members(space: Space) -> None:
    """Let no other membership of `space` change until this one has: two chairs cannot end each other's at once."""
    Space.objects.select_for_update().get(pk=space.pk)


def _keep_a_chair(space: Space, member: Organisation | User, role: str | None) -> None:
    if role == Role.CHAIR:
        return
    others = [held for held in access.members_of(space) if held.role == Role.CHAIR and held.member != member]
    if not others:
        raise ValidationError(_("A space needs a chair. Name another chair first."))
