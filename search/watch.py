"""Counts the searches that are slow or fail. What was searched for is nobody's to read: neither the log nor the tally
holds a word of it, only how much was asked."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from search.models import Outcome, Tally

logger = logging.getLogger(__name__)

SLOW_SECONDS = 1.0


def watched(engine: str, *, not_asked: type[Exception] | tuple[()] = ()) -> Callable:
    """Watch the function below, which searches by `engine`. What it raises as `not_asked` is no failure: it was not
    tried."""

    def decorate(search: Callable) -> Callable:
        @wraps(search)
        def watching(query: Any, *rest: Any, **options: Any) -> Any:
            began = time.monotonic()
            try:
                answer = search(query, *rest, **options)
            except not_asked:
                raise
            except Exception as failure:
                _note(engine, Outcome.FAILED, time.monotonic() - began, query, type(failure.__cause__ or failure))
                raise
            if (seconds := time.monotonic() - began) > SLOW_SECONDS:
                _note(engine, Outcome.SLOW, seconds, query)
            return answer

        return watching

    return decorate


def _note(engine: str, outcome: Outcome, seconds: float, query: Any, kind: type | None = None) -> None:
    words = "in %.1f s by %s: %s characters, page %s, narrowed down by %s"
    asked = (len(getattr(query, "text", "")), getattr(query, "page", 1), ", ".join(getattr(query, "chosen", ())) or "-")
    if outcome == Outcome.FAILED:
        logger.warning(f"A search failed {words} (%s)", seconds, engine, *asked, kind and kind.__name__)
    else:
        logger.warning(f"A search was answered {words}", seconds, engine, *asked)
    try:
        tally(engine, outcome, seconds)
    except DatabaseError as failure:  # a search that failed with its database cannot be counted there
        logger.warning("The search could not be counted: %s", type(failure).__name__)


def tally(engine: str, outcome: str, seconds: float) -> None:
    """Count one more of today's. A reader waits for this only where the search was slow or failed already."""
    today = {"day": timezone.localdate(), "engine": engine, "outcome": outcome}
    taken = round(seconds * 1000)
    more = {"number": F("number") + 1, "longest_ms": Greatest(F("longest_ms"), taken)}
    with transaction.atomic():
        if not Tally.objects.filter(**today).update(**more):
            _row, is_new = Tally.objects.get_or_create(**today, defaults={"number": 1, "longest_ms": taken})
            if not is_new:
                Tally.objects.filter(**today).update(**more)
