"""Inviting somebody to the platform: an office decides, and the audit trail remembers."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import services as accounts_services
from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation


@transaction.atomic
def invite_person(actor: User, *, email: str, name: str, organisation: Organisation, language: str) -> User:
    """Invite `email` into an account of `organisation`."""
    if not access.can_in_office(actor, "invite"):
        raise PermissionDenied
    invited = accounts_services.invite(actor, email=email, name=name, organisation=organisation, language=language)
    audit.record(actor, "person invited", invited, after={"organisation": str(organisation), "language": language})
    return invited
