"""Agreements: their list, and one of them as a document with what was undertaken under each article."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import access, selectors
from coordination.forms import AgreementFilters
from coordination.models import Agreement
from coordination.views.shared import page_of


@require_safe
def agreement_list(request):
    """The agreements that the reader may read, narrowed down."""
    readable = Agreement.live_pages().readable_by(request.user)
    filters = AgreementFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_agreements(readable, filters.chosen).prefetch_related("parties__organisation")
    context = {"filters": filters, "page": page_of(request, rows)}
    return render(request, "coordination/agreement_list.html", context)


@require_safe
def agreement_detail(request, key):
    agreement = access.open_readable(request, Agreement.live_pages(), key=key)
    context = {
        "agreement": agreement,
        "space": access.if_readable(request.user, agreement.space),
        "parties": agreement.parties.select_related("organisation__country"),
        "articles": selectors.articles_of(agreement, request.user),
        "milestones": selectors.milestones_of(agreement),
        "topics": agreement.topics.all(),
        "may_record": access.can(request.user, "record", agreement),
    }
    return render(request, "coordination/agreement_detail.html", context)
