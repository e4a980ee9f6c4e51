"""Meetings and series in the calendar feeds of coordination, as the owner of a feed may read them at this moment."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from icalendar import Event

from coordination import access
from coordination.models import CalendarFeed
from meetings import calendar
from meetings.calendar import SHOWN_TO_THE_READER, Shown
from meetings.models import Meeting, Series

# What is longer over is looked up on Accord.
LOOK_BACK = timedelta(days=90)
MOST_EVENTS = 2000


def events_in(feed: CalendarFeed) -> list[Any]:
    """The meetings that take place in the spaces of the feed, and the series with their exceptions."""
    spaces = [feed.space_id] if feed.space_id is not None else list(access.memberships(feed.user))
    readable = Meeting.live_pages().readable_by(feed.user).filter(space__in=spaces)
    series = Series.objects.for_lists().readable_by(feed.user).filter(space__in=spaces, cancelled_at__isnull=True)
    # Of this day, not of this moment: what is the same is the same to the byte for as long as calendars ask often.
    stamp = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    events: list[Event] = []
    told = {one.pk: one for one in series.order_by("pk")[:MOST_EVENTS]}
    for key, (shown, hidden) in calendar.exceptions_of(told.values(), readable).items():
        one = told[key]
        events += calendar.events_of_series(
            one, shown, hidden, _address(one), stamp=stamp, shown=_shown(one), address_of=_address
        )
    single = readable.filter(cancelled_at__isnull=True, ends_at__gt=timezone.now() - LOOK_BACK)
    single = single.select_related("audience", "series").exclude(series__in=list(told), recurrence_id__isnull=False)
    for meeting in single.order_by("starts_at", "pk")[:MOST_EVENTS]:
        events.append(calendar.event_of(meeting, _address(meeting), stamp=stamp, shown=_shown(meeting)))
    return [*calendar.zones_of(events), *events]


def _shown(obj: Meeting | Series) -> Shown:
    return SHOWN_TO_THE_READER.get(obj.marking, Shown.ALL)


def _address(obj: Meeting | Series) -> str:
    return settings.BASE_URL + obj.get_absolute_url()
