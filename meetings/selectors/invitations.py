"""Invitations and polls as a reader may see them, and whom the forms of a delegation offer."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from coordination import access
from coordination import selectors as coordination
from coordination.models import Organisation, Person, Post
from meetings.models import (
    CalendarMail,
    Delegate,
    Invitation,
    InvitationAnswer,
    Meeting,
    Poll,
    PollOption,
    PollState,
    PollVote,
    Vote,
)


def invitations_to(meeting: Meeting) -> list[Invitation]:
    """Who is invited, with how many they send. The reader may read the meeting, and so these."""
    rows = Invitation.objects.filter(meeting=meeting).standing().for_lists()
    return list(rows.annotate(size=Count("delegates")))


def tally(invitations: Iterable[Invitation]) -> list[tuple[str, str, int]]:
    """How many have answered what: value, label, number."""
    given = [each.answer for each in invitations]
    return [(value, str(label), given.count(value)) for value, label in InvitationAnswer.choices if value in given]


def delegates_of(invitation: Invitation) -> QuerySet[Delegate]:
    return Delegate.objects.filter(invitation=invitation).for_lists()


def replies_to(invitation: Invitation) -> list[CalendarMail]:
    """Who of the organisation has answered for oneself, in a calendar program."""
    rows = CalendarMail.objects.filter(meeting=invitation.meeting_id, user__organisation=invitation.organisation_id)
    return list(rows.exclude(reply="").select_related("user").order_by("user__name", "pk"))


def invitation_for(meeting: Meeting, user: access.Reader) -> Invitation | None:
    """The invitation of the reader's own organisation, if there is one that the reader answers."""
    if not user.is_authenticated or user.organisation_id is None:
        return None
    rows = Invitation.objects.standing().for_lists().filter(meeting=meeting, organisation=user.organisation_id)
    found = rows.first()
    if found is None:
        return None
    found.meeting = meeting
    return found if access.can(user, "answer", found) else None


def my_invitations(user: access.Reader) -> QuerySet[Invitation]:
    """Those of the reader's organisation to meetings that are to come, the unanswered first."""
    if not user.is_authenticated or user.organisation_id is None:
        return Invitation.objects.none()
    readable = access.readable_at_once(Invitation.objects.standing(), user)
    mine = readable.filter(organisation=user.organisation_id, meeting__live=True, meeting__cancelled_at=None)
    coming = mine.filter(meeting__ends_at__gte=timezone.now())
    return coming.select_related("meeting__audience").order_by("meeting__starts_at", "pk")


def my_polls(user: access.Reader) -> list[Poll]:
    """The open polls in which the reader's organisation is asked. With whether it has answered."""
    if not user.is_authenticated or user.organisation_id is None:
        return []
    rows = access.readable_at_once(Poll.objects.filter(state=PollState.OPEN), user)
    rows = rows.filter(organisations=user.organisation_id).select_related("audience").order_by("closes_on", "pk")
    answered = Count("options__votes", filter=Q(options__votes__organisation=user.organisation_id))
    return [poll for poll in rows.annotate(answered=answered) if poll.is_open]


def posts_of_delegation(invitation: Invitation) -> QuerySet[Post]:
    """The posts at the organisation on the day of the meeting that are in the directory, or held by its members."""
    members = list(access.users_in([invitation.space_id]))
    rows = Post.objects.held_on(invitation.meeting.day).filter(organisation=invitation.organisation_id)
    return rows.filter(Q(listed=True) | Q(person__user__in=members)).select_related("organisation", "person")


def persons_of_delegation(invitation: Invitation) -> QuerySet[Person]:
    """The members of the space who are of the organisation; everybody else is typed, not chosen."""
    users = [u for u in access.users_in([invitation.space_id]) if u.organisation_id == invitation.organisation_id]
    return Person.objects.filter(user__in=users).order_by("name")


def not_yet_invited(meeting: Meeting) -> QuerySet[Organisation]:
    """The organisations that take part in the space and have no invitation that stands."""
    invited = Invitation.objects.standing().filter(meeting=meeting).values("organisation")
    return coordination.organisations_in(meeting.space).exclude(pk__in=invited)


# --- polls ---------------------------------------------------------------------------------------------------------
@dataclass
class Candidate:
    """A time with what has been said of it, in the order of the organisations asked."""

    option: PollOption
    votes: list[str]
    yes: int
    if_need_be: int
    is_best: bool = False


def candidates_of(poll: Poll, organisations: list[Organisation]) -> list[Candidate]:
    """The table of a poll. Two queries. The best are those that most could make, and then most gladly."""
    votes = {
        (option, organisation): value
        for option, organisation, value in PollVote.objects.filter(option__poll=poll).values_list(
            "option", "organisation", "vote"
        )
    }
    rows = []
    for option in poll.options.all():
        option.poll = poll
        given = [votes.get((option.pk, each.pk), "") for each in organisations]
        rows.append(Candidate(option, given, given.count(Vote.YES), given.count(Vote.IF_NEED_BE)))
    best = max(((row.yes + row.if_need_be, row.yes) for row in rows), default=(0, 0))
    for row in rows:
        row.is_best = best > (0, 0) and (row.yes + row.if_need_be, row.yes) == best
    return rows
