"""Forms of second factors: allauth's, in our words, with our counts of attempts."""

from functools import wraps

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import guessing, watch
from accounts.text import validate_plain_text

CODE_HELP = _("The six digits that your authenticator app shows now.")
NAME_LENGTH = 60


def _as_code(form: forms.Form, label, help_text) -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, help_text
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr", "autofocus": True}
    )


class AddCodesForm(ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _as_code(self, _("Code"), CODE_HELP)


class _CodeForm(code_forms.BaseAuthenticateForm):
    """A code of the app or a recovery code. Each is taken once; wrong ones are counted as wrong passwords are."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _as_code(self, _("Code"), _("The six digits that your authenticator app shows now, or a recovery code."))

    def clean_code(self) -> str:
        counted = guessing.attempt(context.request, self.user.email)
        if not counted:
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code = self.cleaned_data["code"]
        for factor in Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN):
            if factor.wrap().validate_code(code) and self._is_first_use(factor, code):
                factor.user = self.user
                self.authenticator = factor
                counted.rollback()
                return code
        watch.note("not let in", context.request, self.user.pk, by="code")
        raise get_adapter().validation_error("incorrect_code")

    def _is_first_use(self, factor: Authenticator, code: str) -> bool:
        """For as long as the app’s clock may differ from ours a code holds: it is kept in mind for that time."""
        if factor.type != Authenticator.Type.TOTP:
            return True
        digits = "".join(filter(str.isdigit, code))
        holds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        return cache.add(f"used-code:{self.user.pk}:{digits}", True, timeout=holds)


class CodeAtSignInForm(_CodeForm, code_forms.AuthenticateForm):
    pass


class CodeOnceMoreForm(_CodeForm, code_forms.ReauthenticateForm):
    pass


class PasswordOnceMoreForm(account_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label, field.help_text = _("Password"), ""
        field.widget.attrs.pop("placeholder", None)


def _ask_for_a_name(form: forms.Form, *, required: bool) -> None:
    form.fields["name"] = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, required=required, validators=[validate_plain_text],
        help_text=_("To tell it from others: where it is kept, such as “my telephone”."),
    )  # fmt: skip


def _sensible(clean):
    """What a browser would not send is no right code; the parser of passkeys stumbles over some of it."""

    @wraps(clean)
    def cleaned(form):
        try:
            return clean(form)
        except (ValidationError, AttributeError, KeyError, TypeError, ValueError) as refusal:
            watch.note("passkey refused", context.request)
            if isinstance(refusal, ValidationError):
                raise
            raise get_adapter().validation_error("incorrect_code") from refusal

    return cleaned


class PasskeyAtSignInForm(passkey_forms.AuthenticateWebAuthnForm):
    """After the password. It is not counted: nobody guesses a passkey, and whoever has got hold of the password would
    keep its owner out."""

    @_sensible
    def clean_credential(self):
        auth.parse_authentication_response(self.cleaned_data["credential"])
        return auth.complete_authentication(self.user, self.cleaned_data["credential"])


class PasskeyAloneForm(passkey_forms.LoginWebAuthnForm):
    clean_credential = _sensible(passkey_forms.LoginWebAuthnForm.clean_credential)


class PasskeyOnceMoreForm(passkey_forms.ReauthenticateWebAuthnForm):
    clean_credential = _sensible(passkey_forms.ReauthenticateWebAuthnForm.clean_credential)


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    clean = _sensible(passkey_forms.AddWebAuthnForm.clean)

    field_order = ("name", "passwordless", "credential")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask_for_a_name(self, required=False)
        self.fields["credential"].error_messages["required"] = _("No passkey came. Try again.")
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Sign in with it alone"), True
        alone.help_text = _(
            "In place of the password, too. A simple security key may not be able to: then take this off."
        )
        self.order_fields(self.field_order)


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask_for_a_name(self, required=True)
