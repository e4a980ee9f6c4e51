"""Finding a date: candidates are put to organisations, they say when they could come, and one is chosen."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation, Space
from coordination.services import check_taking_part, require, sent_before
from meetings.models import Meeting, MeetingKind, Poll, PollOption, PollState, PollVote, Vote
from meetings.services.invitations import invite, refuse_who_may_not_read
from meetings.services.meetings import edit_meeting, schedule_meeting

MOST_OPTIONS = 20


@transaction.atomic
def open_poll(
    actor: User,
    space: Space,
    *,
    title: str,
    time_zone: str,
    options: Iterable[tuple[datetime, datetime]],
    organisations: Iterable[Organisation],
    description: str = "",
    closes_on: date | None = None,
    meeting: Meeting | None = None,
    submission: UUID | None = None,
) -> Poll:
    """Ask organisations of the space which of these times would do. Sent twice, it is one poll."""
    require(actor, "record", space)
    Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if before := sent_before(Poll, submission, created_by=actor):
        return before
    if meeting is not None:
        require(actor, "record", meeting)
    times, asked = sorted(set(options)), list(organisations)
    _check_options(times)
    if closes_on is not None and closes_on < timezone.localdate():
        raise ValidationError({"closes_on": _("This day is over already.")})
    if not asked:
        raise ValidationError({"organisations": _("Choose at least one organisation.")})
    check_taking_part(space, asked, "organisations")
    poll = Poll(
        space=space,
        title=title,
        description=description.strip(),
        time_zone=time_zone,
        closes_on=closes_on,
        meeting=meeting,
        created_by=actor,
        submission=submission,
    )
    poll.clean_fields(exclude=["own_audience", "audience"])
    poll.save()
    refuse_who_may_not_read(poll, asked)
    poll.organisations.set(asked)
    PollOption.objects.bulk_create(PollOption(poll=poll, starts_at=since, ends_at=until) for since, until in times)
    audit.record(actor, "poll opened", poll, after={"title": title, "options": len(times)})
    return poll


def _check_options(times: list[tuple[datetime, datetime]]) -> None:
    if not 2 <= len(times) <= MOST_OPTIONS:
        raise ValidationError({"options": _("Give from two to %(most)d candidates.") % {"most": MOST_OPTIONS}})
    if any(until <= since for since, until in times):
        raise ValidationError({"options": _("A candidate ends after it starts.")})
    if any(since <= timezone.now() for since, _until in times):
        raise ValidationError({"options": _("A candidate is over already.")})


@transaction.atomic
def vote(actor: User, poll: Poll, votes: dict[int, str]) -> Poll:
    """Say for one's organisation of each candidate whether it would do; what was said before is replaced."""
    poll = _locked(poll)
    require(actor, "answer", poll)
    if not poll.is_open:
        raise ValidationError(_("This poll is closed."))
    options = {option.pk: option for option in poll.options.all()}
    if set(votes) != set(options) or not all(value in Vote.values for value in votes.values()):
        raise ValidationError(_("Answer for each of the candidates."))
    for pk, value in votes.items():
        PollVote.objects.update_or_create(
            option=options[pk], organisation=actor.organisation, defaults={"vote": value, "user": actor}
        )
    audit.record(actor, "poll answered", poll, after={"organisation": actor.organisation_id})
    return poll


@transaction.atomic
def decide_poll(actor: User, poll: Poll, option: PollOption) -> Meeting:
    """Take one of the candidates: the meeting is moved there, or made, and those who were asked are invited."""
    poll = _locked(poll)
    require(actor, "record", poll)
    if poll.state == PollState.DECIDED and poll.meeting is not None and option.is_chosen:
        return poll.meeting
    _refuse_what_is_closed(poll)
    chosen = PollOption.objects.get(pk=option.pk, poll=poll)
    times: dict[str, Any] = {"starts_at": chosen.starts_at, "ends_at": chosen.ends_at}
    if poll.meeting is not None:
        present = Meeting.objects.get(pk=poll.meeting_id)
        meeting = edit_meeting(actor, present, version=present.version, **times)
    else:
        meeting = schedule_meeting(actor, poll.space, **times, **_fields_of_the_meeting(actor, poll))
    chosen.is_chosen = True
    chosen.save(update_fields=["is_chosen"])
    poll.state, poll.meeting = PollState.DECIDED, meeting
    poll.version += 1
    poll.save()
    access.settle(poll)
    audit.record(actor, "poll decided", poll, after={"starts_at": audit.plain(chosen.starts_at)})
    invite(actor, meeting, poll.organisations.all())
    return meeting


def _fields_of_the_meeting(actor: User, poll: Poll) -> dict[str, Any]:
    organiser = actor.organisation or poll.organisations.first()
    return {
        "title": poll.title,
        "purpose": poll.description,
        "time_zone": poll.time_zone,
        "kind": MeetingKind.OTHER,
        "organiser": organiser,
        "own_audience": poll.own_audience,
        "illustrative": poll.illustrative,
    }


@transaction.atomic
def close_poll(actor: User, poll: Poll) -> Poll:
    """End it without a date."""
    poll = _locked(poll)
    require(actor, "record", poll)
    if poll.state == PollState.CLOSED:
        return poll
    _refuse_what_is_closed(poll)
    poll.state = PollState.CLOSED
    poll.version += 1
    poll.save()
    audit.record(actor, "poll closed", poll)
    return poll


def _refuse_what_is_closed(poll: Poll) -> None:
    if poll.state != PollState.OPEN:
        raise ValidationError(_("This poll is closed."))


def _locked(poll: Poll) -> Poll:
    return Poll.objects.select_for_update(of=("self",)).select_related("space").get(pk=poll.pk)
