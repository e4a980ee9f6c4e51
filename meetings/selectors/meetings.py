"""Meetings and visits as a reader may see them, and whom their forms offer."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from coordination import access
from coordination import selectors as coordination
from coordination.models import Organisation, Person, Post
from meetings.models import (
    Meeting,
    MeetingQuerySet,
    Record,
    Visit,
)


def coming_meetings(user: access.Reader) -> MeetingQuerySet:
    """The meetings of the reader's own spaces that are not over yet, the next one first."""
    return Meeting.live_pages().readable_by(user).filter(space__in=access.memberships(user)).coming()


Chosen = Callable[[str], Any]


def narrowed_meetings(meetings: MeetingQuerySet, chosen: Chosen, *, past: bool) -> MeetingQuerySet:
    """The coming or the past of `meetings`, as the filters of the list say."""
    if words := chosen("q"):
        meetings = meetings.filter(coordination.holding(words, "title", "place"))
    for name in ("space", "kind"):
        if value := chosen(name):
            meetings = meetings.filter(**{name: value})
    return meetings.past() if past else meetings.coming()


def programme_of(visit: Visit, user: access.Reader) -> MeetingQuerySet:
    """The meetings of a visit that `user` may read, in the order of the programme."""
    of_visit = Meeting.live_pages().readable_by(user).filter(visits__visit=visit)
    return of_visit.order_by("visits__sort_order", "starts_at", "pk")


def visits_with(meeting: Meeting, user: access.Reader) -> QuerySet[Visit]:
    """The visits in whose programme `meeting` is, as far as `user` may read them."""
    return Visit.live_pages().readable_by(user).filter(programme__meeting=meeting).order_by("starts_on")


def record_of(meeting: Meeting, user: access.Reader) -> Record | None:
    """The record of `meeting`, if there is one that `user` may read."""
    return Record.objects.of_live_meetings().readable_by(user).filter(meeting=meeting).first()


# --- whom the forms offer ------------------------------------------------------------------------------------------
def posts_for(meeting: Meeting) -> QuerySet[Post]:
    """The posts that could attend: held on the day, at organisations in the space; listed, or held by a member."""
    members = list(access.users_in([meeting.space_id]))
    return (
        Post.objects.held_on(meeting.day)
        .filter(organisation__in=coordination.organisations_in(meeting.space))
        .filter(Q(listed=True) | Q(person__user__in=members))
        .select_related("organisation", "person")
    )


def persons_for(meeting: Meeting) -> QuerySet[Person]:
    """The members of the space: nobody else's name is offered to whoever writes down who attended."""
    return Person.objects.filter(user__in=list(access.users_in([meeting.space_id]))).order_by("name")


def organisations_at(meeting: Meeting) -> QuerySet[Organisation]:
    """On whose behalf somebody may speak: those who take part in the space, and those who attended."""
    attended = meeting.attendance.values("organisation")
    in_space = coordination.organisations_in(meeting.space)
    return Organisation.objects.filter(Q(pk__in=in_space) | Q(pk__in=attended)).order_by("acronym")


def time_zones() -> list[str]:
    """The zones that forms suggest, by name."""
    import zoneinfo

    return sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
