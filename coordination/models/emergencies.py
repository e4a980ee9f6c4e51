"""Emergency access: an administrator reads one space for a time, and everybody concerned is told (decision 26)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import PlatformRole
from coordination.models.marking import KEY_LENGTH, new_key
from coordination.models.spaces import Space

MOST_HOURS = 8


class EmergencyAccessQuerySet(models.QuerySet):
    def running(self, now: datetime | None = None) -> "EmergencyAccessQuerySet":
        """What opens something at this moment: it ends with its time, with its button, and with the office."""
        now = now or timezone.now()
        in_office = Q(user__is_active=True, user__platform_role=PlatformRole.ADMINISTRATOR)
        return self.filter(in_office, ended_at=None, begun_at__lte=now, ends_at__gt=now)


class EmergencyAccess(models.Model):
    """That an administrator may read, from here to there, what all members of a space read. It is no membership."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(_("reason"))
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # When it was written down that it is over; without anybody, its time was up.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-pk"]
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        constraints = [
            models.UniqueConstraint(
                fields=["space", "user"], condition=Q(ended_at=None), name="one_emergency_access_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.space_id} until {self.ends_at}"

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.begun_at <= timezone.now() < self.ends_at
