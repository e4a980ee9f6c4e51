"""The pages of allauth that Accord has; every other address of allauth answers as if there were nothing.

The closed ones keep their names, since allauth's own views reverse them; whatever a new release of allauth adds is
closed until it is named here.
"""

from allauth.account.urls import urlpatterns as pages_of_allauth
from django.http import Http404
from django.urls import URLPattern

OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


def not_here(request, **kwargs):
    raise Http404


urlpatterns = [
    page if page.name in OPEN else URLPattern(page.pattern, not_here, name=page.name) for page in pages_of_allauth
]
