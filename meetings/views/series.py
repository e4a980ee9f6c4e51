"""Series: one of them with its days, and the forms that begin, change and end it."""

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination import selectors as coordination
from coordination.models import Space
from coordination.views.shared import attempt, attempt_on_latest, require_or_404
from meetings import recurrence, selectors, services
from meetings.forms import EditSeriesForm, EndSeriesForm, InviteToSeriesForm, NewSeriesForm
from meetings.models import Series
from meetings.selectors.papers import records_readable

# What a page shows of a series that may have no end.
LOOKS_BACK, LOOKS_AHEAD = timedelta(days=183), timedelta(days=400)
DAYS_SHOWN = 60


@require_safe
def series_detail(request, key):
    """A series: its rule in words, its days, and of each whether it is prepared, moved or called off."""
    series = _open(request, key)
    now = timezone.now()
    occurrences = selectors.occurrences_shown(series, request.user, now - LOOKS_BACK, now + LOOKS_AHEAD)
    coming = [each for each in occurrences if each.ends_at >= now]
    context = {
        "series": series,
        "space": access.if_readable(request.user, series.space),
        "rule": recurrence.in_words(series),
        "coming": coming[:DAYS_SHOWN],
        "past": [each for each in reversed(occurrences) if each.ends_at < now][:DAYS_SHOWN],
        "left_out": sorted(day for day in series.excluded_days if day >= timezone.localdate()),
        "topics": series.topics.all(),
        "has_records": records_readable(request.user).filter(meeting__series=series).exists(),
        "invited": series.invited.all(),
        "may_record": access.can(request.user, "record", series),
    }
    return render(request, "meetings/series_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def series_new(request, key):
    """Put a series into the calendar of the space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "record", space)
    form = NewSeriesForm(request.POST or None, space=space, reader=request.user)
    made: list[Series] = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.begin_series(request.user, space, **form.cleaned_data))
    ):
        messages.success(request, _("The series stands in the calendar. Its next meeting is ready to be prepared."))
        return redirect(made[0])
    context = {
        "space": space,
        "form": form,
        "title": _("Begin a series of meetings"),
        "label": _("Begin the series"),
        "time_zones": selectors.time_zones(),
    }
    return render(request, "meetings/meeting_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def series_edit(request, key):
    """Change what the meetings of the series have in common."""
    series = _prepared(request, key)
    form = EditSeriesForm(request.POST or None, series=series)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_series(request.user, series, **form.cleaned_data),
        lambda: Series.objects.values_list("version", flat=True).get(pk=series.pk),
    ):
        messages.success(request, _("The series is changed, and its coming meetings with it."))
        return redirect(series)
    series.refresh_from_db()
    context = {
        "object": series,
        "space": access.if_readable(request.user, series.space),
        "form": form,
        "title": _("Change the series"),
        "present": coordination.present_values(series, form) if getattr(form, "is_stale", False) else None,
    }
    return render(request, "coordination/edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def series_end(request, key):
    """Let the series end after a day."""
    series = _prepared(request, key)
    form = EndSeriesForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and attempt(
        form, lambda: services.end_series(request.user, series, **form.cleaned_data)
    ):
        messages.success(request, _("The series has an end."))
        return redirect(series)
    context = {
        "object": series,
        "space": access.if_readable(request.user, series.space),
        "form": form,
        "title": _("End the series"),
        "label": _("End the series"),
    }
    return render(request, "meetings/meeting_deed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def series_invitations(request, key):
    """Say who is invited to each meeting of the series."""
    series = _prepared(request, key)
    form = InviteToSeriesForm(request.POST or None, series=series)
    if request.method == "POST" and attempt(
        form, lambda: services.invite_to_series(request.user, series, **form.cleaned_data)
    ):
        messages.success(request, _("Who is invited is told by mail."))
        return redirect(series)
    context = {
        "object": series,
        "space": access.if_readable(request.user, series.space),
        "form": form,
        "title": _("Invite to each meeting"),
        "label": _("Invite them"),
        "mild": True,
    }
    return render(request, "meetings/meeting_deed.html", context)


@require_POST
def series_day(request, key):
    """Prepare a day of the series, leave it out, or take it in again."""
    series = _prepared(request, key)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Http404 from None
    try:
        match request.POST.get("deed"):
            case "prepare":
                return redirect(services.prepare_occurrence(request.user, series, day))
            case "leave_out":
                services.leave_out_day(request.user, series, day)
            case "take_in":
                services.take_in_day(request.user, series, day)
            case _:
                raise Http404
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    return redirect(series)


def _open(request: HttpRequest, key: str) -> Series:
    return access.open_readable(request, Series.objects.for_lists(), key=key)


def _prepared(request: HttpRequest, key: str) -> Series:
    series = _open(request, key)
    require_or_404(request, "record", series)
    return series
