"""Meetings end, and their records with them, for all but the chairs: what was agreed is deleted by nobody."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from coordination.models import RetentionOutcome, Space
from coordination.retention import Kind, register
from meetings.models import Meeting


def _meetings(space: Space) -> QuerySet:
    return Meeting.objects.filter(space=space.pk)


register(
    Kind(
        name="meetings",
        label=_("Meetings, with their records"),
        rows=_meetings,
        moments={"end": (_("the end of the meeting"), "ends_at")},
        outcomes=(RetentionOutcome.ARCHIVE,),
    )
)
