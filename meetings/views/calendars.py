"""Meetings for the reader's own calendar program."""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from coordination import access
from meetings import calendar
from meetings.models import Meeting, Series


@require_safe
def series_calendar(request, key):
    """A series with its exceptions, as its reader may read them (RFC 5545)."""
    series = access.open_readable(request, Series.objects.for_lists(), key=key)
    readable = Meeting.live_pages().readable_by(request.user)
    [(meetings, hidden)] = calendar.exceptions_of([series], readable).values()
    address = settings.BASE_URL + series.get_absolute_url()
    content = calendar.series_as_icalendar(series, meetings, hidden, address)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="series-{series.key}.ics"'
    return answer
