"""From which address somebody calls: for the trail, for counting attempts to sign in, and as a sign for the log."""

from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

SIGN_LENGTH = 12


def address_of(peer: str | None, forwarded_for: str) -> str | None:
    """The address of the connection; behind the trusted proxy, that which the proxy wrote last in X-Forwarded-For.

    What stands before it there was sent by the caller, who can write anything.
    """
    if settings.TRUSTED_PROXY:
        with suppress(ValueError):
            return str(ip_address(forwarded_for.rpartition(",")[2].strip()))
    return peer or None


def address_of_request(request) -> str | None:
    return address_of(request.META.get("REMOTE_ADDR"), request.headers.get("X-Forwarded-For", ""))


def address_of_socket(scope) -> str | None:
    """`scope` is that of ASGI: the names of its headers are in small letters."""
    client, forwarded_for = (
        scope.get("client"),
        [value for name, value in scope["headers"] if name == b"x-forwarded-for"],
    )
    return address_of(client and client[0], b",".join(forwarded_for).decode("latin-1"))


# --- for the log ---------------------------------------------------------------------------------------------------
def facts_of(request: Any) -> dict[str, Any]:
    """Who asks, as far as it is known already, since the log asks the database nothing: the account by its number, and
    the caller by a sign that is the same for the same address on the same day."""
    user = getattr(request, "_cached_user", None) or (request.user if hasattr(request, "api_token") else None)
    found = {"account": getattr(user, "pk", None), "caller": _sign_of(address_of_request(request))}
    return {name: value for name, value in found.items() if value}


def _sign_of(address: str | None) -> str:
    said = f"{timezone.now():%Y-%m-%d} {address}"
    return salted_hmac("accounts.callers", said, algorithm="sha256").hexdigest()[:SIGN_LENGTH] if address else ""
