"""What has come of a message is shown below it: so the message changes when it comes, and when its state changes."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_save

from coordination import audit
from coordination.models import Action, AuditEntry, ComeOf
from discussion import changes
from discussion.models import Message, Standing


def connect() -> None:
    audit.happened.connect(_on_deed, dispatch_uid="discussion.outcomes")
    post_save.connect(_on_come_of, sender=ComeOf, dispatch_uid="discussion.come_of")


def _on_deed(*, entry: AuditEntry, obj: Any, **_signal: Any) -> None:
    if isinstance(obj, Action) and obj.source_id and entry.verb != "read":
        _changed(obj.source_type_id, obj.source_id)


def _on_come_of(*, instance: ComeOf, created: bool, **_signal: Any) -> None:
    if created:
        _changed(instance.source_type_id, instance.source_id)


def _changed(type_id: int | None, key: int) -> None:
    if type_id != ContentType.objects.get_for_model(Message).pk:
        return
    message = Message.objects.filter(pk=key, standing=Standing.POSTED).select_related("thread").first()
    if message is None:
        return
    thread = changes.locked(message.thread)
    # As it stands now that the thread is held: somebody may have changed its words just before.
    changes.message_changed(thread, Message.objects.get(pk=key))
