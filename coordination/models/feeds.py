"""Calendar feeds: secret addresses under which a calendar program fetches what one user may read."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coordination.models.spaces import Space


class CalendarFeed(models.Model):
    """One address of one user: of the user's own due dates, or of those of a space.

    The secret is kept as a hash: whoever reads the database fetches nothing. Each request asks the access rule anew.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

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
