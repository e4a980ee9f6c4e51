"""Series: begun, changed, a day of them prepared, left out or taken in again, and ended."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import Organisation, Space
from coordination.selectors import organisations_in
from coordination.services import StaleVersion, check_taking_part, require, sent_before
from meetings import recurrence
from meetings.models import Invitation, Meeting, Series
from meetings.services.invitations import invite, refuse_who_may_not_read, where_somebody_may_read, withdraw_invitation
from meetings.services.meetings import cancel_meeting, edit_meeting, schedule_meeting

# What a meeting of a series begins with; a meeting that says the same as its series follows it when that changes.
SHARED_FIELDS = (
    "title", "kind", "level", "format", "time_zone", "place", "room", "link", "interpretation", "organiser", "purpose",
    "language", "illustrative",
)  # fmt: skip
# The days and the time are those of the rule: for others a series is ended, and another begun.
CHANGEABLE_FIELDS = frozenset(SHARED_FIELDS) - {"time_zone", "illustrative"}


@transaction.atomic
def begin_series(
    actor: User, space: Space, *, submission: UUID | None = None, topics: Iterable[Any] = (), **fields: Any
) -> Series:
    """Put a series into the calendar of `space`, with its first coming meeting ready to be prepared."""
    require(actor, "record", space)
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if before := sent_before(Series, submission, created_by=actor):
        return before
    series = Series(space=space, created_by=actor, submission=submission, **fields)
    series.clean_fields(exclude=["own_audience", "audience"])
    recurrence.check_rule(series)
    series.save()
    series.topics.set(topics)
    after = {"title": series.title, "rule": series.rule, "first_day": audit.plain(series.first_day)}
    audit.record(actor, "series begun", series, after=after)
    now = timezone.now()
    if coming := recurrence.planned(series, now, now + timedelta(days=400)):
        prepare_occurrence(actor, series, coming[0].day)
    return series


@transaction.atomic
def prepare_occurrence(actor: User, series: Series, day: date) -> Meeting:
    """Give a day of the series a meeting of its own, with an agenda, invitations and a record; twice, it is one."""
    series = _locked(actor, series)
    recurrence_id = recurrence.moment_on(series, day)
    if made_before := Meeting.objects.filter(series=series, recurrence_id=recurrence_id).first():
        require(actor, "record", made_before)
        return made_before
    if day not in recurrence.days_between(series, day, day):
        raise ValidationError({"day": _("The series has no meeting on this day.")})
    fields = {name: getattr(series, name) for name in SHARED_FIELDS}
    ends_at = recurrence_id + timedelta(minutes=series.minutes)
    meeting = schedule_meeting(
        actor,
        series.space,
        topics=series.topics.all(),
        starts_at=recurrence_id,
        ends_at=ends_at,
        series=series,
        recurrence_id=recurrence_id,
        own_audience=series.own_audience,
        **fields,
    )
    _invite_as_to_all(actor, series, meeting)
    return meeting


@transaction.atomic
def invite_to_series(actor: User, series: Series, organisations: Iterable[Organisation]) -> Series:
    """Say who is asked to each of its meetings: to those that are prepared already, and to each as it is prepared. An
    organisation that is not among them any more is asked to none that is to come."""
    series = _locked(actor, series)
    asked = list({each.pk: each for each in organisations}.values())
    before = set(series.invited.values_list("pk", flat=True))
    new = [each for each in asked if each.pk not in before]
    check_taking_part(series.space, new, "organisations")
    refuse_who_may_not_read(series, new)
    if before == {each.pk for each in asked}:
        return series
    series.invited.set(asked)
    for meeting in _coming(series):
        _invite_as_to_all(actor, series, meeting)
        gone = Invitation.objects.standing().filter(meeting=meeting, organisation__in=before - {o.pk for o in asked})
        for invitation in gone:
            withdraw_invitation(actor, invitation)
    after = {"organisations": sorted(each.pk for each in asked)}
    audit.record(
        actor, "organisations invited to series", series, before={"organisations": sorted(before)}, after=after
    )
    return series


def _invite_as_to_all(actor: User, series: Series, meeting: Meeting) -> None:
    """Ask to this meeting those who are asked to each; but nobody who could not read it, or has left the space."""
    there = organisations_in(series.space).filter(pk__in=series.invited.all())
    able = where_somebody_may_read(meeting, there)
    if asked := [each for each in there if each.pk in able]:
        invite(actor, meeting, asked)


@transaction.atomic
def leave_out_day(actor: User, series: Series, day: date) -> Series:
    """No meeting on that day. What has been prepared for it already is called off by itself, with a reason."""
    series = _locked(actor, series)
    if not recurrence.is_day_of(series, day):
        raise ValidationError({"day": _("The series has no meeting on this day.")})
    if Meeting.objects.filter(series=series, recurrence_id=recurrence.moment_on(series, day)).exists():
        raise ValidationError({"day": _("This meeting is prepared already: call it off on its own page.")})
    if day.isoformat() in series.excluded:
        return series
    return _change(actor, series, "series day left out", {"excluded": sorted([*series.excluded, day.isoformat()])})


@transaction.atomic
def take_in_day(actor: User, series: Series, day: date) -> Series:
    """The day that was left out has its meeting again."""
    series = _locked(actor, series)
    if day.isoformat() not in series.excluded:
        return series
    kept = [each for each in series.excluded if each != day.isoformat()]
    return _change(actor, series, "series day taken in", {"excluded": kept})


@transaction.atomic
def edit_series(
    actor: User, series: Series, *, version: int, topics: Iterable[Any] | None = None, **changes: Any
) -> Series:
    """Change what the meetings have in common. Coming meetings that say the same as the series follow it."""
    series = _locked(actor, series)
    if series.version != version:
        raise StaleVersion
    if unknown := set(changes) - CHANGEABLE_FIELDS:
        raise ValueError(f"not to be changed in a series: {sorted(unknown)}")
    before = {name: getattr(series, name) for name in changes}
    series = _change(actor, series, "series changed", changes)
    if topics is not None:
        series.topics.set(topics)
    for meeting in _coming(series):
        followed = {
            name: value
            for name, value in changes.items()
            if value != before[name] and getattr(meeting, name) == before[name]
        }
        if followed:
            edit_meeting(actor, meeting, version=meeting.version, **followed)
    return series


@transaction.atomic
def end_series(actor: User, series: Series, *, last_day: date, reason: str = "") -> Series:
    """No meeting after `last_day`. Those that are prepared already are called off, for the reason that is given."""
    series = _locked(actor, series)
    if last_day < series.first_day:
        raise ValidationError({"last_day": _("This is before the first day of the series.")})
    present = recurrence.last_day_of(series)
    if present is not None and last_day > present:
        raise ValidationError({"last_day": _("The series ends before this day already.")})
    rule = recurrence.with_end(series.rule, until=last_day, clock=series.starts_at_time, zone=series.zone)
    series = _change(actor, series, "series ended", {"rule": rule}, reason=reason)
    for meeting in _coming(series):
        if meeting.recurrence_id is not None and meeting.recurrence_id.astimezone(series.zone).date() > last_day:
            cancel_meeting(actor, meeting, reason=reason)
    return series


def _coming(series: Series) -> list[Meeting]:
    """Its prepared meetings that are neither over nor called off."""
    return list(
        Meeting.objects.filter(series=series, ends_at__gte=timezone.now(), cancelled_at=None).order_by(
            "starts_at", "pk"
        )
    )


def _locked(actor: User, series: Series) -> Series:
    series = Series.objects.select_for_update(of=("self",)).select_related("space").get(pk=series.pk)
    require(actor, "record", series)
    return series


def _change(actor: User, series: Series, verb: str, changes: dict[str, Any], reason: str = "") -> Series:
    before = {name: audit.plain(getattr(series, name)) for name in changes}
    for name, value in changes.items():
        setattr(series, name, value)
    series.clean_fields(exclude=["own_audience", "audience"])
    recurrence.check_rule(series)
    series.version += 1
    series.sequence += 1
    series.save()
    after = {name: audit.plain(getattr(series, name)) for name in changes}
    audit.record(actor, verb, series, before=before, after=after, reason=reason)
    return series
