"""What of meetings can be found: meetings, their records paragraph by paragraph, and visits."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from coordination.models import Organisation
from meetings import selectors
from meetings.models import (
    AgendaItem,
    Attendance,
    Corrigendum,
    Invitation,
    ItineraryEntry,
    Meeting,
    Paragraph,
    Poll,
    PollOption,
    PollState,
    Record,
    Section,
    Series,
    Visit,
)
from search.projections import Projection, projects


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _shared(meeting: Meeting, language: str) -> dict[str, Any]:
    """What a meeting and its record are found by alike. Persons are not: they are named on the pages alone."""
    organisations = _organisations(meeting)
    return {
        "language": language,
        "space_id": meeting.space_id,
        "countries": _countries(meeting, organisations),
        "organisations": [each.pk for each in organisations],
        "topics": [topic.slug for topic in meeting.topics.all()],
        "by": [meeting.organiser.acronym, meeting.organiser.name] if meeting.organiser else [],
        "date": meeting.day,
    }


def _organisations(meeting: Meeting) -> list[Organisation]:
    attended = meeting.attendance.values("organisation")
    invited = Invitation.objects.standing().filter(meeting=meeting).values("organisation")
    there = Q(pk__in=attended) | Q(pk__in=invited) | Q(pk=meeting.organiser_id)
    return list(Organisation.objects.filter(there))


def _countries(meeting: Meeting, organisations: Iterable[Organisation]) -> list[str]:
    codes = {each.country_id for each in organisations} | {meeting.space.country_id}
    return sorted(code for code in codes if code)


@projects(Meeting, parts={AgendaItem: "meeting", Attendance: "meeting", Invitation: "meeting"})
def meeting(obj: Meeting) -> Iterator[Projection]:
    if not obj.live:
        return
    agenda = AgendaItem.objects.filter(meeting=obj)
    names = [f"{each.acronym} {each.name}" for each in _organisations(obj)]
    yield Projection(
        kind="meeting",
        title=obj.title,
        body=_lines(obj.purpose, obj.place, *names),
        places=[(item.anchor, _lines(item.title, item.description)) for item in agenda],
        url=obj.get_absolute_url(),
        **_shared(obj, obj.language),
    )


@projects(Series)
def series(obj: Series) -> Iterator[Projection]:
    """Found among the meetings: most of its days have no meeting of their own yet."""
    if obj.is_cancelled:
        return
    invited = list(obj.invited.all())
    organisations = [obj.organiser, *(each for each in invited if each != obj.organiser)]
    countries = {each.country_id for each in organisations} | {obj.space.country_id}
    yield Projection(
        kind="meeting",
        title=obj.title,
        body=_lines(obj.purpose, obj.place, *(f"{each.acronym} {each.name}" for each in organisations)),
        url=obj.get_absolute_url(),
        language=obj.language,
        space_id=obj.space_id,
        countries=sorted(code for code in countries if code),
        organisations=[each.pk for each in organisations],
        topics=[topic.slug for topic in obj.topics.all()],
        by=[obj.organiser.acronym, obj.organiser.name],
        date=obj.first_day,
    )


@projects(Poll, parts={PollOption: "poll"})
def poll(obj: Poll) -> Iterator[Projection]:
    """A question for a date is found among the meetings, by whom it asks too; a date that was found by the meeting."""
    if obj.state != PollState.OPEN:
        return
    asked = list(obj.organisations.all())
    yield Projection(
        kind="meeting",
        title=obj.title,
        body=_lines(obj.description, *(f"{each.acronym} {each.name}" for each in asked)),
        url=obj.get_absolute_url(),
        space_id=obj.space_id,
        organisations=[each.pk for each in asked],
        date=obj.closes_on,
    )


@projects(
    Record,
    parts={Section: "record", Paragraph: "section__record", Corrigendum: "paragraph__section__record"},
)
def record(obj: Record) -> Iterator[Projection]:
    """The record, and each paragraph under an address of its own; under the Chatham House Rule without names. A section
    that is marked narrower than the record is found by its own readers only, by its title too."""
    if not obj.meeting.live:
        return
    shared = _shared(obj.meeting, obj.language)
    titles = [section.title for section in obj.sections.filter(audience=obj.audience_id)]
    yield Projection(kind="record", title=obj.meeting.title, body=_lines(*titles), url=obj.get_absolute_url(), **shared)
    for section, paragraph, text in selectors.texts_for_all_readers(obj):
        section.record = obj
        yield Projection(
            part=paragraph.anchor,
            kind="record",
            title=f"{obj.meeting.title}: {section}" if section.title else obj.meeting.title,
            body=text,
            url=paragraph.get_absolute_url(),
            audience=section.audience,
            **shared,
        )


@projects(Visit, parts={ItineraryEntry: "visit"})
def visit(obj: Visit) -> Iterator[Projection]:
    """Of its programme by what is no meeting: those have readers of their own. Nobody who travels is named."""
    if not obj.live:
        return
    countries = {obj.organisation.country_id, obj.country_id, obj.space.country_id}
    yield Projection(
        kind="visit",
        title=obj.title,
        body=_lines(obj.objectives, obj.outcome, f"{obj.organisation.acronym} {obj.organisation.name}"),
        places=[(entry.anchor, _lines(entry.title, entry.place, entry.note)) for entry in obj.entries.all()],
        by=[obj.organisation.acronym, obj.organisation.name],
        language=obj.language,
        url=obj.get_absolute_url(),
        space_id=obj.space_id,
        countries=sorted(code for code in countries if code),
        organisations=[obj.organisation_id],
        topics=[topic.slug for topic in obj.topics.all()],
        date=obj.starts_on,
    )
