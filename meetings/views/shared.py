"""How every page below a meeting begins."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coordination import access
from coordination.views.shared import require_or_404
from meetings.models import Meeting


def open_meeting(request: HttpRequest, key: str) -> Meeting:
    return access.open_readable(request, Meeting.live_pages(), key=key)


def prepared_meeting(request: HttpRequest, key: str) -> Meeting:
    """The meeting, for those who prepare meetings in its space; for all others the page is not there."""
    meeting = open_meeting(request, key)
    require_or_404(request, "record", meeting)
    return meeting


def render_below(request: HttpRequest, template: str, meeting: Meeting, **more: Any) -> HttpResponse:
    """A page below the meeting, with the way to it."""
    return render(
        request, template, {"meeting": meeting, "space": access.if_readable(request.user, meeting.space), **more}
    )
