"""Visits: planned, their delegation, what fills their days, and what is written after them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Organisation, Person, Post, Space
from coordination.services import StaleVersion, require, sent_before
from meetings.itinerary import who
from meetings.models import (
    Attendance,
    AttendanceRole,
    ItineraryEntry,
    ItineraryKind,
    Meeting,
    Visit,
    VisitMeeting,
    VisitMember,
    check_post,
)
from meetings.services.meetings import carry_into_what_editors_open, note_attendance, schedule_meeting
from meetings.times import at_the_place


# --- the visit -----------------------------------------------------------------------------------------------------
@transaction.atomic
def plan_visit(
    actor: User, space: Space, *, submission: UUID | None = None, topics: Iterable[Any] = (), **fields: Any
) -> Visit:
    """Plan a visit in `space`. The same `submission` sent twice makes one visit."""
    require(actor, "record", space)
    # Locked, since the place of a new page in the tree is counted from those that are there.
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if before := sent_before(Visit, submission, owner=actor):
        return before
    visit = Visit(owner=actor, submission=submission, **fields)
    visit.slug = visit.key
    visit.topics = list(topics)
    space.add_child(instance=visit)
    audit.record(actor, "visit planned", visit, after={name: audit.plain(value) for name, value in fields.items()})
    return visit


@transaction.atomic
def edit_visit(actor: User, visit: Visit, *, version: int, **changes: Any) -> Visit:
    """Change what a visit says of itself. `version` is that of the form: an older one is refused."""
    return _change(actor, visit, version, "visit changed", changes)


@transaction.atomic
def write_outcome(actor: User, visit: Visit, *, version: int, outcome: str) -> Visit:
    """Write what came of the visit, in words of one's own; the records say the rest."""
    return _change(actor, visit, version, "outcome written", {"outcome": outcome.strip()})


def _change(actor: User, visit: Visit, version: int, verb: str, changes: dict[str, Any]) -> Visit:
    visit = _locked(visit)
    require(actor, "record", visit)
    if visit.version != version:
        raise StaleVersion
    before = {name: audit.plain(getattr(visit, name)) for name in changes if name != "topics"}
    _set(visit, changes)
    visit.full_clean()
    if not visit.has_unpublished_changes:
        visit.draft_title = visit.title
    visit.save()
    carry_into_what_editors_open(actor, visit, lambda latest: _set(latest, changes))
    audit.record(actor, verb, visit, before=before, after={name: audit.plain(getattr(visit, name)) for name in before})
    return visit


def _set(visit: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(visit, name, list(value) if name == "topics" else value)


def _locked(visit: Visit) -> Visit:
    return Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)


# --- the delegation ------------------------------------------------------------------------------------------------
@transaction.atomic
def add_member(
    actor: User,
    visit: Visit,
    *,
    organisation: Organisation,
    post: Post | None = None,
    person: Person | None = None,
    person_name: str = "",
    role: str = AttendanceRole.MEMBER,
) -> VisitMember:
    """Put somebody into the delegation, with an account or without. Who is in it already is given the role.

    Of two heads the one named last leads: the other becomes a member.
    """
    require(actor, "record", visit)
    visit = _locked(visit)
    if person is None and person_name.strip():
        person = _person_named(visit, organisation, person_name.strip())
    if person is not None and post is None:
        post = Post.objects.held_on(visit.starts_on).filter(person=person, organisation=organisation).first()
    if person is None and post is None:
        raise ValidationError({"person_name": _("Say who it is: a post, a person or a name.")})
    check_post(organisation, post, person, visit.starts_on)
    member = VisitMember(visit=visit, organisation=organisation, post=post, person=person)
    present = {who(one): one for one in VisitMember.objects.for_lists().filter(visit=visit)}
    member = present.get(who(member), member)
    if role == AttendanceRole.HEAD:
        visit.members.filter(role=AttendanceRole.HEAD).exclude(pk=member.pk).update(role=AttendanceRole.MEMBER)
    member.role = role
    member.position = member.position or len(present) + 1
    member.clean_fields()
    member.save()
    audit.record(actor, "delegation member added", visit, after={"organisation": organisation.pk, "role": role})
    return member


def _person_named(visit: Visit, organisation: Organisation, name: str) -> Person:
    """Somebody who is known by name only, once for each delegation and organisation."""
    known = visit.members.filter(organisation=organisation, person__name=name).select_related("person").first()
    if known is not None and known.person is not None:
        return known.person
    person = Person(name=name)
    try:
        person.clean_fields()
    except ValidationError as refusal:
        messages = refusal.error_dict.get("name", refusal.messages)
        raise ValidationError({"person_name": messages}) from refusal
    person.save()
    return person


@transaction.atomic
def remove_member(actor: User, member: VisitMember) -> None:
    """Take somebody out of the delegation; where that person was noted as attending stays as it is."""
    visit = _locked(member.visit)
    require(actor, "record", visit)
    before = {"organisation": member.organisation_id, "role": member.role}
    member.delete()
    audit.record(actor, "delegation member removed", visit, before=before)


# --- the programme -------------------------------------------------------------------------------------------------
@transaction.atomic
def add_to_programme(actor: User, visit: Visit, meeting: Meeting) -> None:
    """Put a meeting into the programme, once."""
    require(actor, "record", visit)
    require(actor, "read", meeting)
    visit = _locked(visit)
    if visit.programme.filter(meeting=meeting).exists():
        return
    last = VisitMeeting.objects.filter(visit=visit).order_by("sort_order").values_list("sort_order", flat=True).last()
    row = VisitMeeting(visit=visit, meeting=meeting, sort_order=(last if last is not None else -1) + 1)
    row.save()
    carry_into_what_editors_open(actor, visit, lambda latest: latest.programme.add(row))
    audit.record(actor, "meeting added to visit", visit, after={"meeting": meeting.pk})


@transaction.atomic
def schedule_in_programme(actor: User, visit: Visit, **fields: Any) -> Meeting:
    """Put a new meeting into the calendar of the visit's space, and into the programme."""
    meeting = schedule_meeting(actor, visit.space, **fields)
    add_to_programme(actor, visit, meeting)
    return meeting


@transaction.atomic
def remove_from_programme(actor: User, visit: Visit, meeting: Meeting) -> None:
    """Take a meeting out of the programme; it stays in the calendar."""
    require(actor, "record", visit)
    visit = _locked(visit)
    for member in visit.members.filter(meetings=meeting):
        member.meetings.remove(meeting)
    VisitMeeting.objects.filter(visit=visit, meeting=meeting).delete()
    carry_into_what_editors_open(
        actor, visit, lambda latest: latest.programme.remove(*latest.programme.filter(meeting=meeting))
    )
    audit.record(actor, "meeting removed from visit", visit, before={"meeting": meeting.pk})


@transaction.atomic
def choose_who_goes(actor: User, visit: Visit, meeting: Meeting, members: Iterable[VisitMember]) -> None:
    """Say who of the delegation goes to a meeting; nobody said is everybody."""
    require(actor, "record", visit)
    require(actor, "read", meeting)
    visit = _locked(visit)
    going = {member.pk for member in members}
    everybody = list(visit.members.all())
    if going == {member.pk for member in everybody}:
        going = set()
    for member in everybody:
        if member.pk in going:
            member.meetings.add(meeting)
        else:
            member.meetings.remove(meeting)
    audit.record(actor, "visit parties chosen", visit, after={"meeting": meeting.pk, "members": sorted(going)})


@transaction.atomic
def note_delegation(actor: User, visit: Visit, meeting: Meeting) -> int:
    """Note those of the delegation who go to `meeting` as attending it; whoever is noted already stays as noted."""
    require(actor, "read", visit)
    named = list(VisitMember.objects.for_lists().filter(visit=visit, meetings=meeting))
    going = named or list(VisitMember.objects.for_lists().filter(visit=visit))
    present = {who(row) for row in Attendance.objects.for_lists().filter(meeting=meeting)}
    new = [member for member in going if who(member) not in present]
    for member in new:
        note_attendance(
            actor, meeting, organisation=member.organisation, post=member.post, person=member.person, role=member.role
        )
    return len(new)


# --- what is no meeting --------------------------------------------------------------------------------------------
@transaction.atomic
def add_entry(
    actor: User, visit: Visit, *, members: Iterable[VisitMember] = (), submission: UUID | None = None, **fields: Any
) -> ItineraryEntry:
    """Put a site visit, a transport, a reception or free time into the days of a visit. Sent twice, it is one."""
    require(actor, "record", visit)
    visit = _locked(visit)
    if before := sent_before(ItineraryEntry, submission, visit=visit):
        return before
    entry = ItineraryEntry(visit=visit, submission=submission, **fields)
    _check_entry(entry)
    entry.save()
    entry.members.set(_some(visit, members))
    audit.record(
        actor, "itinerary entry added", visit, after={"title": entry.title, "starts_at": audit.plain(entry.starts_at)}
    )
    return entry


@transaction.atomic
def edit_entry(
    actor: User, entry: ItineraryEntry, *, version: int, members: Iterable[VisitMember] = (), **changes: Any
) -> ItineraryEntry:
    """Change an entry. `version` is that of the form: an older one is refused."""
    entry = ItineraryEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    require(actor, "record", entry.visit)
    if entry.version != version:
        raise StaleVersion
    before = {name: audit.plain(getattr(entry, name)) for name in changes}
    _set(entry, changes)
    _check_entry(entry)
    entry.version += 1
    entry.save()
    entry.members.set(_some(entry.visit, members))
    after = {name: audit.plain(getattr(entry, name)) for name in changes}
    audit.record(actor, "itinerary entry changed", entry.visit, before=before, after=after)
    return entry


@transaction.atomic
def remove_entry(actor: User, entry: ItineraryEntry) -> None:
    visit = _locked(entry.visit)
    require(actor, "record", visit)
    before = {"title": entry.title, "starts_at": audit.plain(entry.starts_at)}
    entry.delete()
    audit.record(actor, "itinerary entry removed", visit, before=before)


def _some(visit: Visit, members: Iterable[VisitMember]) -> list[VisitMember]:
    """Those who take part where not all do: all of them named are all, whoever joins the delegation later."""
    members = list(members)
    return [] if len(members) == visit.members.count() else members


def _check_entry(entry: ItineraryEntry) -> None:
    """Refuse what a form would refuse. A flight may land before it leaves by the clocks of the two places."""
    if entry.kind != ItineraryKind.TRANSPORT:
        entry.time_zone_until = entry.place_until = ""
    if entry.ends_at <= entry.starts_at:
        raise ValidationError({"ends_at": _("This is not after the start.")})
    if entry.host_post is not None:
        if entry.host is None:
            entry.host = entry.host_post.organisation
        try:
            check_post(entry.host, entry.host_post, None, entry.day)
        except ValidationError as refusal:
            raise ValidationError({"host_post": refusal.messages}) from refusal
    entry.clean_fields(exclude=["visit"])


def moments(starts: datetime, ends: datetime, zone: str, zone_until: str = "") -> tuple[datetime, datetime]:
    """The two moments that are typed by the clocks of where it begins and of where it ends."""
    found = []
    for name, typed, where in (("starts_at", starts, zone), ("ends_at", ends, zone_until or zone)):
        try:
            found.append(at_the_place(typed, where))
        except ValidationError as refusal:
            raise ValidationError({name: refusal.messages}) from refusal
    return found[0], found[1]


def may_prepare(user: access.Reader, visit: Visit) -> bool:
    """Whether `user` prepares visits in its space."""
    return access.can(user, "record", visit)
