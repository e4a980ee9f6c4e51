"""What changes accounts: invitations, their acceptance, and preferences."""

from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator as password_tokens
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import password_validation
from django.core import signing
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

    Inviting again an address that has not answered takes what is said of it now, and sends a fresh mail. Raises
    ValidationError for an address that already has an account, in use or closed. The caller has asked
    coordination.access whether `actor` may invite.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and (user.has_usable_password() or not user.is_active):
        raise ValidationError({"email": _("This address already has an account.")})
    if user is None:
        user = User.objects.create_user(email, name=name, organisation=organisation, language=language)
    user.name, user.organisation, user.language = name, organisation, language
    user.invited_at = timezone.now()
    user.save(update_fields=["name", "organisation", "language", "invited_at"])
    transaction.on_commit(lambda: _send_invitation(user, inviter=str(actor)))
    return user


def invitation_path(user: User) -> str:
    """The address that opens the account once; it ends with INVITATION_DAYS, a newer one or the first password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accept_invitation", kwargs={"uid": uid, "token": _invitations(user).sign("accept")})


def _invitations(user: User) -> signing.TimestampSigner:
    """Signs the invitation that was sent last, and no earlier one."""
    return signing.TimestampSigner(salt=f"accounts.invitation {user.pk} {user.email} {user.invited_at}")


def _send_invitation(user: User, inviter: str) -> None:
    context = {
        "user": user,
        "inviter": inviter,
        "url": settings.BASE_URL + invitation_path(user),
        "days": settings.INVITATION_DAYS,
    }
    _mail(user, "accounts/email/invitation", context)


def _mail(user: User, template: str, context: dict[str, Any]) -> None:
    """Send a text to `user`, in the user's own language."""
    with translation.override(user.language):
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        body = render_to_string(f"{template}.txt", context)
    EmailMultiAlternatives(subject, body, to=[user.email]).send()


def invited_user(uid: str, token: str) -> User | None:
    """The user whose invitation this address is, or None if it has ended or never was one."""
    try:
        user = User.objects.get(pk=force_str(urlsafe_base64_decode(uid)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    if user.has_usable_password() or user.invited_at is None:
        return None
    try:
        _invitations(user).unsign(token, max_age=timedelta(days=settings.INVITATION_DAYS))
    except signing.BadSignature:
        return None
    return user


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


def change_preferences(
    user: User,
    *,
    name: str,
    language: str,
    time_zone: str,
    theme: str,
    mail_rhythm: str,
    shows_presence: bool,
) -> User:
    """Change what a user decides alone."""
    user.name, user.language, user.time_zone, user.theme = name, language, time_zone, theme
    user.mail_rhythm, user.shows_presence = mail_rhythm, shows_presence
    user.full_clean()
    user.save()
    return user


def ask_for_new_password(email: str) -> None:
    """Have a mail sent that lets the owner of `email` choose a new password, if there is one.

    Only asks for the task, so that the time which the answer takes does not tell whether the address has an account.
    """
    from accounts.tasks import send_new_password_mail

    send_new_password_mail.enqueue(email)


def mail_new_password_link(email: str) -> None:
    """Send the link, to an account that is in use. Whoever has not accepted an invitation yet has that one."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None or not user.has_usable_password():
        return
    where = {"uidb36": user_pk_to_url_str(user), "key": password_tokens.make_token(user)}
    context = {
        "user": user,
        "url": settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=where),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    _mail(user, "accounts/email/new_password", context)
