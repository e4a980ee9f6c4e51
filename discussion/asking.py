"""How the sockets of a process ask the database: one thing after another, in one thread, over a connection that stays.

Channels' own way (`database_sync_to_async`) closes the connection each time, and opening one takes as long as most of
what is asked.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

Given = ParamSpec("Given")
Found = TypeVar("Found")


async def ask(work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What `work` finds, or raises. Where the connection was found to be broken, it is done once more with a new one:
    whatever a client asks for may come twice."""
    try:
        return await sync_to_async(work)(*given, **named)
    except (InterfaceError, OperationalError):
        await sync_to_async(connection.close_if_unusable_or_obsolete)()
        return await sync_to_async(work)(*given, **named)
