"""Ending what listens at the channel layer.

A client of Redis (redis 8.1 on Python 3.11) that is connecting may miss that it is cancelled, and Channels' layer may
answer that with an error of its own, where it finds a lock still held. So a task is cancelled until it has ended.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

AGAIN_AFTER = 0.5
Found = TypeVar("Found")


def is_ending() -> bool:
    """Whether the task that asks was cancelled: who takes every error for a passing one would go on for ever."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def end_all(*tasks: asyncio.Task[Any]) -> None:
    """Cancel them, this one excepted, and return when they have ended."""
    others = set(tasks) - {asyncio.current_task()}
    while going_on := {task for task in others if not task.done()}:
        for task in going_on:
            task.cancel()
        await asyncio.wait(going_on, timeout=AGAIN_AFTER)


async def within(seconds: float, work: Coroutine[Any, Any, Found]) -> Found:
    """What `work` gives; TimeoutError where it takes longer."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait([task], timeout=seconds)
        if not task.done():
            raise TimeoutError
        return task.result()
    finally:
        await end_all(task)
