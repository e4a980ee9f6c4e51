"""The agenda as a reader may see it, and who is to be reminded of its documents."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import User
from coordination import access, attachments
from coordination.models import Organisation, Post
from meetings import timetable
from meetings.models import AgendaDocument, AgendaItem, Meeting

# Days before a document is due on which its senders are reminded; the last time on the day after.
FIRST_REMINDER_DAYS = 7
REMINDED_AT = (-FIRST_REMINDER_DAYS, -2, 1)


def agenda_of(meeting: Meeting, user: access.Reader) -> list[AgendaItem]:
    """The numbered items of the agenda, each with its turn by the clock; what an item is about and where it was
    carried over from, where `user` may read that."""
    return agenda_with_clock(meeting, user)[0]


def agenda_with_clock(meeting: Meeting, user: access.Reader) -> tuple[list[AgendaItem], timetable.Clock]:
    """The same, and how it fits into the meeting."""
    related = (
        "lead", "agreement__audience", "rapporteur__organisation", "rapporteur__person",
        "carried_over_from__meeting__audience",
    )  # fmt: skip
    items = list(AgendaItem.objects.filter(meeting=meeting).numbered().select_related(*related))
    documents = _documents_of(meeting, user) if items else {}
    for item in items:
        item.papers = documents.get(item.pk, [])
        item.meeting = meeting
        item.about = access.if_readable(user, item.agreement)
        before = item.carried_over_from
        may_name = before is not None and before.meeting.live and access.if_readable(user, before.meeting)
        item.came_from = before if may_name else None
    return items, timetable.follow(meeting, items)


def _documents_of(meeting: Meeting, user: access.Reader) -> dict[int, list[AgendaDocument]]:
    """The documents for each item (by its key in the database), each with the files that came with it."""
    documents = list(AgendaDocument.objects.filter(item__meeting=meeting).select_related("owner"))
    files = list(attachments.keeper().files_of(meeting, user)) if documents else []
    found: dict[int, list[AgendaDocument]] = {}
    for document in documents:
        document.files = [file for file in files if file.came_with == document.pk]
        found.setdefault(document.item_id, []).append(document)
    return found


def rapporteurs_for(meeting: Meeting, organisations: QuerySet[Organisation]) -> QuerySet[Post]:
    """The posts that may report on an item: those at `organisations` that could attend, held by somebody."""
    known = Q(listed=True) | Q(person__user__in=list(access.users_in([meeting.space_id])))
    held = Post.objects.held_on(meeting.day).filter(known, organisation__in=organisations, person__isnull=False)
    return held.select_related("organisation", "person")


def next_of_the_series(meeting: Meeting, user: access.Reader) -> Meeting | None:
    """The meeting that comes after `meeting` in its series and takes place, where `user` may read it."""
    if meeting.series_id is None:
        return None
    later = Meeting.live_pages().readable_by(user).filter(series=meeting.series_id, starts_at__gt=meeting.starts_at)
    return later.filter(cancelled_at__isnull=True).order_by("starts_at", "pk").first()


# --- reminders -----------------------------------------------------------------------------------------------------
def is_to_be_reminded_of(document: AgendaDocument, now: datetime) -> bool:
    """Whether a morning has come, where the meeting is, on which its senders are reminded and were not yet."""
    if document.due_on is None:
        return False
    there = now.astimezone(document.meeting.zone)
    if there.hour < settings.REMINDERS_FROM_HOUR:
        there -= timedelta(days=1)
    passed = [day for day in _days_of_reminders(document.due_on) if day <= there.date()]
    # What was asked for later than a reminder would have gone out is not reminded of at once.
    since = document.reminded_on or document.created_at.astimezone(document.meeting.zone).date()
    return bool(passed) and max(passed) > since


def _days_of_reminders(due_on: date) -> list[date]:
    return [due_on + timedelta(days=days) for days in REMINDED_AT]


def senders_of(document: AgendaDocument) -> list[User]:
    """Who is to send it: those who contribute for the organisation; for one of nobody, those who keep the agenda."""
    members = access.users_in([document.space_id])
    if document.owner_id is None:
        concerned = [user for user, held in members.items() if "record_space" in held.get(document.space_id, ())]
    else:
        concerned = [
            user
            for user, held in members.items()
            if user.organisation_id == document.owner_id and "contribute_space" in held.get(document.space_id, ())
        ]
    return list(access.readers_among(concerned, document))
