"""The calendar of a member of a delegation who has no account: date, place and title, as the marking lets them."""

from django.utils import translation
from django.utils.translation import gettext as _

from coordination.outbox import own_address
from meetings import calendar
from meetings.calendar import Correspondence, Method, Shown
from meetings.mails.posting import Letter, next_number, post, when, without_gaps
from meetings.models import DelegateMail
from meetings.services import calendar_mails


def send(row: DelegateMail) -> bool:
    """Send what holds at this moment, and note in `row` what its reader has been told; whether there was anything."""
    if row.person.user_id is not None:
        return False  # by now there is an account, which is told by itself: taken back, that entry would go too
    shown = calendar_mails.shown_to_delegate(row)
    state = calendar_mails.state_of(row.meeting, shown) if shown is not Shown.NOTHING else ""
    if row.told == state:
        return False
    with translation.override(row.language):
        letter = _invitation(row, shown) if state else _end(row)
        post(row, letter, row.address, state)
    row.told = state
    return True


def _invitation(row: DelegateMail, shown: Shown) -> Letter:
    meeting, is_new = row.meeting, not row.told
    row.sequence = next_number(row, meeting.sequence)
    row.starts_at, row.ends_at = meeting.starts_at, meeting.ends_at
    entry = calendar.request(meeting, "", _to(row), sequence=row.sequence, shown=shown)
    if shown is Shown.PLAIN:
        subject = (_("Invitation: %(title)s") if is_new else _("Changed: %(title)s")) % {"title": meeting.title}
    else:
        subject = _("You are invited to a meeting") if is_new else _("A meeting to which you are invited has changed")
    return Letter(subject, _told(row, shown), Method.REQUEST, entry)


def _end(row: DelegateMail) -> Letter:
    """Taken out of the delegation, called off, or marked more narrowly: no word of which."""
    assert row.starts_at is not None and row.ends_at is not None
    row.sequence = next_number(row, row.meeting.sequence)
    entry = calendar.cancellation(
        row.meeting, _to(row), sequence=row.sequence, starts_at=row.starts_at, ends_at=row.ends_at
    )
    row.starts_at = row.ends_at = None
    text = _("Hello %(name)s,\n\na meeting to which you were invited is cancelled, or is no longer for you.")
    return Letter(_("You are no longer invited to a meeting"), text % {"name": row.person.name}, Method.CANCEL, entry)


def _to(row: DelegateMail) -> Correspondence:
    """Nobody without an account answers: the organisation does."""
    return Correspondence(organizer=own_address(), attendee=row.address, attendee_name=row.person.name)


def _told(row: DelegateMail, shown: Shown) -> str:
    lines = [_("Hello %(name)s,") % {"name": row.person.name}, ""]
    lines += [_("you are named as a member of a delegation to this meeting:"), ""]
    if shown is Shown.PLAIN:
        lines.append(row.meeting.title)
    lines.append(when(row.meeting))
    if shown is Shown.PLAIN:
        lines.append(", ".join(filter(None, [row.meeting.place, row.meeting.room])))
    lines += ["", _("Your organisation knows more, and answers for you.")]
    return without_gaps(lines)
