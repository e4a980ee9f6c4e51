"""What else than threads is followed over the socket. Each package says it in its `live.py`, a class for each kind.

A topic works on the database, in a thread, on behalf of a user as of that moment (`delivery.Caller.signed_in`).
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model

from accounts.models import User
from discussion import frames, schema

_topics: dict[str, "Topic"] = {}


class Topic:
    """One kind of what can be followed, such as the record of a meeting."""

    # The first part of the names of its frames, and the name of the field in which each of them has the key.
    kind: ClassVar[str]
    model: ClassVar[type[Model]]
    # Frames from the client beside `<kind>.follow` and `<kind>.leave`: each deed with its fields, without the key.
    deeds: ClassVar[dict[str, dict[str, frames.Check]]]
    # Frames from the server, by what follows the dot: the fields of each as JSON Schema, without the key.
    sends: ClassVar[dict[str, dict[str, Any]]]
    optional: ClassVar[tuple[str, ...]] = ()
    # What `<kind>.follow` brings along, beside the key.
    follows_with: ClassVar[dict[str, frames.Check]] = {}

    def find(self, user: User, key: str) -> Model | None:
        """The object, where `user` may read it; called when it begins to be followed."""
        raise NotImplementedError

    def memory(self, frame: dict[str, Any]) -> Any:
        """What the page has already, by its `follow`; `fetch` keeps in it what has been sent."""
        raise NotImplementedError

    def fetch(self, user: User, pk: int, memory: Any, aspects: set[str]) -> list[dict[str, Any]] | None:
        """The frames to send now; None where `user` may not read it any more. Without `aspects`, nothing is new.

        A frame with a true `more` asks to be called again at once: what is long is sent in parts.
        """
        raise NotImplementedError

    def deal_with(self, user: User, deed: str, frame: dict[str, Any]) -> dict[str, Any] | None:
        """Do what a frame asks for. The answer, if it has one; FrameError where it is refused."""
        raise NotImplementedError


@dataclass
class Followed:
    """That a socket follows an object: under which key, and what the page has of it."""

    key: str
    memory: Any


def register(topic: type[Topic]) -> type[Topic]:
    """Make the kind and its frames known."""
    if topic.kind in _topics:
        raise ValueError(f"two topics of the kind “{topic.kind}”")
    _topics[topic.kind] = topic()
    deeds = {"follow": topic.follows_with, "leave": {}, **topic.deeds}
    for deed, fields in deeds.items():
        frames.FRAMES[f"{topic.kind}.{deed}"] = {topic.kind: frames.KEY, **fields}
    for deed, sent in topic.sends.items():
        schema.FROM_SERVER[f"{topic.kind}.{deed}"] = {topic.kind: frames.KEY_SCHEMA, **sent}
        schema.OPTIONAL[f"{topic.kind}.{deed}"] = topic.optional
    return topic


def named(kind: str) -> Topic:
    return _topics[kind]


def models() -> list[type[Model]]:
    return [topic.model for topic in _topics.values()]


def of(obj: Any) -> Topic | None:
    """The topic that `obj` is followed under."""
    return next((topic for topic in _topics.values() if isinstance(obj, topic.model)), None)
