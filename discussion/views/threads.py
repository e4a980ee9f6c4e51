"""Threads: the lists of them, one with its messages, and its beginning."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access
from coordination.models import Space
from discussion import panel, selectors, services, threads
from discussion.forms import StartThreadForm
from discussion.models import MESSAGES_PER_PAGE
from discussion.views.shared import is_number, open_threads, place_of, post

THREADS_PER_PAGE = 50


@login_required
@require_safe
def thread_list(request):
    """The threads that the reader takes part in, over all spaces."""
    found = selectors.threads_followed_by(request.user).for_lists()
    return render(request, "discussion/thread_list.html", _page_of_threads(request, found))


@require_safe
def space_threads(request, key):
    """The threads of a space, on whatever object they are."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if access.role_in(request.user, space.pk) is None:
        raise Http404
    context = {
        **_page_of_threads(request, selectors.threads_of(space, request.user)),
        "space": space,
        "may_write": access.can(request.user, "contribute", space),
    }
    return render(request, "discussion/thread_list.html", context)


def _page_of_threads(request, found):
    page = Paginator(found, THREADS_PER_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "threads": selectors.listed(page, request.user)}


@require_http_methods(["GET", "HEAD", "POST"])
def thread_start(request, key):
    """Begin a discussion in a space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if not access.can(request.user, "contribute", space):
        raise Http404
    form = StartThreadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            thread = services.start_thread(request.user, space, fields["subject"], fields["text"], fields["submission"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except PermissionDenied as refusal:  # the membership ended in the meantime
            raise Http404 from refusal
        else:
            return redirect(thread)
    return render(request, "discussion/thread_start.html", {"space": space, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def thread_detail(request, key):
    """One page of a thread, the last unless asked otherwise, and the form to write in it."""
    thread = access.open_readable(request, open_threads, key=key)
    form = None
    if request.method == "POST":
        form, message = post(request, thread)
        if message is not None:
            return redirect(place_of(message))
    elif request.user.is_authenticated:
        services.mark_read(request.user, thread, thread.last_number)
    return render(request, "discussion/thread_detail.html", _thread_context(request, thread, form))


def _thread_context(request, thread, form):
    page = _wanted_page(request.GET.get("page"), thread)
    first = (page - 1) * MESSAGES_PER_PAGE + 1
    shown = selectors.messages_between(thread, request.user, first, first + MESSAGES_PER_PAGE - 1)
    return {
        **panel.of_a_thread(request, thread, shown, form),
        "title": selectors.title_of(thread, request.user),
        "target": threads.visible_target(thread, request.user),
        "space": access.if_readable(request.user, thread.space),
        "page_number": page,
        "live": page == thread.last_page,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def thread_begin(request, name):
    """Say the first thing about an object: `name` is what its page called it (discussion.threads.name_of)."""
    obj = threads.find(name, request.user)
    if obj is None or access.role_in(request.user, access.space_id_of(obj)) is None:
        raise Http404
    form = None
    if request.method == "POST":
        form, message = post(request, obj)
        if message is not None:
            return redirect(place_of(message))
    elif thread := selectors.thread_on(obj, request.user):
        return redirect(thread)
    context = {
        **panel.context_for(request, obj, form),
        "target": obj,
        "title": str(obj),
        "space": access.if_readable(request.user, Space.objects.get(pk=access.space_id_of(obj))),
    }
    return render(request, "discussion/thread_detail.html", context)


def _wanted_page(wanted, thread) -> int:
    last = thread.last_page
    return min(max(int(wanted), 1), last) if wanted and is_number(wanted) else last
