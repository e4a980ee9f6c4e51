"""What may travel over the socket towards the server: a table that docs/protocol.md shows and the tests check.

Every frame is a JSON object with a `type`. What is malformed is answered by naming the field, and harms nobody.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH, is_key

# A message of 10,000 characters fits, however JSON escapes them (up to 12 bytes each).
FRAME_LENGTH = 128 * 1024
# A number beyond this is no number of a message; PositiveIntegerField ends here.
LARGEST_NUMBER = 2_147_483_647
NAME_LENGTH_IN_ANSWERS = 40


class FrameError(Exception):
    """An answer to a frame that cannot be followed: a code, the field that it is about, and a sentence."""

    def __init__(self, code: str, field: str, text: Any, **echo: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.text, self.echo = code, field, text, echo

    def as_frame(self) -> dict[str, Any]:
        return {"type": "error", "code": self.code, "field": self.field, "text": str(self.text), **self.echo}


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and is_key(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_submission(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


# Whether a value is right, the sentence for when it is not, and the same as JSON Schema (discussion.schema).
Check = tuple[Callable[[Any], bool], Any, dict[str, Any]]
KEY_SCHEMA = {"type": "string", "pattern": f"^[{KEY_ALPHABET}]{{{KEY_LENGTH}}}$", "maxLength": KEY_LENGTH}
NUMBER_SCHEMA = {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER}
_HEXADECIMAL = "-".join(f"[0-9a-fA-F]{{{digits}}}" for digits in (8, 4, 4, 4, 12))
SUBMISSION_SCHEMA = {"type": "string", "pattern": f"^{_HEXADECIMAL}$", "maxLength": 36}
KEY: Check = (_is_key, _("This is not a key."), KEY_SCHEMA)
THREAD: Check = (_is_key, _("This is not the key of a thread."), KEY_SCHEMA)
NUMBER: Check = (_is_number, _("This is not the number of a message."), NUMBER_SCHEMA)
TEXT: Check = (_is_text, _("A message is text."), {"type": "string"})
SUBMISSION: Check = (_is_submission, _("This is not a UUID."), SUBMISSION_SCHEMA)

# Each kind of frame with its fields; all of them are required, and there are no others. Those whose kind has a dot
# are added by the topics (discussion.topics).
FRAMES: dict[str, dict[str, Check]] = {
    "subscribe": {"thread": THREAD, "after": NUMBER},
    "unsubscribe": {"thread": THREAD},
    "send": {"thread": THREAD, "text": TEXT, "key": SUBMISSION},
    "typing": {"thread": THREAD},
    "read": {"thread": THREAD, "number": NUMBER},
    "mark": {"number": NUMBER},
    "ping": {},
}


def parse(content: str | None) -> dict[str, Any]:
    """The frame as a dict with its `type` and exactly its fields; FrameError for anything else."""
    if content is None:
        raise FrameError("malformed", "frame", _("Frames are text."))
    if len(content) > FRAME_LENGTH:
        raise FrameError("too_large", "frame", _("This frame is too large."))
    try:
        frame = json.loads(content)
    except (ValueError, RecursionError):
        raise FrameError("malformed", "frame", _("This is not JSON.")) from None
    if not isinstance(frame, dict):
        raise FrameError("malformed", "frame", _("A frame is a JSON object."))
    kind = frame.get("type")
    if not isinstance(kind, str) or kind not in FRAMES:
        raise FrameError("unknown", "type", _("There is no such kind of frame."))
    fields = FRAMES[kind]
    for name in frame:
        if name != "type" and name not in fields:
            raise FrameError("unknown", name[:NAME_LENGTH_IN_ANSWERS], _("This frame has no such field."))
    for name, (is_right, sentence, _schema) in fields.items():
        if name not in frame:
            raise FrameError("missing", name, _("This field is missing."))
        if not is_right(frame[name]):
            raise FrameError("invalid", name, sentence)
    return frame
