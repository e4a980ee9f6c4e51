"""Due dates in the format of calendars (RFC 5545), as one reader may read them; with them whatever `sources` add.

All-day events, since Outlook and Google show no to-dos (VTODO). A calendar often lies with others, who fetch the feed:
of what is RED or AMBER+STRICT it has the reference and the day, and its title is read here.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from coordination import access, references
from coordination.models import Action, CalendarFeed, Commitment, Marking

# More than a calendar shows; the longest overdue come first.
MOST_EVENTS = 2000
BY_REFERENCE_ONLY = (Marking.AMBER_STRICT, Marking.RED)
# How often a calendar program may look: due dates move by the day.
LOOK_AGAIN = timedelta(hours=1)
# What packages above put into a feed beside the due dates: components (VTIMEZONE, VEVENT) that its owner may read.
sources: list[Callable[[CalendarFeed], Iterable[Any]]] = []


def as_icalendar(feed: CalendarFeed) -> bytes:
    """The feed as its owner may read it at this moment, in the language of the moment."""
    calendar = Calendar()
    calendar.add("prodid", "-//Accord//due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _name_of(feed))
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for obj in due_in(feed):
        calendar.add_component(_event(obj))
    for source in sources:
        for component in source(feed):
            calendar.add_component(component)
    return calendar.to_ical()


def due_in(feed: CalendarFeed) -> Iterator[Any]:
    """What is still to be done or owed, with a due date, of the owner and the owner's organisation or of the space."""
    user = feed.user
    actions = Action.objects.standing().readable_by(user).for_lists().exclude(due_on=None)
    commitments = Commitment.objects.standing().readable_by(user).for_lists().exclude(due_on=None)
    if feed.space is not None:
        actions, commitments = actions.filter(space=feed.space), commitments.filter(space=feed.space)
    else:
        mine = Q(owner_person__user=user.pk)
        ours = Q(pk__in=[])
        if user.organisation_id is not None:
            mine |= Q(owner=user.organisation_id)
            ours = Q(party=user.organisation_id)
        actions, commitments = actions.filter(mine), commitments.filter(ours)
    yield from actions.order_by("due_on", "pk")[:MOST_EVENTS]
    yield from commitments.order_by("due_on", "pk")[:MOST_EVENTS]


def _name_of(feed: CalendarFeed) -> str:
    space = access.if_readable(feed.user, feed.space)
    return _("Accord: %(space)s") % {"space": space.title} if space else _("Accord: my due dates")


def _event(obj: Action | Commitment) -> Event:
    kind = obj._meta.verbose_name
    named = obj.short_reference or str(kind)
    by_reference_only = obj.marking in BY_REFERENCE_ONLY
    event = Event()
    event.add("uid", f"{obj.key}@accord")
    # What calendars compare to know the newer of two copies.
    event.add("sequence", obj.version)
    # Of the last change, not of this moment: what is the same is the same to the byte.
    event.add("dtstamp", obj.updated_at.astimezone(UTC))
    event.add("last-modified", obj.updated_at.astimezone(UTC))
    event.add("dtstart", obj.due_on)
    # Only what has a due date is in a feed. Without an end it is a day long, as the last day of all has to be.
    if obj.due_on is not None and obj.due_on < date.max:
        event.add("dtend", obj.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # a due date keeps nobody busy
    event.add("summary", _("Due: %(reference)s") % {"reference": named} if by_reference_only else _due(obj))
    told = [f"TLP:{obj.marking}"]
    if not by_reference_only:
        told = [str(obj.owner), obj.get_state_display(), named, *told]
    address = settings.BASE_URL + (
        references.address(obj.short_reference) if obj.short_reference else obj.get_absolute_url()
    )
    event.add("description", "\n".join([*told, address]))
    event.add("url", address)
    event.add("class", "PUBLIC" if obj.marking == Marking.CLEAR else "CONFIDENTIAL")
    return event


def _due(obj: Action | Commitment) -> str:
    return _("Due: %(title)s (%(owner)s)") % {"title": obj.title, "owner": obj.owner.acronym}
