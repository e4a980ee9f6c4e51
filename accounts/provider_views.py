"""Signing in through one's organisation: by one's address, there and back."""

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django import forms
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import guessing, identity


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def provider_login(request):
    """Which organisation somebody is of follows from the domain of the address; there is no list of them.

    The page that comes leads on by itself and by a link: a form that is redirected to another host would need each of
    these hosts in the content security policy.
    """
    if request.method == "POST" and not ratelimit.consume(request, app=guessing.APP, action="login"):
        return ratelimit.respond_429(request)
    own = request.user.email if request.user.is_authenticated else ""
    form = AddressForm(request.POST or None, initial={"email": own})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        provider = identity.provider_for(email)
        if provider is not None:
            return _on_the_way(request, provider, email)
        form.add_error("email", _("No organisation signs in for addresses of this domain. Sign in with your password."))
    next_url = get_next_redirect_url(request) or ""
    return render(request, "accounts/provider_login.html", {"form": form, "next_url": next_url})


def _on_the_way(request, provider, email):
    there = identity.Adapter().get_provider(request, provider.key)
    try:
        answer = there.start(
            request, email=email, next_url=get_next_redirect_url(request), once_more=request.user.is_authenticated
        )
    except OAuth2Error as error:
        return identity.failed(request, provider.key, exception=error)
    context = {"url": answer["Location"], "organisation": provider.organisation}
    return render(request, "accounts/provider_on_the_way.html", context)


@never_cache
@require_safe
def provider_callback(request, key):
    """Back from the provider."""
    try:
        return identity.ComingBack.adapter_view(identity.Steps(request, key))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except OAuth2Error as error:
        return identity.failed(request, key, exception=error)
