"""The calendar by month: of one space, or over all of the reader's spaces."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination import access
from coordination import selectors as coordination
from coordination.models import Space
from meetings import selectors

FIRST_YEAR, LAST_YEAR = 1901, 2199


@require_safe
def meeting_month(request: HttpRequest) -> HttpResponse:
    """A month of meetings, and of one day in it all that is on it."""
    space = _space(request)
    first = _first_day(request)
    weeks = selectors.month_of_meetings(request.user, first, space)
    days = [day for week in weeks for day in week]
    for day in days:
        day.url = _to(first, space, on=day.on.isoformat()) + "#day"
    chosen = next((day for day in days if day.on.isoformat() == request.GET.get("on") and day.number), None)
    entries = [entry for day in days for entry in (day.entries if day is chosen else day.shown)]
    context = {
        "first": first,
        "weeks": weeks,
        "weekdays": [day.on for day in weeks[0]],
        "chosen": chosen,
        "is_empty": not any(day.number for day in days),
        "space": space,
        "spaces": {} if space else coordination.known_spaces(request.user, entries),
        "may_record": space is not None and access.can(request.user, "record", space),
        "previous_url": _to(coordination.month_before(first), space),
        "next_url": _to(coordination.month_after(first), space),
        "today_url": _to(timezone.localdate(), space),
        "tabs": tabs_of_meetings({"space": space.key} if space else {}, "month"),
    }
    return render(request, "meetings/month.html", context)


def tabs_of_meetings(query: dict[str, Any], current: str) -> list[dict[str, Any]]:
    """The ways to look at meetings: those to come, those that are over, and the month."""
    of_month = {"space": query["space"]} if query.get("space") else {}
    past = {**query, "when": "past"}
    return [
        {"url": _address("meeting_list", query), "label": _("Coming"), "is_current": current == "coming"},
        {"url": _address("meeting_list", past), "label": _("Past"), "is_current": current == "past"},
        {"url": _address("meeting_month", of_month), "label": _("Month"), "is_current": current == "month"},
    ]


def _address(name: str, query: dict[str, Any]) -> str:
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


def _to(month: date, space: Space | None, **more: str) -> str:
    of_space = {"space": space.key} if space else {}
    return _address("meeting_month", {"month": f"{month:%Y-%m}", **of_space, **more})


def _space(request: HttpRequest) -> Space | None:
    key = request.GET.get("space", "")
    if not key:
        return None
    return access.open_readable(request, Space.objects.live().select_related("audience"), key=key)


def _first_day(request: HttpRequest) -> date:
    """The first day of the month that the address asks for, as in 2026-03; this month's for anything else."""
    this_month = timezone.localdate().replace(day=1)
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return this_month
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else this_month
