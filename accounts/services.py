"""What changes accounts: invitations, their acceptance, and preferences."""

from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@transaction.atomic
def invite(actor: User, *, email: str, name: str, organisation: Any = None, language: str = "en") -> User:
    """Make an account that waits for its owner, and mail the address that opens it.

    Inviting again an address that has not answered sends a fresh mail. Raises ValidationError for an address that
    already has an account in use. The caller has asked coordination.access whether `actor` may invite.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and user.has_usable_password():
        raise ValidationError({"email": _("This address already has an account.")})
    if user is None:
        user = User.objects.create_user(email, name=name, organisation=organisation, language=language)
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    transaction.on_commit(lambda: _send_invitation(user, inviter=str(actor)))
    return user


def invitation_path(user: User) -> str:
    """The address that opens the account once; it ends with INVITATION_DAYS or with the first password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accept_invitation", kwargs={"uid": uid, "token": default_token_generator.make_token(user)})


def _send_invitation(user: User, inviter: str) -> None:
    context = {
        "user": user,
        "inviter": inviter,
        "url": settings.BASE_URL + invitation_path(user),
        "days": settings.INVITATION_DAYS,
    }
    with translation.override(user.language):
        subject = " ".join(render_to_string("accounts/email/invitation_subject.txt", context).split())
        body = render_to_string("accounts/email/invitation.txt", context)
    EmailMultiAlternatives(subject, body, to=[user.email]).send()


def invited_user(uid: str, token: str) -> User | None:
    """The user whose invitation this address is, or None if it has ended or never was one."""
    try:
        user = User.objects.get(pk=force_str(urlsafe_base64_decode(uid)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    waits = not user.has_usable_password() and user.invited_at is not None
    return user if waits and default_token_generator.check_token(user, token) else None


@transaction.atomic
def accept_invitation(user: User, *, name: str, password: str, language: str, time_zone: str) -> User:
    """Take the account into use with a password of the owner's own."""
    user.name, user.language, user.time_zone = name, language, time_zone
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.full_clean()
    user.save()
    return user


def change_preferences(user: User, *, name: str, language: str, time_zone: str, theme: str) -> User:
    """Change what a user decides alone."""
    user.name, user.language, user.time_zone, user.theme = name, language, time_zone, theme
    user.full_clean()
    user.save()
    return user
