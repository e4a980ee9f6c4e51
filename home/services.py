"""Inviting, giving an office, closing an account, how people sign in: the audit trail remembers who decided."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import services as accounts_services
from accounts import sessions
from accounts.models import IdentityProvider, PlatformRole, User
from coordination import access, audit
from coordination.models import Organisation, Person


@transaction.atomic
def invite_person(
    actor: User, *, email: str, name: str, organisation: Organisation, language: str, by_worker: bool = False
) -> User:
    """Invite `email` into an account of `organisation`; the person behind it can be named in records and tasks."""
    if not access.can_in_office(actor, "invite"):
        raise PermissionDenied
    invited = accounts_services.invite(
        actor, email=email, name=name, organisation=organisation, language=language, by_worker=by_worker
    )
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


def _require_keeper(actor: User | None) -> None:
    """An administrator, or the system."""
    if actor is not None and not access.can_in_office(actor, "keep_accounts"):
        raise PermissionDenied


def reset_second_factor(actor: User | None, user: User, reason: str) -> None:
    """For somebody who has lost it. The sessions end, and the person is told by mail."""
    _require_keeper(actor)
    accounts_services.reset_second_factor(actor, user, reason)


def sign_out_everywhere(actor: User, user: User) -> int:
    _require_keeper(actor)
    return accounts_services.end_sessions(actor, sessions.of(user), user)


@transaction.atomic
def set_identity_provider(actor: User, provider: IdentityProvider) -> IdentityProvider:
    """Say how an organisation signs in; `provider` is new or changed, and not yet saved. Its secret is not in it."""
    _require_keeper(actor)
    names = [field.name for field in provider._meta.concrete_fields if field.editable and not field.primary_key]
    kept = IdentityProvider.objects.filter(pk=provider.pk).first()
    before = {name: getattr(kept, name) for name in names} if kept else {}
    after = {name: getattr(provider, name) for name in names}
    provider.full_clean(exclude=["organisation"])
    provider.save()
    changed = {name for name in names if before.get(name) != after[name]}
    audit.record(
        actor, "sign-in of organisation changed", provider.organisation,
        before={name: value for name, value in before.items() if name in changed},
        after={name: value for name, value in after.items() if name in changed},
    )  # fmt: skip
    return provider
