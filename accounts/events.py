"""What happens to accounts, told to the packages above: the audit trail stands there."""

from typing import Any

from django.dispatch import Signal

from accounts.models import User

# Sent inside the transaction of the deed with `actor`, `verb`, `user` and `after`.
happened = Signal()


def tell(actor: User | None, verb: str, user: User, *, reason: str = "", **after: Any) -> None:
    """`actor` (None for the system) did `verb` to the account of `user`; `after` as the audit trail can hold it."""
    happened.send(sender=User, actor=actor, verb=verb, user=user, reason=reason, after=after)
