"""Pages of discussions and notifications. All of it works with scripts off; the socket only makes it quicker."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.models import Space
from discussion import panel, selectors, services, threads
from discussion.forms import MessageForm, StartThreadForm
from discussion.models import MESSAGES_PER_PAGE, Message, Notification, Thread, page_of

THREADS_PER_PAGE = NOTIFICATIONS_PER_PAGE = 50
# How many messages one answer to a page without a socket holds.
CATCH_UP = 100
_open_threads = Thread.objects.select_related("audience", "space")


# --- threads -------------------------------------------------------------------------------------------------------
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
    thread = access.open_readable(request, _open_threads, key=key)
    form = None
    if request.method == "POST":
        form, message = _post(request, thread)
        if message is not None:
            return redirect(_place_of(message))
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


def _wanted_page(wanted, thread) -> int:
    last = thread.last_page
    return min(max(int(wanted), 1), last) if wanted and _is_number(wanted) else last


@require_http_methods(["GET", "HEAD", "POST"])
def thread_begin(request, name):
    """Say the first thing about an object: `name` is what its page called it (discussion.threads.name_of)."""
    obj = threads.find(name, request.user)
    if obj is None or access.role_in(request.user, access.space_id_of(obj)) is None:
        raise Http404
    form = None
    if request.method == "POST":
        form, message = _post(request, obj)
        if message is not None:
            return redirect(_place_of(message))
    elif thread := selectors.thread_on(obj, request.user):
        return redirect(thread)
    context = {
        **panel.context_for(request, obj, form),
        "target": obj,
        "title": str(obj),
        "space": access.if_readable(request.user, Space.objects.get(pk=access.space_id_of(obj))),
    }
    return render(request, "discussion/thread_detail.html", context)


def _post(request, about):
    """The form with its errors, and the message if there were none. Who may not write here finds nothing here."""
    form = MessageForm(request.POST, auto_id="message_%s")
    if not access.can(request.user, "contribute", about):
        raise Http404
    if not form.is_valid():
        return form, None
    try:
        return form, services.post_message(
            request.user, about, form.cleaned_data["text"], form.cleaned_data["submission"]
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return form, None
    except PermissionDenied as refusal:  # the membership ended in the meantime
        raise Http404 from refusal


@require_safe
def thread_messages(request, key):
    """The messages after a number, as the page shows them: for pages without a socket, which ask again and again."""
    thread = get_object_or_404(_open_threads.readable_by(request.user), key=key)
    after = request.GET.get("after", "")
    if not _is_number(after):
        raise Http404
    found = selectors.messages_after(thread, request.user, int(after), CATCH_UP)
    if found:
        access.note_reading(request, thread)
    return render(request, "discussion/messages.html", {"messages_shown": found})


@require_safe
def message_detail(request, key):
    """The lasting address of a message: its place in its thread."""
    message = access.open_readable(request, Message.objects.select_related("thread__audience"), key=key)
    return redirect(_place_of(message))


def _place_of(message: Message) -> str:
    return f"{message.thread.get_absolute_url()}?page={page_of(message.number)}#{message.anchor}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


# --- notifications -------------------------------------------------------------------------------------------------
@login_required
@require_safe
def notification_list(request):
    """What happened that concerns the reader, in words made now."""
    page = Paginator(selectors.notifications_of(request.user), NOTIFICATIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "news": selectors.told(page, request.user)}
    return render(request, "discussion/notification_list.html", context)


@login_required
@require_safe
def notification_open(request, key):
    """Go to what the notification is about; it counts as looked at."""
    news = Notification.objects.filter(user=request.user, key=key).first()
    obj = selectors.object_of(news, request.user) if news else None
    if obj is None:
        raise Http404
    services.mark_seen(request.user, news)
    return redirect(obj.get_absolute_url())


@login_required
@require_POST
def notifications_seen(request):
    services.mark_all_seen(request.user)
    messages.success(request, _("All notifications are marked as read."))
    return redirect(reverse("notification_list"))
