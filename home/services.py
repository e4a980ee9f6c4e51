"""Inviting somebody to the platform: an office decides, and the audit trail remembers."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import services as accounts_services
from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation, Person


@transaction.atomic
def invite_person(actor: User, *, email: str, name: str, organisation: Organisation, language: str) -> User:
    """Invite `email` into an account of `organisation`; the person behind it can be named in records and tasks."""
    if not access.can_in_office(actor, "invite"):
        raise PermissionDenied
    invited = accounts_services.invite(actor, email=email, name=name, organisation=organisation, language=language)
    Person.objects.update_or_create(user=invited, defaults={"name": invited.name})
    audit.record(actor, "person invited", invited, after={"organisation": str(organisation), "language": language})
    return invited
