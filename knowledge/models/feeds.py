"""Secret addresses under which a feed program fetches what one user may read of knowledge."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models import Space, Topic
from coordination.models.feeds import SecretAddress


class KnowledgeFeed(SecretAddress):
    """One address of one user: of a space, of a topic, or of all."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("feed of knowledge")
        verbose_name_plural = _("feeds of knowledge")
        constraints = [
            # Three, since SQLite takes every NULL for another.
            models.UniqueConstraint(
                fields=["user", "space"], condition=Q(space__isnull=False), name="one_feed_of_a_user_for_a_space"
            ),
            models.UniqueConstraint(
                fields=["user", "topic"], condition=Q(topic__isnull=False), name="one_feed_of_a_user_for_a_topic"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(space=None, topic=None), name="one_feed_of_a_user_for_all"
            ),
            models.CheckConstraint(condition=Q(space=None) | Q(topic=None), name="a_feed_is_of_a_space_or_of_a_topic"),
        ]

    def __str__(self) -> str:
        return f"of {self.user_id} for {self.space_id or self.topic_id or 'all'}"
