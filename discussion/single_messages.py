"""What is read of single messages beside what a discussion shows of them: who has read one, whose the signs on it are,
what has been reported of it, where it could go on."""

from dataclasses import dataclass

from django.db.models import Min, QuerySet

from accounts.models import User
from coordination import access
from coordination.models import Space
from discussion import rights, selectors, shown
from discussion.models import Message, MessageReport, Reaction, ReadMark, Thread
from discussion.signs import SIGNS, Sign

# Discussions that are offered to move something into.
MOST_TARGETS = 100


def readers_of(message: Message) -> list[User]:
    """Which members of the space have read a message, of those who may read it now; without its author. Of others the
    members may not know (docs/decisions/0016)."""
    marks = ReadMark.objects.filter(thread=message.thread_id, number__gte=message.number)
    members = User.objects.filter(pk__in=access.members_in([message.thread.space_id]))
    users = members.filter(pk__in=marks.values("user")).exclude(pk=message.author_id)
    return access.readers_among(users.select_related("organisation").order_by("name", "pk"), message.thread)


def signs_on(message: Message, deeds: rights.Deeds) -> list[tuple[Sign, list[shown.Voice]]]:
    """The signs on a message with those who have put them there, as far as they may be named."""
    put: dict[str, list[shown.Voice]] = {}
    for one in Reaction.objects.filter(message=message).select_related("user__organisation"):
        put.setdefault(one.sign, []).append(shown.voice_of(one.user, deeds))
    return [(sign, put[name]) for name, sign in SIGNS.items() if name in put]


def reported_in(space: Space, reader: access.Reader) -> QuerySet[Message]:
    """The messages of a space with reports that nobody has settled, those first that have waited longest."""
    waiting = MessageReport.objects.filter(settled_at=None)
    found = Message.objects.readable_by(reader).filter(thread__space=space, reports__in=waiting)
    found = found.annotate(since=Min("reports__made_at")).order_by("since", "pk")
    return found.select_related("thread__audience", "author__organisation")


@dataclass(frozen=True)
class Reported:
    """A message that has been reported, with what its readers say of it."""

    message: Message
    title: str
    reports: list[tuple[shown.Voice, MessageReport]]


def with_reports(messages: list[Message], reader: access.Reader) -> list[Reported]:
    """These messages with who has reported them and why, in a number of queries that does not grow with them."""
    found: dict[int, list[MessageReport]] = {}
    waiting = MessageReport.objects.filter(message__in=messages, settled_at=None)
    for report in waiting.select_related("reporter__organisation"):
        found.setdefault(report.message_id, []).append(report)
    threads_of_them = {message.thread_id: message.thread for message in messages}
    titles = selectors.titles_of(list(threads_of_them.values()), reader)
    deeds = {pk: rights.deeds(reader, thread) for pk, thread in threads_of_them.items()}
    told = []
    for message in messages:
        shown.voices([message], deeds[message.thread_id])
        reports = [(shown.voice_of(one.reporter, deeds[message.thread_id]), one) for one in found.get(message.pk, [])]
        told.append(Reported(message, titles[message.thread_id], reports))
    return told


def discussions_to_move_into(thread: Thread, reader: access.Reader) -> list[tuple[Thread, str]]:
    """The discussions of the same space, the latest first, into which messages of `thread` can go on, with titles."""
    found = Thread.objects.readable_by(reader).for_lists().filter(space=thread.space_id, merged_into=None)
    # With what they hang on: of a draft, nothing is said in a discussion yet.
    open_ones = found.filter(closed_at=None).exclude(pk=thread.pk).prefetch_related("root")[:MOST_TARGETS]
    fitting = [other for other in open_ones if not rights.why_not_into(thread, other)]
    titles = selectors.titles_of(fitting, reader)
    return [(other, titles[other.pk]) for other in fitting if titles[other.pk]]
