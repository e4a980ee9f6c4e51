"""The directory: organisations with their listed posts, for whoever is signed in (docs/decisions/0003)."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from coordination import access, selectors
from coordination.forms import OrganisationFilters
from coordination.views.shared import page_of

ROWS_IN_A_SECTION = 10


@login_required
@require_safe
def organisation_list(request):
    filters = OrganisationFilters(request.GET)
    filters.is_valid()
    rows = selectors.narrowed_organisations(selectors.directory(), filters.chosen)
    return render(request, "coordination/organisation_list.html", {"filters": filters, "page": page_of(request, rows)})


@login_required
@require_safe
def organisation_detail(request, pk):
    """An organisation, and of its work and its people what this reader may know."""
    organisation = get_object_or_404(selectors.directory(), pk=pk)
    work = selectors.work_of(organisation, request.user)
    context = {
        "organisation": organisation,
        "posts": selectors.posts_at(organisation, request.user),
        "colleagues": selectors.colleagues_known_to(request.user, organisation),
        "agreements": work["agreements"][:ROWS_IN_A_SECTION],
        "commitments": work["commitments"][:ROWS_IN_A_SECTION],
        "actions": work["actions"][:ROWS_IN_A_SECTION],
        "keeps_posts": access.may_keep_posts_of(request.user, organisation),
        "keeps_accounts": access.can_in_office(request.user, "keep_accounts"),
        "names_focal_point": access.can_in_office(request.user, "keep_reference_data"),
    }
    return render(request, "coordination/organisation_detail.html", context)
