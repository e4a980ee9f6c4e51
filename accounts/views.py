"""Preferences, the language switch, and the acceptance of invitations. Sign-in itself is allauth's."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, override
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import guessing, languages, services
from accounts.forms import AcceptInvitationForm, PreferencesForm
from accounts.theme import Theme

A_YEAR_IN_SECONDS = 365 * 24 * 3600


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request):
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = services.change_preferences(request.user, **form.cleaned_data)
        with override(user.language):
            messages.success(request, _("Your preferences are saved."))
        return redirect("preferences")
    return render(request, "accounts/preferences.html", {"form": form})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request, uid, token):
    user = services.invited_user(uid, token)
    if user is None:
        return render(request, "accounts/invitation_ended.html", status=404)
    if user.comes_through_its_provider_alone:
        return redirect("provider_login")
    form = AcceptInvitationForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.accept_invitation(user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            response = redirect(settings.LOGIN_REDIRECT_URL)
            guessing.remember(request, response, user.email)
            return response
    return render(request, "accounts/accept_invitation.html", {"form": form, "invited": user})


@require_POST
def set_language(request):
    """Switch the language of the interface: on the account if there is one, in a cookie besides."""
    language = request.POST.get("language", "")
    if language not in dict(languages.offered()) or not check_for_language(language):
        raise Http404
    if request.user.is_authenticated and request.user.language != language:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return _back_with_cookie(request, settings.LANGUAGE_COOKIE_NAME, language)


@require_POST
def set_theme(request):
    """Switch between light, dark and the system's own: on the account if there is one, in a cookie besides."""
    theme = request.POST.get("theme", "")
    if theme not in Theme.values:
        raise Http404
    if request.user.is_authenticated and request.user.theme != theme:
        request.user.theme = theme
        request.user.save(update_fields=["theme"])
    return _back_with_cookie(request, settings.THEME_COOKIE_NAME, theme)


def _back_with_cookie(request, name: str, value: str):
    """To the page that the switch stood on (of this site, else the front page), the choice kept for a year."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    response.set_cookie(
        name, value, max_age=A_YEAR_IN_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )
    return response
