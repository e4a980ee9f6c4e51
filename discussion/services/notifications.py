"""News for users: noted, brought up to date, and looked at."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import User
from coordination.models import AuditEntry
from discussion import mail, notifier, pokes
from discussion.models import Notification


def notify(users: Iterable[User], kind: type[notifier.Notification], entry: AuditEntry) -> list[Notification]:
    """Note a piece of news for each of `users`, none of whom has one of that kind and object still to look at."""
    wanted = [
        Notification(
            user=user,
            kind=kind.kind,
            object_type_id=entry.object_type_id,
            object_id=entry.object_id,
            entry=entry,
            created_at=entry.at,
            mail_wanted=kind.by_mail,
        )
        for user in users
    ]
    # Whoever was told by another deed meanwhile has such news already: the database leaves those out.
    Notification.objects.bulk_create(wanted, ignore_conflicts=True)
    made = list(Notification.objects.filter(key__in=[news.key for news in wanted])) if wanted else []
    if made and kind.by_mail:
        mail.arrange()
    return made


def bring_up_to_date(users: Iterable[User], kind: type[notifier.Notification], entry: AuditEntry) -> set[int]:
    """Let such news as these users have not looked at yet tell of `entry` instead. Gives the keys of the users."""
    unseen = Notification.objects.filter(
        user__in=list(users),
        kind=kind.kind,
        object_type_id=entry.object_type_id,
        object_id=entry.object_id,
        seen_at=None,
    )
    if kind.reminds:
        unseen.update(entry=entry, created_at=entry.at, mail_wanted=kind.by_mail, mail_taken_at=None, mail_done_at=None)
        mail.arrange()
    else:
        unseen.update(entry=entry, created_at=entry.at)
    return set(unseen.values_list("user_id", flat=True))


def mark_seen(actor: User, news: Notification) -> None:
    """Note that `actor` has looked at one's own piece of news."""
    if Notification.objects.filter(pk=news.pk, user=actor, seen_at=None).update(seen_at=timezone.now()):
        pokes.counts_changed([actor.pk])


def mark_all_seen(actor: User) -> None:
    """Note that `actor` has looked at all news."""
    if Notification.objects.filter(user=actor, seen_at=None).update(seen_at=timezone.now()):
        pokes.counts_changed([actor.pk])
