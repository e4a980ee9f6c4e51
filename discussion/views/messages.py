"""Single messages: their lasting addresses, and those that came after what a page has."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from coordination import access
from discussion import selectors
from discussion.models import Message
from discussion.views.shared import is_number, open_threads, place_of

# How many messages one answer to a page without a socket holds.
CATCH_UP = 100


@require_safe
def thread_messages(request, key):
    """The messages after a number, as the page shows them: for pages without a socket, which ask again and again."""
    thread = get_object_or_404(open_threads.readable_by(request.user), key=key)
    after = request.GET.get("after", "")
    if not is_number(after):
        raise Http404
    found = selectors.messages_after(thread, request.user, int(after), CATCH_UP)
    if found:
        access.note_reading(request, thread)
    return render(request, "discussion/messages.html", {"messages_shown": found})


@require_safe
def message_detail(request, key):
    """The lasting address of a message: its place in its thread."""
    message = access.open_readable(request, Message.objects.select_related("thread__audience"), key=key)
    return redirect(place_of(message))
