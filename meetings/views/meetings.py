"""Meetings: their list, one of them with agenda and attendance, and the forms that prepare one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination import selectors as coordination
from coordination.models import Space
from coordination.views.shared import attempt, attempt_on_latest, page_of, require_or_404
from meetings import calendar, selectors, services
from meetings.forms import (
    AttendanceForm,
    EditMeetingForm,
    MeetingFilters,
    NewMeetingForm,
    OpenRecordForm,
)
from meetings.models import Meeting
from meetings.views.month import tabs_of_meetings


@require_safe
def meeting_list(request):
    """The meetings that the reader may read: those that are coming, or those that are over."""
    readable = Meeting.live_pages().readable_by(request.user)
    filters = MeetingFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    past = request.GET.get("when") == "past"
    page = page_of(request, selectors.narrowed_meetings(readable, filters.chosen, past=past))
    context = {
        "filters": filters,
        "page": page,
        "past": past,
        "spaces": coordination.known_spaces(request.user, page.object_list),
        "tabs": tabs_of_meetings(_query(request), "past" if past else "coming"),
    }
    return render(request, "meetings/meeting_list.html", context)


def _query(request) -> dict[str, str]:
    return {name: value for name, value in request.GET.items() if name in ("q", "space", "kind") and value}


@require_safe
def meeting_detail(request, key):
    """A meeting: when and where, its agenda, who attended, and the way to its record."""
    meeting = _open(request, key)
    record = selectors.record_of(meeting, request.user)
    may_record = access.can(request.user, "record", meeting)
    invitations = selectors.invitations_to(meeting)
    context = {
        "meeting": meeting,
        "space": access.if_readable(request.user, meeting.space),
        "series": access.if_readable(request.user, meeting.series),
        "invitations": invitations,
        "tally": selectors.tally(invitations),
        "my_invitation": selectors.invitation_for(meeting, request.user),
        "agenda": selectors.agenda_of(meeting, request.user),
        "attendance": meeting.attendance.for_lists(),
        "topics": meeting.topics.all(),
        "visits": selectors.visits_with(meeting, request.user),
        "record": record,
        "may_record": may_record,
        "open_form": OpenRecordForm() if may_record and record is None else None,
    }
    return render(request, "meetings/meeting_detail.html", context)


@require_safe
def meeting_calendar(request, key):
    """The meeting for the reader's own calendar (RFC 5545)."""
    meeting = _open(request, key)
    address = request.build_absolute_uri(meeting.get_absolute_url())
    answer = HttpResponse(calendar.as_icalendar(meeting, address), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="meeting-{meeting.key}.ics"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request, key):
    """Put a meeting into the calendar of the space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "record", space)
    form = NewMeetingForm(request.POST or None, space=space, reader=request.user)
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.schedule_meeting(request.user, space, **form.cleaned_data))
    ):
        messages.success(request, _("The meeting is scheduled. Add its agenda and who attends."))
        return redirect(made[0])
    context = {
        "space": space,
        "form": form,
        "title": _("Schedule a meeting"),
        "label": _("Schedule the meeting"),
        "time_zones": selectors.time_zones(),
    }
    return render(request, "meetings/meeting_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request, key):
    """Change what a meeting says of itself."""
    meeting = _prepared(request, key)
    form = EditMeetingForm(request.POST or None, meeting=meeting)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_meeting(request.user, meeting, **form.cleaned_data),
        lambda: Meeting.objects.values_list("version", flat=True).get(pk=meeting.pk),
    ):
        messages.success(request, _("The meeting is changed."))
        return redirect(meeting)
    meeting = Meeting.live_pages().get(pk=meeting.pk)
    context = {
        "object": meeting,
        "space": access.if_readable(request.user, meeting.space),
        "form": form,
        "title": _("Change the meeting"),
        "time_zones": selectors.time_zones(),
        "present": coordination.present_values(meeting, form) if getattr(form, "is_stale", False) else None,
    }
    return render(request, "meetings/meeting_edit.html", context)


# --- attendance ----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_attendance(request, key):
    """Who attends, with a form to add somebody."""
    meeting = _prepared(request, key)
    form = AttendanceForm(request.POST or None, meeting=meeting)
    if request.method == "POST" and attempt(
        form, lambda: services.note_attendance(request.user, meeting, **form.cleaned_data)
    ):
        messages.success(request, _("The attendance is noted."))
        return redirect("meeting_attendance", key=key)
    rows = meeting.attendance.for_lists()
    return _render_preparing(request, "meetings/meeting_attendance.html", meeting, form, attendance=rows)


@require_POST
def attendance_remove(request, key, row):
    """Strike somebody off the list of those who attended."""
    meeting = _prepared(request, key)
    found = meeting.attendance.filter(pk=row).first()
    if found is None:
        raise Http404
    try:
        services.remove_attendance(request.user, found)
        messages.success(request, _("The attendance is struck off."))
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    return redirect("meeting_attendance", key=key)


def _open(request, key) -> Meeting:
    return access.open_readable(request, Meeting.live_pages(), key=key)


def _prepared(request, key) -> Meeting:
    """The meeting, for those who prepare meetings in its space; for all others the page is not there."""
    meeting = _open(request, key)
    require_or_404(request, "record", meeting)
    return meeting


def _render_preparing(request, template, meeting, form, **more):
    context = {"meeting": meeting, "space": access.if_readable(request.user, meeting.space), "form": form, **more}
    return render(request, template, context)
