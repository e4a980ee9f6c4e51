"""How the sockets of a process ask the database: one thing after another, in one thread, over a connection that stays.

Channels' own way (`database_sync_to_async`) closes the connection each time, and opening one takes as long as most of
what is asked.
"""

import asyncio
import weakref
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

Given = ParamSpec("Given")
Found = TypeVar("Found")
# What single sockets ask for waits outside of the thread, but for so much of it, which takes about as long as a round
# for all: when a server starts again, all that were at it come at once, and those who are back already would get no
# message before the last of them.
WAITING_IN_THE_THREAD = 12

_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()


async def ask(work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What `work` finds, or raises. Where the connection was found to be broken, it is done once more with a new one:
    whatever a client asks for may come twice."""
    try:
        return await sync_to_async(work)(*given, **named)
    except (InterfaceError, OperationalError):
        await sync_to_async(connection.close_if_unusable_or_obsolete)()
        return await sync_to_async(work)(*given, **named)


async def ask_in_turn(work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """The same for one socket: after those that came before it, and beside what is fetched for all."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(WAITING_IN_THE_THREAD))
    async with turn:
        return await ask(work, *given, **named)
