"""Attempts to sign in are counted so that guessing is stopped and the victim of it is not.

By OWASP's “device cookies”: whoever comes from a browser that has signed in to the account before has a count of one's
own. All others share the counts of the account and of their address. What an attempt is counted under follows from what
was sent alone, never from whether the account exists. The counts stand in the cache that all server processes share.
"""

import secrets

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts import watch

APP = "allauth.account"
UNKNOWN_DEVICE, KNOWN_DEVICE = "login_failed", "login_failed_known"
SALT = "device"
COOKIE_SECONDS = 365 * 24 * 3600
# Of so many accounts a browser is known at most.
ACCOUNTS_OF_A_BROWSER = 5


def attempt(request: HttpRequest, email: str) -> ratelimit.RateLimitUsage | None:
    """Count an attempt at the account of `email`; None where there were too many. Give it back by `rollback()`."""
    device = _devices(request).get(_name(email))
    action, key = (KNOWN_DEVICE, device) if device else (UNKNOWN_DEVICE, email.lower())
    counted = ratelimit.consume(request, app=APP, action=action, key=key)
    if counted is None:
        watch.note("too many attempts", request)
    return counted


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Who has just signed in to the account of `email` is known again by this browser."""
    kept = _devices(request)
    device = kept.pop(_name(email), None) or secrets.token_urlsafe(16)
    latest = [*kept.items(), (_name(email), device)][-ACCOUNTS_OF_A_BROWSER:]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME, signing.dumps(dict(latest), salt=SALT), max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _devices(request: HttpRequest) -> dict[str, str]:
    """What this browser is called, by account."""
    try:
        found = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=COOKIE_SECONDS)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _name(email: str) -> str:
    """An account, in a cookie that need not tell whose it is."""
    return salted_hmac(SALT, email.lower(), algorithm="sha256").hexdigest()[:16]
