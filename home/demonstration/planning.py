"""What is being planned: invitations with their answers, a series with a day left out and one moved, and a poll."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from home.demonstration import times
from meetings import recurrence, selectors
from meetings import services as meetings
from meetings.models import AttendanceRole, InvitationAnswer, Meeting, Vote

ZONE = "Asia/Karachi"


def plan(cast: Any) -> None:
    """All of it in the Border Management Working Group, where FIA and the ministry have accounts."""
    coming = Meeting.objects.filter(space=cast.spaces["BM"], starts_at__gt=timezone.now()).order_by("starts_at")
    _invite(cast, coming[0], answer=True)
    _invite(cast, coming[1], answer=False)
    _series(cast)
    _poll(cast)


def _invite(cast: Any, meeting: Meeting, *, answer: bool) -> None:
    """FIA accepts and names its delegation, the ministry proposes the day after; or both are still to answer."""
    officer = cast.users["secretariat"]
    meetings.edit_meeting(
        officer, meeting, version=meeting.version, format="hybrid", room="Conference room 2",
        interpretation=["en", "ur"], answers_until=timezone.localtime(meeting.starts_at).date() - timedelta(days=3),
    )  # fmt: skip
    invited = meetings.invite(officer, meeting, [cast.organisations["FIA"], cast.organisations["MoI"]])
    if not answer:
        return
    fia, moi = sorted(invited, key=lambda each: each.organisation.acronym)
    meetings.answer_invitation(cast.users["fia"], fia, version=1, answer=InvitationAnswer.ACCEPTED)
    for post, role in zip(cast.posts["FIA"], (AttendanceRole.HEAD, AttendanceRole.ADVISER), strict=True):
        meetings.name_delegate(cast.users["fia"], fia, role=role, post=post)
    since = meeting.starts_at + timedelta(days=1)
    meetings.answer_invitation(
        cast.users["moi"], moi, version=1, answer=InvitationAnswer.PROPOSED,
        proposed_starts_at=since, proposed_ends_at=since + timedelta(hours=2),
        note="The section is in parliament on that day.",
    )  # fmt: skip


def _series(cast: Any) -> None:
    officer, first = cast.users["secretariat"], times.day(3)
    series = meetings.begin_series(
        officer, cast.spaces["BM"], title="Fortnightly call on training and equipment", kind="working_group",
        level="technical", format="online", first_day=first, starts_at_time=time(14), minutes=60, time_zone=ZONE,
        rule=recurrence.rule_of(recurrence.Pattern.FORTNIGHTLY, first), organiser=cast.organisations["ICMPD"],
        purpose="What is under way between the meetings of the working group.", illustrative=True,
        topics=[cast.topics["border-management"]],
    )  # fmt: skip
    moved = meetings.prepare_occurrence(officer, series, first + timedelta(days=28))
    times_moved = {name: getattr(moved, name) + timedelta(days=1) for name in ("starts_at", "ends_at")}
    meetings.edit_meeting(officer, moved, version=moved.version, **times_moved)
    meetings.leave_out_day(officer, series, first + timedelta(days=14))
    meetings.invite_to_series(officer, series, [cast.organisations["FIA"], cast.organisations["MoI"]])


def _poll(cast: Any) -> None:
    first = times.moment(times.day(30), 10, ZONE)
    asked = [cast.organisations[name] for name in ("FIA", "MoI", "ICMPD")]
    poll = meetings.open_poll(
        cast.users["secretariat"], cast.spaces["BM"], title="Site visit to a border crossing point", time_zone=ZONE,
        description="One day at Torkham, with the survey of the equipment.", organisations=asked,
        options=[(first + timedelta(days=each), first + timedelta(days=each, hours=6)) for each in (0, 1, 7)],
        closes_on=times.day(14),
    )  # fmt: skip
    poll.illustrative = True
    poll.save(update_fields=["illustrative"])
    keys = [one.option.pk for one in selectors.candidates_of(poll, asked)]
    said = {"fia": (Vote.YES, Vote.IF_NEED_BE, Vote.YES), "chair": (Vote.NO, Vote.YES, Vote.YES)}
    for login, votes in said.items():
        meetings.vote(cast.users[login], poll, dict(zip(keys, votes, strict=True)))
