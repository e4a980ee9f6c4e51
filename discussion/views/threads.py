"""Threads: the lists of them, one with its messages, several side by side, and their beginning."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access
from coordination.models import Space
from coordination.views.shared import attempt, page_of
from discussion import panel, selectors, services, threads
from discussion.models import MESSAGES_PER_PAGE
from discussion.models import page_of as page_of_message
from discussion.thread_forms import WHICH, ListFilters, StartThreadForm
from discussion.views.shared import is_number, open_threads, place_of, post

THREADS_PER_PAGE = 50
# Side by side; and how many of one's own the page offers besides.
PANELS, PICKED_FROM = 3, 30


# --- lists ---------------------------------------------------------------------------------------------------------
@login_required
@require_safe
def thread_list(request):
    """The threads that the reader takes part in, over all spaces: favourites first."""
    mine = selectors.threads_followed_by(request.user)
    filters = ListFilters(request.GET, spaces=selectors.spaces_of(mine, request.user))
    which, space = filters.chosen("which"), filters.chosen("space")
    found = mine.filter(selectors.OF_MINE[which]) if which else mine
    found = selectors.favourites_first(found.filter(space=space) if space else found)
    context = {
        **_page_of_threads(request, found),
        "filters": filters,
        "tabs": [_tab(request, name, label, which) for name, label in {"": _("All"), **WHICH}.items()],
        "is_narrowed": bool(which or space),
    }
    return render(request, "discussion/thread_list.html", context)


def _tab(request, name, label, chosen):
    wanted = {"which": name, "space": request.GET.get("space", "")}
    query = urlencode({key: value for key, value in wanted.items() if value})
    return {"url": f"?{query}", "label": label, "is_current": name == (chosen or "")}


@require_safe
def space_threads(request, key):
    """The threads of a space, on whatever object they are: those that go on, or those that are over."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if access.role_in(request.user, space.pk) is None:
        raise Http404
    over = request.GET.get("show") == "over"
    context = {
        **_page_of_threads(request, selectors.threads_of(space, request.user, over=over)),
        "space": space,
        "tabs": [
            {"url": "?", "label": _("Going on"), "is_current": not over},
            {"url": "?show=over", "label": _("Closed"), "is_current": over},
        ],
        "is_narrowed": over,
        "may_write": access.can(request.user, "contribute", space),
        "manages": access.can(request.user, "manage", space),
    }
    return render(request, "discussion/thread_list.html", context)


def _page_of_threads(request, found):
    page = page_of(request, found, THREADS_PER_PAGE)
    return {"page": page, "threads": selectors.listed(page, request.user)}


# --- one -----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def thread_detail(request, key):
    """One page of a thread and the form to write in it: that of the first unread message, unless asked otherwise."""
    thread = access.open_readable(request, open_threads, key=key)
    form = None
    if request.method == "POST":
        form, message = post(request, thread)
        if message is not None:
            return redirect(place_of(message))
    context = _thread_context(request, thread, form)
    shown = context["messages_shown"]
    if request.method != "POST" and request.user.is_authenticated:
        services.mark_read(request.user, thread, shown[-1].number if shown else 0)
    return render(request, "discussion/thread_detail.html", context)


def _thread_context(request, thread, form):
    mark = panel.mark_of(thread, request.user)
    page = _wanted_page(request.GET.get("page"), thread, panel.first_unread(thread, mark))
    first = (page - 1) * MESSAGES_PER_PAGE + 1
    shown = selectors.messages_between(thread, request.user, first, first + MESSAGES_PER_PAGE - 1)
    return {
        **panel.of_a_thread(request, thread, shown, form, mark),
        "title": selectors.title_of(thread, request.user),
        "target": threads.visible_target(thread, request.user),
        "space": access.if_readable(request.user, thread.space),
        "page_number": page,
        "live": page == thread.last_page,
    }


def _wanted_page(wanted, thread, first_unread) -> int:
    last = thread.last_page
    if wanted and is_number(wanted):
        return min(max(int(wanted), 1), last)
    return page_of_message(first_unread) if first_unread else last


# --- several -------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_open(request):
    """Several threads side by side. What the address names and the reader may not read is left out, like a slip of the
    keyboard."""
    chosen = selectors.threads_with_keys(request.GET.getlist("t"), request.user)[:PANELS]
    answered = next((thread for thread in chosen if thread.key == request.GET.get("to")), None)
    form = None
    if request.method == "POST":
        if answered is None:
            raise Http404
        form, message = post(request, answered)
        if message is not None:
            return redirect(f"{_beside(chosen)}#{message.anchor}")
    titles = selectors.titles_of(chosen, request.user)
    panels = [
        {
            **panel.of_the_latest(request, thread, form if thread == answered else None),
            "title": titles[thread.pk],
            "post_to": f"{_beside(chosen)}&to={thread.key}",
            "without": _beside([other for other in chosen if other != thread]),
            "live": True,
        }
        for thread in chosen
    ]
    return render(request, "discussion/thread_open.html", {"panels": panels, "offered": _offered(request, chosen)})


def _offered(request, chosen):
    """The reader's other threads, each with the address at which it is open too."""
    if len(chosen) == PANELS:
        return []
    mine = selectors.favourites_first(selectors.threads_followed_by(request.user))
    others = mine.exclude(pk__in=[thread.pk for thread in chosen])[:PICKED_FROM]
    return [(_beside([*chosen, one.thread]), one) for one in selectors.listed(others, request.user)]


def _beside(chosen) -> str:
    return f"{reverse('thread_open')}?{urlencode([('t', thread.key) for thread in chosen])}"


# --- beginning -----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def thread_start(request, key):
    """Begin a discussion in a space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if not access.can(request.user, "contribute", space):
        raise Http404
    if request.method == "POST":
        form, begun = StartThreadForm.sent(request, space), []
        if attempt(form, lambda: begun.append(_start(request, space, form))):
            return redirect(begun[0])
    else:
        form = StartThreadForm.empty(request.user, space)
    return render(request, "discussion/thread_start.html", {"space": space, "form": form})


def _start(request, space, form):
    fields = form.cleaned_data
    said = form.said()
    chosen = ("marking", "organisations", "users", "chatham_house", "asks_acknowledgement")
    more = {name: fields[name] for name in chosen if name in fields}
    uploads = {name: said[name] for name in ("uploads", "titles")}
    return services.start_thread(
        request.user, space, fields["subject"], fields["text"], fields["submission"], **uploads, **more
    )


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
