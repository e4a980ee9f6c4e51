"""What a security officer looks for in the log: who came in, by what, and what was refused (logger `accord.security`).

Nobody is named there: accounts stand by their number, and callers by a sign, which is the same for the same address on
the same day. Whoever has to know more finds the account, and the address beside its deeds, in the audit trail.
"""

import logging
from typing import Any

from allauth.account.signals import authentication_step_completed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts.callers import facts_of

logger = logging.getLogger("accord.security")


def note(event: str, request: HttpRequest | None, account: int | None = None, **facts: Any) -> None:
    """Write down that this happened to the account."""
    said = {**(facts_of(request) if request else {}), **({"account": account} if account else {}), **facts}
    logger.info(event, extra={"facts": said})


def connect() -> None:
    """Sign-ins as allauth and Django tell of them."""
    authentication_step_completed.connect(_on_step, dispatch_uid="accounts.watch.step")
    user_logged_in.connect(_on_signed_in, dispatch_uid="accounts.watch.in")
    user_logged_out.connect(_on_signed_out, dispatch_uid="accounts.watch.out")
    user_login_failed.connect(_on_failed, dispatch_uid="accounts.watch.failed")


def _on_step(*, request: Any, user: Any, method: str, **more: Any) -> None:
    note("proved who it is", request, user.pk, by=more.get("type") or method)


def _on_signed_in(*, request: Any, user: Any, **_signal: Any) -> None:
    note("signed in", request, user.pk)


def _on_signed_out(*, request: Any, user: Any, **_signal: Any) -> None:
    if user is not None:
        note("signed out", request, user.pk)


def _on_failed(*, credentials: dict[str, Any], request: Any = None, **_signal: Any) -> None:
    """Asked in the same way for an address without an account, so that its time tells nothing."""
    from accounts.models import User

    account = User.objects.filter(email__iexact=credentials.get("email", "")).values_list("pk", flat=True).first()
    note("not let in", request, account, by="password")
