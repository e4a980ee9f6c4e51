"""Secret addresses of feeds of knowledge: made, renewed, ended."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit
from coordination.models import Space, Topic
from coordination.services.feeds import LONGEST_SECRET, digest_of, new_secret
from knowledge.models import KnowledgeFeed


@transaction.atomic
def renew_knowledge_feed(actor: User, space: Space | None = None, topic: Topic | None = None) -> str:
    """A new secret for the actor's feed of `space`, of `topic`, or of all. The one before ends at once.

    It is returned this once: what is kept is a hash of it.
    """
    if space is not None and access.if_readable(actor, space) is None:
        raise PermissionDenied(_("You do not have the right to do this."))
    secret = new_secret()
    KnowledgeFeed.objects.update_or_create(user=actor, space=space, topic=topic, defaults={"digest": digest_of(secret)})
    audit.record(actor, "feed address made", space or actor)
    return secret


@transaction.atomic
def end_knowledge_feed(actor: User, space: Space | None = None, topic: Topic | None = None) -> None:
    """Let the address lead nowhere any more."""
    ended, _by_model = KnowledgeFeed.objects.filter(user=actor, space=space, topic=topic).delete()
    if ended:
        audit.record(actor, "feed address ended", space or actor)


def knowledge_feed_of(secret: str) -> KnowledgeFeed | None:
    """The feed with this secret, while its owner is active and may read its space.

    Asked for after that has ended, it ends for good: whoever comes back makes a new one.
    """
    if len(secret) > LONGEST_SECRET:
        return None
    feed = KnowledgeFeed.objects.select_related("user", "topic", "space__audience")
    found = feed.filter(digest=digest_of(secret)).first()
    if found is None:
        return None
    if not found.user.is_active or (found.space is not None and access.if_readable(found.user, found.space) is None):
        found.delete()
        return None
    return found
