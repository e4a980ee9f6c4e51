"""The mail with an entry for a calendar. What it says is decided when it is sent, by what its reader may read then and
by the marking: see `calendar.SHOWN_BY_MAIL` and docs/decisions/0020.

`CalendarMail`, `SeriesMail` and `DelegateMail` are the outbox: a mail is wanted in the transaction of the deed, and
what is wanted and not sent is taken up by the next run, so a worker that dies loses nothing. A mail that is sent again
has the name (Message-ID) and the number (SEQUENCE) that it had, so that mail and calendar programs show it once.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import task

from meetings.mails import delegates, meetings, series
from meetings.models import CalendarMail, DelegateMail, SeriesMail

logger = logging.getLogger(__name__)
# As for all other mail (discussion.mail): whoever took one and has not said by then that it is sent has died over it.
TAKEN_FOR = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
# Each sends what holds at this moment, notes in the row what its reader has been told, and says whether there was any.
_SEND: dict[Any, Callable[[Any], bool]] = {
    CalendarMail: meetings.send,
    SeriesMail: series.send,
    DelegateMail: delegates.send,
}
# What is noted of a mail, of those that its kind has.
_NOTED = ("told", "sequence", "starts_at", "ends_at", "secret")


def arrange() -> None:
    """See that the outbox is emptied after this transaction; the second run finds what a worker died over."""
    send_waiting.enqueue()
    _try_again_after(TAKEN_FOR + PAUSE)


def _try_again_after(pause: timedelta) -> None:
    send_waiting.using(run_after=timezone.now() + pause).enqueue()


@task(queue_name="mail")
def send_waiting() -> None:
    """Send every mail that waits, also those that an earlier worker left behind."""
    for model in _SEND:
        for row in _free(model).order_by("wanted_at", "pk"):
            if _take(row):
                _send_or_put_back(row)


def _free(model: Any) -> QuerySet:
    return model.objects.filter(Q(taken_at=None) | Q(taken_at__lt=timezone.now() - TAKEN_FOR), wanted_at__isnull=False)


def _take(row: Any) -> bool:
    """Whether this worker may send it: of two that try, one gets it."""
    return bool(_free(type(row)).filter(pk=row.pk).update(taken_at=timezone.now()))


def _send_or_put_back(row: Any) -> None:
    rows, wanted_at = type(row).objects, row.wanted_at
    try:
        sent = _SEND[type(row)](row)
    except Exception:  # the mail server is away, or refuses this address: the next run tries again
        logger.exception("The calendar mail %s could not be sent.", row.pk)
        rows.filter(pk=row.pk).update(taken_at=None)
        _try_again_after(PAUSE)
        return
    noted = {name: getattr(row, name) for name in _NOTED if hasattr(row, name)}
    if sent:
        noted["sent_at"] = timezone.now()
    rows.filter(pk=row.pk).update(taken_at=None, **noted)
    # Not where there has been news meanwhile: that is sent by the next run.
    rows.filter(pk=row.pk, wanted_at=wanted_at).update(wanted_at=None)
