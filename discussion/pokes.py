"""Telling sockets, after the commit, that there is something to fetch. A poke carries no content.

A channel layer that is down harms nobody: what was committed stays, and each socket catches up by number.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
# How long a request waits for the channel layer at most.
PATIENCE_SECONDS = 2.0


def thread_group(thread_id: int) -> str:
    return f"thread.{thread_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def session_group(session_key: str) -> str:
    """Hashed: the key of a session opens it, and the channel layer is no place for that."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:40]}"


def topic_group(kind: str, pk: int) -> str:
    return f"topic.{kind}.{pk}"


def topic_changed(kind: str, pk: int, aspect: str) -> None:
    """To those who follow it: something of this aspect has changed."""
    _send([(topic_group(kind, pk), {"type": "poke.topic", "kind": kind, "pk": pk, "aspect": aspect})])


def thread_changed(thread_id: int) -> None:
    """To those who have the thread open."""
    _send([(thread_group(thread_id), {"type": "poke.messages", "thread": thread_id})])


def counts_changed(user_ids: Iterable[int]) -> None:
    """For the badges of these users."""
    _send([(user_group(user_id), {"type": "poke.counts"}) for user_id in user_ids])


def access_changed(*, users: Iterable[int] = (), threads: Iterable[int] = ()) -> None:
    """What these users, or whoever has these threads open, may read is to be asked anew."""
    groups = [*map(user_group, users), *map(thread_group, threads)]
    _send([(group, {"type": "poke.access"}) for group in groups])


def session_ended(session_key: str) -> None:
    _send([(session_group(session_key), {"type": "poke.access"})])


def _send(pokes: Iterable[tuple[str, dict[str, Any]]]) -> None:
    pokes = list(pokes)
    layer = get_channel_layer()
    if not pokes or layer is None:
        return
    try:
        async_to_sync(_send_all)(layer, pokes)
    except Exception:  # whatever is wrong with the channel layer: the deed is done, and sockets ask again by themselves
        logger.warning("Sockets could not be told; they catch up by themselves.", exc_info=True)


async def _send_all(layer: Any, pokes: list[tuple[str, dict[str, Any]]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(layer.group_send(group, poke) for group, poke in pokes))
