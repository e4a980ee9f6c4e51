"""Telling sockets, after the commit, that there is something to fetch. A poke carries no content.

All pokes of a deed go out at once, to one group in which every process with sockets is (discussion.hub): however many
sockets are concerned, the channel layer carries one message to each process. A channel layer that is down harms nobody:
what was committed stays, and each socket catches up by number.

Where access ends, the deed waits until every process has said that it will send nothing more that was fetched before.
"""

import hashlib
import logging
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from discussion import presence
from discussion.ending import within

logger = logging.getLogger(__name__)
# The group of the processes that have sockets.
GROUP = "sockets"
# How long a request waits for the channel layer, or for a process to answer, at most.
PATIENCE_SECONDS = 2.0

# What has changed at a place. Topics have aspects of their own beside these.
MESSAGES, COUNTS, ACCESS, COMPANY, TYPING, ALIVE = "messages", "counts", "access", "company", "typing", "alive"
Poke = tuple[str, str, Any]


# --- places: what sockets look at ------------------------------------------------------------------------------------
def thread_place(thread_id: int) -> str:
    return f"thread.{thread_id}"


def user_place(user_id: int) -> str:
    return f"user.{user_id}"


def session_place(session_key: str) -> str:
    """Hashed: the key of a session opens it, and the channel layer is no place for that."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:40]}"


def topic_place(kind: str, pk: int) -> str:
    return f"topic.{kind}.{pk}"


# --- what has happened -----------------------------------------------------------------------------------------------
def topic_changed(kind: str, pk: int, aspect: str) -> None:
    """To those who follow it: something of this aspect has changed."""
    _send([(topic_place(kind, pk), aspect, None)], ends_access=aspect == ACCESS)


def thread_changed(thread_id: int) -> None:
    """To those who have the thread open."""
    _send([(thread_place(thread_id), MESSAGES, None)])


def counts_changed(user_ids: Iterable[int]) -> None:
    """For the badges of these users."""
    _send([(user_place(user_id), COUNTS, None) for user_id in user_ids])


def access_changed(*, users: Iterable[int] = (), threads: Iterable[int] = ()) -> None:
    """What these users, or whoever has these threads open, may read is to be asked anew."""
    places = [*map(user_place, users), *map(thread_place, threads)]
    _send([(place, ACCESS, None) for place in places], ends_access=True)


def session_ended(session_key: str) -> None:
    _send([(session_place(session_key), ACCESS, None)], ends_access=True)


# --- sending ---------------------------------------------------------------------------------------------------------
def _send(pokes: list[Poke], ends_access: bool = False) -> None:
    if not pokes:
        return
    try:
        async_to_sync(_send_patiently)(pokes, presence.processes() if ends_access else set())
    except Exception:  # whatever is wrong with the channel layer: the deed is done, and sockets ask again by themselves
        logger.warning("Sockets could not be told; they catch up by themselves.", exc_info=True)


async def _send_patiently(pokes: list[Poke], waited_for: set[str]) -> None:
    await within(PATIENCE_SECONDS, _send_and_wait(pokes, waited_for) if waited_for else send(pokes))


async def send(pokes: list[Poke], answer_to: str = "") -> None:
    layer = get_channel_layer()
    if layer is not None:
        poke = {"type": "pokes", "pokes": [list(poke) for poke in pokes], "answer_to": answer_to}
        await layer.group_send(GROUP, poke)


async def _send_and_wait(pokes: list[Poke], waited_for: set[str]) -> None:
    """Until each of these processes has heard it: from then on it sends nothing that it had fetched before."""
    layer = get_channel_layer()
    own = await layer.new_channel()
    await send(pokes, answer_to=own)
    while waited_for:
        waited_for.discard((await layer.receive(own))["process"])
