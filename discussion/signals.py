"""What else ends or changes access than what a socket hears of by itself: the user, the session, the audit trail."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from accounts.models import User
from coordination import access, audit
from coordination.models import AuditEntry, Marked, Organisation
from discussion import pokes, topics
from discussion.models import Thread

# The aspect of a topic that is poked when who may read it has changed.
ACCESS = "access"


def connect() -> None:
    audit.happened.connect(_on_deed, dispatch_uid="discussion.access")
    post_save.connect(_on_user_saved, sender=User, dispatch_uid="discussion.user")
    post_delete.connect(_on_session_deleted, sender=Session, dispatch_uid="discussion.session")


def _on_deed(*, entry: AuditEntry, obj: Any, **_signal: Any) -> None:
    if entry.verb in ("membership granted", "membership revoked"):
        users = _users_of((entry.after or entry.before)["member"])
        transaction.on_commit(lambda: pokes.access_changed(users=users))
    elif entry.verb == "marking changed":
        below = list(_descendants(obj))
        threads = [child.pk for child in below if isinstance(child, Thread)]
        transaction.on_commit(lambda: pokes.access_changed(threads=threads))
        followed = [(topic.kind, child.pk) for child in below if (topic := topics.of(child))]
        transaction.on_commit(partial(_topics_changed, followed))


def _topics_changed(followed: list[tuple[str, int]]) -> None:
    for kind, pk in followed:
        pokes.topic_changed(kind, pk, ACCESS)


def _users_of(member: str) -> list[int]:
    """The users behind a member as the audit trail names it: `organisation 3` or `user 12`."""
    kind, pk = member.split()
    if kind == "user":
        return [int(pk)]
    organisation = Organisation.objects.get(pk=pk)
    return list(organisation.group.user_set.values_list("pk", flat=True))


def _descendants(obj: Marked) -> Iterator[Marked]:
    yield obj
    for child in access.children_of(obj):
        yield from _descendants(child)


def _on_user_saved(*, instance: User, created: bool, **_signal: Any) -> None:
    """Deactivated, moved to another organisation, or with a new password."""
    if not created:
        transaction.on_commit(lambda: pokes.access_changed(users=[instance.pk]))


def _on_session_deleted(*, instance: Session, **_signal: Any) -> None:
    """Signed out, or expired and cleared away: Channels does not notice (django/channels 1324)."""
    transaction.on_commit(lambda: pokes.session_ended(instance.session_key))
