"""A user's own searches: recent ones, and those under a name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.views.shared import attempt, attempt_on_latest, posted
from search import saved, services
from search.models import SavedSearch
from search.saved_forms import ChangeSearchForm, SaveSearchForm

LONGEST_NAME_OFFERED = 60


@login_required
@require_safe
def saved_search_list(request):
    """The user's saved searches, and below what the user has searched for lately."""
    context = {"searches": saved.saved_searches(request.user), "recent": saved.recent_searches(request.user)}
    return render(request, "search/saved_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_search_new(request):
    """Give a search a name; the address says which, as that of the search page does."""
    query = saved.canonical(request.GET.urlencode())
    initial = {"query": query, "name": saved.words_of(query)[:LONGEST_NAME_OFFERED]}
    form = SaveSearchForm(posted(request), initial=initial)
    if request.method == "POST" and attempt(form, lambda: services.save_search(request.user, **form.cleaned_data)):
        messages.success(request, _("The search is saved."))
        return redirect("saved_search_list")
    asked = saved.canonical(form["query"].value() or "")
    if not asked:
        raise Http404
    context = {"form": form, "words": saved.words_of(asked), "back": f"{reverse('search')}?{asked}"}
    return render(request, "search/saved_new.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_search_detail(request, key):
    """What is new in it; its name, and how its owner is told. Looked at, what is new is new no more."""
    search = _open(request, key)
    initial = {"name": search.name, "alert": search.alert, "version": search.version}
    form = ChangeSearchForm(posted(request), initial=initial)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.change_search(request.user, search, **form.cleaned_data),
        lambda: SavedSearch.objects.values_list("version", flat=True).get(pk=search.pk),
    ):
        messages.success(request, _("The saved search is changed."))
        return redirect("saved_search_list")
    saved.bring_numbers([search], request.user)
    saved.bring_whether_lost([search], request.user)
    context = {"search": search, "words": saved.words_of(search.query), "hits": saved.new_hits(search), "form": form}
    if request.method == "GET":
        services.note_opened(request.user, search)
    return render(request, "search/saved_detail.html", context)


@login_required
@require_POST
def saved_search_delete(request, key):
    search = _open(request, key)
    try:
        services.delete_search(request.user, search)
    except PermissionDenied as gone:
        raise Http404 from gone
    messages.success(request, _("The saved search is deleted."))
    return redirect("saved_search_list")


@login_required
@require_POST
def recent_clear(request):
    services.clear_recent(request.user)
    messages.success(request, _("What you searched for is forgotten."))
    return redirect("saved_search_list")


def _open(request, key) -> SavedSearch:
    found = access.readable_by(SavedSearch.objects.select_related("owner"), request.user).filter(key=key).first()
    if found is None:
        raise Http404
    return found
