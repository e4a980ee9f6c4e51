"""The panel of a discussion: on its own page, beside others, and at the end of the page of what it is about."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from coordination import access
from coordination.models import Space
from discussion import rights, selectors, threads
from discussion.forms import MessageForm
from discussion.models import Message, ReadMark, Thread
from discussion.rights import Deeds

# How many of the latest messages, or threads of a space, the page of an object shows.
LATEST_MESSAGES = 20
LATEST_THREADS = 5


# --- what stands above the messages --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Head:
    """What a reader sees above the messages of a thread: how it stands, its summary, what the reader is asked for."""

    deeds: Deeds
    # Now or later: times that are over are no news.
    has_read_only_times: bool
    summary_by: User | None
    merged_into: Thread | None
    asked: selectors.Asked | None

    @property
    def refuses(self) -> bool:
        """Whether somebody who might write here at other times may not at this one."""
        return self.deeds.contribute and not self.deeds.write


def head_of(thread: Thread, user: access.Reader) -> dict[str, Any]:
    """What `discussion/head.html` shows to `user`, who may read the thread; on pages, and in frames of the socket."""
    deeds = rights.deeds(user, thread)
    may_name = thread.summary_by_id is not None and deeds.may_name(thread.summary_by_id)
    head = Head(
        deeds=deeds,
        has_read_only_times=_has_read_only_times(thread),
        summary_by=thread.summary_by if may_name else None,
        merged_into=access.if_readable(user, thread.merged_into),
        asked=_asked(deeds) if thread.asks_acknowledgement else None,
    )
    return {"thread": thread, "head": head}


def _has_read_only_times(thread: Thread) -> bool:
    until = thread.read_only_until
    return thread.read_only_from is not None and (until is None or until > timezone.now())


def _asked(deeds: Deeds) -> selectors.Asked:
    return selectors.asked_in(deeds.thread, deeds.reader, is_member=deeds.is_member, manages=deeds.manage)


# --- panels --------------------------------------------------------------------------------------------------------
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
    return of_the_latest(request, thread, form)


def of_the_latest(request: HttpRequest, thread: Thread, form: MessageForm | None = None) -> dict[str, Any]:
    """The panel of a thread with its latest messages, which count as read."""
    last = thread.last_number
    latest = selectors.messages_between(thread, request.user, last - LATEST_MESSAGES + 1, last)
    if latest:
        access.note_reading(request, thread)
    return of_a_thread(request, thread, latest, form, mark_of(thread, request.user))


def of_a_thread(
    request: HttpRequest, thread: Thread, shown: list[Message], form: MessageForm | None, mark: ReadMark | None
) -> dict[str, Any]:
    """The same panel around some messages of a thread. `thread` was fetched before them: what has changed in the
    meantime is shown already, and comes once more."""
    return {
        **_frame(request, thread, form, post_to=thread.get_absolute_url()),
        **head_of(thread, request.user),
        "mark": mark,
        "first_unread": first_unread(thread, mark),
        "messages_shown": shown,
        "earlier": shown[0].number - 1 if shown else 0,
        "shown_up_to": thread.last_change,
    }


def mark_of(thread: Thread, user: access.Reader) -> ReadMark | None:
    """How far `user` has read the thread; None for whoever has never opened it."""
    return ReadMark.objects.filter(user=user, thread=thread).first() if user.is_authenticated else None


def first_unread(thread: Thread, mark: ReadMark | None) -> int | None:
    """The number of the first message that a reader who takes part has not read; None where there is none."""
    return mark.number + 1 if mark is not None and mark.number < thread.last_number else None


def names_in(obj: Any) -> str:
    """How the fields of the form are called on the page, which may show several threads."""
    return f"message_{obj.key}_%s" if isinstance(obj, Thread) else "message_%s"


def _frame(request: HttpRequest, obj: Any, form: MessageForm | None, post_to: str) -> dict[str, Any]:
    may_write = access.can(request.user, "contribute", obj) and not threads.rests(obj)
    return {
        "shown": True,
        "request": request,
        "post_to": post_to,
        "form": (form or MessageForm.empty(request.user, obj, auto_id=names_in(obj))) if may_write else None,
        "messages_shown": [],
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
