"""Who is told of what. Each package says it in its `notifications.py`, in one small class for each kind.

The notifier listens to the audit trail: a notification is written in the transaction of the deed itself. It holds no
text; that is made when it is read, in the reader's language, and only if the reader may still read the object.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import transaction

from accounts.models import User
from coordination import access, audit
from coordination.models import AuditEntry

_kinds: dict[str, type["Notification"]] = {}


class Notification:
    """One kind of news. `verbs` are those of the audit trail on which it is told."""

    kind: ClassVar[str]
    verbs: ClassVar[tuple[str, ...]]
    # Whether it is worth an e-mail at once; the mail says no more than that there is something new.
    by_mail: ClassVar[bool] = False
    # Whether it reminds of something: then each is mailed, also while the one before has not been looked at.
    reminds: ClassVar[bool] = False

    def __init__(self, entry: AuditEntry, obj: Any, details: dict[str, Any] | None = None) -> None:
        self.entry = entry
        self.actor: User | None = entry.actor
        self.obj = obj
        # The live objects of the deed; empty when the notification is read later.
        self.details = details or {}

    def recipients(self) -> Iterable[User]:
        """Whom it concerns. The notifier leaves out the actor and whoever may not read `self.obj`."""
        raise NotImplementedError

    def subject(self) -> str:
        """What to say, in the language of the moment; only asked for on behalf of one who may read `self.obj`."""
        raise NotImplementedError

    def reply_to(self, user: User) -> str:
        """The address to which `user` may answer the mail about it; none unless the package says so."""
        return ""

    def holds(self) -> bool:
        """Whether it is still worth a mail: asked when that is sent, which may be the next morning."""
        return True


def register(kind: type[Notification]) -> type[Notification]:
    """Make the kind known; a second one of the same name is a mistake in the code."""
    if kind.kind in _kinds and _kinds[kind.kind].__module__ != kind.__module__:
        raise ValueError(f"two notifications of the kind “{kind.kind}”")
    _kinds[kind.kind] = kind
    return kind


def kind_named(name: str) -> type[Notification] | None:
    return _kinds.get(name)


def kinds_told_on(verb: str) -> list[type[Notification]]:
    return [kind for kind in _kinds.values() if verb in kind.verbs]


def tell(*, entry: AuditEntry, obj: Any, details: dict[str, Any], **_signal: Any) -> None:
    """Write the notifications of a deed; called inside its transaction."""
    from discussion import pokes, services

    if audit.is_at_once():
        return
    told: set[int] = set()
    for kind in kinds_told_on(entry.verb):
        recipients = set(kind(entry, obj, details).recipients())
        concerned = [user for user in recipients if user.is_active and user.pk != entry.actor_id]
        # First those who have such news already: in a lively thread these are nearly all.
        known = services.bring_up_to_date(concerned, kind, entry)
        new = access.readers_among([user for user in concerned if user.pk not in known], obj)
        told |= {news.user_id for news in services.notify(new, kind, entry)}
    if told:
        transaction.on_commit(lambda: pokes.counts_changed(told))
