"""What is read across discussions: threads and messages of a reader, what is unread, who is there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access
from coordination.models import ContentPage, Space
from coordination.models.marking import is_key
from coordination.selectors import known_spaces
from discussion import notifier, shown, threads
from discussion.models import (
    TOLD_WITH,
    Acknowledgement,
    Interest,
    Message,
    Notification,
    NotificationChoice,
    PushSubscription,
    ReadMark,
    Standing,
    Thread,
    ThreadQuerySet,
)

Reader = access.Reader


# --- threads -------------------------------------------------------------------------------------------------------
# Nothing is said there any more: it has been closed, or merged into another.
OVER = Q(closed_at__isnull=False) | Q(merged_into__isnull=False)


def threads_of(space: Space, reader: Reader, *, over: bool = False) -> QuerySet[Thread]:
    """Every thread in the space that `reader` may read, those that go on or those that are over: pinned ones first."""
    found = Thread.objects.readable_by(reader).for_lists().filter(space=space, last_number__gt=0)
    found = found.filter(OVER) if over else found.exclude(OVER)
    return found.order_by(F("pinned_at").desc(nulls_last=True), "-last_message_at", "-pk")


def thread_on(obj: Any, reader: Reader) -> Thread | None:
    """The thread of an object, if it has begun and `reader` may read it: the first, where one was begun by those to
    whom the first is closed."""
    found = Thread.objects.readable_by(reader).on(obj).filter(subject="").select_related("audience", "space")
    return found.order_by("pk").first()


def messages_after(thread: Thread, reader: Reader, number: int, limit: int) -> list[Message]:
    """The messages of a thread after `number`, in their order, as far as `reader` may read them at this moment."""
    found = Message.objects.readable_by(reader).filter(thread=thread, number__gt=number).order_by("number")
    return shown.prepare(list(found.select_related("author__organisation")[:limit]), thread, reader)


def messages_changed_after(thread: Thread, reader: Reader, change: int, limit: int) -> list[Message]:
    """The messages that are new or other than they were at that change, in the order in which they changed last."""
    return shown.prepare(changed_after(thread, reader, change, limit), thread, reader)


def changed_after(thread: Thread, reader: Reader, change: int, limit: int) -> list[Message]:
    """The same as they are kept, for whoever prepares them for several readers of equal standing."""
    found = Message.objects.readable_by(reader).filter(thread=thread, change__gt=change).order_by("change")
    return list(found.select_related("author__organisation")[:limit])


def messages_between(thread: Thread, reader: Reader, first: int, last: int) -> list[Message]:
    found = Message.objects.readable_by(reader).filter(thread=thread, number__gte=first, number__lte=last)
    return shown.prepare(list(found.select_related("author__organisation").order_by("number")), thread, reader)


@dataclass(frozen=True)
class ListedThread:
    """A thread as lists show it: how it is called, how much of it is unread, and what the reader wants of it."""

    thread: Thread
    title: str
    unread: int
    # Where the reader may know of it: a thread may be open to more people than its space is.
    space: Space | None
    mark: ReadMark | None

    @property
    def is_over(self) -> bool:
        return self.thread.closed_at is not None or self.thread.merged_into_id is not None

    @property
    def is_muted(self) -> bool:
        return self.mark is not None and self.mark.interest == Interest.MUTED


def listed(found: Iterable[Thread], reader: Reader) -> list[ListedThread]:
    """The threads with their titles and unread counts, in a number of queries that does not grow with them."""
    found = list(found)
    marks = {mark.thread_id: mark for mark in ReadMark.objects.filter(user=reader.pk, thread__in=found)}
    titles = titles_of(found, reader)
    spaces = known_spaces(reader, found)
    return [_listed(thread, titles[thread.pk], spaces.get(thread.space_id), marks.get(thread.pk)) for thread in found]


def _listed(thread: Thread, title: str, space: Space | None, mark: ReadMark | None) -> ListedThread:
    return ListedThread(thread, title, thread.last_number - (mark.number if mark else 0), space, mark)


def titles_of(found: list[Thread], reader: Reader) -> dict[int, str]:
    """How each is called, as far as that may be named to `reader`; in a fixed number of queries."""
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
_UNREAD = Q(mine__number__lt=F("last_number"), mine__interest__in=[Interest.NORMAL, Interest.FOLLOWED])
# What of the own threads a list may be narrowed down to.
OF_MINE = {
    "unread": _UNREAD,
    "favourites": Q(mine__favourite=True),
    "followed": Q(mine__interest=Interest.FOLLOWED),
    "muted": Q(mine__interest=Interest.MUTED),
}


def unread_threads(user: Reader) -> int:
    """How many threads that `user` takes part in, and has not muted, have messages that `user` has not read. One query,
    and memberships."""
    return threads_followed_by(user).filter(_UNREAD).count() if user.is_authenticated else 0


def threads_followed_by(user: User) -> ThreadQuerySet:
    """The threads that `user` has opened or written in, and may still read; with the own mark as `mine`."""
    own = FilteredRelation("read_marks", condition=Q(read_marks__user=user))
    return Thread.objects.readable_by(user).alias(mine=own).filter(mine__isnull=False)


def favourites_first(followed: ThreadQuerySet) -> QuerySet[Thread]:
    """What `threads_followed_by` gives, as the list of one's own threads shows it."""
    return followed.for_lists().order_by("-mine__favourite", "-last_message_at", "-pk")


def spaces_of(followed: QuerySet[Thread], user: User) -> QuerySet[Space]:
    """The spaces in which these threads are, where `user` may know of them."""
    return Space.objects.readable_by(user).filter(pk__in=followed.order_by().values("space")).order_by("title")


def threads_with_keys(keys: Iterable[str], reader: Reader) -> list[Thread]:
    """The threads with these keys that `reader` may read, in the order of the keys."""
    wanted = [key for key in dict.fromkeys(keys) if is_key(key)]
    found = Thread.objects.readable_by(reader).filter(key__in=wanted).select_related("audience", "space")
    by_key = {thread.key: thread for thread in found}
    return [by_key[key] for key in wanted if key in by_key]


# --- announcements -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """How it stands with an announcement for one reader; for those who manage the space, with all who are asked."""

    is_asked: bool
    acknowledged_at: datetime | None
    done: int
    of: int


def asked_in(thread: Thread, reader: Reader, *, is_member: bool, manages: bool) -> Asked:
    """What `reader` is to acknowledge in this thread; how many have, for whoever manages its space only."""
    own = Acknowledgement.objects.filter(thread=thread, user=reader.pk).values_list("at", flat=True).first()
    done, waiting = acknowledgements_in(thread) if manages else ([], [])
    is_asked = is_member and reader.pk != _spared(thread)
    return Asked(is_asked, own, len(done), len(done) + len(waiting))


def _spared(thread: Thread) -> int | None:
    """Whoever makes an announcement need not acknowledge it; under the Chatham House Rule that would say who it was."""
    return None if thread.chatham_house else thread.created_by_id


def acknowledgements_in(thread: Thread) -> tuple[list[Acknowledgement], list[User]]:
    """Who has acknowledged an announcement and who has not, of all members who may read it, but whoever made it."""
    readers = access.readers_among(access.users_in([thread.space_id]), thread)
    rows = {row.user_id: row for row in Acknowledgement.objects.filter(thread=thread)}
    done, waiting = [], []
    for user in readers:
        if user.pk in rows:
            rows[user.pk].user = user
            done.append(rows[user.pk])
        elif user.pk != _spared(thread):
            waiting.append(user)
    return done, waiting


# --- notifications -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class News:
    """A notification as its reader sees it."""

    notification: Notification
    told: notifier.Notification
    subject: str
    why: str
    actor: User | None
    obj: Any


def unread_notifications(user: Reader) -> int:
    """How many notifications `user` has not looked at; of what may not be read (any more) none counts."""
    if not user.is_authenticated:
        return 0
    return _told_now(Notification.objects.filter(user=user, seen_at=None), user).count()


def notifications_of(user: User) -> QuerySet[Notification]:
    """The notifications that `user` may read now, the latest first."""
    found = _told_now(Notification.objects.filter(user=user), user)
    return found.select_related(*TOLD_WITH, "entry__actor__organisation", "message__author__organisation")


def _told_now(own: QuerySet[Notification], user: User) -> QuerySet[Notification]:
    """What of it `user` may read. Where there is nothing at all, as on most pages, no more is asked."""
    kinds = list(own.order_by().values_list("object_type", flat=True).distinct())
    return still_told(own, user).filter(_about_what_may_be_read(kinds, user)) if kinds else own.none()


def still_told(news: QuerySet[Notification], user: User) -> QuerySet[Notification]:
    """Without those that tell of a message that is hidden or deleted, or has moved to where `user` may not read it."""
    readable = Message.objects.readable_by(user).filter(standing=Standing.POSTED)
    return news.filter(Q(message=None) | Q(message__in=readable))


def _about_what_may_be_read(kinds: list[int], user: User) -> Q:
    """The access rule over objects of these kinds, in SQL: one subquery for each."""
    allowed = [Q(object_type=kind, object_id__in=_readable_objects(kind, user).values("pk")) for kind in kinds]
    told = [kind.kind for kind in notifier.all_kinds() if kind.of_drafts]
    for type_id in kinds:
        if (drafts := _drafts(type_id, user)) is not None:
            allowed.append(Q(object_type=type_id, kind__in=told, object_id__in=drafts.values("pk")))
    return reduce(or_, allowed, Q(pk__in=[]))


def _readable_objects(type_id: int, reader: Reader) -> QuerySet[Any]:
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    return access.readable_by(threads.live(model._default_manager.all()), reader)


def _drafts(type_id: int, reader: Reader) -> QuerySet[Any] | None:
    """Pages of one kind that are not published, as far as the editors' side shows them to `reader`: where the reader
    contributes. None for what is no page."""
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    if not issubclass(model, ContentPage):
        return None
    own = access.spaces_where(reader, "contribute_space")
    return access.readable_by(model._default_manager.filter(live=False, space__in=own), reader)


def told(news: Iterable[Notification], user: User) -> list[News]:
    """The text of each notification, made at this moment; objects are fetched by kind, not one by one."""
    news = list(news)
    objects: dict[tuple[int, int], Any] = {}
    for type_id in {one.object_type_id for one in news}:
        keys = [one.object_id for one in news if one.object_type_id == type_id]
        found = _readable_in_bulk(type_id, keys, user)
        _bring_targets((obj for obj in found.values() if isinstance(obj, Thread)), user)
        objects |= {(type_id, pk): obj for pk, obj in found.items()}
        of_drafts = [one.object_id for one in news if one.object_type_id == type_id and _tells_of_drafts(one)]
        if of_drafts and (drafts := _drafts(type_id, user)) is not None:
            objects |= {(type_id, pk): obj for pk, obj in drafts.in_bulk(of_drafts).items()}
    asked = [one.message_id for one in news if one.message_id]
    open_to = set(Message.objects.readable_by(user).filter(pk__in=asked).values_list("pk", flat=True)) if asked else ()
    news = [one for one in news if one.message_id is None or one.message_id in open_to]
    made = [(one, _as_told(one, objects.get((one.object_type_id, one.object_id)))) for one in news]
    of_kinds: dict[type[notifier.Notification], list[notifier.Notification]] = {}
    for _one, as_told in made:
        if as_told is not None:
            of_kinds.setdefault(type(as_told), []).append(as_told)
    for kind, those in of_kinds.items():
        kind.bring(those)
    return [_news(one, as_told, user) for one, as_told in made if as_told is not None]


def _tells_of_drafts(news: Notification) -> bool:
    kind = notifier.kind_named(news.kind)
    return kind is not None and kind.of_drafts


def _as_told(news: Notification, obj: Any) -> notifier.Notification | None:
    kind = notifier.kind_named(news.kind)
    if obj is None or kind is None or (news.message is not None and news.message.standing != Standing.POSTED):
        return None
    as_told = kind(news.entry, obj)
    as_told.message = news.message
    return as_told


def _news(news: Notification, as_told: notifier.Notification, user: User) -> News:
    actor = as_told.by_whom() if as_told.shows_actor() else None
    return News(news, as_told, str(as_told.subject()), str(as_told.why(user)), actor, as_told.obj)


def told_of(news: Notification, user: User) -> notifier.Notification | None:
    """One piece of news as its kind tells it, if `user` may read at this moment what it is about, and the message that
    it tells of: that may have moved to another discussion."""
    if news.message is not None and not access.may_read(user, news.message):
        return None
    obj = object_of(news, user)
    if isinstance(obj, Thread):
        _bring_targets([obj], user)
    return _as_told(news, obj)


@dataclass(frozen=True)
class NewsOfOneObject:
    """What is new of one object on one day."""

    obj: Any
    news: list[News]


@dataclass(frozen=True)
class NewsOfADay:
    day: date
    groups: list[NewsOfOneObject]


def by_day_and_object(news: Iterable[News]) -> list[NewsOfADay]:
    """The same news, by the days of the reader's own calendar, and within these by what they are about."""
    days: dict[date, dict[tuple[int, int], NewsOfOneObject]] = {}
    for one in news:
        found = one.notification
        groups = days.setdefault(timezone.localtime(found.created_at).date(), {})
        key = (found.object_type_id, found.object_id)
        groups.setdefault(key, NewsOfOneObject(one.obj, [])).news.append(one)
    return [NewsOfADay(day, list(groups.values())) for day, groups in days.items()]


@dataclass(frozen=True)
class DifferingSpace:
    """A space in which a user has chosen otherwise, and what: the kinds of news, each with its way in words."""

    space: Space
    choices: list[tuple[str, str]]


def own_spaces(user: User) -> QuerySet[Space]:
    """The spaces in which `user` is a member: those of whose news one can choose."""
    return Space.objects.live().readable_by(user).filter(pk__in=access.memberships(user)).order_by("title", "pk")


def differing_spaces(user: User) -> list[DifferingSpace]:
    """Where a user has chosen otherwise than for everywhere."""
    chosen = NotificationChoice.objects.filter(user=user, space__in=own_spaces(user)).select_related("space")
    found: dict[Space, list[tuple[str, str]]] = {}
    for choice in chosen.order_by("space__title", "space_id", "pk"):
        kind = notifier.kind_named(choice.kind)
        if kind and choice.space:
            found.setdefault(choice.space, []).append((str(kind.label), _way_of(choice)))
    return [DifferingSpace(space, choices) for space, choices in found.items()]


def _way_of(choice: NotificationChoice) -> str:
    pushed = {True: _("pushed"), False: _("not pushed"), None: ""}[choice.push]
    return ", ".join(filter(None, [choice.get_way_display() if choice.way else "", pushed]))


def browsers_of(user: User) -> QuerySet[PushSubscription]:
    """The browsers to which is pushed, the latest first."""
    return PushSubscription.objects.filter(user=user, session__expire_date__gt=timezone.now())


def object_of(notification: Notification, user: User) -> Any | None:
    """What the notification is about, if `user` may read it at this moment."""
    found = _readable_objects(notification.object_type_id, user).filter(pk=notification.object_id).first()
    if found is None and _tells_of_drafts(notification):
        drafts = _drafts(notification.object_type_id, user)
        found = drafts.filter(pk=notification.object_id).first() if drafts is not None else None
    return found
