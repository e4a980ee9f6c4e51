"""The frames of the socket as JSON Schema, in both directions: `docs/protocol.schema.json` is what `protocol()` gives.

The tests hold every frame against it that goes over a socket in any of them.
"""

from typing import Any

from discussion import frames

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_NAMES = {"type": "array", "items": _TEXT}
_THREAD = {"thread": frames.KEY_SCHEMA}


def of_object(fields: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with exactly these fields."""
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


MESSAGE = of_object(
    {"number": frames.NUMBER_SCHEMA, "key": frames.KEY_SCHEMA, "change": frames.NUMBER_SCHEMA, "html": _TEXT}
)
CODES = (
    *("malformed", "too_large", "unknown", "missing", "invalid", "not_found", "forbidden", "taken"),
    *("too_many", "slow_down", "failed"),
)

# Each kind of frame from the server with its fields. Those whose kind has a dot are added by the topics.
FROM_SERVER: dict[str, dict[str, Any]] = {
    "welcome": {"heartbeat": {"type": "number", "minimum": 0}},
    "subscribed": {
        **_THREAD,
        "last": frames.NUMBER_SCHEMA,
        "change": frames.NUMBER_SCHEMA,
        "read": frames.NUMBER_SCHEMA,
    },
    "messages": {**_THREAD, "messages": {"type": "array", "items": MESSAGE, "minItems": 1}, "more": _FLAG},
    "head": {**_THREAD, "change": frames.NUMBER_SCHEMA, "html": _TEXT},
    "sent": {**_THREAD, "key": frames.SUBMISSION_SCHEMA, "number": frames.NUMBER_SCHEMA},
    "unread": {"threads": frames.NUMBER_SCHEMA},
    "notifications": {"unread": frames.NUMBER_SCHEMA},
    "presence": {**_THREAD, "names": _NAMES, "others": frames.NUMBER_SCHEMA},
    "typing": {**_THREAD, "names": _NAMES},
    "closed": _THREAD,
    "mark": {"number": frames.NUMBER_SCHEMA},
    "behind": {},
    "pong": {},
    "error": {
        "code": {"enum": list(CODES)},
        "field": _TEXT,
        "text": _TEXT,
        "key": _TEXT,
        "section": frames.NUMBER_SCHEMA,
    },
}
OPTIONAL: dict[str, tuple[str, ...]] = {"error": ("key", "section")}


def from_client(kind: str) -> dict[str, Any]:
    return _of_frame(kind, {name: check[2] for name, check in frames.FRAMES[kind].items()})


def from_server(kind: str) -> dict[str, Any]:
    return _of_frame(kind, FROM_SERVER[kind], OPTIONAL.get(kind, ()))


def _of_frame(kind: str, fields: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return of_object({"type": {"const": kind}, **fields}, optional)


def protocol() -> dict[str, Any]:
    """All of it as one document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of the socket",
        "$defs": {
            "from_client": {"oneOf": [from_client(kind) for kind in sorted(frames.FRAMES)]},
            "from_server": {"oneOf": [from_server(kind) for kind in sorted(FROM_SERVER)]},
        },
    }
