"""The audit trail, for auditors and for the chairs of spaces (docs/decisions/0004)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access, selectors
from coordination.forms import TrailFilters
from coordination.views.shared import ROWS_ON_A_PAGE

DIGITS_OF_A_PAGE_NUMBER = 6


@login_required
@require_safe
def audit_trail(request):
    """Who did what, when and from where; of what is closed to the reader, nothing but the kind."""
    if not selectors.may_see_trail(request.user):
        raise Http404
    filters = TrailFilters(request.GET)
    filters.is_valid()
    entries = selectors.narrowed_trail(selectors.trail_for(request.user), filters.chosen)
    number = _number(request.GET.get("page", "1"))
    first = (number - 1) * ROWS_ON_A_PAGE
    # One row more than a page tells whether there is a next one: no total is counted or shown.
    rows = list(entries[first : first + ROWS_ON_A_PAGE + 1])
    context = {
        "filters": filters,
        "deeds": selectors.deeds(rows[:ROWS_ON_A_PAGE], request.user),
        "is_auditor": access.can_in_office(request.user, "audit"),
        "number": number,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if len(rows) > ROWS_ON_A_PAGE else None,
    }
    return render(request, "coordination/audit_trail.html", context)


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_A_PAGE_NUMBER
    return max(int(text), 1) if is_number else 1
