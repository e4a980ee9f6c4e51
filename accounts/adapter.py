"""Where allauth asks how Accord does it."""

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.callers import address_of_request


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody registers by themselves: accounts begin with an invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and this password do not belong together."),
        "enter_current_password": _("This is not your present password."),
        "too_many_login_attempts": _("There were too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        return address_of_request(request) or super().get_client_ip(request)

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("preferences")
