"""Whose calendars are told of a meeting by mail, and when there is something to tell them.

What each was told last stands in `CalendarMail`. Whatever happens to a meeting or an invitation, this compares: who is
invited now, and does what their calendars have still hold? So nothing is told twice, and nobody is forgotten whichever
page, form or command made the change. `meetings.mails` sends.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from coordination import access, audit
from coordination.models import Space
from meetings import calendar
from meetings.calendar import Shown
from meetings.models import CalendarMail, Delegate, Invitation, InvitationAnswer, Meeting
from meetings.times import at_the_place


def notice_change(*, obj: Any, verb: str, **_signal: Any) -> None:
    """Listens to the audit trail, in the transaction of the deed."""
    if isinstance(obj, Meeting):
        tell_calendars(obj)
    elif isinstance(obj, Invitation):
        tell_calendars(obj.meeting)
    elif isinstance(obj, Space) and verb == "membership revoked":
        told = Meeting.objects.filter(space=obj, ends_at__gt=timezone.now(), calendar_mails__isnull=False)
        for meeting in told.distinct():
            tell_calendars(meeting)


def tell_calendars(meeting: Meeting) -> None:
    """See that all who are invited, or were, get a mail where their calendars do not hold any more."""
    from meetings import mails

    meeting = Meeting.objects.select_related("audience").get(pk=meeting.pk)
    if meeting.ends_at <= timezone.now():
        return
    rows = {row.user_id: row for row in CalendarMail.objects.filter(meeting=meeting)}
    invited = recipients_of(meeting)
    if not rows and not invited:
        return
    new = [CalendarMail(meeting=meeting, user=user) for user in invited if user.pk not in rows]
    CalendarMail.objects.bulk_create(new, ignore_conflicts=True)
    state = state_of(meeting)
    users = {user.pk for user in invited}
    different = [
        user_id
        for user_id in {*rows, *users}
        if _is_news(rows.get(user_id), state, is_invited=user_id in users and not meeting.is_cancelled)
    ]
    if different:
        CalendarMail.objects.filter(meeting=meeting, user__in=different).update(wanted_at=timezone.now())
        mails.arrange()


def _is_news(row: CalendarMail | None, state: str, *, is_invited: bool) -> bool:
    told = row.told if row is not None else ""
    return told != state if is_invited else bool(told)


def recipients_of(meeting: Meeting, among: Iterable[int] | None = None) -> dict[User, str]:
    """Who is told by mail, with what their organisation has answered: its contributors in the space, and whom it sends,
    as far as they have an account and may read the meeting. Those who have declined are left alone."""
    if not meeting.live:
        return {}
    standing = Invitation.objects.standing().filter(meeting=meeting).exclude(answer=InvitationAnswer.DECLINED)
    answers = dict(standing.values_list("organisation", "answer"))
    if not answers:
        return {}
    found: dict[User, str] = {}
    for user, held in access.users_in([meeting.space_id]).items():
        if user.organisation_id in answers and "contribute_space" in held.get(meeting.space_id, ()):
            found[user] = answers[user.organisation_id]
    delegates = Delegate.objects.filter(invitation__in=standing).select_related("person__user", "post__person__user")
    for delegate in delegates:
        person = delegate.person or (delegate.post.person if delegate.post else None)
        if person is not None and person.user is not None:
            found.setdefault(person.user, answers[delegate.organisation_id])
    concerned = [user for user in found if user.is_active and (among is None or user.pk in among)]
    return {user: found[user] for user in access.readers_among(concerned, meeting)}


def shown_by_mail(meeting: Meeting) -> Shown:
    return calendar.SHOWN_BY_MAIL.get(meeting.marking, Shown.ALL)


def state_of(meeting: Meeting) -> str:
    """A hash of all that a mail about the meeting would say now."""
    shown = shown_by_mail(meeting)
    names = Meeting.fields_in_calendars if shown is Shown.ALL else ("starts_at", "ends_at", "time_zone", "cancelled_at")
    said = [shown.name, *(str(getattr(meeting, name)) for name in names)]
    return sha256(json.dumps(said).encode()).hexdigest()


# --- zones that change their rules ---------------------------------------------------------------------------------
def follow_the_zones(now: datetime | None = None) -> int:
    """Keep coming meetings at the hour by the clock at which they were set, where a zone has other rules by now; how
    many were moved. Asked for when the worker starts: the rules come with an update of the machine."""
    coming = Meeting.objects.filter(starts_at__gt=now or timezone.now(), offset_minutes__isnull=False)
    moved = [meeting.pk for meeting in coming.defer("purpose") if meeting.offset_minutes != _offset_now(meeting)]
    return sum(_follow(pk) for pk in moved)


def _offset_now(meeting: Meeting) -> int:
    offset = meeting.starts_there.utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


@transaction.atomic
def _follow(pk: int) -> bool:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=pk)
    by = (meeting.offset_minutes or 0) - _offset_now(meeting)
    if not by:
        return False
    clock = meeting.starts_there.replace(tzinfo=None) + timedelta(minutes=by)
    former = meeting.starts_at
    meeting.starts_at = at_the_place(clock, meeting.time_zone)
    difference = meeting.starts_at - former
    meeting.ends_at += difference
    if meeting.recurrence_id is not None:
        meeting.recurrence_id += difference
    meeting.save()
    after = {"starts_at": audit.plain(meeting.starts_at), "ends_at": audit.plain(meeting.ends_at)}
    audit.record(None, "meeting changed", meeting, before={"starts_at": audit.plain(former)}, after=after,
                 reason="the time zone has other rules")  # fmt: skip
    return True
