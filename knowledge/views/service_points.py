"""Service points: the places, and one of them."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.views.shared import page_of
from knowledge import selectors
from knowledge.forms import ServicePointFilters
from knowledge.models import ServicePoint

ROWS_ON_A_PAGE = 30


@require_safe
def service_point_list(request):
    readable = selectors.service_points(request.user)
    filters = ServicePointFilters(request.GET, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_service_points(readable, filters.chosen)
    context = {"filters": filters, "page": page_of(request, rows, ROWS_ON_A_PAGE)}
    return render(request, "knowledge/service_point_list.html", context)


@require_safe
def service_point_detail(request, key):
    queryset = ServicePoint.live_pages().select_related("country", "organisation")
    point = access.open_readable(request, queryset, key=key)
    context = {
        "service_point": point,
        "space": access.if_readable(request.user, point.space),
        "services": point.services.all(),
        "week": selectors.week_of(point),
        "topics": point.topics.all(),
    }
    return render(request, "knowledge/service_point_detail.html", context)
