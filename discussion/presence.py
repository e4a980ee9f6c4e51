"""Who is there: in the memory of the process, or in Redis where several processes share the sockets.

Nothing of it is kept in the database, and nothing needs tidying up: what is not renewed with the heartbeat is over.
Each process notes its own users, and itself: whose answer is waited for where access ends (discussion.pokes).
"""

import time
from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol

import redis
import redis.asyncio
from django.conf import settings

# A process renews what it has noted with each heartbeat (25 seconds); what is older than this is of one that died.
PRESENT_SECONDS = 90
# A process says that it is alive far more often.
ALIVE_SECONDS = 15
# A thread and a user who has it open.
Place = tuple[int, int]


PROCESSES = "processes"


def _key_of(prefix: str, name: Any) -> str:
    return f"{prefix}:present:{name}"


class Store(Protocol):
    """Where it is noted. `process` is the name of the process that notes it."""

    async def note(self, process: str, places: Iterable[Place]) -> None: ...
    async def forget(self, process: str, place: Place) -> None: ...
    async def present(self, threads: Iterable[int]) -> dict[int, set[int]]: ...
    async def live(self, process: str) -> None: ...
    async def end(self, process: str) -> None: ...
    async def close(self) -> None: ...


class InMemory:
    """For one process that serves everybody."""

    def __init__(self) -> None:
        self._until: dict[int, dict[tuple[str, int], float]] = {}
        self._alive: dict[str, float] = {}

    async def note(self, process: str, places: Iterable[Place]) -> None:
        until = time.monotonic() + PRESENT_SECONDS
        for thread, user in places:
            self._until.setdefault(thread, {})[process, user] = until

    async def forget(self, process: str, place: Place) -> None:
        thread, user = place
        noted = self._until.get(thread, {})
        noted.pop((process, user), None)
        if not noted:
            self._until.pop(thread, None)

    async def present(self, threads: Iterable[int]) -> dict[int, set[int]]:
        return {thread: self._present_in(thread) for thread in threads}

    def _present_in(self, thread: int) -> set[int]:
        now, noted = time.monotonic(), self._until.get(thread, {})
        for over in [who for who, until in noted.items() if until < now]:
            del noted[over]
        return {user for _process, user in noted}

    async def live(self, process: str) -> None:
        self._alive[process] = time.monotonic() + ALIVE_SECONDS

    async def end(self, process: str) -> None:
        self._alive.pop(process, None)

    async def close(self) -> None:
        """Nothing is open."""

    def processes(self) -> set[str]:
        now = time.monotonic()
        return {process for process, until in self._alive.items() if until > now}


class InRedis:
    """For several processes: a sorted set for each thread, its members ordered by when they are over."""

    def __init__(self, url: str, prefix: str) -> None:
        self._redis: Any = redis.asyncio.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._prefix = prefix

    def _key(self, name: Any) -> str:
        return _key_of(self._prefix, name)

    async def note(self, process: str, places: Iterable[Place]) -> None:
        until = time.time() + PRESENT_SECONDS
        async with self._redis.pipeline(transaction=False) as pipe:
            for thread, user in places:
                pipe.zadd(self._key(thread), {f"{process}/{user}": until})
                pipe.expire(self._key(thread), PRESENT_SECONDS)
            await pipe.execute()

    async def forget(self, process: str, place: Place) -> None:
        thread, user = place
        await self._redis.zrem(self._key(thread), f"{process}/{user}")

    async def present(self, threads: Iterable[int]) -> dict[int, set[int]]:
        threads, now = list(threads), time.time()
        async with self._redis.pipeline(transaction=False) as pipe:
            for thread in threads:
                pipe.zrangebyscore(self._key(thread), now, "+inf")
            found = await pipe.execute()
        return {
            thread: {int(member.rsplit(b"/", 1)[1]) for member in members}
            for thread, members in zip(threads, found, strict=True)
        }

    async def live(self, process: str) -> None:
        until = time.time() + ALIVE_SECONDS
        await self._redis.zadd(self._key(PROCESSES), {process: until})
        await self._redis.zremrangebyscore(self._key(PROCESSES), "-inf", time.time())

    async def end(self, process: str) -> None:
        await self._redis.zrem(self._key(PROCESSES), process)

    async def close(self) -> None:
        await self._redis.aclose()


# --- which of them ---------------------------------------------------------------------------------------------------
_in_memory = InMemory()


def store() -> Store:
    """The one that the channel layer asks for, since whoever shares pokes shares this too. One for each loop."""
    url, prefix = _redis_address()
    return InRedis(url, prefix) if url else _in_memory


def processes() -> set[str]:
    """Those that have said within the last seconds that they are alive and have sockets. Asked by whoever pokes them,
    from a thread without a loop of its own."""
    url, prefix = _redis_address()
    if not url:
        return _in_memory.processes()
    members: Any = _client(url).zrangebyscore(_key_of(prefix, PROCESSES), time.time(), "+inf")
    return {member.decode() for member in members}


def _redis_address() -> tuple[str, str]:
    config: dict[str, Any] = dict(settings.CHANNEL_LAYERS["default"]).get("CONFIG", {})  # type: ignore[assignment]
    return (config["hosts"][0]["address"], config["prefix"]) if config.get("hosts") else ("", "")


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
