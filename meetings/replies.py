"""The answers that calendar programs send when somebody presses a button on an invitation (RFC 5546, METHOD:REPLY).

They come to the organiser of the entry, a secret address of one calendar. It stands for all the life of the entry, so
unlike an address about an action it takes more than one mail; an answer can be changed, and the later one counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as Letter
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar

from coordination.replies import Mailbox, Received
from meetings import calendar
from meetings.models import CalendarMail, Reply, SeriesMail
from meetings.services import calendar_replies

# A series is answered at once, or day by day; nobody sends more of them in one mail.
MOST_EVENTS = 50
STATUSES = {"ACCEPTED": Reply.ACCEPTED, "DECLINED": Reply.DECLINED, "TENTATIVE": Reply.TENTATIVE}


@dataclass(frozen=True)
class Said:
    """What a calendar program says of one event."""

    uid: str
    recurrence_id: datetime | None
    sequence: int
    stamp: datetime
    reply: str


class Unreadable(Exception):
    """What came is no answer to an invitation of this calendar."""


def mailbox_of(secret: str) -> Mailbox | None:
    """The calendar that has this secret in the address of its organiser."""
    row: Any = (
        CalendarMail.objects.select_related("user", "meeting__audience", "meeting__series")
        .filter(secret=secret)
        .first()
        or SeriesMail.objects.select_related("user", "series__audience").filter(secret=secret).first()
    )
    if row is None:
        return None
    about = row.series if isinstance(row, SeriesMail) else row.meeting
    is_over = isinstance(row, CalendarMail) and row.meeting.ends_at <= timezone.now()
    take_in = partial(_take_in, row)
    return Mailbox(row.user, about, is_over, take_in, takes_of_machines=lambda letter: _part_of(letter) is not None)


def _take_in(row: Any, letter: Letter, _raw: bytes) -> Received:
    part = _part_of(letter)
    if part is None:
        # Written by hand: what a machine writes without an entry is not taken at all.
        return Received(problems=(_("Answer with the buttons of the invitation, or on Accord. Nothing was changed."),))
    try:
        method, events = _read(part)
        if method == "COUNTER":
            return Received(problems=(_("Another time is proposed on the page of the meeting. Nothing was changed."),))
        if method != "REPLY":
            return Received(ignored="it is no answer to an invitation")
        said = [_said(event, row.user.email) for event in events[:MOST_EVENTS]]
    except Unreadable as why:
        return Received(ignored=str(why))
    if any(one.uid != _uid_of(row) for one in said):
        return Received(ignored="it answers an invitation that this calendar does not have")
    made, problems = None, []
    for one in said:
        try:
            made = calendar_replies.take_reply(row, one.recurrence_id, one.sequence, one.stamp, one.reply) or made
        except ValidationError as refusal:
            problems += refusal.messages
    if problems and made is None:
        problems.append(_("Nothing was changed."))
    return Received(made=made, problems=tuple(dict.fromkeys(problems)))


def _uid_of(row: Any) -> str:
    return f"{row.series.key}@accord" if isinstance(row, SeriesMail) else calendar.uid_of(row.meeting)


def _part_of(letter: Letter) -> Letter | None:
    """The part of the mail that is meant for calendars, and says of itself that it is an answer."""
    for part in letter.walk():
        kind = part.get_content_type()
        if kind in ("text/calendar", "application/ics"):
            return part
    return None


def _read(part: Letter) -> tuple[str, list[Any]]:
    try:
        payload = part.get_payload(decode=True)
        found = Calendar.from_ical(payload if isinstance(payload, bytes) else b"")
        return str(found.get("METHOD", "")).upper(), found.walk("VEVENT")
    except (ValueError, LookupError, AttributeError, TypeError) as problem:
        raise Unreadable("what it has for a calendar cannot be read") from problem


def _said(event: Any, address: str) -> Said:
    """RFC 5546 (3.2.3): an answer names exactly one attendee, and that is who answers. Another one came along without
    being asked, or had the invitation passed on: an organiser may leave that aside."""
    try:
        attendees = event.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        names = [str(each).lower().removeprefix("mailto:") for each in attendees]
        if names != [address.casefold()]:
            raise Unreadable("it does not answer for whom the invitation was sent to")
        status = str(attendees[0].params.get("PARTSTAT", "")).upper()
        recurrence_id = event.decoded("RECURRENCE-ID") if "RECURRENCE-ID" in event else None
        stamp = event.decoded("DTSTAMP")
        sequence = int(event.get("SEQUENCE", 0))
        moments = [each for each in (recurrence_id, stamp) if each is not None]
        if status not in STATUSES or not all(isinstance(each, datetime) for each in moments):
            raise Unreadable("it does not say yes, no or perhaps, or not when")
        recurrence_id, stamp = _in_utc(recurrence_id), _in_utc(stamp)
    except (ValueError, LookupError, AttributeError, TypeError) as problem:
        raise Unreadable("what it has for a calendar cannot be read") from problem
    assert stamp is not None
    return Said(str(event.get("UID", "")), recurrence_id, sequence, stamp, STATUSES[status])


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
