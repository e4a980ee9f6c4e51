"""Show each reader the language and the times that the reader chose; hold what sessions must hold."""

import time
import zoneinfo

from django.conf import settings
from django.core.cache import caches
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from accounts import languages, second_factor, sessions


class ReaderLocaleMiddleware:
    """The language: that of the account, else of the cookie, else what the browser asks for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.LANGUAGE_CODE = self._language(request)
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    @staticmethod
    def _language(request) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if request.user.is_authenticated:
            chosen = request.user.language
        if chosen in dict(languages.offered()):
            return chosen
        return translation.get_language_from_request(request)


class ReaderTimeZoneMiddleware:
    """The time zone of the account; UTC for whoever is not signed in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        zone = request.user.time_zone if request.user.is_authenticated else settings.TIME_ZONE
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            return self.get_response(request)


class ForgetAtSignOutMiddleware:
    """Whoever signs out leaves nothing in the browser: no briefing that was kept for reading without a network."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        was_signed_in = request.method == "POST" and request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _is_program(request) -> bool:
    """Whether a program asks with a token, which was made by its owner in a session."""
    return hasattr(request, "api_token")


class SeenMiddleware:
    """Keep when and from where a session is used, for its owner to look through."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and not _is_program(request):
            sessions.note(request, request.user)
        return self.get_response(request)


class PaceMiddleware:
    """Whoever is signed in may ask for many pages a minute, and not for all of them: a program that goes through
    everything in somebody's name is slowed down. Counted in each server process, where it costs nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Programs with a token are counted by the interface for programs.
        if not request.user.is_authenticated or _is_program(request) or self._keeps_the_pace(request.user.pk):
            return self.get_response(request)
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(60 - int(time.time()) % 60)
        return response

    @staticmethod
    def _keeps_the_pace(user_id: int) -> bool:
        key, counts = f"pace:{user_id}:{int(time.time()) // 60}", caches["this_process"]
        counts.add(key, 0, timeout=60)
        try:
            return counts.incr(key) <= settings.REQUESTS_A_MINUTE
        except ValueError:
            return True  # others have pushed it out meanwhile


class SecondFactorMiddleware:
    """Whoever must have a second factor and has none is led to setting it up, and reaches nothing else."""

    OPEN = frozenset({
        "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn", "account_reauthenticate", "account_logout", "account_login", "account_inactive",
        "provider_login", "provider_callback", "set_language", "set_theme", "healthz", "readyz",
    })  # fmt: skip

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not settings.SECOND_FACTOR_FOR or not user.is_authenticated or _is_program(request):
            return None
        request.is_kept_out = second_factor.is_missing(user, request.session)
        if not request.is_kept_out:
            self._remember(request, user)
        elif request.resolver_match.view_name not in self.OPEN:
            return redirect("mfa_index")
        return None

    @staticmethod
    def _remember(request, user):
        """Of those who must have one: that this session need not be asked again."""
        if request.session.get(second_factor.PASSED) != user.pk and second_factor.must_have(user):
            request.session[second_factor.PASSED] = user.pk
