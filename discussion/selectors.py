"""What is read across discussions: threads and messages of a reader, what is unread, who is there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from coordination import access
from coordination.models import Space
from coordination.selectors import known_spaces, made_from_each
from discussion import notifier, threads
from discussion.models import Message, Notification, Presence, ReadMark, Thread

Reader = access.Reader
# A socket renews its presence with each sign of life; what is older than this is a socket that died.
PRESENT = timedelta(seconds=90)


# --- threads -------------------------------------------------------------------------------------------------------
def threads_of(space: Space, reader: Reader) -> QuerySet[Thread]:
    """Every thread in the space that `reader` may read, the latest first."""
    return Thread.objects.readable_by(reader).for_lists().filter(space=space, last_number__gt=0)


def thread_on(obj: Any, reader: Reader) -> Thread | None:
    """The thread of an object, if it has begun and `reader` may read it."""
    return Thread.objects.readable_by(reader).on(obj).filter(subject="").select_related("audience", "space").first()


def messages_after(thread: Thread, reader: Reader, number: int, limit: int) -> list[Message]:
    """The messages of a thread after `number`, in their order, as far as `reader` may read them at this moment."""
    found = Message.objects.readable_by(reader).filter(thread=thread, number__gt=number).order_by("number")
    return _with_actions(list(found.select_related("author__organisation")[:limit]), thread, reader)


def messages_between(thread: Thread, reader: Reader, first: int, last: int) -> list[Message]:
    found = Message.objects.readable_by(reader).filter(thread=thread, number__gte=first, number__lte=last)
    return _with_actions(list(found.select_related("author__organisation").order_by("number")), thread, reader)


def _with_actions(messages: list[Message], thread: Thread, reader: Reader) -> list[Message]:
    """The messages with the actions that came of each, where `reader` may read them, and whether another may come."""
    made = made_from_each(messages, reader)
    may_make_action = access.can(reader, "contribute", thread)
    for message in messages:
        message.actions = made[message.pk]["actions"]
        message.may_make_action = may_make_action
    return messages


@dataclass(frozen=True)
class ListedThread:
    """A thread as lists show it: how it is called, and how much of it is unread."""

    thread: Thread
    title: str
    unread: int
    # Where the reader may know of it: a thread may be open to more people than its space is.
    space: Space | None


def listed(found: Iterable[Thread], reader: Reader) -> list[ListedThread]:
    """The threads with their titles and unread counts, in a number of queries that does not grow with them."""
    found = list(found)
    marks = ReadMark.objects.filter(user=reader.pk, thread__in=found)
    read = dict(marks.values_list("thread_id", "number"))
    titles = _titles(found, reader)
    spaces = known_spaces(reader, found)
    return [ListedThread(t, titles[t.pk], t.last_number - read.get(t.pk, 0), spaces.get(t.space_id)) for t in found]


def _titles(found: list[Thread], reader: Reader) -> dict[int, str]:
    _bring_targets(found, reader)
    return {thread.pk: thread.subject or str(thread.target or "") for thread in found}


def _bring_targets(found: Iterable[Thread], reader: Reader) -> None:
    """Give threads without a subject what they are about, where it may be named to `reader`: one query for a kind."""
    by_type: dict[int, list[Thread]] = {}
    for thread in found:
        if not thread.subject:
            by_type.setdefault(thread.target_type_id, []).append(thread)
    for type_id, those in by_type.items():
        objects = _readable_in_bulk(type_id, [thread.target_id for thread in those], reader)
        for thread in those:
            Thread._meta.get_field("target").set_cached_value(thread, objects.get(thread.target_id))


def _readable_in_bulk(type_id: int, keys: Iterable[int], reader: Reader) -> dict[int, Any]:
    """Those objects of one kind that `reader` may read, with the rows from which they are named."""
    found = _readable_objects(type_id, reader)
    if named_along := getattr(found.model, "named_along", ""):
        found = found.prefetch_related(named_along)
    return found.in_bulk(keys)


def title_of(thread: Thread, reader: Reader) -> str:
    """The subject, else what the thread is about, where that may be named to `reader`."""
    return thread.subject or str(threads.visible_target(thread, reader) or "")


# --- unread --------------------------------------------------------------------------------------------------------
def unread_threads(user: Reader) -> int:
    """How many threads that `user` takes part in have messages that `user` has not read. One query, and memberships."""
    if not user.is_authenticated:
        return 0
    # In one `filter`, so that it is the same mark: in a second one it would be anybody's.
    mine = Thread.objects.readable_by(user).filter(read_marks__user=user, read_marks__number__lt=F("last_number"))
    return mine.count()


def threads_followed_by(user: User) -> QuerySet[Thread]:
    """The threads that `user` has opened or written in, and may still read."""
    return Thread.objects.readable_by(user).filter(read_marks__user=user)


# --- notifications -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class News:
    """A notification as its reader sees it."""

    notification: Notification
    subject: str
    actor: User | None
    obj: Any


def unread_notifications(user: Reader) -> int:
    """How many notifications `user` has not looked at; of what may not be read (any more) none counts."""
    if not user.is_authenticated:
        return 0
    unseen = Notification.objects.filter(user=user, seen_at=None)
    return unseen.filter(_about_what_may_be_read(unseen, user)).count()


def notifications_of(user: User) -> QuerySet[Notification]:
    """The notifications that `user` may read now, the latest first."""
    own = Notification.objects.filter(user=user)
    return own.filter(_about_what_may_be_read(own, user)).select_related("entry__actor__organisation")


def _about_what_may_be_read(own: QuerySet[Notification], user: User) -> Q:
    """The access rule over objects of every kind, in SQL: one subquery for each kind that there is."""
    kinds = own.order_by().values_list("object_type", flat=True).distinct()
    allowed = [Q(object_type=kind, object_id__in=_readable_objects(kind, user).values("pk")) for kind in kinds]
    return reduce(or_, allowed, Q(pk__in=[]))


def _readable_objects(type_id: int, reader: Reader) -> QuerySet[Any]:
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    return access.readable_by(threads.live(model._default_manager.all()), reader)


def told(news: Iterable[Notification], user: User) -> list[News]:
    """The text of each notification, made at this moment; objects are fetched by kind, not one by one."""
    news = list(news)
    objects: dict[tuple[int, int], Any] = {}
    for type_id in {one.object_type_id for one in news}:
        keys = [one.object_id for one in news if one.object_type_id == type_id]
        found = _readable_in_bulk(type_id, keys, user)
        _bring_targets((obj for obj in found.values() if isinstance(obj, Thread)), user)
        objects |= {(type_id, pk): obj for pk, obj in found.items()}
    made = (_news(one, objects.get((one.object_type_id, one.object_id))) for one in news)
    return [one for one in made if one is not None]


def _news(notification: Notification, obj: Any) -> News | None:
    kind = notifier.kind_named(notification.kind)
    if obj is None or kind is None:
        return None
    subject = str(kind(notification.entry, obj).subject())
    return News(notification, subject, notification.entry.actor, obj)


def object_of(notification: Notification, user: User) -> Any | None:
    """What the notification is about, if `user` may read it at this moment."""
    return _readable_objects(notification.object_type_id, user).filter(pk=notification.object_id).first()


# --- presence ------------------------------------------------------------------------------------------------------
def present_in(thread_id: int) -> list[User]:
    """Who has the thread open."""
    alive = Presence.objects.filter(thread=thread_id, seen_at__gt=timezone.now() - PRESENT)
    return list(User.objects.filter(pk__in=alive.values("user"), is_active=True).order_by("name", "pk"))
