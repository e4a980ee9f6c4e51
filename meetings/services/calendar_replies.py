"""What somebody answers for oneself with the buttons of a calendar program, and where that is the organisation's."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import access, audit
from meetings.models import CalendarMail, Invitation, InvitationAnswer, Meeting, Reply, SeriesMail
from meetings.services.calendar_mails import is_told_by_series, recipients_of, recipients_of_series
from meetings.services.invitations import answer_invitation

# Clocks of others may be fast; an answer from far ahead would make all later ones old.
FAST = timedelta(minutes=10)
_FOR_THE_ORGANISATION = {
    Reply.ACCEPTED: InvitationAnswer.ACCEPTED,
    Reply.DECLINED: InvitationAnswer.DECLINED,
}


@transaction.atomic
def take_reply(
    row: CalendarMail | SeriesMail, recurrence_id: datetime | None, sequence: int, stamp: datetime, reply: str
) -> CalendarMail | SeriesMail | None:
    """Note the answer of the user of `row`. It is that of the organisation as well, where the user may answer for it
    and nobody else there has. An answer to an earlier state of the invitation is refused; one that is not the latest,
    or came before, changes nothing."""
    stamp = min(stamp, timezone.now() + FAST)
    if row.sequence is None or sequence < row.sequence:
        raise ValidationError(_("The invitation has changed since: please answer the latest one."))
    if isinstance(row, SeriesMail):
        return _take_of_series(row, recurrence_id, stamp, reply)
    if recurrence_id not in (None, row.meeting.recurrence_id):
        raise ValidationError(_("Your calendar has another day there: please answer on Accord."))
    if row.starts_at != row.meeting.starts_at or row.ends_at != row.meeting.ends_at:
        raise ValidationError(_("The invitation has changed since: please answer the latest one."))
    return _take(row, stamp, reply)


def _take_of_series(
    row: SeriesMail, recurrence_id: datetime | None, stamp: datetime, reply: str
) -> CalendarMail | SeriesMail | None:
    """Of one day, or of all that are to come."""
    if row.user_id not in {user.pk for user in recipients_of_series(row.series)}:
        raise ValidationError(_("You are not invited any more."))
    days = Meeting.live_pages().filter(series=row.series, recurrence_id__isnull=False)
    if recurrence_id is not None:
        meeting = days.filter(recurrence_id=recurrence_id).first()
        if meeting is None:
            raise ValidationError(_("This day is not prepared yet: it can be answered later."))
        return _take(_row_of(row, meeting), stamp, reply)
    locked = SeriesMail.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not _is_news(locked, stamp, reply):
        return None
    _note(locked, stamp, reply)
    audit.record(row.user, "series answered by calendar", row.series, after={"reply": reply})
    for meeting in days.filter(ends_at__gt=timezone.now(), cancelled_at=None).order_by("starts_at", "pk"):
        if is_told_by_series(meeting, row.user_id) and recipients_of(meeting, among=[row.user_id]):
            _take(_row_of(row, meeting), stamp, reply)
    return locked


def _row_of(row: SeriesMail, meeting: Meeting) -> CalendarMail:
    """Where the answer for one day of a series is kept; the calendar is told of it with the series."""
    return CalendarMail.objects.get_or_create(meeting=meeting, user=row.user)[0]


def _take(row: CalendarMail, stamp: datetime, reply: str) -> CalendarMail | None:
    # The meeting first, as everywhere.
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=row.meeting_id)
    row = CalendarMail.objects.select_for_update(of=("self",)).select_related("user").get(pk=row.pk)
    row.meeting = meeting
    if not _is_news(row, stamp, reply):
        return None
    if meeting.is_cancelled or meeting.ends_at <= timezone.now():
        raise ValidationError(_("The meeting is cancelled or over."))
    invitation = _invitation_of(row)
    if invitation is None and not recipients_of(meeting, among=[row.user_id]):
        raise ValidationError(_("You are not invited any more."))
    _note(row, stamp, reply)
    audit.record(row.user, "invitation answered by calendar", meeting, after={"reply": reply})
    if invitation is not None:
        _answer_for_the_organisation(row, invitation, reply)
    return row


def _is_news(row: Any, stamp: datetime, reply: str) -> bool:
    if row.replied_at is not None and stamp < row.replied_at:
        return False
    return row.reply != reply or row.replied_at is None


def _note(row: Any, stamp: datetime, reply: str) -> None:
    row.reply, row.replied_at = reply, stamp
    row.save(update_fields=["reply", "replied_at"])


def _invitation_of(row: CalendarMail) -> Invitation | None:
    """The invitation for which the user may answer."""
    standing = Invitation.objects.standing().filter(meeting=row.meeting, organisation=row.user.organisation_id)
    invitation = standing.first()
    if invitation is None:
        return None
    invitation.meeting = row.meeting
    return invitation if access.can(row.user, "answer", invitation) else None


def _answer_for_the_organisation(row: CalendarMail, invitation: Invitation, reply: str) -> None:
    """“Perhaps” is nobody's answer but the user's own."""
    answer = _FOR_THE_ORGANISATION.get(Reply(reply))
    is_open = invitation.answer == InvitationAnswer.PENDING or invitation.answered_by_id == row.user_id
    if answer is not None and is_open and invitation.answer != answer:
        answer_invitation(row.user, invitation, version=invitation.version, answer=answer, note=invitation.note)
