"""Second factors: allauth's pages, in our frame. Each change is one transaction with its entry in the trail."""

from allauth.mfa.base import views as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe

from accounts import second_factor, services, sessions
from accounts.second_factor_forms import (
    AddCodesForm,
    AddPasskeyForm,
    CodeAtSignInForm,
    CodeOnceMoreForm,
    PasskeyAloneForm,
    PasskeyAtSignInForm,
    PasskeyOnceMoreForm,
    RenamePasskeyForm,
)
from accounts.services import Change

Kind = Authenticator.Type


@login_required
@require_safe
def security(request):
    """How the reader signs in: password, second factors, recovery codes."""
    factors = {kind: [] for kind in Kind.values}
    for factor in Authenticator.objects.filter(user=request.user).order_by("pk"):
        factors[factor.type].append(factor)
    left = [len(factor.wrap().get_unused_codes()) for factor in factors[Kind.RECOVERY_CODES]]
    context = {
        "app": next(iter(factors[Kind.TOTP]), None),
        "passkeys": factors[Kind.WEBAUTHN],
        "codes_left": left[0] if left else None,
        "has_a_factor": bool(factors[Kind.TOTP] or factors[Kind.WEBAUTHN]),
        "must_have_one": second_factor.must_have(request.user),
        "is_kept_out": second_factor.is_missing(request.user, request.session),
    }
    return render(request, "mfa/index.html", context)


class Changing:
    """A view whose form changes a factor: in one transaction, written down and told."""

    change: Change
    kind: str = ""

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            user = self.request.user
            if self.change != Change.CODES_MADE:
                # Whoever had got in without the factor, or had one that is gone, is out.
                self.request.session.pop(second_factor.PASSED, None)
                sessions.end_others(user, self.request.session.session_key)
            services.note_change(user, user, self.change, kind=self.kind)
        return response


class AddCodes(Changing, totp.ActivateTOTPView):
    form_class = AddCodesForm
    change, kind = Change.FACTOR_ADDED, Kind.TOTP.value


class RemoveCodes(Changing, totp.DeactivateTOTPView):
    change, kind = Change.FACTOR_REMOVED, Kind.TOTP.value


class AddPasskey(Changing, passkeys.AddWebAuthnView):
    form_class = AddPasskeyForm
    change, kind = Change.FACTOR_ADDED, Kind.WEBAUTHN.value

    def get_context_data(self, **kwargs):
        # allauth's would make the form anew, without what is wrong with it.
        return {**super().get_context_data(**kwargs), **kwargs}


class RemovePasskey(Changing, passkeys.RemoveWebAuthnView):
    change, kind = Change.FACTOR_REMOVED, Kind.WEBAUTHN.value
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs):
        return super().get_context_data(is_last=second_factor.is_last(self.object), **kwargs)

    def post(self, request, *args, **kwargs):
        """The only one of somebody who must have one stays."""
        if second_factor.is_last(self.get_object()):
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)


class RenamePasskey(passkeys.EditWebAuthnView):
    form_class = RenamePasskeyForm
    success_url = reverse_lazy("mfa_index")


class MakeRecoveryCodes(Changing, recovery.GenerateRecoveryCodesView):
    change, kind = Change.CODES_MADE, Kind.RECOVERY_CODES.value


class ShowRecoveryCodes(recovery.ViewRecoveryCodesView):
    """Shown once, right after they were made: later the page says how many are left."""


class CodeAtSignIn(codes.AuthenticateView):
    form_class = CodeAtSignInForm
    webauthn_form_class = PasskeyAtSignInForm


class PasskeyAlone(passkeys.LoginWebAuthnView):
    form_class = PasskeyAloneForm


class PasskeyOnceMore(passkeys.ReauthenticateWebAuthnView):
    form_class = PasskeyOnceMoreForm


class CodeOnceMore(codes.ReauthenticateView):
    form_class = CodeOnceMoreForm
