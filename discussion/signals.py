"""What else ends or changes access than what a socket hears of by itself: the user, the session, the audit trail."""

from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from accounts.models import User
from coordination import audit
from coordination.models import AuditEntry, Organisation
from discussion import outcomes, pokes, topics
from discussion.models import Thread

# Deeds that name, as `member`, whose access has changed.
CHANGES_ACCESS = ("membership granted", "membership revoked", "emergency access begun", "emergency access ended")


def connect() -> None:
    outcomes.connect()
    audit.happened.connect(_on_deed, dispatch_uid="discussion.access")
    post_save.connect(_on_user_saved, sender=User, dispatch_uid="discussion.user")
    followed: list[type[Model]] = [Thread, *topics.models()]
    for model in followed:
        post_save.connect(_on_followed_saved, sender=model, dispatch_uid=f"discussion.{model.__name__}")
    post_delete.connect(_on_session_deleted, sender=Session, dispatch_uid="discussion.session")


def _on_deed(*, entry: AuditEntry, obj: Any, **_signal: Any) -> None:
    if entry.verb in CHANGES_ACCESS:
        users = _users_of((entry.after or entry.before)["member"])
        transaction.on_commit(lambda: pokes.access_changed(users=users))


def _on_followed_saved(*, instance: Any, created: bool, update_fields: Any, **_signal: Any) -> None:
    """Other people may read it now: marked anew itself or through what it hangs on, or moved elsewhere."""
    if created or (update_fields is not None and "audience" not in update_fields):
        return
    if isinstance(instance, Thread):
        transaction.on_commit(lambda: pokes.access_changed(threads=[instance.pk]))
    elif topic := topics.of(instance):
        transaction.on_commit(lambda: pokes.topic_changed(topic.kind, instance.pk, pokes.ACCESS))


def _users_of(member: str) -> list[int]:
    """The users behind a member as the audit trail names it: `organisation 3` or `user 12`."""
    kind, pk = member.split()
    if kind == "user":
        return [int(pk)]
    organisation = Organisation.objects.get(pk=pk)
    return list(organisation.group.user_set.values_list("pk", flat=True))


def _on_user_saved(*, instance: User, created: bool, **_signal: Any) -> None:
    """Deactivated, moved to another organisation, or with a new password."""
    if not created:
        transaction.on_commit(lambda: pokes.access_changed(users=[instance.pk]))


def _on_session_deleted(*, instance: Session, **_signal: Any) -> None:
    """Signed out, or expired and cleared away: Channels does not notice (django/channels 1324)."""
    key = instance.session_key  # by the commit of a longer transaction the row has lost it
    transaction.on_commit(lambda: pokes.session_ended(key))
