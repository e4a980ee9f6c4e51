"""The worker's round for answers: who is asked and has not answered is reminded before the day, each time once.

The day of the last reminder stands on what is asked (`reminded_on`), in the transaction in which those concerned are
told: a worker may be down, killed or one of many."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from coordination import access, audit
from meetings.models import AnswerKind, Invitation, InvitationAnswer, Poll, PollState, PollVote, Round

# Days before the last one on which those who have not answered are reminded.
REMINDED_BEFORE = (3, 1)


def remind_of_answers(now: datetime | None = None) -> int:
    """Remind of records that went round, of invitations and of polls; how many of them were reminded of."""
    now = now or timezone.now()
    found = [(model, pk) for model, rows in _in_sight(now) for pk in rows.values_list("pk", flat=True)]
    return sum(_remind(model, pk, now) for model, pk in found)


def _in_sight(now: datetime) -> list[tuple[Any, QuerySet]]:
    """What is still asked, and ends in a few days."""
    last = now.date() + timedelta(days=max(REMINDED_BEFORE) + 1)
    until = now + timedelta(days=max(REMINDED_BEFORE) + 1)
    invitations = Invitation.objects.standing().filter(
        answer=InvitationAnswer.PENDING, meeting__live=True, meeting__cancelled_at=None, meeting__ends_at__gt=now
    )
    return [
        (Round, Round.objects.filter(closed_at=None, due_at__gt=now, due_at__lte=until, record__meeting__live=True)),
        (Invitation, invitations.filter(meeting__answers_until__range=(now.date() - timedelta(days=1), last))),
        (Poll, Poll.objects.filter(state=PollState.OPEN, closes_on__range=(now.date() - timedelta(days=1), last))),
    ]


@transaction.atomic
def _remind(model: Any, pk: int, now: datetime) -> bool:
    """What another worker has before it is left to that one."""
    related = {Round: "record__meeting", Invitation: "meeting"}
    free = model.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk)
    asked = free.select_related(*filter(None, [related.get(model)])).first()
    if asked is None or not _is_open(asked, now) or not _is_time(asked, now):
        return False
    asked.reminded_on = _today_there(asked, now)
    asked.save(update_fields=["reminded_on"])
    about = asked.record if isinstance(asked, Round) else asked
    recipients = _who_answers(asked)
    verb = {Round: "answer to record reminded of", Invitation: "invitation reminded of", Poll: "poll reminded of"}[
        model
    ]
    after = {"due_on": audit.plain(_last_day(asked))}
    audit.record(None, verb, about, after=after, details={"recipients": recipients})
    return bool(recipients)


def _is_open(asked: Round | Invitation | Poll, now: datetime) -> bool:
    if isinstance(asked, Invitation):
        return asked.answer == InvitationAnswer.PENDING and not asked.is_withdrawn
    return asked.is_open(now) if isinstance(asked, Round) else asked.state == PollState.OPEN


def _zone_of(asked: Round | Invitation | Poll) -> ZoneInfo:
    """Where the days are counted."""
    if isinstance(asked, Poll):
        return ZoneInfo(asked.time_zone)
    meeting = asked.record.meeting if isinstance(asked, Round) else asked.meeting
    return ZoneInfo(meeting.time_zone)


def _last_day(asked: Round | Invitation | Poll) -> date | None:
    if isinstance(asked, Round):
        return asked.due_at.astimezone(_zone_of(asked)).date() if asked.due_at else None
    return asked.meeting.answers_until if isinstance(asked, Invitation) else asked.closes_on


def _today_there(asked: Round | Invitation | Poll, now: datetime) -> date:
    return now.astimezone(_zone_of(asked)).date()


def _is_time(asked: Round | Invitation | Poll, now: datetime) -> bool:
    """Whether a morning has come on which those asked are reminded and were not yet; not on the day they were asked."""
    last, there = _last_day(asked), now.astimezone(_zone_of(asked))
    if last is None or there.date() > last:
        return False
    if there.hour < settings.REMINDERS_FROM_HOUR:
        there -= timedelta(days=1)
    mornings = [last - timedelta(days=days) for days in REMINDED_BEFORE]
    passed = [day for day in mornings if day <= there.date()]
    since = asked.reminded_on or _asked_at(asked).astimezone(_zone_of(asked)).date()
    return bool(passed) and max(passed) > since


def _asked_at(asked: Round | Invitation | Poll) -> datetime:
    if isinstance(asked, Round):
        return asked.circulated_at
    return asked.invited_at if isinstance(asked, Invitation) else asked.created_at


def _who_answers(asked: Round | Invitation | Poll) -> list[User]:
    """Who speaks for an organisation that has not answered, and may read what it is asked."""
    organisations = set(_not_answered(asked))
    members = access.users_in([asked.space_id]).items()
    speak = [
        user
        for user, held in members
        if user.organisation_id in organisations and "contribute_space" in held.get(asked.space_id, ())
    ]
    return list(access.readers_among(speak, asked))


def _not_answered(asked: Round | Invitation | Poll) -> Iterable[int]:
    if isinstance(asked, Round):
        return asked.answers.filter(kind=AnswerKind.AWAITED).values_list("organisation", flat=True)
    if isinstance(asked, Invitation):
        return [asked.organisation_id]
    voted = PollVote.objects.filter(option__poll=asked).values("organisation")
    return asked.organisations.filter(~Q(pk__in=voted)).values_list("pk", flat=True)
