"""The search page, and what is suggested while somebody types."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from coordination import access, named
from search import even, grammar, paging, saved, selectors, services, similar
from search.examples import EXAMPLES
from search.forms import SearchForm
from search.kinds import KINDS
from search.queries import FACETS, NEWEST, OLDEST, RELEVANCE, Place, Query

SORT_LABELS = {RELEVANCE: _("Relevance"), NEWEST: _("Newest first"), OLDEST: _("Oldest first")}


@require_safe
def search(request):
    """Works by addresses alone; htmx asks for the results without the page around them."""
    begun = even.begin()
    form = SearchForm(request.GET)
    query = form.query()
    results = selectors.search(query, request.user)
    if query.asks_for_words and query.page == 1:
        services.note_recent(request.user, saved.canonical(request.GET.urlencode()))
    context = {
        "form": form,
        "query": query,
        "results": results,
        "facets": [_facet_with_links(request, query, facet) for facet in results.facets],
        "sorts": _sorts(request, results.query),
        "first_url": _address(request),
        "previous_url": _page_address(request, results.previous),
        "next_url": _page_address(request, results.next),
        "clear_url": _without_narrowing(request, query) if results.query.is_narrowed else "",
        "examples": EXAMPLES,
    }
    wants_results_only = request.htmx and not request.htmx.history_restore_request
    response = render(request, "search/results.html" if wants_results_only else "search/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    if not results.total:
        even.wait_for_the_step(begun)
    return response


@require_safe
def suggest(request):
    """Up to eight titles that begin to match, as options of the search box's list."""
    begun = even.begin()
    hits = selectors.suggest(request.GET.get("q", ""), request.user)
    if not hits:
        even.wait_for_the_step(begun)
    return render(request, "search/suggestions.html", {"hits": hits})


@require_safe
def similar_to(request, name):
    """What is like the object of that name, as a page; pages ask for the list alone once they are shown."""
    begun = even.begin()
    obj = named.find(name, request.user)
    if obj is None:
        raise Http404
    found = [(entry, KINDS[entry.kind]) for entry in similar.similar_to(obj, request.user)]
    if not found:
        even.wait_for_the_step(begun)
    if not request.htmx:
        # The page says what it is called.
        access.note_reading(request, obj)
    response = render(request, f"search/similar{'_list' if request.htmx else ''}.html", {"obj": obj, "found": found})
    patch_vary_headers(response, ["HX-Request"])
    return response


@dataclass(frozen=True)
class LinkedValue:
    label: str
    count: int
    is_chosen: bool
    url: str


def _facet_with_links(request, query: Query, facet: selectors.Facet) -> dict[str, Any]:
    values = [
        LinkedValue(value.label, value.count, value.is_chosen, _toggled(request, query, facet.name, value))
        for value in facet.values
    ]
    return {"label": facet.label, "values": values}


def _toggled(request, query: Query, facet: str, value: selectors.Value) -> str:
    """The address with this value chosen, or no longer chosen, by the address or by words of the query."""
    chosen = [other for other in request.GET.getlist(facet) if other != value.value]
    changed = {facet: chosen if value.is_chosen else [*chosen, value.value]}
    if value.from_text:
        changed["q"] = [grammar.without(query.read_text, value.from_text)]
    return _address(request, **changed)


def _sorts(request, query: Query) -> list[dict[str, Any]]:
    """The orders to choose from. Without words nothing is more relevant than anything else."""
    return [
        {"label": label, "url": _address(request, sort=[sort]), "is_current": sort == query.order}
        for sort, label in SORT_LABELS.items()
        if query.has_words or sort != RELEVANCE
    ]


def _page_address(request, place: Place | None) -> str:
    if place is None:
        return ""
    return _address(request) if place.page == 1 else _address(request, place=[paging.seal(place)])


def _without_narrowing(request, query: Query) -> str:
    """The address without all that narrows the results down."""
    nothing: dict[str, list[str]] = {name: [] for name in (*FACETS, "since", "until")}
    return _address(request, **nothing, q=[grammar.without(query.read_text, list(query.asked.narrowings))])


def _address(request, **changed: list[str]) -> str:
    """The address of the first page of what is asked for, with these values in place of what stands there."""
    address = request.GET.copy()
    for name, values in {"page": [], "place": [], **changed}.items():
        if values:
            address.setlist(name, values)
        else:
            address.pop(name, None)
    return f"{request.path}?{address.urlencode()}"
