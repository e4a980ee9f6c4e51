"""Collections; whether a page helped; and the pages that are to be kept up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access, named
from coordination.views.shared import attempt, page_of, posted
from knowledge import selectors, services
from knowledge.forms import (
    AddToCollectionForm,
    CollectionForm,
    KeepForm,
    LookThroughForm,
    NewCollectionForm,
    VerdictForm,
)
from knowledge.links import path_here
from knowledge.models import ReadingList
from knowledge.views.shared import ROWS_ON_A_PAGE


# --- collections ---------------------------------------------------------------------------------------------------
@login_required
@require_safe
def collection_list(request):
    """The reader's own collections, and those that are shared in the reader's spaces."""
    context = {"page": page_of(request, selectors.collections_of(request.user), ROWS_ON_A_PAGE)}
    return render(request, "knowledge/collection_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection_new(request):
    form = NewCollectionForm(posted(request), reader=request.user)
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.make_list(request.user, **form.cleaned_data))
    ):
        messages.success(request, _("The collection is there. Add to it from any page, or by an address."))
        return redirect(made[0])
    return render(request, "knowledge/collection_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection_detail(request, key):
    """What a collection holds, of it what this reader may read; and a field to add more by its address."""
    collection = _open(request, key)
    may_change = services.may_change_list(request.user, collection)
    if request.method == "POST" and not may_change:
        raise Http404
    form = AddToCollectionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        found = selectors.found_at(path_here(form.cleaned_data["address"].strip()) or "", request.user)
        if found is None or not services.is_keepable(found):
            form.add_error("address", _("There is no page at this address that you may read and that can be kept."))
        elif attempt(form, lambda: services.keep(request.user, collection, found, note=form.cleaned_data["note"])):
            messages.success(request, _("It is in the collection."))
            return redirect(collection)
    context = {
        "collection": collection,
        "items": selectors.readable_items(collection, request.user),
        "form": form if may_change else None,
    }
    return render(request, "knowledge/collection_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection_edit(request, key):
    """Title and description; or the end of it, where `delete` is sent."""
    collection = _open(request, key)
    if not services.may_change_list(request.user, collection):
        raise Http404
    if "delete" in request.POST:
        services.delete_list(request.user, collection)
        messages.success(request, _("The collection is deleted. What it held is where it was."))
        return redirect("collection_list")
    initial = {"title": collection.title, "description": collection.description}
    form = CollectionForm(posted(request), initial=initial)
    if request.method == "POST" and attempt(
        form, lambda: services.edit_list(request.user, collection, **form.cleaned_data)
    ):
        return redirect(collection)
    return render(request, "knowledge/collection_form.html", {"form": form, "collection": collection})


@login_required
@require_POST
def collection_item(request, key, item):
    """Move an item up or down, note something to it, or take it out."""
    collection, deed = _open(request, key), request.POST.get("deed")
    deeds = {
        "up": lambda: services.move_item(request.user, collection, item, -1),
        "down": lambda: services.move_item(request.user, collection, item, 1),
        "remove": lambda: services.remove_item(request.user, collection, item),
    }
    if deed not in deeds:
        raise Http404
    try:
        deeds[deed]()
    except PermissionDenied as refusal:
        raise Http404 from refusal
    return redirect(collection)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection_keep(request, name):
    """Put the thing of that name into one of the collections that the reader may add to."""
    obj = named.find(name, request.user)
    if obj is None or not services.is_keepable(obj):
        raise Http404
    open_to = selectors.collections_of(request.user)
    mine = [one.pk for one in open_to if services.may_change_list(request.user, one)]
    form = KeepForm(posted(request), collections=open_to.filter(pk__in=mine))
    if request.method == "POST" and attempt(
        form,
        lambda: services.keep(request.user, form.cleaned_data["collection"], obj, note=form.cleaned_data["note"]),
    ):
        messages.success(request, _("It is in the collection."))
        return redirect(form.cleaned_data["collection"])
    return render(request, "knowledge/collection_keep.html", {"obj": obj, "form": form, "has_some": bool(mine)})


def _open(request, key) -> ReadingList:
    found = selectors.collections_of(request.user).filter(key=key).first() if "\0" not in key else None
    if found is None:
        raise Http404
    return found


# --- what readers say ----------------------------------------------------------------------------------------------
@require_POST
def page_helpful(request, name):
    """Whether the page of that name helped. Who is not signed in is told apart by address and browser, hashed."""
    page = _kept_page(request, name)
    form = VerdictForm(request.POST)
    seen_from = f"{request.META.get('REMOTE_ADDR', '')} {request.META.get('HTTP_USER_AGENT', '')}"
    if attempt(
        form,
        lambda: services.judge(
            request.user,
            page,
            is_helpful=form.cleaned_data["helpful"] == "yes",
            text=form.cleaned_data["text"],
            seen_from=seen_from,
        ),
    ):
        messages.success(request, _("Thank you. Whoever looks after the page will see it, without your name."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(page)


# --- upkeep --------------------------------------------------------------------------------------------------------
@login_required
@require_safe
def upkeep(request):
    """What the pages need that the reader looks after."""
    context = {
        "past_review": selectors.past_review(request.user),
        "broken": selectors.broken_links(request.user),
        "said": selectors.said_of_pages(request.user),
    }
    return render(request, "knowledge/upkeep.html", context)


@login_required
@require_POST
def page_looked_through(request, name):
    page = _kept_page(request, name)
    if not services.may_keep(request.user, page):
        raise Http404
    form = LookThroughForm(request.POST)
    if attempt(form, lambda: services.look_through(request.user, page, **form.cleaned_data)):
        messages.success(request, _("The page will be brought to its owner again on that day."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(page)


def _kept_page(request, name):
    page = named.find(name, request.user)
    if page is None or type(page) not in selectors.KEPT_KINDS:
        raise Http404
    access.note_reading(request, page)
    return page
