"""What the log must not tell: an address may hold an invitation's token, an object's key or the name of a file; what a
database or a form says of an error may hold the very words that somebody wrote."""

import json
import logging
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError

from accounts.callers import facts_of

# Of these the kind is logged, and not what they say: “Key (email)=(…) already exists”.
TELLING = (DatabaseError, ValidationError, UnicodeError)
Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutAddresses(logging.Filter):
    """Where Django would log the path of a request, the pattern that it matched is logged instead, and who asked."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", None)
        if path and isinstance(record.args, tuple):
            record.facts = facts_of(record.request)  # type: ignore[attr-defined]
            pattern = _pattern_of(record.request)  # type: ignore[attr-defined]
            record.args = tuple(pattern if argument == path else argument for argument in record.args)
        return True


def _pattern_of(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "an address that leads nowhere"


class Line(logging.Formatter):
    """One line an event, with what is known of it (`facts`), and below it where an error came from."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # the name is Python's
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in _facts(record).items())])

    def formatException(self, ei: Failure) -> str:  # the name is Python's
        """As Python does; of errors that tell of content, without their message."""
        text = super().formatException(ei)
        told = _messages(ei[1])
        return "\n".join(_without(line, told) for line in text.splitlines())


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "facts", {})


def _messages(error: BaseException | None) -> list[str]:
    """What the telling ones among an error and those that led to it say, line by line."""
    found: list[str] = []
    while error is not None:
        if isinstance(error, TELLING):
            found += [line for line in str(error).splitlines() if line.strip()]
        error = error.__cause__ or error.__context__
    return sorted(found, key=len, reverse=True)


def _without(line: str, told: list[str]) -> str:
    for one in told:
        line = line.replace(one, "…")
    return line


class JsonLine(Line):
    """The same as one JSON object a line, for whoever gathers logs."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        event = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        event |= _facts(record)
        if record.exc_info:
            event["error"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)
