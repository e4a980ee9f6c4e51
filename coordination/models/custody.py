"""For how long things are kept, and what keeps them for longer: rules of retention, and legal holds (decision 30)."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.text import validate_plain_text
from coordination.models.marking import KEY_LENGTH, address_of, new_key
from coordination.models.spaces import Space

# A slip of the keyboard deletes nothing of last week.
LEAST_DAYS, MOST_DAYS = 30, 36_500
# What falls due is shown for so long before it goes, also where a rule is made for what is old already.
NOTICE = timedelta(days=30)


class RetentionOutcome(models.TextChoices):
    """What becomes of something when its time is over."""

    KEEP = "keep", _("kept for good")
    ARCHIVE = "archive", _("kept for the chairs alone")
    DELETE = "delete", pgettext_lazy("retention", "deleted")


class RetentionRule(models.Model):
    """For how long one kind of things is kept: in one space, or in every space that says nothing itself.

    The kinds, and the moments that a rule may count from, are entered by the packages (coordination.retention).
    """

    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    outcome = models.CharField(_("then it is"), max_length=10, choices=RetentionOutcome.choices)
    # Unless it is kept for good.
    days = models.PositiveIntegerField(
        _("days"), null=True, validators=[MinValueValidator(LEAST_DAYS), MaxValueValidator(MOST_DAYS)]
    )
    moment = models.CharField(_("counted from"), max_length=20, blank=True)
    set_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            # Two, since SQLite takes every NULL for another.
            models.UniqueConstraint(fields=["space", "kind"], name="one_rule_of_a_kind_in_a_space"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(space=None), name="one_rule_of_a_kind_for_the_installation"
            ),
            models.CheckConstraint(
                condition=Q(outcome=RetentionOutcome.KEEP) | Q(days__isnull=False), name="what_ends_has_its_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.days or ''} {self.moment}".strip()

    @property
    def moment_label(self) -> Any:
        """From when it is counted, in words."""
        from coordination import retention

        return dict(retention.kinds[self.kind].all_moments()).get(self.moment, "")

    @property
    def span(self) -> timedelta:
        assert self.days is not None  # asked of what ends only
        return timedelta(days=self.days)


class SpaceEnd(models.Model):
    """The day on which the work in a space ended: rules may count from it. The space stays as it is."""

    space = models.OneToOneField(Space, on_delete=models.CASCADE, primary_key=True, related_name="+")
    on: "models.DateField[date, date]" = models.DateField(_("the work in this space ended on"))
    set_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.space_id} ended on {self.on}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def running(self) -> "LegalHoldQuerySet":
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """That nothing of a space, or of one thing with all that hangs on it, is deleted or erased, for a named reason."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=150, validators=[validate_plain_text])
    reason = models.TextField(_("reason"), max_length=2000)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    # One thing; without it, all of the space.
    object_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, related_name="+")
    object_id = models.PositiveBigIntegerField(null=True)
    obj = GenericForeignKey("object_type", "object_id")
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    put_at = models.DateTimeField()
    # Whether it was put in the office of an auditor: the chairs do not lift it then.
    in_office = models.BooleanField(default=False)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_reason = models.TextField(blank=True, max_length=2000)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-put_at", "-pk"]
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        indexes = [models.Index(fields=["space"], name="holds_that_run", condition=Q(lifted_at=None))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("hold_detail", self.key)

    def covers(self, thing: Any) -> bool:
        """Whether it is about this very thing, or about the space that this is."""
        if self.object_id is None:
            return isinstance(thing, Space) and thing.pk == self.space_id
        return self.object_id == thing.pk and self.object_type == ContentType.objects.get_for_model(thing)
