"""Whether the session that a socket was opened with still is one. Channels asks once, when the socket opens, and never
again (django/channels 1324); we ask whenever something is to be delivered."""

from importlib import import_module

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest

from accounts.models import User


def still_signed_in(session_key: str, user_id: int) -> User | None:
    """The user, unless the session has ended, the password has changed or the account is no longer active."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)  # it checks the hash of the password, and deletes on mismatch
    return user if isinstance(user, User) and user.is_active and user.pk == user_id else None
