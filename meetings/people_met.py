"""What meetings tell the directory of people: who was in which meeting, and where people are named."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from coordination import access
from coordination.models import Person, Post
from coordination.people_met import Met, register
from meetings.models import AgendaItem, Attendance, Meeting, Visit, VisitMember


@register
def meetings_attended(person: Person, user: access.Reader) -> Iterator[Met]:
    """The meetings that are over in which `person` was noted, in person or in a post."""
    over = Meeting.live_pages().past().readable_by(user)
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


def _of_readable(user: access.Reader) -> list[QuerySet[Any]]:
    """What names people and posts in it, as far as `user` may read it; the paths there are in `_PATHS`."""
    attended = Attendance.objects.readable_by(user).filter(meeting__live=True)
    travelling = VisitMember.objects.readable_by(user).filter(visit__live=True)
    return [attended, travelling]


def people_in_what_is_readable(user: access.Reader) -> QuerySet[Any]:
    """The keys of those who are named as attending, travelling or leading a delegation."""
    by_post = Person.objects.filter(posts__in=posts_in_what_is_readable(user)).values("pk")
    by_name = [rows.filter(person__isnull=False).values("person") for rows in _of_readable(user)]
    heads = Visit.live_pages().readable_by(user).filter(head_person__isnull=False).order_by().values("head_person")
    named = Q(pk__in=by_post) | Q(pk__in=heads)
    for rows in by_name:
        named |= Q(pk__in=rows)
    return Person.objects.filter(named).order_by().values("pk")


def posts_in_what_is_readable(user: access.Reader) -> QuerySet[Any]:
    """The same of the posts in which they are named, and of those who are to report on an item of the agenda."""
    heads = Visit.live_pages().readable_by(user).filter(head_post__isnull=False).order_by().values("head_post")
    reporting = AgendaItem.objects.readable_by(user).filter(meeting__live=True, rapporteur__isnull=False)
    named = Q(pk__in=heads) | Q(pk__in=reporting.order_by().values("rapporteur"))
    for rows in _of_readable(user):
        named |= Q(pk__in=rows.filter(post__isnull=False).values("post"))
    return Post.objects.filter(named).order_by().values("pk")


access.people_named.append(people_in_what_is_readable)
access.posts_named.append(posts_in_what_is_readable)
