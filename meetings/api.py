"""The interface for programs: meetings and their records, as the token's owner may read them."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Query, Router, Schema

from coordination import access, api, selectors
from coordination.api import REFUSALS, Content, Key, OrganisationOut, Part
from coordination.models import Space
from meetings import selectors as meetings
from meetings.models import Meeting

router = Router(tags=["meetings"])


class MeetingOut(Content):
    title: str
    kind: str
    format: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    room: str
    organiser: OrganisationOut
    is_cancelled: bool


class WholeMeetingOut(MeetingOut):
    purpose: str
    link: str
    agenda: list[str]
    record: str | None


class MeetingsOut(Schema):
    items: list[MeetingOut]
    next_offset: int | None


class MeetingsAsked(Part):
    space: Key | None = None
    since: datetime | None = None
    until: datetime | None = None


class ParagraphOut(Schema):
    kind: str
    text: str
    speaker: str | None
    on_behalf_of: str | None


class SectionOut(Schema):
    title: str
    marking: str
    paragraphs: list[ParagraphOut]


class RecordOut(Content):
    title: str
    state: str
    chatham_house: bool
    language: str
    sections: list[SectionOut]


def _meeting(one: Meeting, known: dict[int, Space]) -> dict[str, Any]:
    names = ("title", "kind", "format", "starts_at", "ends_at", "time_zone", "place", "room")
    return {
        **api.common(one, known),
        **{name: getattr(one, name) for name in names},
        "organiser": api.organisation(one.organiser),
        "is_cancelled": one.cancelled_at is not None,
    }


@router.get("/meetings", response={200: MeetingsOut, **REFUSALS}, summary="Meetings, by their beginning")
def list_meetings(request, asked: Query[MeetingsAsked]):
    rows = Meeting.live_pages().readable_by(request.user).select_related("audience", "organiser")
    rows = api.in_space(request, rows, asked.space).order_by("starts_at", "pk")
    if asked.since:
        rows = rows.filter(ends_at__gte=asked.since)
    if asked.until:
        rows = rows.filter(starts_at__lte=asked.until)
    return api.listed(request, rows, asked, _meeting)


@router.get("/meetings/{key}", response={200: WholeMeetingOut, **REFUSALS}, summary="One meeting, with its agenda")
def meeting(request, key: str):
    one = _open(request, key)
    record = meetings.record_of(one, request.user)
    return {
        **_meeting(one, selectors.known_spaces(request.user, [one])),
        "purpose": one.purpose,
        "link": one.link,
        "agenda": [item.title for item in meetings.agenda_of(one, request.user)],
        "record": api.address(record) if record else None,
    }


@router.get("/meetings/{key}/record", response={200: RecordOut, **REFUSALS}, summary="The record of a meeting")
def record(request, key: str):
    """Sections that are marked narrower are not there; under the Chatham House Rule nobody is named to who was not."""
    one = _open(request, key)
    found = meetings.record_of(one, request.user)
    if found is None:
        raise Http404
    access.note_reading(request, found)
    return {
        **api.common(found, selectors.known_spaces(request.user, [found])),
        "title": str(found),
        "state": found.state,
        "chatham_house": found.chatham_house,
        "language": found.language,
        "sections": [_section(shown) for shown in meetings.sections_shown(found, request.user)],
    }


def _open(request: Any, key: str) -> Meeting:
    return access.open_readable(request, Meeting.live_pages().select_related("audience", "organiser"), key=key)


def _section(shown: Any) -> dict[str, Any]:
    return {
        "title": shown.section.title,
        "marking": shown.section.audience.marking,
        "paragraphs": [
            {
                "kind": each.kind,
                "text": each.text,
                "speaker": each.speaker or None,
                "on_behalf_of": each.on_behalf_of or None,
            }
            for each in shown.paragraphs
        ],
    }
