"""News for users: noted, brought up to date, and looked at."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from coordination import audit
from coordination.models import AuditEntry
from coordination.services import require
from discussion import mail, notifier, pokes, push
from discussion.models import Message, Notification, ReadMark, Standing, Thread
from discussion.preferences import Wanted


def notify(
    users: Iterable[User],
    kind: type[notifier.Notification],
    entry: AuditEntry,
    wanted: Mapping[int, Wanted],
    message: Message | None = None,
) -> list[Notification]:
    """Note a piece of news for each of `users`, none of whom has one of that kind and object still to look at."""
    rows = [
        Notification(
            user=user,
            kind=kind.kind,
            object_type_id=entry.object_type_id,
            object_id=entry.object_id,
            entry=entry,
            message=message,
            created_at=entry.at,
            mail_wanted=wanted[user.pk].mail,
            mail_rhythm=wanted[user.pk].rhythm,
            push_wanted=wanted[user.pk].push,
        )
        for user in users
    ]
    # Whoever was told by another deed meanwhile has such news already: the database leaves those out.
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    made = list(Notification.objects.filter(key__in=[news.key for news in rows])) if rows else []
    if any(news.mail_wanted for news in made):
        mail.outbox.arrange()
    push.want([news.user_id for news in made if news.push_wanted], entry.at)
    return made


def bring_up_to_date(
    users: set[int], kind: type[notifier.Notification], entry: AuditEntry, message: Message | None = None
) -> set[int]:
    """Let such news as these users have not looked at yet tell of `entry` instead. Gives the keys of those who had
    some."""
    unseen = Notification.objects.filter(
        user__in=users,
        kind=kind.kind,
        object_type_id=entry.object_type_id,
        object_id=entry.object_id,
        seen_at=None,
    )
    unseen.update(entry=entry, created_at=entry.at, message=message)
    if kind.reminds and unseen.update(mail_taken_at=None, mail_done_at=None):
        mail.outbox.arrange()
        push.want(list(unseen.filter(push_wanted=True).values_list("user_id", flat=True)), entry.at)
    return set(unseen.values_list("user_id", flat=True))


def tell_of_those_before(gone: list[Message]) -> None:
    """These messages of one thread are hidden, deleted or moved: let news of them tell of the last message before them
    that the reader has not read. Where there is none nothing is told any more."""
    thread = gone[0].thread_id
    read_up_to = ReadMark.objects.filter(user=OuterRef(OuterRef("user")), thread=thread).values("number")[:1]
    unread = (
        Message.objects.filter(thread=thread, standing=Standing.POSTED, number__gt=Coalesce(Subquery(read_up_to), 0))
        .exclude(author=OuterRef("user"))
        .order_by("-number")
    )
    news = Notification.objects.filter(message__in=gone, kind="message_posted", seen_at=None)
    news.update(message=Coalesce(Subquery(unread.values("pk")[:1]), F("message")))


def notice_what_is_gone(*, details: dict[str, Any], **_signal: Any) -> None:
    """Listens to the audit trail, in the transaction of the deed."""
    found = [details.get("message"), *details.get("messages", ())]
    gone = [one for one in found if isinstance(one, Message) and one.standing != Standing.POSTED]
    if gone:
        tell_of_those_before(gone)


def remind_to_acknowledge(actor: User, thread: Thread) -> int:
    """Remind those who have not acknowledged an announcement yet, however often they have been; how many these are."""
    from discussion.notifications import who_has_not_acknowledged

    require(actor, "manage", thread)
    recipients = who_has_not_acknowledged(thread) if thread.asks_acknowledgement else []
    if recipients:
        audit.record(
            actor,
            "acknowledgement reminded of",
            thread,
            after={"recipients": len(recipients)},
            details={"recipients": recipients},
        )
    return len(recipients)


def mark_seen(actor: User, news: Notification) -> None:
    """Note that `actor` has looked at one's own piece of news."""
    if Notification.objects.filter(pk=news.pk, user=actor, seen_at=None).update(seen_at=timezone.now()):
        pokes.counts_changed([actor.pk])


def mark_all_seen(actor: User) -> None:
    """Note that `actor` has looked at all news."""
    if Notification.objects.filter(user=actor, seen_at=None).update(seen_at=timezone.now()):
        pokes.counts_changed([actor.pk])
