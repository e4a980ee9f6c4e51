"""What pages of knowledge are kept up by: how often they are used, whether they helped, and which links are broken."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text


class Use(models.Model):
    """How often a page was opened in a month. Nobody is noted: there is nothing here but a number."""

    object_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    month = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_type", "object_id", "month"], name="one_use_a_month_of_a_page")
        ]

    def __str__(self) -> str:
        return f"{self.object_id}, {self.month}: {self.number}"


class Verdict(models.Model):
    """Whether a page helped one reader. Who is not signed in is known again by a keyed hash of this page alone."""

    object_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    visitor = models.CharField(max_length=64, blank=True)
    is_helpful = models.BooleanField()
    text = models.CharField(_("what is missing"), max_length=300, blank=True, validators=[validate_plain_text])
    at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id", "-at"], name="verdicts_of_a_page")]
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "user"],
                condition=Q(user__isnull=False),
                name="one_verdict_of_a_user",
            ),
            models.UniqueConstraint(
                fields=["object_type", "object_id", "visitor"],
                condition=Q(user__isnull=True),
                name="one_verdict_of_a_visitor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_id}: {self.is_helpful}"


class BrokenLinkReason(models.TextChoices):
    GONE = "gone", _("nothing is there")
    REFUSED = "refused", _("the server refuses")
    NO_ANSWER = "no_answer", _("no answer")
    NOT_PUBLIC = "not_public", _("not a public address")
    NOT_HERE = "not_here", _("no such page here")


class BrokenLink(models.Model):
    """A link of a page that led nowhere when it was last followed."""

    object_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    url = models.CharField(max_length=1000)
    reason = models.CharField(max_length=20, choices=BrokenLinkReason.choices)
    found_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_type", "object_id", "url"], name="a_link_is_broken_once_in_a_page")
        ]

    def __str__(self) -> str:
        return f"{self.url}: {self.get_reason_display()}"
