"""Filters under a name: saved, opened, renamed, deleted, and chosen as what a list opens with."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import selectors, services
from coordination.forms import ActionFilters, CommitmentFilters, RenameFilterForm, SaveFilterForm
from coordination.models import SavedFilter
from coordination.views.action_lists import list_address
from coordination.views.shared import attempt, attempt_on_latest, posted

# The fields by which each list is narrowed; nothing else of an address is saved.
FIELDS = {
    "actions": {*ActionFilters.base_fields, "view"},
    "commitments": set(CommitmentFilters.base_fields),
}


@login_required
@require_safe
def filter_list(request):
    """What the user has saved, and what is shared in the user's spaces."""
    return render(request, "coordination/saved_filter_list.html", {"filters": selectors.saved_filters(request.user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def filter_new(request):
    """Give the filter of a list a name; `?page=` and `?query=` say of which list, and what narrows it."""
    initial = {name: request.GET.get(name, "") for name in ("page", "query")}
    form = SaveFilterForm(posted(request), reader=request.user, initial=initial)
    made = []
    if request.method == "POST" and attempt(form, lambda: made.append(_save(request.user, form.cleaned_data))):
        messages.success(request, _("The filter is saved."))
        return redirect(made[0])
    page = form["page"].value()
    if page not in FIELDS:
        raise Http404
    list_name = "action_list" if page == "actions" else "commitment_list"
    back = list_address(reverse(list_name), form["query"].value() or "")
    return render(request, "coordination/saved_filter_new.html", {"form": form, "back": back})


def _save(user, fields: dict) -> SavedFilter:
    query = selectors.only_these(fields.pop("query"), FIELDS[fields["page"]])
    return services.save_filter(user, query=query, **fields)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def filter_detail(request, key):
    """One filter: its name, for those who may change it; and whether the list opens with it, for everybody."""
    saved = _open(request, key)
    may_change = services.may_change_filter(request.user, saved)
    if request.method == "POST" and not may_change:
        raise Http404
    form = RenameFilterForm(posted(request), initial={"name": saved.name, "version": saved.version})
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.rename_filter(request.user, saved, **form.cleaned_data),
        lambda: SavedFilter.objects.values_list("version", flat=True).get(pk=saved.pk),
    ):
        messages.success(request, _("The filter has another name."))
        return redirect("filter_list")
    standard = selectors.standard_filter(request.user, saved.page)
    context = {"saved": saved, "form": form if may_change else None, "is_standard": standard == saved}
    return render(request, "coordination/saved_filter_detail.html", context)


@login_required
@require_POST
def filter_delete(request, key):
    saved = SavedFilter.objects.open_to(request.user).filter(key=key).first()
    if saved is None or not services.may_change_filter(request.user, saved):
        raise Http404
    try:
        services.delete_filter(request.user, saved)
    except PermissionDenied as gone:
        raise Http404 from gone
    messages.success(request, _("The filter is deleted."))
    return redirect("filter_list")


@login_required
@require_POST
def filter_standard(request, key):
    """Let the list open with this filter; or, where `off` is sent, as it does for everybody."""
    saved = _open(request, key)
    try:
        services.open_with(request.user, saved.page, None if "off" in request.POST else saved)
    except PermissionDenied as gone:
        raise Http404 from gone
    if "off" in request.POST:
        messages.success(request, _("The list opens unfiltered again."))
    else:
        messages.success(request, _("The list opens with this filter from now on."))
    return redirect("filter_list")


def _open(request, key) -> SavedFilter:
    saved = SavedFilter.objects.open_to(request.user).filter(key=key).select_related("space").first()
    if saved is None:
        raise Http404
    return saved
