"""Secret addresses; among them calendar feeds, which a calendar program fetches as one user may read them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coordination.models.spaces import Space


class SecretAddress(models.Model):
    """What opens something for whoever has the address, as its owner may read it.

    The secret is kept as a hash: whoever reads the database fetches nothing. Each request asks the access rule anew.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class CalendarFeed(SecretAddress):
    """One address of one user: of the user's own due dates, or of those of a space."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            # Two, since SQLite takes every NULL for another.
            models.UniqueConstraint(fields=["user", "space"], name="one_calendar_feed_of_a_user_for_a_space"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(space=None), name="one_calendar_feed_of_a_user_for_all_spaces"
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.user_id} for {self.space_id or 'all spaces'}"
