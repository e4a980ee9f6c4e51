"""What the pages of tokens and webhooks show."""

from typing import Any

from django.db.models import QuerySet

from coordination import access
from coordination.models import Space, Webhook


def spaces_to_choose(user: access.Reader) -> QuerySet[Space]:
    """The spaces of which `user` is a member, for a form."""
    return Space.objects.live().readable_by(user).filter(pk__in=list(access.memberships(user))).order_by("title")


def calls_of(webhook: Webhook) -> dict[str, Any]:
    """How many calls wait, and the last one that was tried. Two queries."""
    calls = webhook.calls
    return {
        "waiting": calls.filter(due_at__isnull=False).count(),
        "last": calls.filter(tries__gt=0).order_by("-pk").first(),
    }
