"""A server works on few requests at once, and those share few connections to the database.

Each request has a thread of its own. Threads of one process take turns on one processor: what a crowd of them adds is
waiting for each other's locks, and a connection to the database for each. So the others wait here, first come first
served, where waiting costs nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.db import connection

Application = Callable[..., Awaitable[None]]


class InTurn:
    """An application of HTTP that is asked for `at_once` answers at once.

    What waits for news by design takes no turn, and neither does the question whether the process is up: that has to be
    answered while all turns are taken.
    """

    def __init__(self, application: Application, at_once: int) -> None:
        self.application, self.turns = application, asyncio.Semaphore(at_once)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if takes_no_turn(scope["path"]):
            await self.application(scope, receive, send)
            return
        async with self.turns:
            await self.application(scope, receive, send)


def takes_no_turn(path: str) -> bool:
    """Whether it is the address of `thread_wait`, or `healthz`."""
    return path == "/healthz" or (path.startswith("/threads/") and path.endswith("/wait/"))


def share_connections() -> None:
    """The threads of this process borrow their connections to PostgreSQL from a few that stay open.

    One that the database has meanwhile ended is seen when it is borrowed, and replaced. On SQLite nothing changes.
    """
    if connection.vendor == "postgresql":
        most = settings.DATABASE_CONNECTIONS
        connection.settings_dict.update(CONN_HEALTH_CHECKS=True)
        connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": most, "timeout": 5}
