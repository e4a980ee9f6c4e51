"""A visit as a reader may see it: its days, whom the delegation meets, and what came of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet, Value

from coordination import access
from coordination import selectors as coordination
from coordination.models import Action, Commitment, Country, Holiday, Organisation, Person, Post
from meetings import conflicts
from meetings.conflicts import Conflict, DayOff, Elsewhere
from meetings.itinerary import MEETING, Counterpart, Day, Identity, Slot, days_of, who
from meetings.models import (
    Attendance,
    ItineraryEntry,
    Meeting,
    Paragraph,
    ParagraphKind,
    Record,
    Visit,
    VisitMember,
)
from meetings.selectors.meetings import programme_of

_A_DAY = timedelta(days=1)
# What an outcome report is made of. Statements are not: who said what stays in the records.
OUTCOME_KINDS = (ParagraphKind.SUMMARY, ParagraphKind.DECISION, ParagraphKind.COMMITMENT, ParagraphKind.ACTION)


# --- the days ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Itinerary:
    """The programme of a visit, of what one reader may read."""

    visit: Visit
    members: list[VisitMember]
    slots: list[Slot]

    @cached_property
    def days(self) -> list[Day]:
        return days_of(self.slots, self.visit.starts_on, self.visit.ends_on)

    @property
    def taking_place(self) -> list[Slot]:
        return [slot for slot in self.slots if not slot.is_cancelled]

    @cached_property
    def counterparts(self) -> dict[Counterpart, list[Slot]]:
        """Whom the delegation meets, each with where; who is named before organisations as a whole."""
        found: dict[Identity, tuple[Counterpart, list[Slot]]] = {}
        for slot in self.taking_place:
            for counterpart in slot.counterparts:
                found.setdefault(counterpart.identity, (counterpart, []))[1].append(slot)
        order = sorted(found.values(), key=lambda pair: (pair[0].organisation.acronym, not pair[0].is_named))
        return dict(order)

    @property
    def matrix(self) -> list["MatrixRow"]:
        """Who meets whom: a row for each counterpart, a cell for each member with where they meet."""
        return [
            MatrixRow(counterpart, [[slot for slot in slots if member in slot.members] for member in self.members])
            for counterpart, slots in self.counterparts.items()
        ]


@dataclass(frozen=True)
class MatrixRow:
    counterpart: Counterpart
    cells: list[list[Slot]]


def itinerary_of(visit: Visit, user: access.Reader) -> Itinerary:
    """The days of `visit` as far as `user` may read its meetings; five queries however many there are."""
    members = list(VisitMember.objects.for_lists().filter(visit=visit))
    by_key = {member.pk: member for member in members}
    meetings = list(programme_of(visit, user).select_related("organiser__country"))
    attendance = _attendance_of(meetings)
    going, with_entry = _those_named(by_key)
    ours = {who(member) for member in members}
    slots = [
        _slot_of_meeting(meeting, visit, going.get(meeting.pk), members, attendance.get(meeting.pk, []), ours)
        for meeting in meetings
    ]
    entries = list(
        ItineraryEntry.objects.filter(visit=visit).select_related(
            "host__country", "host_post__organisation__country", "host_post__person"
        )
    )
    slots += [_slot_of_entry(entry, visit, with_entry.get(entry.pk), members) for entry in entries]
    return Itinerary(visit, members, sorted(slots, key=lambda slot: (slot.starts_at, slot.ends_at)))


def _attendance_of(meetings: Iterable[Meeting]) -> dict[int, list[Attendance]]:
    found: dict[int, list[Attendance]] = {}
    rows = Attendance.objects.for_lists().select_related("organisation__country")
    for row in rows.filter(meeting__in=[meeting.pk for meeting in meetings]):
        found.setdefault(row.meeting_id, []).append(row)
    return found


Named = dict[int, list[VisitMember]]


def _those_named(members: dict[int, VisitMember]) -> tuple[Named, Named]:
    """Who takes part where not all do, by meeting and by entry; each in the order of the delegation. One query."""
    to_meetings = VisitMember.meetings.through.objects.filter(visitmember__in=members)
    in_entries = ItineraryEntry.members.through.objects.filter(visitmember__in=members)
    rows = to_meetings.values_list(Value(0), "meeting_id", "visitmember_id").union(
        in_entries.values_list(Value(1), "itineraryentry_id", "visitmember_id")
    )
    keys: tuple[dict[int, set[int]], dict[int, set[int]]] = ({}, {})
    for which, key, member in rows:
        keys[which].setdefault(key, set()).add(member)
    to_meeting, in_entry = (
        {key: [member for pk, member in members.items() if pk in named] for key, named in of_kind.items()}
        for of_kind in keys
    )
    return to_meeting, in_entry


def _slot_of_meeting(
    meeting: Meeting,
    visit: Visit,
    named: list[VisitMember] | None,
    members: list[VisitMember],
    attendance: list[Attendance],
    ours: set[Identity],
) -> Slot:
    others = [row for row in attendance if row.organisation_id != visit.organisation_id and who(row) not in ours]
    met = [Counterpart.of(row.organisation, row.post, row.person) for row in others]
    if not met and meeting.organiser_id != visit.organisation_id:
        met = [Counterpart.of(meeting.organiser, None, None)]
    return Slot(
        kind=MEETING,
        kind_label=str(meeting.get_kind_display()),
        title=meeting.title,
        language=meeting.language,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        zone=meeting.time_zone,
        zone_until=meeting.time_zone,
        place=meeting.place,
        place_until="",
        members=tuple(members if named is None else named),
        is_for_all=named is None,
        counterparts=tuple(dict.fromkeys(met)),
        meeting=meeting,
    )


def _slot_of_entry(
    entry: ItineraryEntry, visit: Visit, named: list[VisitMember] | None, members: list[VisitMember]
) -> Slot:
    met = []
    if entry.host_post is not None:
        met = [Counterpart.of(entry.host_post.organisation, entry.host_post, None)]
    elif entry.host is not None and entry.host_id != visit.organisation_id:
        met = [Counterpart.of(entry.host, None, None)]
    return Slot(
        kind=entry.kind,
        kind_label=str(entry.get_kind_display()),
        title=entry.title,
        language=visit.language,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        zone=entry.time_zone,
        zone_until=entry.zone_until,
        place=entry.place,
        place_until=entry.place_until,
        members=tuple(members if named is None else named),
        is_for_all=named is None,
        counterparts=tuple(met),
        entry=entry,
    )


def met_openly(itinerary: Itinerary) -> dict[Counterpart, list[Slot]]:
    """Whom the delegation meets, and where, as every reader of the visit may know it: what is written for all of them
    names no meeting that is closed to some."""
    tokens = itinerary.visit.audience.tokens
    is_open = {slot: slot.meeting is None or access.is_within(tokens, slot.meeting.audience.tokens)
               for slot in itinerary.slots}  # fmt: skip
    openly = {one: [slot for slot in slots if is_open[slot]] for one, slots in itinerary.counterparts.items()}
    return {one: slots for one, slots in openly.items() if slots}


# --- conflicts -----------------------------------------------------------------------------------------------------
def conflicts_of(itinerary: Itinerary, user: access.Reader) -> list[Conflict]:
    """What cannot be so, of what `user` may read: another meeting that is closed to `user` is no conflict to name."""
    visit, slots = itinerary.visit, itinerary.taking_place
    if not slots:
        return []
    return conflicts.find(
        slots,
        first=visit.starts_on,
        last=visit.ends_on,
        minutes_between=visit.minutes_between,
        elsewhere=_elsewhere(itinerary, user),
        days_off=_days_off(visit, slots),
    )


def _elsewhere(itinerary: Itinerary, user: access.Reader) -> list[Elsewhere]:
    """The other meetings that members and counterparts are expected at in these days."""
    identities = {who(member) for member in itinerary.members} | {one.identity for one in itinerary.counterparts}
    people = [key for kind, key in identities if kind == "person"]
    posts = [key for kind, key in identities if kind == "post"]
    in_programme = [slot.meeting.pk for slot in itinerary.slots if slot.meeting]
    others = (
        Meeting.live_pages()
        .readable_by(user)
        .filter(
            cancelled_at=None,
            starts_at__lt=max(slot.ends_at for slot in itinerary.slots),
            ends_at__gt=min(slot.starts_at for slot in itinerary.slots),
        )
        .exclude(pk__in=in_programme)
    )
    rows = (
        Attendance.objects.filter(meeting__in=others.values("pk"))
        .filter(Q(person__in=people) | Q(post__person__in=people, person=None) | Q(post__in=posts))
        .select_related("post", "meeting")
    )
    return [Elsewhere(who(row), row.meeting) for row in rows]


def _days_off(visit: Visit, slots: list[Slot]) -> Callable[[Slot], list[DayOff]]:
    """The weekends and holidays of the country visited, and of those who receive the delegation. One query."""
    met = (one.organisation.country for slot in slots for one in slot.counterparts)
    countries = {country.pk: country for country in (visit.country, *met) if country is not None}
    last = max(slot.last_day for slot in slots)
    holidays = list(Holiday.objects.filter(Q(country=None) | Q(country__in=countries), day__lte=last))

    def of_slot(slot: Slot) -> list[DayOff]:
        codes = {visit.country_id, *(one.organisation.country_id for one in slot.counterparts)}
        concerned = [countries[code] for code in sorted(code for code in codes if code)]
        return [off for day in slot.days for off in _off_on(day, concerned, holidays)]

    return of_slot


def _off_on(day: date, countries: list[Country], holidays: list[Holiday]) -> Iterable[DayOff]:
    codes = {country.pk: str(country) for country in countries}
    named = [holiday for holiday in holidays if holiday.falls_on(day) and holiday.country_id in {None, *codes}]
    for holiday in named:
        yield DayOff(day, codes[holiday.country_id] if holiday.country_id else "", holiday.name)
    for country in countries:
        if str(day.weekday()) in country.weekend:
            yield DayOff(day, str(country))


# --- what came of it -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OutcomeParagraph:
    kind: str
    kind_label: str
    text: str
    url: str
    tasks: list[Action | Commitment] = field(default_factory=list)


@dataclass(frozen=True)
class MeetingOutcome:
    """What the record of a meeting says was talked about, decided and undertaken; none where none may be read."""

    meeting: Meeting
    record: Record | None
    paragraphs: list[OutcomeParagraph]

    def of_kind(self, kind: str) -> list[OutcomeParagraph]:
        return [paragraph for paragraph in self.paragraphs if paragraph.kind == kind]

    @property
    def discussed(self) -> list[OutcomeParagraph]:
        return self.of_kind(ParagraphKind.SUMMARY)

    @property
    def decided(self) -> list[OutcomeParagraph]:
        return [paragraph for paragraph in self.paragraphs if paragraph.kind != ParagraphKind.SUMMARY]


@dataclass(frozen=True)
class Outcome:
    meetings: list[MeetingOutcome]
    # What is to be done: out of the records, and out of the visit itself.
    actions: list[Action]
    commitments: list[Commitment]


def outcome_of(visit: Visit, user: access.Reader) -> Outcome:
    """What the records of the meetings say came of the visit, of what `user` may read; nine queries."""
    meetings = list(programme_of(visit, user))
    records = {
        record.meeting_id: record
        for record in Record.objects.of_live_meetings().readable_by(user).filter(meeting__in=meetings)
    }
    paragraphs = _paragraphs_of(records.values(), user)
    tasks = coordination.made_from_each(paragraphs, user)
    of_meeting: dict[int, list[OutcomeParagraph]] = {}
    for paragraph in paragraphs:
        made = tasks[paragraph.pk]
        shown = OutcomeParagraph(
            kind=paragraph.kind,
            kind_label=str(paragraph.get_kind_display()),
            text=paragraph.text,
            url=paragraph.get_absolute_url(),
            tasks=[*made["actions"], *made["commitments"]],
        )
        of_meeting.setdefault(paragraph.section.record.meeting_id, []).append(shown)
    of_visit = coordination.made_from(visit, user)
    return Outcome(
        [MeetingOutcome(each, records.get(each.pk), of_meeting.get(each.pk, [])) for each in meetings],
        [action for made in (*tasks.values(), of_visit) for action in made["actions"]],
        [commitment for made in (*tasks.values(), of_visit) for commitment in made["commitments"]],
    )


def _paragraphs_of(records: Iterable[Record], user: access.Reader) -> list[Paragraph]:
    rows = (
        Paragraph.objects.readable_by(user)
        .filter(section__record__in=list(records), kind__in=OUTCOME_KINDS)
        .select_related("section__record__meeting")
    )
    return list(rows.order_by("section__record", "section__number", "section", "position", "pk"))


# --- whom the forms offer ------------------------------------------------------------------------------------------
def posts_that_travel(visit: Visit) -> QuerySet[Post]:
    """The posts that a member may hold: at organisations of the space or that of the delegation; listed, or held by a
    member of the space."""
    members = list(access.users_in([visit.space_id]))
    organisations = coordination.organisations_in(visit.space).values("pk")
    return (
        Post.objects.held_on(visit.starts_on)
        .filter(Q(organisation__in=organisations) | Q(organisation=visit.organisation_id))
        .filter(Q(listed=True) | Q(person__user__in=members))
        .select_related("organisation", "person")
        .order_by("organisation__acronym", "title")
    )


def persons_that_travel(visit: Visit) -> QuerySet[Person]:
    """The members of the space: nobody else's name is offered."""
    return Person.objects.filter(user__in=list(access.users_in([visit.space_id]))).order_by("name")


def delegations_of(space: Any, visit: Visit | None = None) -> QuerySet[Organisation]:
    """Whose delegations are planned in `space`; the present choice of `visit` stays on offer."""
    present = visit.organisation_id if visit else None
    offered = coordination.organisations_in(space).values("pk")
    return Organisation.objects.filter(Q(pk__in=offered) | Q(pk=present)).order_by("acronym")


def meetings_to_add(visit: Visit, user: access.Reader) -> QuerySet[Meeting]:
    """The meetings of about these days that `user` may read and that are not in the programme."""
    return (
        Meeting.live_pages()
        .readable_by(user)
        .filter(
            cancelled_at=None,
            starts_at__date__gte=visit.starts_on - _A_DAY,
            starts_at__date__lte=visit.ends_on + _A_DAY,
        )
        .exclude(pk__in=visit.programme.values("meeting"))
        .order_by("starts_at", "pk")
    )
