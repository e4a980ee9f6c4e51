"""A record while it is written by several at once: who writes in which section, and words that are not in it yet.

Nothing here outlives the writing. What is in the record are its paragraphs alone.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models import MarkedQuerySet
from meetings.models.records import Paragraph, ParagraphKind, Section

# A tab that writes says so again well before its lease ends: a connection that is away for less is nobody gone.
LEASE = timedelta(seconds=30)
# How long a rapporteur who is there has to answer a colleague who asks for the section.
TIME_TO_ANSWER = timedelta(seconds=20)


class SectionLock(models.Model):
    """Who writes in a section: nobody else does, until it is released, handed over, or the lease has ended."""

    audience_path = "section__audience"

    section = models.OneToOneField(Section, on_delete=models.CASCADE, primary_key=True, related_name="lock")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("section being written")
        verbose_name_plural = _("sections being written")

    def __str__(self) -> str:
        return f"{self.holder} – {self.section}"

    def is_held(self, now: datetime | None = None) -> bool:
        return self.held_until > (now or timezone.now())

    def keeps_out(self, user_id: int, now: datetime | None = None) -> bool:
        """Whether this user has to wait or to ask."""
        return self.holder_id != user_id and self.is_held(now) and not self.is_forfeited_to(user_id, now)

    def is_forfeited_to(self, user_id: int, now: datetime | None = None) -> bool:
        """Whether this user has asked for the section, and the holder has not answered in time."""
        if self.asked_by_id != user_id or self.asked_at is None:
            return False
        return self.asked_at + TIME_TO_ANSWER <= (now or timezone.now())


class ParagraphDraft(models.Model):
    """What a rapporteur has typed and not written down: kept for the one, shown to the others as it grows.

    Its key is the submission with which it will be written down, so that it is one paragraph whoever sends it.
    """

    audience_path = "section__audience"

    submission = models.UUIDField(primary_key=True)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # What is being changed; none where something new is being written.
    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=ParagraphKind.choices, default=ParagraphKind.SUMMARY)
    text = models.TextField(max_length=10_000)
    # What came later over a slow connection does not undo what came before it.
    number = models.PositiveIntegerField(default=0)
    typed_at = models.DateTimeField(default=timezone.now)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["typed_at"]
        verbose_name = _("paragraph being written")
        verbose_name_plural = _("paragraphs being written")

    def __str__(self) -> str:
        return f"{self.author} – {self.section}"


class ParagraphChange(models.Model):
    """That a change of a paragraph has been saved: sent again, it is answered as it was the first time."""

    submission = models.UUIDField(primary_key=True)
    paragraph = models.ForeignKey(Paragraph, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.paragraph_id} by {self.author_id}"
