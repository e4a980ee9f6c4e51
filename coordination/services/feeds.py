"""Secret addresses of calendar feeds: made, renewed, ended."""

import secrets
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit
from coordination.models import CalendarFeed, Space

# So much chance that nobody finds one by trying.
SECRET_BYTES = 32
LONGEST_SECRET = 100


@transaction.atomic
def renew_feed(actor: User, space: Space | None = None) -> str:
    """A new secret for the feed of `space`, or of the actor's own due dates; the one before ends at once.

    It is returned this once: what is kept is a hash of it.
    """
    if space is not None and not access.is_member(actor, space.pk):
        raise PermissionDenied(_("You do not have the right to do this."))
    secret = new_secret()
    CalendarFeed.objects.update_or_create(user=actor, space=space, defaults={"digest": digest_of(secret)})
    audit.record(actor, "calendar address made", space or actor)
    return secret


@transaction.atomic
def end_feed(actor: User, space: Space | None = None) -> None:
    """Let the address lead nowhere any more."""
    ended, _by_model = CalendarFeed.objects.filter(user=actor, space=space).delete()
    if ended:
        audit.record(actor, "calendar address ended", space or actor)


def end_feeds_of_former_members(space: Space) -> None:
    """A membership has ended: so do the addresses of those who are no members any more, for good."""
    CalendarFeed.objects.filter(space=space).exclude(user__in=list(access.users_in([space.pk]))).delete()


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def feed_of(secret: str) -> CalendarFeed | None:
    """The feed with this secret, while its owner is active and, for that of a space, a member there.

    Asked for after that has ended, it ends for good: whoever comes back makes a new one.
    """
    if len(secret) > LONGEST_SECRET:
        return None
    feed = CalendarFeed.objects.select_related("user", "space__audience").filter(digest=digest_of(secret)).first()
    if feed is None:
        return None
    if not feed.user.is_active or (feed.space is not None and not access.is_member(feed.user, feed.space.pk)):
        feed.delete()
        return None
    return feed
