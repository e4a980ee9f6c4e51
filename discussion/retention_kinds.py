"""What of discussions ends: discussions with all that was said and attached there, and what told of news."""

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from coordination.models import RetentionOutcome, Space
from coordination.retention import Kind, register
from discussion.models import Notification, Thread


def _threads(space: Space) -> QuerySet:
    rows = Thread.objects.filter(space=space.pk)
    return rows.annotate(said_last_at=Coalesce("last_message_at", "created_at"))


def _notifications(space: Space) -> QuerySet:
    return Notification.objects.filter(entry__space_id=space.pk)


register(
    Kind(
        name="discussions",
        label=_("Discussions, with their messages and files"),
        rows=_threads,
        moments={
            "message": (_("the last message"), "said_last_at"),
            "closed": (_("when it was closed"), "closed_at"),
        },
        outcomes=(RetentionOutcome.DELETE, RetentionOutcome.ARCHIVE),
        order=10,
    )
)
register(
    Kind(
        name="notifications",
        label=_("Notifications of what happened in the space"),
        rows=_notifications,
        moments={"made": (_("when it came"), "created_at")},
        outcomes=(RetentionOutcome.DELETE,),
        order=40,
    )
)
