"""From which address somebody calls: for the audit trail, and for counting attempts to sign in."""

from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings


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
