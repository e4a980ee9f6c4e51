"""What is held about the account itself, and how its owner signs in."""

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _
from wagtail.admin.models import EditingSession, FormState
from wagtail.models import PageSubscription
from wagtail.models.api import APIToken
from wagtail.users.models import UserProfile

from accounts.models import User
from coordination.personal import goes, part, told
from home.models import InvitationSheet, PersonalExport, SpaceArchive


@part("account", _("My account"))
def _account(user: User) -> Iterator[dict[str, Any]]:
    names = ("email", "name", "organisation", "platform_role", "language", "time_zone", "theme", "mail_rhythm")
    more = ("shows_presence", "invited_at", "date_joined", "last_login")
    return told(User.objects.filter(pk=user.pk).select_related("organisation"), *names, *more)


@part("second_factors", _("How I sign in: without the secrets"))
def _factors(user: User) -> Iterator[dict[str, Any]]:
    yield from told(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at")
    yield from told(SocialAccount.objects.filter(user=user), "provider", "uid", "date_joined", "last_login")


@part("sessions", _("Where I am signed in"))
def _sessions(user: User) -> Iterator[dict[str, Any]]:
    return told(UserSession.objects.filter(user=user), "ip", "user_agent", "created_at", "last_seen_at")


@part("exports", _("When my data was asked for"))
def _exports(user: User) -> Iterator[dict[str, Any]]:
    return told(PersonalExport.objects.filter(user=user).select_related("asked_by"), "asked_at", "asked_by", "state")


goes(_("How the person signs in"), Authenticator, SocialAccount, EmailAddress)
goes(_("Sheets that were sent in, and what is on its way"), InvitationSheet, by="created_by")
goes(_("Sheets that were sent in, and what is on its way"), SpaceArchive, by="reader")
goes(_("Sheets that were sent in, and what is on its way"), PersonalExport, PageSubscription, UserProfile)
goes(_("Sheets that were sent in, and what is on its way"), EditingSession, FormState, APIToken)
