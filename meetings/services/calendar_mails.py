"""Whose calendars are told of a meeting by mail, and when there is something to tell them.

What each was told last stands in `CalendarMail`. Whatever happens to a meeting or an invitation, this compares: who is
invited now, and does what their calendars have still hold? So nothing is told twice, and nobody is forgotten whichever
page, form or command made the change. `meetings.mails` sends.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Marking, Space
from coordination.services import require
from meetings import calendar
from meetings.calendar import Shown
from meetings.models import (
    CalendarMail,
    Delegate,
    DelegateMail,
    Invitation,
    InvitationAnswer,
    Meeting,
    Series,
    SeriesMail,
)
from meetings.times import at_the_place

# Of a meeting that is marked so, and is one of a series, a mail of its own goes out, which has no entry.
_NO_ENTRY = [marking for marking, shown in calendar.SHOWN_BY_MAIL.items() if shown is Shown.NOTHING]
_OF_THE_SERIES = ("title", "place", "room", "link", "format")
_OF_ITS_DAYS = ("rule", "excluded", "first_day", "starts_at_time", "minutes", "time_zone", "cancelled_at")


def notice_change(*, obj: Any, verb: str, **_signal: Any) -> None:
    """Listens to the audit trail, in the transaction of the deed."""
    if verb == "read":
        return
    if isinstance(obj, Meeting):
        tell_calendars(obj)
    elif isinstance(obj, Series):
        tell_of_series(obj)
    elif isinstance(obj, Invitation):
        tell_calendars(obj.meeting)
    elif isinstance(obj, Space) and verb == "membership revoked":
        told = Meeting.objects.filter(space=obj, ends_at__gt=timezone.now())
        for meeting in told.filter(Q(calendar_mails__isnull=False) | Q(delegate_mails__isnull=False)).distinct():
            tell_calendars(meeting)
        for series in Series.objects.filter(space=obj, calendar_mails__isnull=False).distinct():
            tell_of_series(series)


def tell_calendars(meeting: Meeting) -> None:
    """See that all who are invited, or were, get a mail where their calendars do not hold any more."""
    meeting = Meeting.objects.select_related("audience", "series__audience").get(pk=meeting.pk)
    if meeting.ends_at <= timezone.now():
        return
    by_series = _told_by_series(meeting)
    if meeting.series is not None and meeting.recurrence_id is not None:
        tell_of_series(meeting.series)
    wanted = _want(DelegateMail.objects.filter(meeting=meeting))
    rows = {row.user_id: row for row in CalendarMail.objects.filter(meeting=meeting).exclude(user__in=by_series)}
    invited = [user for user in recipients_of(meeting) if user.pk not in by_series]
    new = [CalendarMail(meeting=meeting, user=user) for user in invited if user.pk not in rows]
    if new:
        CalendarMail.objects.bulk_create(new, ignore_conflicts=True)
    state = state_of(meeting)
    users = {user.pk for user in invited}
    different = [
        user_id
        for user_id in {*rows, *users}
        if _is_news(rows.get(user_id), state, is_invited=user_id in users and not meeting.is_cancelled)
    ]
    if different:
        wanted += _want(CalendarMail.objects.filter(meeting=meeting, user__in=different))
    if wanted:
        _arrange()


def _want(rows: QuerySet) -> int:
    return rows.update(wanted_at=timezone.now())


def _arrange() -> None:
    from meetings import mails

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
    found: dict[User, str] = {user: answers[user.organisation_id] for user in _contributors(meeting.space_id, answers)}
    delegates = Delegate.objects.filter(invitation__in=standing).select_related("person__user", "post__person__user")
    for delegate in delegates:
        person = delegate.person or (delegate.post.person if delegate.post else None)
        if person is not None and person.user is not None:
            found.setdefault(person.user, answers[delegate.organisation_id])
    concerned = [user for user in found if user.is_active and (among is None or user.pk in among)]
    return {user: found[user] for user in access.readers_among(concerned, meeting)}


def _contributors(space_id: int, organisations: Collection[int]) -> list[User]:
    """Those who speak in the space for one of the organisations."""
    members = access.users_in([space_id]).items()
    return [
        user
        for user, held in members
        if user.organisation_id in organisations and "contribute_space" in held.get(space_id, ())
    ]


def shown_by_mail(meeting: Meeting) -> Shown:
    return calendar.SHOWN_BY_MAIL.get(meeting.marking, Shown.ALL)


def state_of(meeting: Meeting, shown: Shown | None = None) -> str:
    """A hash of all that a mail about the meeting would say now."""
    shown = shown or shown_by_mail(meeting)
    of_time = ("starts_at", "ends_at", "time_zone", "cancelled_at")
    names = {Shown.ALL: Meeting.fields_in_calendars, Shown.PLAIN: (*of_time, "title", "place", "room")}
    said = [shown.name, *(str(getattr(meeting, name)) for name in names.get(shown, of_time))]
    return sha256(json.dumps(said).encode()).hexdigest()


# --- whole series --------------------------------------------------------------------------------------------------
def tell_of_series(series: Series) -> None:
    """The same for those whose calendars have the whole series. Whether what a calendar has still holds depends on
    which of its meetings the reader may read: it is found when the mail is made, and then perhaps there is none."""
    series = Series.objects.select_related("audience").get(pk=series.pk)
    rows = SeriesMail.objects.filter(series=series)
    present = set(rows.values_list("user", flat=True))
    invited = recipients_of_series(series)
    new = [SeriesMail(series=series, user=user) for user in invited if user.pk not in present]
    SeriesMail.objects.bulk_create(new, ignore_conflicts=True)
    if _want(rows):
        _arrange()


def recipients_of_series(series: Series) -> list[User]:
    """The contributors of the organisations that are invited to all of it, who may read it."""
    organisations = set(series.invited.values_list("pk", flat=True))
    if not organisations:
        return []
    active = [user for user in _contributors(series.space_id, organisations) if user.is_active]
    return list(access.readers_among(active, series))


def _told_by_series(meeting: Meeting) -> set[int]:
    """Who has the meeting in the calendar with its whole series, and so gets no mail of this day alone."""
    if meeting.series is None or meeting.recurrence_id is None or meeting.marking in _NO_ENTRY:
        return set()
    return {user.pk for user in recipients_of_series(meeting.series)}


def is_told_by_series(meeting: Meeting, user_id: int) -> bool:
    return user_id in _told_by_series(meeting)


def days_told_to(user: User, series: Series) -> tuple[list[Meeting], list[datetime]]:
    """The days with a meeting of their own that the user's calendar has, and those that it leaves out: called off, not
    to be read, declined, or told in a mail without an entry."""
    invitations = Invitation.objects.standing().filter(organisation=user.organisation_id, meeting__series=series)
    asked = invitations.exclude(answer=InvitationAnswer.DECLINED).values("meeting")
    readable = Meeting.live_pages().readable_by(user).filter(pk__in=asked)
    [found] = calendar.exceptions_of([series], readable.exclude(audience__marking__in=_NO_ENTRY)).values()
    return sorted(found[0], key=_moment_of), sorted(found[1])


def _moment_of(meeting: Meeting) -> datetime:
    assert meeting.recurrence_id is not None
    return meeting.recurrence_id


def state_of_series(series: Series, own: list[Meeting], hidden: list[datetime]) -> str:
    """A hash of all that a mail about the series would say now."""
    shown = calendar.SHOWN_BY_MAIL.get(series.marking, Shown.ALL)
    names = {Shown.ALL: (*_OF_THE_SERIES, *_OF_ITS_DAYS), Shown.NOTHING: ()}
    said = [shown.name, *(str(getattr(series, name)) for name in names.get(shown, _OF_ITS_DAYS))]
    if shown is not Shown.NOTHING:
        said += [*(f"{_moment_of(meeting)} {state_of(meeting)}" for meeting in own), "without", *map(str, hidden)]
    return sha256(json.dumps(said).encode()).hexdigest()


def tell_of_single_meetings(row: SeriesMail) -> None:
    """The series is out of this calendar, and its days with it: those to which the user is invited still come anew."""
    CalendarMail.objects.filter(meeting__series=row.series_id, user=row.user_id).update(
        told="", starts_at=None, ends_at=None
    )
    coming = Meeting.objects.filter(series=row.series_id, ends_at__gt=timezone.now(), cancelled_at=None)
    for meeting in coming:
        tell_calendars(meeting)


# --- those without an account --------------------------------------------------------------------------------------
def shown_to_delegate(row: DelegateMail) -> Shown:
    """How much somebody without an account is told: nothing once the meeting is not for the delegation any more."""
    meeting = row.meeting
    standing = Invitation.objects.standing().filter(meeting=meeting).exclude(answer=InvitationAnswer.DECLINED)
    is_sent = Delegate.objects.filter(invitation__in=standing, person=row.person_id).exists()
    if not is_sent or not meeting.live or meeting.is_cancelled:
        return Shown.NOTHING
    return shown_outside(meeting.marking, row.confirmed)


def shown_outside(marking: str, confirmed: str = "") -> Shown:
    """What of a meeting with this marking may be said to somebody who reads nothing on Accord. `confirmed` is the
    marking for which whoever sends it has said that title and place may be told; never RED."""
    order = list(Marking)
    if marking in (Marking.CLEAR, Marking.GREEN):
        return Shown.PLAIN
    if confirmed and marking != Marking.RED and order.index(Marking(marking)) <= order.index(Marking(confirmed)):
        return Shown.PLAIN
    return Shown.TIME if marking == Marking.AMBER else Shown.NOTHING


@transaction.atomic
def write_to_delegate(
    actor: User, delegate: Delegate, *, address: str, language: str = "en", confirmed: bool = False
) -> DelegateMail:
    """Send the invitation to a member of a delegation who has no account, and from then on what becomes of it."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=delegate.invitation.meeting_id)
    require(actor, "record", meeting)
    if delegate.person is None or delegate.person.user_id is not None:
        raise ValidationError(_("Whoever has an account is written to by Accord itself."))
    if meeting.is_cancelled or meeting.ends_at <= timezone.now():
        raise ValidationError(_("The meeting is cancelled or over."))
    marking = meeting.marking if confirmed else ""
    if shown_outside(meeting.marking, marking) is Shown.NOTHING:
        raise ValidationError({"confirmed": _("As the meeting is marked, nothing of it goes to others by mail.")})
    fields = {"address": address, "language": language, "confirmed": marking, "asked_by": actor}
    fields["wanted_at"] = timezone.now()
    row, _new = DelegateMail.objects.update_or_create(meeting=meeting, person=delegate.person, defaults=fields)
    audit.record(actor, "delegate written to", meeting, after={"person": delegate.person.key, "confirmed": marking})
    _arrange()
    return row


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
