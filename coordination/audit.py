"""Writing the audit trail. Every service calls `record` inside its own transaction."""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.dispatch import Signal
from django.utils.translation import gettext_noop

# What the verbs of this package are called where people read them; the trail itself keeps the English.
VERBS = (
    gettext_noop("read"),
    gettext_noop("space created"),
    gettext_noop("space changed"),
    gettext_noop("reminders changed"),
    gettext_noop("focal point named"),
    gettext_noop("due date reminded"),
    gettext_noop("overdue escalated"),
    gettext_noop("end of term warned of"),
    gettext_noop("membership granted"),
    gettext_noop("membership revoked"),
    gettext_noop("memberships confirmed"),
    gettext_noop("memberships suspended"),
    gettext_noop("access review due"),
    gettext_noop("access review changed"),
    gettext_noop("access review ended"),
    gettext_noop("emergency access begun"),
    gettext_noop("emergency access ended"),
    gettext_noop("read in an emergency"),
    gettext_noop("page seen in an emergency"),
    gettext_noop("retention changed"),
    gettext_noop("end of space changed"),
    gettext_noop("deleted by retention"),
    gettext_noop("archived by retention"),
    gettext_noop("legal hold put"),
    gettext_noop("legal hold lifted"),
    gettext_noop("personal data asked for"),
    gettext_noop("person erased"),
    gettext_noop("marking changed"),
    gettext_noop("action created"),
    gettext_noop("action changed"),
    gettext_noop("action reassigned"),
    gettext_noop("action reported on"),
    gettext_noop("action moved"),
    gettext_noop("action helpers changed"),
    gettext_noop("action steps changed"),
    gettext_noop("action step done"),
    gettext_noop("action step reopened"),
    gettext_noop("action dependency added"),
    gettext_noop("action dependency removed"),
    gettext_noop("action handed over"),
    gettext_noop("person added"),
    gettext_noop("person changed"),
    gettext_noop("people merged"),
    gettext_noop("people told apart"),
    gettext_noop("post added"),
    gettext_noop("post changed"),
    gettext_noop("post passed on"),
    gettext_noop("actions changed at once"),
    gettext_noop("filter shared"),
    gettext_noop("filter renamed"),
    gettext_noop("filter deleted"),
    gettext_noop("agreement moved"),
    gettext_noop("agreement text imported"),
    gettext_noop("commitment made"),
    gettext_noop("commitment changed"),
    gettext_noop("progress reported"),
    gettext_noop("report accepted"),
    gettext_noop("report returned"),
    gettext_noop("next period opened"),
    gettext_noop("exported"),
    gettext_noop("archive asked for"),
    gettext_noop("archive fetched"),
    gettext_noop("space brought in"),
    gettext_noop("sheet imported"),
    gettext_noop("calendar address made"),
    gettext_noop("calendar address ended"),
    gettext_noop("feed address made"),
    gettext_noop("feed address ended"),
    gettext_noop("token made"),
    gettext_noop("token ended"),
    gettext_noop("webhook added"),
    gettext_noop("webhook ended"),
    gettext_noop("webhook resumed"),
    gettext_noop("webhook paused"),
    gettext_noop("briefing begun"),
    gettext_noop("briefing written"),
    gettext_noop("briefing changed"),
    gettext_noop("briefing text removed"),
)

# All that there are: other packages add theirs.
verbs = set(VERBS)

# From which address the current request or socket comes; None for commands and the worker.
_address: ContextVar[str | None] = ContextVar("address of the actor", default=None)

# By which token a program asks at the moment, by its name.
_token: ContextVar[str | None] = ContextVar("token of a program", default=None)

# Whether the deeds of the moment are many that are told of as one.
_at_once: ContextVar[bool] = ContextVar("many deeds at once", default=False)

# Sent inside the transaction with `entry`, `obj` and `details`: the notifier listens, and sockets are told.
happened = Signal()


@contextmanager
def coming_from(address: str | None):
    """Note `address` (an IP address) in the entries written inside the block."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


@contextmanager
def through(token: str):
    """Note in the entries written inside the block that a program did it, by the token of this name."""
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


@contextmanager
def at_once():
    """The deeds inside the block are written down one by one, and told of by a single one after it: an import of two
    thousand actions is one piece of news."""
    token = _at_once.set(True)
    try:
        yield
    finally:
        _at_once.reset(token)


def is_at_once() -> bool:
    return _at_once.get()


def record(
    actor,
    verb: str,
    obj,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
):
    """Write that `actor` (a user, or None for the system) did `verb` to `obj`.

    `before` and `after` hold the changed values, as JSON can hold them. `details` is not kept: it hands live objects
    to those who listen, e.g. the message that was posted. Returns the entry.
    """
    from coordination.models import AuditEntry

    entry = AuditEntry.objects.create(
        actor=actor,
        verb=verb,
        object_type=ContentType.objects.get_for_model(obj),
        # Zero for what has a code for a key, a country: `after` holds it.
        object_id=obj.pk if isinstance(obj.pk, int) else 0,
        space_id=_space_id(obj),
        address=_address.get(),
        token=_token.get(),
        before=before or {},
        after=after or {},
        reason=reason,
    )
    happened.send(sender=type(obj), entry=entry, actor=actor, verb=verb, obj=obj, details=details or {})
    return entry


def _space_id(obj) -> int | None:
    from coordination.models import Space

    return obj.pk if isinstance(obj, Space) else getattr(obj, "space_id", None)


def plain(value: Any) -> Any:
    """A value as `before` and `after` can hold it: rows by key, days and moments in ISO 8601, numbers as written."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return getattr(value, "pk", value)
