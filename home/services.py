"""Inviting somebody, giving an office, closing an account: the audit trail remembers who decided."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import services as accounts_services
from accounts.models import PlatformRole, User
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


@transaction.atomic
def appoint(actor: User | None, user: User, office: PlatformRole) -> User:
    """Give `user` an office, or take the office away with `NONE`. No page offers it: a command does, for the system."""
    before, user.platform_role = user.platform_role, office
    user.save(update_fields=["platform_role"])
    audit.record(actor, "office given", user, before={"office": before}, after={"office": office})
    return user


@transaction.atomic
def close_account(actor: User | None, user: User) -> User:
    """Let `user` in no more: sessions end, and open sockets are cut (discussion.signals). A command, for the system."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(actor, "account closed", user)
    return user
