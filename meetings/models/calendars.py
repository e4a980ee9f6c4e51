"""What the calendars of those who are invited have been told by mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models import MarkedQuerySet
from coordination.models.marking import KEY_LENGTH, new_key
from meetings.models.meetings import Meeting


class CalendarMail(models.Model):
    """One reader's calendar and one meeting: what it was told last, and whether there is something to tell it.

    It is the outbox itself, as `discussion.models.Notification` is of other mail. Nothing of the meeting's text is kept
    here: a mail is made when it is sent, of what its reader may read by then.
    """

    audience_path = "meeting__audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="calendar_mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # A hash of what it was told last; empty before the first mail.
    told = models.CharField(max_length=64, blank=True)
    # RFC 5546: the number of the last mail that a calendar program could read; it never goes back.
    sequence = models.PositiveIntegerField(null=True)
    # When the entry lies that the calendar has; None where it has none. One that is taken back says no more than that.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail to a calendar")
        verbose_name_plural = _("mails to calendars")
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="a_calendar_is_told_in_one_place")]
        indexes = [
            models.Index(fields=["wanted_at"], condition=Q(wanted_at__isnull=False), name="calendar_mails_that_wait")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.meeting}"

    @property
    def space_id(self) -> int:
        return self.meeting.space_id
