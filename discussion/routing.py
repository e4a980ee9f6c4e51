"""The one socket, and who gets so far as to ask for it."""

from typing import Any
from urllib.parse import urlparse

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, OriginValidator
from channels.sessions import SessionMiddlewareStack
from django.contrib.auth.models import AnonymousUser
from django.urls import path

from discussion import asking, sessions
from discussion.consumers import SocketConsumer

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
    """Says who asks, as Channels' own does, over the one connection to the database: when a server starts again, all
    who were at it come at once."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        user = await asking.ask(sessions.user_of, scope["session"].session_key)
        await self.application({**scope, "user": user or AnonymousUser()}, receive, send)


def _origin_of(scope: Any) -> Any:
    """What the browser says of the page that asks; None where it says nothing, or nonsense."""
    said = dict(scope["headers"]).get(b"origin")
    try:
        return urlparse(said.decode("latin1")) if said else None
    except ValueError:
        return None


def websocket_application() -> OwnPagesOnly:
    """What answers sockets: only to pages of our own, and with the session of whoever asks."""
    application = SessionMiddlewareStack(SignedIn(URLRouter(websocket_urlpatterns)))
    return OwnPagesOnly(application, AllowedHostsOriginValidator(application).allowed_origins)
