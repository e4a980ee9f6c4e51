"""The pages of allauth that Accord has; every other address of allauth answers as if there were nothing.

The closed ones keep their names, since allauth's own views reverse them; whatever a new release of allauth adds is
closed until it is named here. Of second factors there are the pages named here, with views and addresses of ours.
"""

from allauth.account.urls import urlpatterns as pages_of_allauth
from django.db import transaction
from django.http import Http404
from django.urls import URLPattern, path

from accounts import second_factor_views as views

OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


# What these change stands in the audit trail, by one transaction.
CHANGING = {"account_change_password", "account_reset_password_from_key"}


def not_here(request, **kwargs):
    raise Http404


def _ours(page: URLPattern) -> URLPattern:
    if page.name in CHANGING:
        return URLPattern(page.pattern, transaction.atomic(page.callback), name=page.name)
    return page if page.name in OPEN else URLPattern(page.pattern, not_here, name=page.name)


urlpatterns = [
    *map(_ours, pages_of_allauth),
    path("login/code/", views.CodeAtSignIn.as_view(), name="mfa_authenticate"),
    path("login/passkey/", views.PasskeyAlone.as_view(), name="mfa_login_webauthn"),
    path("once-more/code/", views.CodeOnceMore.as_view(), name="mfa_reauthenticate"),
    path("once-more/passkey/", views.PasskeyOnceMore.as_view(), name="mfa_reauthenticate_webauthn"),
    path("security/", views.security, name="mfa_index"),
    path("security/app/add/", views.AddCodes.as_view(), name="mfa_activate_totp"),
    path("security/app/remove/", views.RemoveCodes.as_view(), name="mfa_deactivate_totp"),
    path("security/passkeys/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/name/", views.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("security/recovery-codes/", views.ShowRecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("security/recovery-codes/new/", views.MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
]
