"""The one socket, and who gets so far as to ask for it."""

from typing import Any
from urllib.parse import urlparse

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, OriginValidator
from django.conf import settings
from django.http import parse_cookie
from django.urls import path

from accounts.callers import address_of_socket
from discussion import asking, sessions
from discussion.consumers import SocketConsumer
from discussion.sessions import Caller

websocket_urlpatterns = [path("socket/", SocketConsumer.as_asgi())]


class OwnPagesOnly(OriginValidator):
    """As Channels' own, which would give each socket that it refuses an ear at the channel layer; and with Redis such
    an ear may miss that it is told to end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.valid_origin(_origin_of(scope)):
            await self.application(scope, receive, send)
        else:
            await send({"type": "websocket.close"})


class SignedIn:
    """Says who asks, over the one connection to the database: when a server starts again, all who were at it come at
    once.

    All that is handed on is held for as long as the socket is open. So what Channels' own would put into it, cookies
    and session and what they came from, is left out; nor does anything look at the session with each frame.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        session_key = parse_cookie(headers.get(b"cookie", b"").decode("latin1")).get(settings.SESSION_COOKIE_NAME)
        user = await asking.ask(sessions.user_of, session_key)
        caller = Caller(user.pk, session_key, address_of_socket(scope)) if user and session_key else None
        kept = {name: scope[name] for name in ("type", "path", "root_path") if name in scope}
        kept |= {"caller": caller, "language": user and user.language}
        del headers, user
        await self.application(kept, receive, send)


def _origin_of(scope: Any) -> Any:
    """What the browser says of the page that asks; None where it says nothing, or nonsense."""
    said = dict(scope["headers"]).get(b"origin")
    try:
        return urlparse(said.decode("latin1")) if said else None
    except ValueError:
        return None


def websocket_application() -> OwnPagesOnly:
    """What answers sockets: only to pages of our own, and with the session of whoever asks."""
    application = SignedIn(URLRouter(websocket_urlpatterns))
    return OwnPagesOnly(application, AllowedHostsOriginValidator(application).allowed_origins)
