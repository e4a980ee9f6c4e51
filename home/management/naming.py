"""How the commands name an account."""

from django.core.management.base import CommandError

from accounts.models import User


def account_named(email: str) -> User:
    """The account of `email`, however it is written; a sentence where there is none."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"Nobody with the address {email} has an account.")
    return user
