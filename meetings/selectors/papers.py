"""Which records a compiled document holds."""

from typing import Any

from django.db.models import QuerySet

from coordination import access
from meetings.models import Record
from meetings.models.records import FROZEN_STATES
from meetings.selectors.meetings import Chosen

# A document of more is no document: it is narrowed down, or made for a shorter time.
MOST_COMPILED = 40


def records_readable(user: access.Reader) -> QuerySet[Record]:
    """All records that `user` may read, the first meeting first."""
    readable = Record.objects.of_live_meetings().readable_by(user)
    return readable.select_related("audience", "meeting__organiser", "meeting__space").order_by(
        "meeting__starts_at", "pk"
    )


def records_to_compile(readable: QuerySet[Record], chosen: Chosen) -> QuerySet[Record]:
    """Those of `readable` that the form chose: of a series, a topic, a space, a time. Days are those of the reader."""
    narrowed: dict[str, Any] = {}
    if not chosen("all"):
        narrowed["state__in"] = FROZEN_STATES
    for name, column in (("series", "meeting__series"), ("topic", "meeting__topics"), ("space", "space")):
        if value := chosen(name):
            narrowed[column] = value
    if since := chosen("since"):
        narrowed["meeting__starts_at__date__gte"] = since
    if until := chosen("until"):
        narrowed["meeting__starts_at__date__lte"] = until
    return readable.filter(**narrowed)
