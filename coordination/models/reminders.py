"""What reminders go by: the rules of each space, holidays, and a ledger of every reminder that there has been."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.organisations import Country
from coordination.models.spaces import Space

# Further ahead nobody is reminded, nor later than a year after: the worker looks at what is due in between.
MOST_DAYS_AHEAD = 60
MOST_DAYS_LATE = 365
MOST_REMINDERS_AHEAD = 5


def days_ahead(text: str) -> tuple[int, ...]:
    """“7, 1” as numbers, the largest first. Raises ValidationError for what is not such a list."""
    try:
        numbers = {int(part) for part in text.replace(";", ",").split(",") if part.strip()}
    except ValueError:
        raise ValidationError(_("Write whole numbers of days with commas between them, such as 7, 1.")) from None
    if any(not 1 <= number <= MOST_DAYS_AHEAD for number in numbers):
        raise ValidationError(_("Each number must lie between 1 and %(most)s."), params={"most": MOST_DAYS_AHEAD})
    if len(numbers) > MOST_REMINDERS_AHEAD:
        raise ValidationError(_("At most %(most)s numbers."), params={"most": MOST_REMINDERS_AHEAD})
    return tuple(sorted(numbers, reverse=True))


def validate_days_ahead(text: str) -> None:
    days_ahead(text)


def _days(label: Any, default: int, **more: Any) -> Any:
    """A number of days, or none at all: then there is no such reminder."""
    most = [MinValueValidator(1), MaxValueValidator(MOST_DAYS_LATE)]
    return models.PositiveSmallIntegerField(label, null=True, blank=True, default=default, validators=most, **more)


class ReminderRules(models.Model):
    """When those who owe something in a space are reminded. A space without a row goes by the defaults."""

    space = models.OneToOneField(Space, on_delete=models.CASCADE, primary_key=True, related_name="reminder_rules")
    ahead = models.CharField(
        _("days ahead"), max_length=60, blank=True, default="7, 1", validators=[validate_days_ahead]
    )
    on_the_day = models.BooleanField(_("on the day itself"), default=True)
    late_first = _days(_("first, so many days after"), 3)
    late_every = _days(_("then every so many days"), 7)
    late_until = _days(_("until so many days after"), 60)
    focal_after = _days(_("to the focal point, so many days after the day it was due"), 14)
    chair_after = _days(_("to the chairs, so many days after that"), 14)
    version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return f"reminders in {self.space_id}"

    @property
    def ahead_days(self) -> tuple[int, ...]:
        return days_ahead(self.ahead)


class Holiday(models.Model):
    """A day on which nobody works: in one country, or everywhere."""

    name = models.CharField(_("name"), max_length=100, validators=[validate_plain_text])
    day = models.DateField(_("day"))
    yearly = models.BooleanField(
        _("every year"), default=False, help_text=_("On the same day of each year, from that year on.")
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="holidays",
        verbose_name=_("country"),
        help_text=_("Empty: a holiday everywhere."),
    )

    class Meta:
        ordering = ["day", "name"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            # Two, since SQLite takes every NULL for another.
            models.UniqueConstraint(fields=["day", "country"], name="one_holiday_on_a_day"),
            models.UniqueConstraint(
                fields=["day"],
                condition=models.Q(country=None),
                name="one_holiday_everywhere_on_a_day",
                violation_error_message=_("There is one already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country_id})" if self.country_id else self.name

    def falls_on(self, day: date) -> bool:
        if self.yearly:
            return day >= self.day and (day.month, day.day) == (self.day.month, self.day.day)
        return day == self.day


class ReminderStage(models.TextChoices):
    """In the order in which the worse outweighs the better, where two fall on one morning."""

    AHEAD = "ahead", _("ahead")
    DAY = "day", _("on the day")
    LATE = "late", _("overdue")
    FOCAL_POINT = "focal_point", _("escalated to the focal point")
    CHAIR = "chair", _("escalated to the chairs")


ESCALATIONS = (ReminderStage.FOCAL_POINT, ReminderStage.CHAIR)


class ReminderOutcome(models.TextChoices):
    SENT = "sent", _("sent")
    # A later one was due by the time that the worker came to it: nobody is told of the same thing twice at once.
    OVERTAKEN = "overtaken", _("overtaken by a later one")


class AboutADueDate(models.Model):
    """Something with a day on which it is due: an action, a commitment, an agreement of which notice can be given."""

    object_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    due_on = models.DateField()

    class Meta:
        abstract = True


class ReminderPlan(AboutADueDate):
    """When the worker has to look at an object again. A note for the worker alone: lost, it is written anew."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    # What was to be told before this moment is nobody's to tell: the due date did not stand yet.
    since = models.DateTimeField()
    # Up to here nothing is left to tell.
    examined_at = models.DateTimeField()
    # None: nothing more will come of this due date.
    next_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_type", "object_id"], name="one_plan_of_an_object")]

    def __str__(self) -> str:
        return f"{self.object_type_id}/{self.object_id} is due on {self.due_on}"


class Reminder(AboutADueDate):
    """That somebody was reminded of a due date, or was not because a later reminder was due already."""

    stage = models.CharField(max_length=20, choices=ReminderStage.choices)
    # How many days from the day it was due; zero for what is told once, whenever that is.
    days = models.SmallIntegerField()
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=20, choices=ReminderOutcome.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["recipient", "object_type"],
                condition=Q(stage__in=[stage.value for stage in ESCALATIONS]),
                name="what_escalated_to_a_user",
            )
        ]
        constraints = [
            # The promise itself: whatever happens to workers and clocks, nobody is told of one stage twice.
            models.UniqueConstraint(
                fields=["object_type", "object_id", "due_on", "stage", "days", "recipient"],
                name="one_reminder_of_a_stage",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.object_type_id}/{self.object_id} to {self.recipient_id}: {self.outcome}"


class ReminderClock(models.Model):
    """The one row that says since when reminders are kept, and when the worker last went through them."""

    ONLY = 1

    started_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"reminders since {self.started_at}, last {self.ran_at}"

    @classmethod
    def begun(cls, now: Any) -> "ReminderClock":
        """The row; what was to be told before the first run is no longer news. A clock that was ahead is put right."""
        clock, _is_new = cls.objects.get_or_create(pk=cls.ONLY, defaults={"started_at": now})
        if clock.started_at > now + timedelta(days=1):
            clock.started_at = now
            clock.save(update_fields=["started_at"])
        return clock
