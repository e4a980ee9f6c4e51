"""Service points: the places, on a map and as a list; and one of them."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access
from coordination.views.shared import page_of
from knowledge import selectors
from knowledge.forms import ServicePointFilters
from knowledge.models import ServicePoint
from knowledge.views.shared import ROWS_ON_A_PAGE, reader_side


@require_safe
def service_point_list(request):
    """The places that the reader may know of, narrowed down. The map shows those of this page of the list."""
    readable = selectors.service_points(request.user)
    filters = ServicePointFilters(request.GET, readable=readable)
    filters.is_valid()
    page = page_of(request, selectors.narrowed_service_points(readable, filters.chosen), ROWS_ON_A_PAGE)
    context = {"filters": filters, "page": page, "map": selectors.map_of(page)}
    return render(request, "knowledge/service_point_list.html", context)


@require_safe
def service_point_detail(request, key):
    queryset = ServicePoint.live_pages().select_related("country", "organisation")
    point = access.open_readable(request, queryset, key=key)
    context = {
        "service_point": point,
        "services": point.services.all(),
        "week": selectors.week_of(point),
        "exceptions": selectors.coming_exceptions(point),
        "map": selectors.map_of([point]),
        "topics": point.topics.all(),
        **reader_side(request, point),
    }
    return render(request, "knowledge/service_point_detail.html", context)
