"""Rows that wait to be sent: each is taken by one worker, sent once, and taken up again where a worker died over it.

A row is wanted in the transaction of the deed, so what was committed is sent and what was undone is not. What is wanted
and not done is taken up by the next run, whatever became of the one before.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

logger = logging.getLogger(__name__)
# Whoever took a row and has not said within this time that it is done has died over it.
TAKEN_FOR = timedelta(minutes=10)
# How long to leave a server alone that did not take what was sent to it.
PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Outbox:
    """Those rows of one table that wait."""

    # What is wanted and not done. Of this table alone: with another joined in, PostgreSQL would let the one of two
    # workers who waited for the other take the row as well.
    waiting: Callable[[], QuerySet]
    # The field that says when a worker took the row.
    taken_at: str
    # Sends it; whatever it gives back is handed to `done`, which notes that it has been sent.
    send: Callable[[Any], Any]
    done: Callable[[Any, Any], None]
    # The task that empties this outbox.
    task: Callable[[], Any]

    def arrange(self) -> None:
        """See that it is emptied after this transaction: the tasks are rows in the same database.

        The second run finds nothing to do, unless the worker died over the first.
        """
        self.task().enqueue()
        self.try_again_after(TAKEN_FOR + PAUSE)

    def try_again_after(self, pause: timedelta) -> None:
        self.task().using(run_after=timezone.now() + pause).enqueue()

    def free(self) -> QuerySet:
        """What waits and is in nobody's hands."""
        is_free = Q(**{self.taken_at: None}) | Q(**{f"{self.taken_at}__lt": timezone.now() - TAKEN_FOR})
        return self.waiting().filter(is_free)

    def take(self, row: Any) -> bool:
        """Whether this worker may send it: of two that try, one gets it."""
        return bool(self.free().filter(pk=row.pk).update(**{self.taken_at: timezone.now()}))

    def empty(self, rows: Iterable[Any]) -> None:
        """Send those of `rows` that nobody else has taken."""
        for row in rows:
            if self.take(row):
                self._send_or_put_back(row)

    def _send_or_put_back(self, row: Any) -> None:
        try:
            result = self.send(row)
        except Exception:  # the other side is away, or refuses this one: the next run tries again
            logger.exception("%s %s could not be sent.", type(row).__name__, row.pk)
            type(row)._default_manager.filter(pk=row.pk).update(**{self.taken_at: None})
            self.try_again_after(PAUSE)
        else:
            self.done(row, result)


def own_address() -> str:
    """The address that mails come from, without the name beside it."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip("> ")
