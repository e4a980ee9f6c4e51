"""Markings: who may change them, and how."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import (
    Audience,
    Marked,
    Marking,
    Organisation,
    Space,
)
from coordination.services.shared import (
    require,
)


@transaction.atomic
def change_marking(
    actor: User,
    obj: Marked,
    marking: str,
    *,
    organisations: Iterable[Organisation] = (),
    users: Iterable[User] = (),
    reason: str = "",
) -> None:
    """Mark `obj` anew. Narrower: whoever writes records, or the author. Wider: a chair only, and with a reason."""
    obj = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
    if isinstance(obj, Space) and marking not in (Marking.CLEAR, Marking.GREEN, Marking.AMBER):
        raise ValidationError({"marking": _("A space is known at least to its members: AMBER, GREEN or CLEAR.")})
    tokens = _tokens_for(obj, marking, list(organisations), list(users))
    if access.is_within(tokens, obj.own_audience.tokens):
        _require_to_narrow(actor, obj)
    else:
        require(actor, "manage", obj)
        if not reason.strip():
            raise ValidationError({"reason": _("Give the reason: the marking becomes wider.")})
    _mark(actor, obj, access.intern(tokens), reason.strip())
    if not access.may_read(actor, obj):
        raise ValidationError(
            {"marking": _("You would lose sight of it yourself. Name yourself or your organisation.")}
        )


def audience_for_new(
    actor: User, obj: Marked, marking: str, organisations: Iterable[Organisation] = (), users: Iterable[User] = ()
) -> Audience:
    """What something that is just being made is marked with, in the words of its form; its maker can read it too."""
    tokens = _tokens_for(obj, marking, list(organisations), list(users))
    if access.principals(actor).isdisjoint(tokens):
        raise ValidationError({"marking": _("You could not read it yourself. Name yourself or your organisation.")})
    return access.intern(tokens)


def _tokens_for(obj: Marked, marking: str, organisations: list[Organisation], users: list[User]) -> frozenset[str]:
    if marking not in Marking.values:
        raise ValidationError({"marking": _("Choose one of the five markings.")})
    space_id = access.space_id_of(obj)
    if marking == Marking.AMBER_STRICT:
        _check_organisations(space_id, organisations)
    if marking == Marking.RED:
        _check_persons(space_id, users)
    return access.audience_tokens(space_id, marking, [org.pk for org in organisations], [user.pk for user in users])


def _check_organisations(space_id: int, organisations: list[Organisation]) -> None:
    if not organisations:
        raise ValidationError({"organisations": _("Name the organisations that may read it.")})
    taking_part = {user.organisation_id for user in access.users_in([space_id])}
    taking_part |= {
        held.member.pk for held in access.members_of(Space(pk=space_id)) if isinstance(held.member, Organisation)
    }
    if outside := [str(one) for one in organisations if one.pk not in taking_part]:
        raise ValidationError({"organisations": _("Not in this space: %s.") % ", ".join(outside)})


def _check_persons(space_id: int, users: list[User]) -> None:
    if not users:
        raise ValidationError({"users": _("Name the persons who may read it.")})
    members = access.users_in([space_id])
    if outside := [str(one) for one in users if one not in members]:
        raise ValidationError({"users": _("Not a member of this space: %s.") % ", ".join(outside)})


def may_mark(actor: User, obj: Marked) -> bool:
    """Whether `actor` may change the marking of `obj` at all: narrow it, that is."""
    return access.can(actor, "contribute" if access.author_id_of(obj) == actor.pk else "record", obj)


def _require_to_narrow(actor: User, obj: Marked) -> None:
    if not may_mark(actor, obj):
        raise PermissionDenied(_("You do not have the right to do this."))


def _mark(actor: User, obj: Marked, own_audience: Audience, reason: str) -> None:
    before = {"marking": obj.own_audience.marking, "audience": obj.own_audience.key}
    obj.own_audience = own_audience
    access.settle(obj)
    after = {"marking": own_audience.marking, "audience": own_audience.key}
    audit.record(actor, "marking changed", obj, before=before, after=after, reason=reason)
