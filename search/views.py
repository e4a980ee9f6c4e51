"""The search page, and what is suggested while somebody types."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from search import selectors
from search.forms import SearchForm
from search.queries import LAST_PAGE, PAGE_SIZE


@require_safe
def search(request):
    """Works by addresses alone; htmx asks for the results without the page around them."""
    form = SearchForm(request.GET)
    query = form.query()
    results = selectors.search(query, request.user)
    pages = Paginator(range(min(results.total, LAST_PAGE * PAGE_SIZE)), PAGE_SIZE)
    context = {
        "form": form,
        "query": query,
        "results": results,
        "facets": [_facet_with_links(request, facet) for facet in results.facets],
        "page": Page([], min(query.page, pages.num_pages), pages),
        "clear_url": _address(request, keep=("q",)) if query.chosen or query.since or query.until else "",
    }
    wants_results_only = request.htmx and not request.htmx.history_restore_request
    response = render(request, "search/results.html" if wants_results_only else "search/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def suggest(request):
    """Up to eight titles that begin to match, as options of the search box's list."""
    hits = selectors.suggest(request.GET.get("q", ""), request.user)
    return render(request, "search/suggestions.html", {"hits": hits})


@dataclass(frozen=True)
class LinkedValue:
    label: str
    count: int
    is_chosen: bool
    url: str


def _facet_with_links(request, facet: selectors.Facet) -> dict[str, Any]:
    values = [
        LinkedValue(value.label, value.count, value.is_chosen, _toggled(request, facet.name, value))
        for value in facet.values
    ]
    return {"label": facet.label, "values": values}


def _toggled(request, facet: str, value: selectors.Value) -> str:
    """The address with this value chosen, or no longer chosen."""
    address = request.GET.copy()
    chosen = [other for other in address.getlist(facet) if other != value.value]
    address.setlist(facet, chosen if value.is_chosen else [*chosen, value.value])
    address.pop("page", None)
    return f"{request.path}?{address.urlencode()}"


def _address(request, keep: tuple[str, ...]) -> str:
    address = request.GET.copy()
    for name in set(address) - set(keep):
        del address[name]
    return f"{request.path}?{address.urlencode()}"
