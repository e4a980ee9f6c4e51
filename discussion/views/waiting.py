"""News of a thread for pages whose sockets are cut by something on the way: a request that waits for them."""

import asyncio
from collections import Counter
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from coordination import access
from discussion import hub, limits, pokes, sessions
from discussion.views.messages import thread_messages
from discussion.views.shared import is_number, open_threads

# Short of the half minute after which proxies lose patience.
WAIT_SECONDS = 25.0
AGAIN_AFTER = 10
_waiting: Counter[int] = Counter()


class Waiter:
    """Hears of one thread, and of its reader's access."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()

    def poked(self, place: str, aspect: str, what: Any) -> None:
        if aspect in (pokes.MESSAGES, pokes.ACCESS):
            self.heard.set()

    def poked_all(self) -> None:
        self.heard.set()

    async def look_at_the_clock(self) -> None:
        """It ends by itself."""


@require_safe
async def thread_wait(request, key):
    """What `thread_messages` says, as soon as there is news, or after a while: by the access rule of that moment."""
    user, after = await request.auser(), request.GET.get("after", "")
    if not user.is_authenticated or not is_number(after):
        raise Http404
    if _waiting[user.pk] >= limits.WAITING_OF_A_USER or _waiting.total() >= limits.WAITING_IN_ALL:
        return HttpResponse(status=429, headers={"Retry-After": str(AGAIN_AFTER)})
    _waiting[user.pk] += 1
    try:
        await _wait_for_news(request, user, key, int(after))
    finally:
        _waiting[user.pk] -= 1
        if not _waiting[user.pk]:
            del _waiting[user.pk]
    return await sync_to_async(_answer)(request, key)


async def _wait_for_news(request, user, key, after):
    waiter, here = Waiter(), hub.here()
    thread = await sync_to_async(_find)(request, key)
    session = pokes.session_place(request.session.session_key)
    places = [pokes.thread_place(thread.pk), pokes.user_place(user.pk), session]
    here.enter(waiter, *places)
    try:
        await here.ready()
        # Asked again now that it would be heard of: it may have come in between.
        if (await sync_to_async(_find)(request, key)).last_change <= after:
            async with asyncio.timeout(WAIT_SECONDS):
                await waiter.heard.wait()
    except TimeoutError:
        pass
    finally:
        await here.part(waiter, *places)


def _find(request, key):
    access.forget()
    try:
        return get_object_or_404(open_threads.readable_by(request.user), key=key)
    finally:
        close_old_connections()  # whoever waits keeps none from those who do not


def _answer(request, key):
    """A request is one moment; this one has lasted for some."""
    access.forget()
    if sessions.still_signed_in(request.session.session_key, request.user.pk) is None:
        raise Http404
    return thread_messages(request, key)
