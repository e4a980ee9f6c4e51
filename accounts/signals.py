"""What a sign-in brings with it, whichever way it went."""

import time
from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.account.signals import user_logged_in as signed_in_by_allauth
from django.contrib.auth.signals import user_logged_in

from accounts import guessing, second_factor, services, session_store, sessions
from accounts.models import User


def connect() -> None:
    user_logged_in.connect(_on_session_begun, dispatch_uid="accounts.session")
    signed_in_by_allauth.connect(_on_signed_in, dispatch_uid="accounts.device")
    for changed in (password_changed, password_reset):
        changed.connect(_on_password_changed, dispatch_uid="accounts.password")


def _on_session_begun(*, request: Any, user: User, **_signal: Any) -> None:
    """Note it, and whether the provider of the organisation has asked for a second factor."""
    if getattr(request, "second_factor_at_provider", False):
        request.session[second_factor.PASSED] = user.pk
    else:
        request.session.pop(second_factor.PASSED, None)
    request.session.pop(sessions.SEEN, None)
    request.session[session_store.BEGUN] = int(time.time())
    sessions.note(request, user)


def _on_signed_in(*, request: Any, user: User, response: Any, **_signal: Any) -> None:
    guessing.remember(request, response, user.email)


def _on_password_changed(*, request: Any, user: User, **_signal: Any) -> None:
    """Whoever has changed it here goes on, under another key of the session."""
    if request.user.is_authenticated:
        request.session.pop(sessions.SEEN, None)
        sessions.note(request, user)
    services.note_change(user, user, services.Change.PASSWORD)
