"""Invitations: organisations are asked to a meeting, answer, and name their delegations."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation, Person, Post
from coordination.services import StaleVersion, check_taking_part, require
from meetings.models import AttendanceRole, Delegate, Invitation, InvitationAnswer, Meeting, check_post
from meetings.services.meetings import edit_meeting, note_attendance, somebody_named

MOST_DELEGATES = 100


@transaction.atomic
def invite(actor: User, meeting: Meeting, organisations: Iterable[Organisation]) -> list[Invitation]:
    """Ask organisations of the space to the meeting, all or none; who was asked before is not asked again."""
    require(actor, "record", meeting)
    meeting = _locked_meeting(meeting)
    _refuse_what_is_over(meeting)
    asked = list({each.pk: each for each in organisations}.values())
    if not asked:
        raise ValidationError({"organisations": _("Choose at least one organisation.")})
    check_taking_part(meeting.space, asked, "organisations")
    refuse_who_may_not_read(meeting, asked)
    before = {each.organisation_id: each for each in Invitation.objects.filter(meeting=meeting)}
    new = [Invitation(meeting=meeting, organisation=each, invited_by=actor) for each in asked if each.pk not in before]
    again = [before[each.pk] for each in asked if each.pk in before and before[each.pk].is_withdrawn]
    Invitation.objects.bulk_create(new[:-1])
    # One is saved by itself: search follows what is saved, and finds the meeting by all of them.
    for invitation in new[-1:]:
        invitation.save()
    for invitation in again:
        _reset(invitation)
    if invited := [*new, *again]:
        keys = sorted(each.organisation_id for each in invited)
        details = {"invitations": invited}
        audit.record(actor, "organisations invited", meeting, after={"organisations": keys}, details=details)
    return invited


def refuse_who_may_not_read(obj: Any, organisations: list[Organisation]) -> None:
    """An invitation that nobody there could open says nothing but that there is something closed."""
    able = where_somebody_may_read(obj, organisations)
    if unable := [str(each) for each in organisations if each.pk not in able]:
        sentence = _("Nobody there may read this as it is marked: %s.") % ", ".join(unable)
        raise ValidationError({"organisations": sentence})


def where_somebody_may_read(obj: Any, organisations: Iterable[Organisation]) -> set[int]:
    """The keys of the organisations of which at least one user may read `obj`."""
    users = User.objects.filter(organisation__in=organisations, is_active=True).select_related("organisation")
    return {user.organisation_id for user in access.readers_among(users, obj)}


def _reset(invitation: Invitation) -> None:
    invitation.answer, invitation.note, invitation.withdrawn_at = InvitationAnswer.PENDING, "", None
    invitation.proposed_starts_at = invitation.proposed_ends_at = None
    invitation.version += 1
    invitation.save()


@transaction.atomic
def withdraw_invitation(actor: User, invitation: Invitation) -> Invitation:
    """Take an invitation back. The row stays: calendars are told that the meeting is cancelled for them."""
    invitation = _locked(invitation)
    require(actor, "record", invitation)
    if invitation.is_withdrawn:
        return invitation
    invitation.withdrawn_at = timezone.now()
    invitation.version += 1
    invitation.save()
    _record(actor, "invitation withdrawn", invitation)
    return invitation


@transaction.atomic
def answer_invitation(
    actor: User,
    invitation: Invitation,
    *,
    version: int,
    answer: str,
    note: str = "",
    proposed_starts_at: datetime | None = None,
    proposed_ends_at: datetime | None = None,
) -> Invitation:
    """Accept, decline, or propose another time, for one's own organisation and no other."""
    invitation = _locked(invitation)
    require(actor, "answer", invitation)
    _refuse_what_stands_no_more(invitation)
    if invitation.version != version:
        raise StaleVersion
    if answer not in InvitationAnswer.values or answer == InvitationAnswer.PENDING:
        raise ValidationError({"answer": _("Choose one of the answers.")})
    if answer == InvitationAnswer.PROPOSED:
        _check_proposal(invitation.meeting, proposed_starts_at, proposed_ends_at)
    else:
        proposed_starts_at = proposed_ends_at = None
    before = {"answer": invitation.answer}
    invitation.answer, invitation.note = answer, note.strip()
    invitation.proposed_starts_at, invitation.proposed_ends_at = proposed_starts_at, proposed_ends_at
    invitation.answered_at, invitation.answered_by = timezone.now(), actor
    invitation.version += 1
    invitation.clean_fields()
    invitation.save()
    _record(actor, "invitation answered", invitation, before=before, after={"answer": answer})
    return invitation


def _check_proposal(meeting: Meeting, starts_at: datetime | None, ends_at: datetime | None) -> None:
    if starts_at is None or ends_at is None:
        raise ValidationError({"proposed_starts_at": _("Say from when to when you could come.")})
    if ends_at <= starts_at:
        raise ValidationError({"proposed_ends_at": _("This is not after the start.")})
    if starts_at <= timezone.now():
        raise ValidationError({"proposed_starts_at": _("This is over already.")})
    if (starts_at, ends_at) == (meeting.starts_at, meeting.ends_at):
        raise ValidationError({"proposed_starts_at": _("This is when the meeting is: accept the invitation.")})


@transaction.atomic
def take_proposed_time(actor: User, invitation: Invitation, *, version: int) -> Meeting:
    """Move the meeting to the time that an organisation proposed. It has accepted; all others are asked again."""
    invitation = _locked(invitation)
    meeting = _locked_meeting(invitation.meeting)
    require(actor, "record", meeting)
    _refuse_what_stands_no_more(invitation)
    if invitation.version != version:
        raise StaleVersion
    if invitation.answer != InvitationAnswer.PROPOSED:
        raise ValidationError(_("No other time is proposed here."))
    times = {"starts_at": invitation.proposed_starts_at, "ends_at": invitation.proposed_ends_at}
    meeting = edit_meeting(actor, meeting, version=meeting.version, **times)
    invitation.refresh_from_db()
    invitation.answer = InvitationAnswer.ACCEPTED
    invitation.proposed_starts_at = invitation.proposed_ends_at = None
    invitation.version += 1
    invitation.save()
    return meeting


# --- delegations ---------------------------------------------------------------------------------------------------
@transaction.atomic
def name_delegate(
    actor: User,
    invitation: Invitation,
    *,
    role: str,
    post: Post | None = None,
    person: Person | None = None,
    person_name: str = "",
    note: str = "",
) -> Delegate:
    """Name somebody whom the organisation sends: in a post, by account, or by name alone. Twice, it is one row."""
    invitation = _locked(invitation)
    require(actor, "name_delegates", invitation)
    _refuse_what_stands_no_more(invitation)
    meeting = invitation.meeting
    if person is None and person_name.strip():
        person = _person_named(invitation, person_name.strip())
    if post is None and person is None:
        raise ValidationError({"person_name": _("Choose a post or a person, or type a name.")})
    if person is not None and post is None:
        post = Post.objects.held_on(meeting.day).filter(person=person, organisation=invitation.organisation).first()
    rows = Delegate.objects.filter(invitation=invitation)
    delegate = rows.filter(post=post, person=person).first()
    if delegate is None:
        if rows.count() >= MOST_DELEGATES:
            raise ValidationError(_("A delegation has at most %(most)d members.") % {"most": MOST_DELEGATES})
        delegate = Delegate(invitation=invitation, organisation=invitation.organisation, post=post, person=person)
        delegate.position = rows.count()
    if role == AttendanceRole.HEAD and (head := rows.filter(role=role).exclude(pk=delegate.pk).first()):
        raise ValidationError({"role": _("The delegation has a head already: %(name)s.") % {"name": head}})
    delegate.role, delegate.note = role, note.strip()
    check_post(delegate.organisation, post, person, meeting.day)
    delegate.clean_fields()
    delegate.save()
    _record(actor, "delegate named", invitation, after={"role": role})
    return delegate


def _person_named(invitation: Invitation, name: str) -> Person:
    """Somebody without an account, known by name only; once in a delegation."""
    listed = Delegate.objects.filter(invitation=invitation, person__name=name).first()
    if listed is not None and listed.person is not None:
        return listed.person
    return somebody_named(name)


@transaction.atomic
def remove_delegate(actor: User, delegate: Delegate) -> None:
    invitation = _locked(delegate.invitation)
    require(actor, "name_delegates", invitation)
    _refuse_what_stands_no_more(invitation)
    Delegate.objects.filter(pk=delegate.pk).delete()
    _record(actor, "delegate removed", invitation, before={"role": delegate.role})


@transaction.atomic
def replace_delegate(actor: User, delegate: Delegate, successor: Person) -> bool:
    """Send somebody else in the place of one of them; whether that was possible. Whoever is sent already stays once."""
    invitation = _locked(delegate.invitation)
    require(actor, "name_delegates", invitation)
    rows = Delegate.objects.filter(invitation=invitation)
    if invitation.is_withdrawn or invitation.meeting.is_cancelled or rows.filter(person=successor).exists():
        return False
    held = Post.objects.held_on(invitation.meeting.day).filter(person=successor, organisation=invitation.organisation)
    rows.filter(pk=delegate.pk).update(person=successor, post=held.first())
    _record(actor, "delegate replaced", invitation, after={"role": delegate.role})
    return True


@transaction.atomic
def note_delegations(actor: User, meeting: Meeting) -> int:
    """Write down as attending whom those who accepted have named; the list is then corrected by hand."""
    require(actor, "record", meeting)
    accepted = {"invitation__meeting": meeting, "invitation__answer": InvitationAnswer.ACCEPTED}
    rows = Delegate.objects.for_lists().filter(**accepted, invitation__withdrawn_at=None)
    present = set(meeting.attendance.values_list("organisation", "post", "person"))
    new = [each for each in rows if (each.organisation_id, each.post_id, each.person_id) not in present]
    for each in new:
        fields = {"organisation": each.organisation, "post": each.post, "person": each.person, "role": each.role}
        note_attendance(actor, meeting, **fields)
    return len(new)


# --- what all do alike ---------------------------------------------------------------------------------------------
def _locked(invitation: Invitation) -> Invitation:
    # The meeting first, as everywhere: of two who wait for both rows neither waits for the other.
    meeting = _locked_meeting(invitation.meeting)
    row = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=invitation.pk)
    row.meeting = meeting
    return row


def _locked_meeting(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)


def _refuse_what_is_over(meeting: Meeting) -> None:
    if meeting.is_cancelled:
        raise ValidationError(_("The meeting is cancelled."))
    if meeting.ends_at <= timezone.now():
        raise ValidationError(_("The meeting is over."))


def _refuse_what_stands_no_more(invitation: Invitation) -> None:
    if invitation.is_withdrawn:
        raise ValidationError(_("The invitation was taken back."))
    _refuse_what_is_over(invitation.meeting)


def _record(actor: User, verb: str, invitation: Invitation, **values: Any) -> None:
    audit.record(actor, verb, invitation, details={"invitation": invitation}, **values)
