"""The panel of a discussion: on its own page, and at the end of the page of what it is about."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from coordination import access
from coordination.models import Space
from discussion import selectors, threads
from discussion.forms import MessageForm
from discussion.models import Message, Thread

# How many of the latest messages, or threads of a space, the page of an object shows.
LATEST_MESSAGES = 20
LATEST_THREADS = 5


def context_for(request: HttpRequest, obj: Any, form: MessageForm | None = None) -> dict[str, Any]:
    """What `discussion/panel.html` shows of the discussion of `obj`; nothing to those who are not of its space."""
    user = request.user
    if access.role_in(user, access.space_id_of(obj)) is None:
        return {"shown": False}
    if isinstance(obj, Space):
        return _of_a_space(request, obj)
    thread = selectors.thread_on(obj, user)
    if thread is None and threads.rests(obj):
        return {"shown": False}
    if thread is None:
        return _frame(request, obj, form, post_to=_address_of(obj))
    last = thread.last_number
    latest = selectors.messages_between(thread, user, last - LATEST_MESSAGES + 1, last)
    if latest:
        access.note_reading(request, thread)
    return {**_frame(request, thread, form, post_to=thread.get_absolute_url()), **_with(thread, latest)}


def of_a_thread(request: HttpRequest, thread: Thread, shown: list[Message], form: MessageForm | None) -> dict[str, Any]:
    """The same panel around one page of a thread."""
    return {**_frame(request, thread, form, post_to=thread.get_absolute_url()), **_with(thread, shown)}


def _frame(request: HttpRequest, obj: Any, form: MessageForm | None, post_to: str) -> dict[str, Any]:
    may_write = access.can(request.user, "contribute", obj) and not threads.rests(obj)
    return {
        "shown": True,
        "request": request,
        "post_to": post_to,
        "form": (form or MessageForm(auto_id="message_%s")) if may_write else None,
        "messages_shown": [],
    }


def _with(thread: Thread, shown: list[Message]) -> dict[str, Any]:
    return {
        "thread": thread,
        "messages_shown": shown,
        "earlier": shown[0].number - 1 if shown else 0,
        "shown_up_to": shown[-1].number if shown else 0,
    }


def _of_a_space(request: HttpRequest, space: Space) -> dict[str, Any]:
    found = selectors.threads_of(space, request.user)[:LATEST_THREADS]
    return {
        "shown": True,
        "request": request,
        "space": space,
        "threads": selectors.listed(found, request.user),
        "may_write": access.can(request.user, "contribute", space),
    }


def _address_of(obj: Any) -> str:
    return reverse("thread_begin", kwargs={"name": threads.name_of(obj)})
