"""What discussions hold about a person: what was said, and how the person hears of news."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination.personal import goes, part, stays, told
from discussion.models import (
    DigestMark,
    Draft,
    Message,
    MessageReplyAddress,
    MessageTranslation,
    Notification,
    NotificationChoice,
    PushSubscription,
    QuietHours,
    Reaction,
    ReadMark,
)  # fmt: skip


@part("messages", _("What I said in discussions"))
def _messages(user: User) -> Iterator[dict[str, Any]]:
    rows = Message.objects.filter(author=user).readable_by(user).order_by("pk")
    return told(
        rows.select_related("thread").prefetch_related("thread__target"), "thread", "number", "text", "created_at"
    )


@part("translations", _("Messages that I translated"))
def _translations(user: User) -> Iterator[dict[str, Any]]:
    readable = Message.objects.readable_by(user)
    rows = MessageTranslation.objects.filter(translator=user, message__in=readable).order_by("pk")
    return told(rows, "language", "text", "made_at")


@part("reactions", _("Signs that I put on messages"))
def _reactions(user: User) -> Iterator[dict[str, Any]]:
    return told(Reaction.objects.filter(user=user), "sign", "at")


@part("drafts", _("What I typed and did not send"))
def _drafts(user: User) -> Iterator[dict[str, Any]]:
    return told(Draft.objects.filter(user=user), "text", "changed_at")


@part("notifications", _("News that I was told of"))
def _notifications(user: User) -> Iterator[dict[str, Any]]:
    return told(Notification.objects.filter(user=user), "kind", "created_at", "seen_at")


@part("news_choices", _("How I hear of news"))
def _choices(user: User) -> Iterator[dict[str, Any]]:
    yield from told(NotificationChoice.objects.filter(user=user), "kind", "way", "push")
    yield from told(QuietHours.objects.filter(user=user), "begins", "ends", "days_off")


@part("devices", _("Devices that receive news at once"))
def _devices(user: User) -> Iterator[dict[str, Any]]:
    return told(PushSubscription.objects.filter(user=user), "browser", "made_at")


goes(_("Drafts"), Draft)
goes(_("Notifications, devices, and how news is heard of"), Notification, NotificationChoice, QuietHours, DigestMark)
goes(_("Notifications, devices, and how news is heard of"), PushSubscription)
goes(_("What was read, and where the person takes part"), ReadMark)
goes(_("Secret addresses of feeds, and for answers by mail"), MessageReplyAddress)
stays(_("Messages, with their translations and signs"), Message, "author")
