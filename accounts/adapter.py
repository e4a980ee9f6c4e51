"""Where allauth asks how Accord does it."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import guessing, sealed, second_factor
from accounts.callers import address_of_request
from accounts.models import User

# Asked before somebody is let in, once it is sure who it is: an answer in place of it, or None.
asked_before_sign_in: list[Callable[[HttpRequest, User], HttpResponse | None]] = []


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody registers by themselves: accounts begin with an invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and this password do not belong together."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("There were too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("There were too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        return address_of_request(request) or super().get_client_ip(request)

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("preferences")

    def pre_authenticate(self, request, **credentials: Any) -> None:
        self._login_failed_rl_usage = guessing.attempt(request, credentials.get("email", ""))
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def pre_login(self, request, user, **login: Any):
        refused = super().pre_login(request, user, **login)
        answers = (ask(request, user) for ask in asked_before_sign_in)
        return refused or next((answer for answer in answers if answer is not None), None)

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "accounts.stages.SecondFactorStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    # --- proving once more who one is --------------------------------------------------------------------------------
    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not shortly after a sign-in. Who has nothing to prove it by here does so at the provider."""
        if not super().is_reauthentication_required(app=app, **kwargs) or _was_just_here(context.request):
            return False
        if not get_reauthentication_flows(context.request.user):
            raise ReauthenticationRequired
        return True

    def get_reauthentication_methods(self, user) -> list[dict[str, Any]]:
        """A factor before the password, which may be what somebody else has got hold of."""
        if not user.is_authenticated:
            return []
        words = {
            "reauthenticate": _("With the password"),
            "mfa_reauthenticate": _("With a code"),
            "mfa_reauthenticate:webauthn": _("With a passkey"),
        }
        found = [{**one, "description": words[one["id"]]} for one in super().get_reauthentication_methods(user)]
        provider = {"id": "provider", "description": _("With your organisation’s sign-in"), "url": reverse(PROVIDER)}
        return found[::-1] or [provider]


# The address, by name, at which somebody signs in through the provider of the organisation.
PROVIDER = "provider_login"


def _was_just_here(request: Any) -> bool:
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in records)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: kept sealed, and none taken away that its user must have."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or it was used already."),
        "cannot_delete_authenticator": _(
            "You must have a second factor, and this is your only one. Add another one first."
        ),
        "cannot_generate_recovery_codes": _("Set up a second factor first: recovery codes stand in for one."),
    }

    def encrypt(self, text: str) -> str:
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text)

    def _get_site_name(self) -> str:
        return "Accord"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor.is_last(authenticator)

    def generate_authenticator_name(self, user, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}
