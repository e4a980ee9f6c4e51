"""What changes accounts: invitations, their acceptance, preferences, second factors and sessions."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator as password_tokens
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import password_validation
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet, TextChoices
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.models import User


@transaction.atomic
def invite(
    actor: User, *, email: str, name: str, organisation: Any = None, language: str = "en", by_worker: bool = False
) -> User:
    """Make an account that waits for its owner, and mail the address that opens it.

    Inviting again an address that has not answered takes what is said of it now, and sends a fresh mail. Raises
    ValidationError for an address that already has an account, in use or closed. The caller has asked
    coordination.access whether `actor` may invite. Of many invitations the worker sends the mails (`by_worker`).
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and (user.has_usable_password() or not user.is_active):
        raise ValidationError({"email": _("This address already has an account.")})
    if user is None:
        user = User.objects.create_user(email, name=name, organisation=organisation, language=language)
    user.name, user.organisation, user.language = name, organisation, language
    user.invited_at = timezone.now()
    user.save(update_fields=["name", "organisation", "language", "invited_at"])
    if by_worker:
        from accounts.tasks import send_invitation

        send_invitation.enqueue(user.pk, str(actor), user.invited_at.isoformat())
    else:
        transaction.on_commit(lambda: _send_invitation(user, inviter=str(actor)))
    return user


def invitation_path(user: User) -> str:
    """The address that opens the account once; it ends with INVITATION_DAYS, a newer one or the first password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accept_invitation", kwargs={"uid": uid, "token": _invitations(user).sign("accept")})


def _invitations(user: User) -> signing.TimestampSigner:
    """Signs the invitation that was sent last, and no earlier one."""
    return signing.TimestampSigner(salt=f"accounts.invitation {user.pk} {user.email} {user.invited_at}")


def mail_invitation(user_id: int, inviter: str, invited_at: str) -> None:
    """Send the mail of this invitation, unless another came after it or it has been accepted by now."""
    user = User.objects.filter(pk=user_id, invited_at=datetime.fromisoformat(invited_at), is_active=True).first()
    if user is not None and not user.has_usable_password():
        _send_invitation(user, inviter)


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
    if user is None or not user.has_usable_password() or user.comes_through_its_provider_alone:
        return
    where = {"uidb36": user_pk_to_url_str(user), "key": password_tokens.make_token(user)}
    context = {
        "user": user,
        "url": settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=where),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    _mail(user, "accounts/email/new_password", context)


# --- second factors and sessions -----------------------------------------------------------------------------------
class Change(TextChoices):
    """Of what the owner of an account is told by mail at once: whoever did it."""

    FACTOR_ADDED = "second factor added", _("A second factor was added.")
    FACTOR_REMOVED = "second factor removed", _("A second factor was removed.")
    CODES_MADE = "recovery codes made", _("New recovery codes were made; those before them have ended.")
    RESET = (
        "second factor reset",
        _("An administrator has reset your second factor, and you are signed out everywhere."),
    )
    PROVIDER = "sign-in linked", _("The account was linked with your organisation’s sign-in.")
    PASSWORD = "password changed", _("The password was changed.")
    DATA_ASKED = (
        "personal data asked for",
        _("An administrator has had an export of your data made. Nobody but you can fetch it: see “My data”."),
    )


@transaction.atomic
def note_change(actor: User | None, user: User, change: Change, *, reason: str = "", **after: Any) -> None:
    """Write down what became of how `user` signs in, and tell the user."""
    events.tell(actor, change.value, user, reason=reason, **after)
    tell_of_change(user, change)


def tell_of_change(user: User, change: Change) -> None:
    from accounts.tasks import send_mail_about_change

    at = timezone.now().isoformat()
    transaction.on_commit(lambda: send_mail_about_change.enqueue(user.pk, change.value, at))


def tell_of_erasure(user: User) -> None:
    """A last mail, written before the address is gone and sent once it is."""
    with translation.override(user.language):
        subject = " ".join(render_to_string("accounts/email/erased_subject.txt").split())
        body = render_to_string("accounts/email/erased.txt", {"user": user})
    message = EmailMultiAlternatives(subject, body, to=[user.email])
    transaction.on_commit(lambda: message.send(fail_silently=True))


def mail_about_change(user_id: int, change: str, at: str) -> None:
    user = User.objects.get(pk=user_id)
    with timezone.override(user.time_zone):
        context = {
            "user": user,
            "what": Change(change).label,
            "at": datetime.fromisoformat(at),
            "url": settings.BASE_URL,
        }
        _mail(user, "accounts/email/security", context)


@transaction.atomic
def reset_second_factor(actor: User | None, user: User, reason: str) -> None:
    """For somebody who has lost it: all factors are taken away, and all sessions end.

    The next sign-in goes by the first factor alone, and begins with setting up a second one where that is a duty."""
    from accounts import sessions

    Authenticator.objects.filter(user=user).delete()
    sessions.end_others(user, None)
    note_change(actor, user, Change.RESET, reason=reason)


@transaction.atomic
def end_sessions(actor: User, rows: QuerySet[UserSession], user: User) -> int:
    """End these sessions of `user`, and write down how many there were."""
    from accounts import sessions

    ended = sessions.end(rows)
    if ended:
        events.tell(actor, "sessions ended", user, number=ended)
    return ended


def take_into_use(user: User) -> None:
    """The provider of the organisation lets `user` in for the first time: an invitation that waits is accepted."""
    user.invited_at = None
    user.save(update_fields=["invited_at"])
    note_change(user, user, Change.PROVIDER)
