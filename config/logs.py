"""What the log must not tell: an address may hold an invitation's token, an object's key or the name of a file."""

import logging
from typing import Any


class WithoutAddresses(logging.Filter):
    """Where Django would log the path of a request, the pattern that it matched is logged instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", None)
        if path and isinstance(record.args, tuple):
            pattern = _pattern_of(record.request)  # type: ignore[attr-defined]
            record.args = tuple(pattern if argument == path else argument for argument in record.args)
        return True


def _pattern_of(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "an address that leads nowhere"
