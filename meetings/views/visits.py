"""Visits: their list, and one of them with the programme of its meetings."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination import access
from coordination import selectors as coordination
from coordination.views.shared import page_of
from meetings import selectors
from meetings.forms import VisitFilters
from meetings.models import Visit


@require_safe
def visit_list(request):
    """The visits that the reader may read: those that are coming, or those that are over."""
    readable = Visit.live_pages().readable_by(request.user)
    filters = VisitFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    past = request.GET.get("when") == "past"
    space = filters.chosen("space")
    visits = readable.filter(space=space) if space else readable
    page = page_of(request, visits.past() if past else visits.coming())
    query = {"space": space.key} if space else {}
    context = {
        "filters": filters,
        "page": page,
        "past": past,
        "spaces": coordination.known_spaces(request.user, page.object_list),
        "tabs": [
            {"url": f"?{urlencode(query)}", "label": _("Coming"), "is_current": not past},
            {"url": f"?{urlencode({**query, 'when': 'past'})}", "label": _("Past"), "is_current": past},
        ],
    }
    return render(request, "meetings/visit_list.html", context)


@require_safe
def visit_detail(request, key):
    """A visit: who comes, what for, and whom they meet."""
    visit = access.open_readable(request, Visit.live_pages(), key=key)
    context = {
        "visit": visit,
        "space": access.if_readable(request.user, visit.space),
        "members": visit.members.for_lists(),
        "programme": selectors.programme_of(visit, request.user),
        "topics": visit.topics.all(),
    }
    return render(request, "meetings/visit_detail.html", context)
