"""One user's calendar and one meeting: invited, changed, taken back."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings import calendar
from meetings.calendar import Method, Shown
from meetings.mails.posting import Letter, between, next_number, post, when, without_gaps
from meetings.models import CalendarMail, Meeting
from meetings.services import calendar_mails


def send(row: CalendarMail) -> bool:
    """Send what holds at this moment, and note in `row` what its reader has been told; whether there was anything."""
    if calendar_mails.is_told_by_series(row.meeting, row.user_id):
        return False
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
        post(row, letter, row.user.email, state)
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
    between_us = between(row, answer)
    row.sequence = next_number(row, meeting.sequence)
    entry = calendar.request(meeting, _address(meeting), between_us, sequence=row.sequence, shown=shown)
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
    row.sequence = next_number(row, row.meeting.sequence)
    entry = calendar.cancellation(
        row.meeting, between(row), sequence=row.sequence, starts_at=row.starts_at, ends_at=row.ends_at, title=title
    )
    row.starts_at = row.ends_at = None
    return entry


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
    lines.append(when(meeting))
    if shown is Shown.ALL:
        lines += [", ".join(filter(None, [meeting.place, meeting.room]))]
    lines += ["", _("Read more, answer, and say whom you send:"), _address(meeting)]
    if shown is not Shown.ALL:
        lines += ["", _("For confidentiality this mail says no more.")]
    return without_gaps(lines)
