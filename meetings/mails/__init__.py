"""The mail with an entry for a calendar. What it says is decided when it is sent, by what its reader may read then and
by the marking: see `calendar.SHOWN_BY_MAIL` and docs/decisions/0020.

`CalendarMail`, `SeriesMail` and `DelegateMail` are the
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django_tasks import task

from coordination.outbox import Outbox
from meetings.mails import delegates, meetings, series
from meetings.models import CalendarMail, DelegateMail, SeriesMail

# What is noted of a mail, of those that its kind has.
_NOTED = ("told", "sequence", "starts_at", "ends_at", "secret")


def arrange() -> None:
    """See that the outboxes are emptied after this transaction."""
    _OUTBOXES[0].arrange()


@task(queue_name="mail")
def send_waiting() -> None:
    """Send every mail that waits, also those that an earlier worker left behind."""
    for outbox in _OUTBOXES:
        outbox.empty(outbox.free().order_by("wanted_at", "pk"))


def _note(row: Any, sent: bool) -> None:
    rows = type(row).objects.filter(pk=row.pk)
    noted = {name: getattr(row, name) for name in _NOTED if hasattr(row, name)}
    if sent:
        noted["sent_at"] = timezone.now()
    rows.update(taken_at=None, **noted)
    # Not where there has been news meanwhile: that is sent by the next run.
    rows.filter(wanted_at=row.wanted_at).update(wanted_at=None)


def _outbox(model: Any, send: Callable[[Any], bool]) -> Outbox:
    """`send` sends what holds at this moment, notes in the row what its reader has been told, and says whether there
    was anything."""
    return Outbox(
        waiting=lambda: model.objects.filter(wanted_at__isnull=False),
        taken_at="taken_at",
        send=send,
        done=_note,
        task=lambda: send_waiting,
    )


_OUTBOXES = (
    _outbox(CalendarMail, meetings.send),
    _outbox(SeriesMail, series.send),
    _outbox(DelegateMail, delegates.send),
)
