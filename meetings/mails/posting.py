"""What all mails to calendars have in common: their envelope, their number, and the times in their words."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from coordination.outbox import own_address
from meetings.calendar import Correspondence, Method
from meetings.models import InvitationAnswer, Meeting, Reply
from meetings.models.calendars import new_secret

PARTSTAT = {
    InvitationAnswer.ACCEPTED: "ACCEPTED",
    InvitationAnswer.PROPOSED: "TENTATIVE",
    InvitationAnswer.DECLINED: "DECLINED",
    Reply.TENTATIVE: "TENTATIVE",
}


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    method: Method | None = None
    entry: bytes = b""


def post(row: Any, letter: Letter, address: str, state: str) -> None:
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[address],
        headers={"Message-ID": _name_of(row, letter, state)},
    )
    if letter.method is not None:
        # Outlook and Google read the alternative; some others only what is attached.
        mail.attach_alternative(letter.entry.decode(), f"text/calendar; method={letter.method}")
        mail.attach("meeting.ics", letter.entry, f"application/ics; method={letter.method}")
    mail.send()


def _name_of(row: Any, letter: Letter, state: str) -> str:
    """The same for a mail that is sent again."""
    number = row.sequence if letter.method is not None else state[:16]
    return f"<{row.key}.{number}@{own_address().rpartition('@')[2]}>"


def next_number(row: Any, least: int) -> int:
    """Each mail to a calendar has a higher number than the one before, whatever the change was."""
    return least if row.sequence is None else max(least, row.sequence + 1)


def between(row: Any, answer: str = "") -> Correspondence:
    """From Accord to one user. The organiser is the address to which the calendar program answers; it is given with the
    first entry and kept, for programs take changes from nobody else."""
    if row.sequence is None and not row.secret and settings.REPLY_DOMAIN:
        row.secret = new_secret()
        # Before the mail goes: one that is sent again has the same.
        type(row).objects.filter(pk=row.pk).update(secret=row.secret)
    return Correspondence(
        organizer=f"reply-{row.secret}@{settings.REPLY_DOMAIN}" if _is_answerable(row) else own_address(),
        attendee=row.user.email,
        attendee_name=row.user.name or row.user.email,
        status=partstat(row.reply or answer),
        may_be_answered=_is_answerable(row),
    )


def _is_answerable(row: Any) -> bool:
    return bool(row.secret and settings.REPLY_DOMAIN)


def partstat(answer: str) -> str:
    return PARTSTAT.get(answer, "NEEDS-ACTION")  # type: ignore[call-overload]


def when(meeting: Meeting) -> str:
    """By the clock of the place, whose zone is named; the calendar shows it by the reader's own."""
    starts, ends = meeting.starts_there, meeting.ends_there
    last = "H:i" if starts.date() == ends.date() else "DATETIME_FORMAT"
    told = {
        "starts": date_format(starts, "DATETIME_FORMAT"),
        "ends": date_format(ends, last),
        "zone": meeting.time_zone,
    }
    return _("%(starts)s – %(ends)s (%(zone)s)") % told


def without_gaps(lines: list[str]) -> str:
    """The lines, those that are empty left out after the first; between paragraphs stands an empty one."""
    return "\n".join(line for number, line in enumerate(lines) if line or number < len(lines) - 1)
