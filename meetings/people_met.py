"""What meetings tell the directory of people: who was in which meeting, and where people are named."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from coordination import access
from coordination.models import Person, Post
from coordination.people_met import Met, register
from meetings.models import AgendaItem, Attendance, Delegate, ItineraryEntry, Meeting, VisitMember


@register
def meetings_attended(person: Person, user: access.Reader) -> Iterator[Met]:
    """The meetings that are over in which `person` was noted, in person or in a post."""
    over = Meeting.live_pages().past().readable_by(user).filter(cancelled_at=None)
    was_there = Attendance.objects.filter(Q(person=person) | Q(post__person=person))
    meetings = {meeting.pk: meeting for meeting in over.filter(pk__in=was_there.values("meeting"))}
    others: dict[int, set[int]] = {}
    for meeting_id, *who in Attendance.objects.filter(meeting__in=meetings).values_list(
        "meeting", "person", "post__person"
    ):
        others.setdefault(meeting_id, set()).update(key for key in who if key is not None)
    for meeting in meetings.values():
        with_people = frozenset(others.get(meeting.pk, ())) - {person.pk}
        yield Met(meeting.title, meeting.get_absolute_url(), meeting.day, meeting.language, with_people)


def _participants(user: access.Reader) -> list[QuerySet[Any]]:
    """Those who attend, are sent and travel, as far as `user` may read of it."""
    return [
        Attendance.objects.readable_by(user).filter(meeting__live=True),
        Delegate.objects.readable_by(user).filter(invitation__meeting__live=True),
        VisitMember.objects.readable_by(user).filter(visit__live=True),
    ]


def people_in_what_is_readable(user: access.Reader) -> QuerySet[Any]:
    """The keys of those who are named so, in person or in a post."""
    named = Q(posts__in=posts_in_what_is_readable(user))
    for rows in _participants(user):
        named |= Q(pk__in=rows.filter(person__isnull=False).order_by().values("person"))
    return Person.objects.filter(named).order_by().values("pk")


def posts_in_what_is_readable(user: access.Reader) -> QuerySet[Any]:
    """The same of posts; and of those that are to report on an item of an agenda, or receive a delegation."""
    reporting = AgendaItem.objects.readable_by(user).filter(meeting__live=True, rapporteur__isnull=False)
    receiving = ItineraryEntry.objects.readable_by(user).filter(visit__live=True, host_post__isnull=False)
    named = Q(pk__in=reporting.order_by().values("rapporteur")) | Q(pk__in=receiving.order_by().values("host_post"))
    for rows in _participants(user):
        named |= Q(pk__in=rows.filter(post__isnull=False).order_by().values("post"))
    return Post.objects.filter(named).order_by().values("pk")


access.people_named.append(people_in_what_is_readable)
access.posts_named.append(posts_in_what_is_readable)
