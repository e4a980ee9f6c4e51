"""Meetings: scheduled, edited, and who attended."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation, Person, Post, Space
from coordination.services import StaleVersion, require, sent_before
from meetings.models import (
    FROZEN_STATES,
    Attendance,
    AttendanceRole,
    Meeting,
    Record,
    validate_languages,
)
from meetings.services.writing import attendance_changed


# --- meetings ------------------------------------------------------------------------------------------------------
@transaction.atomic
def schedule_meeting(
    actor: User, space: Space, *, submission: UUID | None = None, topics: Iterable[Any] = (), **fields: Any
) -> Meeting:
    """Put a meeting into the calendar of `space`. The same `submission` sent twice makes one meeting."""
    require(actor, "record", space)
    # Locked, since the place of a new page in the tree is counted from those that are there.
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if before := sent_before(Meeting, submission, owner=actor):
        return before
    meeting = Meeting(owner=actor, submission=submission, **fields)
    _check(meeting)
    meeting.slug = meeting.key
    meeting.topics = list(topics)
    space.add_child(instance=meeting)
    after = {name: audit.plain(value) for name, value in fields.items() if name != "own_audience"}
    audit.record(actor, "meeting scheduled", meeting, after=after)
    return meeting


@transaction.atomic
def edit_meeting(actor: User, meeting: Meeting, *, version: int, **changes: Any) -> Meeting:
    """Change what a meeting says of itself. `version` is that of the form: an older one is refused."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require(actor, "record", meeting)
    if meeting.version != version:
        raise StaleVersion
    if meeting.is_cancelled:
        raise ValidationError(_("The meeting is cancelled."))
    before = {name: audit.plain(getattr(meeting, name)) for name in changes if name != "topics"}
    _set(meeting, changes)
    _check(meeting)
    if not meeting.has_unpublished_changes:
        meeting.draft_title = meeting.title
    meeting.save()
    carry_into_what_editors_open(actor, meeting, lambda latest: _set(latest, changes))
    after = {name: audit.plain(getattr(meeting, name)) for name in before}
    audit.record(actor, "meeting changed", meeting, before=before, after=after)
    return meeting


def _set(meeting: Meeting, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(meeting, name, list(value) if name == "topics" else value)


def _check(meeting: Meeting) -> None:
    """What a form would refuse, beside its field."""
    if meeting.ends_at <= meeting.starts_at:
        raise ValidationError({"ends_at": _("This is not after the start.")})
    try:
        validate_languages(meeting.interpretation)
    except ValidationError as refusal:
        raise ValidationError({"interpretation": refusal.messages}) from refusal


@transaction.atomic
def cancel_meeting(actor: User, meeting: Meeting, *, reason: str = "") -> Meeting:
    """Call the meeting off. Its page stays, and says so; those who have it in their calendars are told."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require(actor, "record", meeting)
    if meeting.is_cancelled:
        return meeting
    if meeting.ends_at <= timezone.now():
        raise ValidationError(_("The meeting is over."))
    meeting.cancelled_at, meeting.cancelled_why = timezone.now(), reason.strip()
    meeting.clean_fields(exclude=[field.name for field in meeting._meta.fields if field.name != "cancelled_why"])
    meeting.save()
    audit.record(actor, "meeting cancelled", meeting, after={"cancelled": True}, reason=meeting.cancelled_why)
    return meeting


@transaction.atomic
def reinstate_meeting(actor: User, meeting: Meeting) -> Meeting:
    """It takes place after all, at its time; whoever was invited is invited still."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    require(actor, "record", meeting)
    if not meeting.is_cancelled:
        return meeting
    if meeting.ends_at <= timezone.now():
        raise ValidationError(_("The meeting is over."))
    meeting.cancelled_at, meeting.cancelled_why = None, ""
    meeting.save()
    audit.record(actor, "meeting reinstated", meeting, after={"cancelled": False})
    return meeting


def carry_into_what_editors_open(actor: User, meeting: Meeting, change: Callable[[Meeting], None]) -> None:
    """An editor begins with the latest revision, perhaps a draft: without the change it would undo it unseen."""
    if meeting.latest_revision_id is None:
        return
    latest = meeting.get_latest_revision_as_object()
    change(latest)
    latest.save_revision(user=actor, changed=meeting.has_unpublished_changes, clean=False)


# --- attendance ----------------------------------------------------------------------------------------------------
@transaction.atomic
def note_attendance(
    actor: User,
    meeting: Meeting,
    *,
    organisation: Organisation,
    post: Post | None = None,
    person: Person | None = None,
    person_name: str = "",
    role: str = AttendanceRole.MEMBER,
) -> Attendance:
    """Write down who attends. A person without a post is given the one held at the organisation on that day.

    The same organisation, post and person noted again is the same row, in the role given last.
    """
    require(actor, "record", meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    _refuse_where_the_record_is_agreed(meeting)
    if person is None and person_name.strip():
        person = _person_named(meeting, organisation, person_name.strip())
    if person is not None and post is None:
        post = Post.objects.held_on(meeting.day).filter(person=person, organisation=organisation).first()
    _refuse_to_let_oneself_in(actor, meeting, post, person)
    row = Attendance.objects.filter(meeting=meeting, organisation=organisation, post=post, person=person).first()
    row = row or Attendance(meeting=meeting, organisation=organisation, post=post, person=person)
    row.position = row.position or Attendance.objects.filter(meeting=meeting).count()
    row.role = role
    row.full_clean()
    row.save()
    _let_follow_along(meeting)
    audit.record(actor, "attendance noted", meeting, after={"organisation": organisation.pk, "role": role})
    return row


def _person_named(meeting: Meeting, organisation: Organisation, name: str) -> Person:
    """Somebody who is known by name only, once for each meeting and organisation."""
    listed = Attendance.objects.filter(meeting=meeting, organisation=organisation, person__name=name).first()
    if listed is not None and listed.person is not None:
        return listed.person
    return somebody_named(name)


def somebody_named(name: str) -> Person:
    """A person of whom nothing but the name is known. Raises ValidationError for what is no name."""
    person = Person(name=name)
    try:
        person.clean_fields()
    except ValidationError as refusal:
        raise ValidationError({"person_name": refusal.messages}) from refusal
    person.save()
    return person


def _refuse_to_let_oneself_in(actor: User, meeting: Meeting, post: Post | None, person: Person | None) -> None:
    """Nobody gets at the names in a record under the Chatham House Rule by writing themselves down as present."""
    record = Record.objects.filter(meeting=meeting, chatham_house=True).first()
    who = person if person is not None or post is None else post.person
    if record is None or who is None or who.user_id != actor.pk or access.may_see_names(actor, record):
        return
    raise ValidationError(
        {"person": _("The record is kept under the Chatham House Rule: somebody else has to note that you attended.")}
    )


@transaction.atomic
def remove_attendance(actor: User, row: Attendance) -> None:
    """Strike somebody off the list of those who attended."""
    require(actor, "record", row.meeting)
    _refuse_where_the_record_is_agreed(row.meeting)
    before = {"organisation": row.organisation_id, "role": row.role}
    row.delete()
    _let_follow_along(row.meeting)
    audit.record(actor, "attendance removed", row.meeting, before=before)


def _refuse_where_the_record_is_agreed(meeting: Meeting) -> None:
    """Who attended is part of what was agreed; under the Chatham House Rule it says besides who may know the names."""
    if Record.objects.filter(meeting=meeting, state__in=FROZEN_STATES).exists():
        raise ValidationError(_("The record of this meeting is agreed, and who attended is part of it."))


def _let_follow_along(meeting: Meeting) -> None:
    """Who attended may be who follows the record along while it is written."""
    if record := Record.objects.filter(meeting=meeting).first():
        attendance_changed(record)
