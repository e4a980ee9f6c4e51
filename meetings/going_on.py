"""Where something that was said goes on in meetings: as an item of the agenda of one that is coming, or as a decision
in a record that is being written."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from coordination import access
from coordination.going_on import Place, fits, register, with_source
from meetings.models import Meeting, RecordState, Section

# Meetings that are coming, and sections of records, that are offered.
MOST_MEETINGS, MOST_SECTIONS = 20, 100


@register
def places(source: Any, user: access.Reader) -> Iterator[Place]:
    """In the space of `source`, where `user` writes records."""
    space_id = access.space_id_of(source)
    coming = Meeting.live_pages().coming().readable_by(user).filter(space=space_id).select_related("audience")
    for meeting in coming.order_by("starts_at", "pk")[:MOST_MEETINGS]:
        if access.can(user, "record", meeting) and fits(source, meeting.audience.tokens):
            yield _on_the_agenda(meeting, source)
    drafts = Section.objects.readable_by(user).filter(record__space=space_id, record__state=RecordState.DRAFT)
    drafts = drafts.filter(record__meeting__live=True)
    drafts = drafts.select_related("audience", "own_audience", "record__own_audience", "record__meeting__audience")
    for section in drafts.order_by("-record__meeting__starts_at", "number", "pk")[:MOST_SECTIONS]:
        if access.can(user, "record", section) and fits(source, readers_once_circulated(section)):
            yield _in_the_record(section, source)


def readers_once_circulated(section: Section) -> frozenset[str]:
    """Who will read the section once its record is a draft no more, at most."""
    record = section.record
    own = access.meet(section.own_audience.tokens, record.own_audience.tokens)
    return access.meet(own, record.meeting.audience.tokens)


def _on_the_agenda(meeting: Meeting, source: Any) -> Place:
    url = with_source(reverse("meeting_agenda", kwargs={"key": meeting.key}), source)
    return Place(
        _("Item of the agenda"), meeting.title, f"{url}#add", "calendar3", date_format(meeting.day, "SHORT_DATE_FORMAT")
    )


def _in_the_record(section: Section, source: Any) -> Place:
    meeting = section.record.meeting
    url = with_source(reverse("paragraph_new", kwargs={"key": meeting.key, "section": section.pk}), source)
    return Place(_("Decision in the record"), f"{meeting.title}: {section}", f"{url}#{section.anchor}", "journal-check")
