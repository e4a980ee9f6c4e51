"""What the desk and the front page gather from every package. Each function asks a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import User
from coordination import access, selectors
from coordination.models import ActionUpdate, CommitmentState, ProgressReport, Space
from discussion import selectors as discussion_selectors
from discussion.models import Message
from discussion.models import Standing as MessageStanding
from knowledge.models import NewsItem, Resource
from meetings.models import Record, RecordState

# What is due so soon that it is counted at the head of the desk.
SOON = timedelta(days=14)
# Of each kind, what can be new at most: a desk shows the latest of all kinds together.
NEW_OF_EACH_KIND = 8


@dataclass(frozen=True)
class Standing:
    """The numbers at the head of the desk, over everything, not only what the desk has room for."""

    overdue: int
    due_soon: int
    open_actions: int
    at_risk: int
    commitments: int


def standing_of(user: User) -> Standing:
    """How the organisation of `user` stands. Two queries."""
    today = timezone.localdate()
    actions = (
        selectors.actions_of(user)
        .order_by()
        .aggregate(
            all=Count("pk"),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
            soon=Count("pk", filter=Q(due_on__gte=today, due_on__lte=today + SOON)),
        )
    )
    in_danger = Q(state__in=(CommitmentState.AT_RISK, CommitmentState.OFF_TRACK)) | Q(due_on__lt=today)
    commitments = (
        selectors.commitments_of(user).order_by().aggregate(all=Count("pk"), at_risk=Count("pk", filter=in_danger))
    )
    return Standing(
        overdue=actions["overdue"],
        due_soon=actions["soon"],
        open_actions=actions["all"],
        at_risk=commitments["at_risk"],
        commitments=commitments["all"],
    )


def records_to_agree(user: User) -> QuerySet[Record]:
    """The records that are circulated in the spaces of `user`, the longest waiting first."""
    circulated = Record.objects.of_live_meetings().filter(state=RecordState.CIRCULATED)
    return circulated.readable_by(user).filter(space__in=access.memberships(user)).order_by("state_since", "pk")


@dataclass(frozen=True)
class New:
    """Something that is new in a space: what, where, who, when."""

    at: datetime
    icon: str
    what: str
    title: str
    url: str
    language: str
    space: Space | None
    marking: str
    who: str = ""


def new_in_spaces(user: User, limit: int) -> list[New]:
    """The latest of what others did in the spaces of `user`, of all kinds together, the newest first."""
    spaces = {space.pk: space for space in selectors.spaces_of(user)}
    found = [
        *_messages(user, spaces),
        *_reports(user, spaces),
        *_records(user, spaces),
        *_papers(user, spaces),
    ]
    return sorted(found, key=lambda new: new.at, reverse=True)[:limit]


def _messages(user: User, spaces: dict[int, Space]) -> Iterable[New]:
    """The latest message of each thread that has news."""
    messages = (
        Message.objects.readable_by(user)
        .filter(thread__space__in=spaces, standing=MessageStanding.POSTED)
        .exclude(author=user)
        .select_related("author", "thread__audience")
        .order_by("-created_at")[:NEW_OF_EACH_KIND]
    )
    latest: dict[int, Message] = {}
    for message in messages:
        latest.setdefault(message.thread_id, message)
    threads = discussion_selectors.listed([message.thread for message in latest.values()], user)
    titles = {listed.thread.pk: listed.title for listed in threads}
    for message in latest.values():
        yield New(
            message.created_at,
            "chat-left-text",
            _("Message"),
            titles[message.thread_id],
            message.get_absolute_url(),
            "",
            spaces.get(message.thread.space_id),
            message.thread.audience.marking,
            # Under the Chatham House Rule nobody is told who has said it.
            "" if message.thread.chatham_house else message.author.name,
        )


def _reports(user: User, spaces: dict[int, Space]) -> Iterable[New]:
    updates = ActionUpdate.objects.filter(action__space__in=spaces).select_related("author", "action__audience")
    reports = ProgressReport.objects.filter(commitment__space__in=spaces).select_related(
        "author", "commitment__audience"
    )
    for queryset, name, icon, what in (
        (updates, "action", "check2-square", _("Action")),
        (reports, "commitment", "flag", _("Commitment")),
    ):
        for report in queryset.readable_by(user).exclude(author=user).order_by("-created_at")[:NEW_OF_EACH_KIND]:
            obj = getattr(report, name)
            yield New(
                report.created_at,
                icon,
                f"{what}: {report.get_state_after_display()}",
                obj.title,
                obj.get_absolute_url(),
                obj.language,
                spaces.get(obj.space_id),
                obj.audience.marking,
                report.author.name,
            )


def _records(user: User, spaces: dict[int, Space]) -> Iterable[New]:
    records = Record.objects.of_live_meetings().exclude(state=RecordState.DRAFT).readable_by(user)
    for record in records.filter(space__in=spaces).order_by("-state_since")[:NEW_OF_EACH_KIND]:
        yield New(
            record.state_since,
            "journal-text",
            _("Record: %(state)s") % {"state": record.get_state_display()},
            record.meeting.title,
            record.get_absolute_url(),
            record.language,
            spaces.get(record.space_id),
            record.audience.marking,
        )


def _papers(user: User, spaces: dict[int, Space]) -> Iterable[New]:
    resources = Resource.live_pages().readable_by(user).filter(space__in=spaces).select_related("audience")
    for resource in resources.order_by("-first_published_at")[:NEW_OF_EACH_KIND]:
        yield _page(resource, resource.first_published_at, "file-earmark-text", _("Resource"), spaces)
    news = NewsItem.live_pages().readable_by(user).filter(space__in=spaces).select_related("audience")
    for item in news.order_by("-published_on")[:NEW_OF_EACH_KIND]:
        day = datetime.combine(item.published_on, time(12), tzinfo=UTC)
        yield _page(item, day, "newspaper", _("News"), spaces)


def _page(page: Any, at: datetime | None, icon: str, what: str, spaces: dict[int, Space]) -> New:
    return New(
        at or page.latest_revision_created_at or timezone.now(),
        icon,
        what,
        page.title,
        page.get_absolute_url(),
        page.language,
        spaces.get(page.space_id),
        page.audience.marking,
    )


def accounts(words: str = "") -> QuerySet[User]:
    """Accounts, for administrators: by a part of the name or the address; whether each has a second factor."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_factor.FACTORS)
    found = User.objects.select_related("organisation").annotate(has_second_factor=Exists(factors))
    return found.filter(Q(name__icontains=words) | Q(email__icontains=words)).order_by("name", "pk")
