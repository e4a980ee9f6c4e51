"""The mail with an entry for a calendar. What it says is decided when it is sent, by what its reader may read then and
by the marking: see `calendar.SHOWN_BY_MAIL` and docs/decisions/0015.

`CalendarMail` is the outbox: a mail is wanted in the transaction of the deed, and what is wanted and not sent is taken
up by the next run, so a worker that dies loses nothing. A mail that is sent again has the name (Message-ID) and the
number (SEQUENCE) that it had, so that mail and calendar programs show it once.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_tasks import task

from meetings import calendar
from meetings.calendar import Correspondence, Method, Shown
from meetings.models import CalendarMail, InvitationAnswer, Meeting
from meetings.services import calendar_mails

logger = logging.getLogger(__name__)
# As for all other mail (discussion.mail): whoever took one and has not said by then that it is sent has died over it.
TAKEN_FOR = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
PARTSTAT = {InvitationAnswer.ACCEPTED: "ACCEPTED", InvitationAnswer.PROPOSED: "TENTATIVE"}


def arrange() -> None:
    """See that the outbox is emptied after this transaction; the second run finds what a worker died over."""
    send_waiting.enqueue()
    _try_again_after(TAKEN_FOR + PAUSE)


def _try_again_after(pause: timedelta) -> None:
    send_waiting.using(run_after=timezone.now() + pause).enqueue()


@task(queue_name="mail")
def send_waiting() -> None:
    """Send every mail that waits, also those that an earlier worker left behind."""
    waiting = _free().select_related("user", "meeting__audience", "meeting__series", "meeting__organiser")
    for row in waiting.order_by("wanted_at", "pk"):
        if _take(row):
            _send_or_put_back(row)


def _free():
    return CalendarMail.objects.filter(
        Q(taken_at=None) | Q(taken_at__lt=timezone.now() - TAKEN_FOR), wanted_at__isnull=False
    )


def _take(row: CalendarMail) -> bool:
    """Whether this worker may send it: of two that try, one gets it."""
    return bool(_free().filter(pk=row.pk).update(taken_at=timezone.now()))


def _send_or_put_back(row: CalendarMail) -> None:
    wanted_at = row.wanted_at
    try:
        sent = _send(row)
    except Exception:  # the mail server is away, or refuses this address: the next run tries again
        logger.exception("The calendar mail %s could not be sent.", row.pk)
        CalendarMail.objects.filter(pk=row.pk).update(taken_at=None)
        _try_again_after(PAUSE)
        return
    told = {"told": row.told, "sequence": row.sequence, "starts_at": row.starts_at, "ends_at": row.ends_at}
    if sent:
        told["sent_at"] = timezone.now()
    CalendarMail.objects.filter(pk=row.pk).update(taken_at=None, **told)
    # Not where there has been news meanwhile: that is sent by the next run.
    CalendarMail.objects.filter(pk=row.pk, wanted_at=wanted_at).update(wanted_at=None)


# --- what is to be sent --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    method: Method | None = None
    entry: bytes = b""


def _send(row: CalendarMail) -> bool:
    """Send what holds at this moment, and note in `row` what its reader has been told; whether there was anything."""
    invited = calendar_mails.recipients_of(row.meeting, among=[row.user_id])
    state = calendar_mails.state_of(row.meeting)
    is_invited = bool(invited) and not row.meeting.is_cancelled
    with translation.override(row.user.language), timezone.override(row.user.time_zone):
        if is_invited and row.told != state:
            letter = _invitation(row, next(iter(invited.values())))
            told = state
        elif not is_invited and row.told:
            letter = _end(row, may_read=bool(invited))
            told = ""
        else:
            return False
        _mail(row, letter)
    row.told = told
    return True


def _invitation(row: CalendarMail, answer: str) -> Letter:
    """That the reader is invited, or what has changed."""
    meeting, shown = row.meeting, calendar_mails.shown_by_mail(row.meeting)
    if shown is Shown.NOTHING:
        is_new = not row.told
        subject = _("You are invited to a meeting") if is_new else _("A meeting to which you are invited has changed")
        had_entry = row.starts_at is not None
        entry = _take_back_entry(row) if had_entry else b""
        return Letter(subject, _that_there_is_one(row), Method.CANCEL if had_entry else None, entry)
    title = meeting.title if shown is Shown.ALL else ""
    row.sequence = _next_number(row)
    entry = calendar.request(meeting, _address(meeting), _between(row, answer), sequence=row.sequence, shown=shown)
    is_new, row.starts_at, row.ends_at = not row.told, meeting.starts_at, meeting.ends_at
    if title:
        subject = (_("Invitation: %(title)s") if is_new else _("Changed: %(title)s")) % {"title": title}
    else:
        subject = _("You are invited to a meeting") if is_new else _("A meeting to which you are invited has changed")
    return Letter(subject, _told(row, shown), Method.REQUEST, entry)


def _end(row: CalendarMail, *, may_read: bool) -> Letter:
    """That the meeting is cancelled, or that the reader is not invited any more: then no word of what it is."""
    may_name = may_read and calendar_mails.shown_by_mail(row.meeting) is Shown.ALL
    title = row.meeting.title if may_name else ""
    had_entry = row.starts_at is not None
    entry = _take_back_entry(row, title) if had_entry else b""
    if not may_read:
        subject = _("You are no longer invited to a meeting")
        text = _("Hello %(name)s,\n\na meeting to which you were invited is no longer for you.") % {
            "name": row.user.name
        }
    else:
        subject = _("Cancelled: %(title)s") % {"title": title} if title else _("A meeting is cancelled")
        text = _that_there_is_one(row)
    return Letter(subject, text, Method.CANCEL if had_entry else None, entry)


def _take_back_entry(row: CalendarMail, title: str = "") -> bytes:
    assert row.starts_at is not None and row.ends_at is not None
    row.sequence = _next_number(row)
    entry = calendar.cancellation(
        row.meeting, _between(row), sequence=row.sequence, starts_at=row.starts_at, ends_at=row.ends_at, title=title
    )
    row.starts_at = row.ends_at = None
    return entry


def _next_number(row: CalendarMail) -> int:
    """Each mail to a calendar has a higher number than the one before, whatever the change was."""
    return row.meeting.sequence if row.sequence is None else max(row.meeting.sequence, row.sequence + 1)


def _between(row: CalendarMail, answer: str = "") -> Correspondence:
    return Correspondence(
        organizer=_own_address(),
        attendee=row.user.email,
        attendee_name=row.user.name or row.user.email,
        status=PARTSTAT.get(answer, "NEEDS-ACTION"),  # type: ignore[call-overload]
    )


def _own_address() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip("> ")


# --- its words -----------------------------------------------------------------------------------------------------
def _address(meeting: Meeting) -> str:
    return settings.BASE_URL + reverse("meeting_detail", kwargs={"key": meeting.key})


def _that_there_is_one(row: CalendarMail) -> str:
    greeting = _("Hello %(name)s,\n\nthere is something new about a meeting to which you are invited:\n%(url)s\n\n"
                 "For confidentiality this mail says no more.")  # fmt: skip
    return greeting % {"name": row.user.name, "url": _address(row.meeting)}


def _told(row: CalendarMail, shown: Shown) -> str:
    meeting = row.meeting
    lines = [_("Hello %(name)s,") % {"name": row.user.name}, ""]
    if shown is Shown.ALL:
        lines += [_("your organisation is invited to this meeting:"), "", meeting.title]
    else:
        lines += [_("your organisation is invited to a meeting:"), ""]
    lines.append(_when(meeting))
    if shown is Shown.ALL:
        lines += [", ".join(filter(None, [meeting.place, meeting.room]))]
    lines += ["", _("Read more, answer, and say whom you send:"), _address(meeting)]
    if shown is not Shown.ALL:
        lines += ["", _("For confidentiality this mail says no more.")]
    return "\n".join(line for number, line in enumerate(lines) if line or number < len(lines) - 1)


def _when(meeting: Meeting) -> str:
    """By the clock of the place, whose zone is named; the calendar shows it by the reader's own."""
    starts, ends = meeting.starts_there, meeting.ends_there
    last = "H:i" if starts.date() == ends.date() else "DATETIME_FORMAT"
    told = {
        "starts": date_format(starts, "DATETIME_FORMAT"),
        "ends": date_format(ends, last),
        "zone": meeting.time_zone,
    }
    return _("%(starts)s – %(ends)s (%(zone)s)") % told


def _mail(row: CalendarMail, letter: Letter) -> None:
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[row.user.email],
        headers={"Message-ID": _name_of(row, letter)},
    )
    if letter.method is not None:
        # Outlook and Google read the alternative; some others only what is attached.
        mail.attach_alternative(letter.entry.decode(), f"text/calendar; method={letter.method}")
        mail.attach("meeting.ics", letter.entry, f"application/ics; method={letter.method}")
    mail.send()


def _name_of(row: CalendarMail, letter: Letter) -> str:
    """The same for a mail that is sent again."""
    number = row.sequence if letter.method is not None else calendar_mails.state_of(row.meeting)[:16]
    return f"<{row.key}.{number}@{_own_address().rpartition('@')[2]}>"
