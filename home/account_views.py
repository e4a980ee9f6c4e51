"""For administrators: accounts, and how organisations sign in. For everyone else these pages are not there."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import sessions
from accounts.models import IdentityProvider, User
from coordination import access
from coordination.models import Organisation, Person
from home import selectors, services
from home.account_forms import IdentityProviderForm, ResetForm

ROWS = 50


def for_administrators(request):
    """To all others the page is not there."""
    if not access.can_in_office(request.user, "keep_accounts"):
        raise Http404


@login_required
@require_safe
def account_list(request):
    for_administrators(request)
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    page = Paginator(selectors.accounts(words), ROWS).get_page(request.GET.get("page"))
    return render(request, "home/account_list.html", {"page": page, "words": words})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa", enabled=lambda request: request.method == "POST")
def account_detail(request, pk):
    """One account: how it signs in, and the help for somebody who has lost the second factor."""
    for_administrators(request)
    account = get_object_or_404(selectors.accounts(), pk=pk)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.reset_second_factor(request.user, account, form.cleaned_data["reason"])
        messages.success(
            request, _("The second factor is reset, and all sessions have ended. A mail tells the person.")
        )
        return redirect("account_detail", pk=pk)
    context = {
        "account": account,
        "form": form,
        "sessions": sessions.of(account).count(),
        "person": Person.objects.filter(user=account).first(),
    }
    return render(request, "home/account_detail.html", context)


@login_required
@require_POST
@reauthentication_required(app="allauth.mfa")
def account_sign_out(request, pk):
    for_administrators(request)
    account = get_object_or_404(User, pk=pk)
    services.sign_out_everywhere(request.user, account)
    messages.success(request, _("All sessions of this account have ended."))
    return redirect("account_detail", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa", enabled=lambda request: request.method == "POST")
def organisation_sign_in(request, pk):
    """The identity provider of an organisation."""
    for_administrators(request)
    organisation = get_object_or_404(Organisation, pk=pk)
    provider = IdentityProvider.objects.filter(organisation=organisation).first()
    if provider is None:
        provider = IdentityProvider(organisation=organisation)
    form = IdentityProviderForm(request.POST or None, instance=provider)
    if request.method == "POST" and form.is_valid():
        services.set_identity_provider(request.user, form.save(commit=False))
        messages.success(request, _("The organisation’s sign-in is saved."))
        return redirect("organisation_sign_in", pk=pk)
    back = reverse("provider_callback", kwargs={"key": provider.key}) if provider.pk else ""
    context = {"organisation": organisation, "form": form, "back": request.build_absolute_uri(back) if back else ""}
    return render(request, "home/organisation_sign_in.html", context)
