"""Legal holds: put and lifted, each a deed of its own (docs/decisions/0030). What they keep is said by `holds`."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit, holds
from coordination.models import LegalHold, Space
from coordination.services.shared import check_texts, require, save_once, sent_before

PUT, LIFTED = "legal hold put", "legal hold lifted"


@transaction.atomic
def put_hold(
    actor: User, space: Space, *, name: str, reason: str, obj: Any = None, submission: UUID | None = None
) -> LegalHold:
    """Keep all of `space`, or `obj` in it, from being deleted and erased: a chair may, an auditor whole spaces.

    Sent twice, it is one.
    """
    in_office = obj is None and access.can_in_office(actor, "hold")
    if not in_office:
        require(actor, "manage", obj if obj is not None else space)
    if before := sent_before(LegalHold, submission, put_by=actor):
        return before
    hold = LegalHold(
        name=name.strip(), reason=reason.strip(), space=space, obj=obj, put_by=actor, put_at=timezone.now(),
        in_office=in_office, submission=submission,
    )  # fmt: skip
    hold.clean_fields(exclude={field.name for field in LegalHold._meta.fields} - {"name", "reason"})
    check_texts(hold)
    if not save_once(hold):
        return sent_before(LegalHold, submission, put_by=actor)
    audit.record(actor, PUT, obj or space, after={"hold": hold.key}, reason=hold.reason)
    return hold


@transaction.atomic
def lift_hold(actor: User, hold: LegalHold, *, reason: str) -> LegalHold:
    """Let go of what it kept. What an auditor has put is lifted by auditors alone. Lifted twice, it is lifted."""
    if not holds.may_lift(actor, hold):
        raise PermissionDenied(_("You do not have the right to do this."))
    hold = LegalHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if hold.lifted_at is not None:
        return hold
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is no longer needed: the chairs read it.")})
    hold.lifted_by, hold.lifted_at, hold.lifted_reason = actor, timezone.now(), reason.strip()
    check_texts(hold)
    hold.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
    audit.record(actor, LIFTED, hold.obj or hold.space, before={"hold": hold.key}, reason=hold.lifted_reason)
    return hold
