"""Commitments: what one party undertook, and the reports on how it goes."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.agreements import Article
from coordination.models.marking import KEY_LENGTH, MarkedQuerySet, address_of, new_key
from coordination.models.organisations import Organisation
from coordination.models.references import FromASheet, Referenced
from coordination.models.spaces import Content


class CommitmentState(models.TextChoices):
    NOT_STARTED = "not_started", _("not started")
    ON_TRACK = "on_track", _("on track")
    AT_RISK = "at_risk", _("at risk")
    OFF_TRACK = "off_track", _("off track")
    ACHIEVED = "achieved", _("achieved")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Confidence(models.TextChoices):
    """How sure the party is that it will keep to it."""

    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Recurrence(models.TextChoices):
    """How often the same is owed anew (coordination.recurrence says on which day)."""

    NONE = "none", _("once")
    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every three months")
    HALF_YEARLY = "half_yearly", _("every half year")
    YEARLY = "yearly", _("every year")


class Verdict(models.TextChoices):
    """What became of a report: those who keep the list accept it or give it back."""

    PENDING = "pending", _("waits for acceptance")
    ACCEPTED = "accepted", _("accepted")
    RETURNED = "returned", _("returned")


# Fifteen digits are what SQLite keeps of a number without rounding it.
NUMBER_DIGITS, NUMBER_DECIMALS = 15, 3

CLOSED_COMMITMENT_STATES = (CommitmentState.ACHIEVED, CommitmentState.WITHDRAWN)


class CommitmentQuerySet(MarkedQuerySet):
    def standing(self) -> "CommitmentQuerySet":
        """Those that are still owed."""
        return self.exclude(state__in=CLOSED_COMMITMENT_STATES)

    def overdue(self) -> "CommitmentQuerySet":
        return self.standing().filter(due_on__lt=timezone.localdate())

    def owed_by(self, organisation) -> "CommitmentQuerySet":
        return self.filter(party=organisation)

    def for_lists(self) -> "CommitmentQuerySet":
        """With what every list shows of a commitment, in a fixed number of queries."""
        return self.select_related("audience", "space", "party", "owed_to", "article__agreement__audience")

    def for_rows(self) -> "CommitmentQuerySet":
        """With what a row of a long list shows; such pages ask for the spaces of all their rows at once."""
        return self.select_related("audience", "party")


class Commitment(Referenced, FromASheet, Content):
    reference_prefix = "COM"

    title = models.CharField(_("title"), max_length=255, validators=[validate_plain_text])
    text = models.TextField(_("what was undertaken"), blank=True, max_length=5000)
    party = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("who undertook it")
    )
    owed_to = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments_owed_to",
        verbose_name=_("to whom"),
    )
    partners = models.ManyToManyField(
        Organisation, blank=True, related_name="commitments_as_partner", verbose_name=_("partners")
    )
    # Under an article of an agreement; or, like an action, made in a paragraph of a record.
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("article"),
    )
    source_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, blank=True, editable=False)
    source_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    source = GenericForeignKey("source_type", "source_id")
    indicator = models.CharField(_("indicator"), max_length=255, blank=True, validators=[validate_plain_text])
    baseline = models.DecimalField(
        _("baseline"), max_digits=NUMBER_DIGITS, decimal_places=NUMBER_DECIMALS, null=True, blank=True
    )
    target = models.DecimalField(
        _("target"), max_digits=NUMBER_DIGITS, decimal_places=NUMBER_DECIMALS, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=60, blank=True, validators=[validate_plain_text])
    # Where no number says it: “a law in force”, or more than the number can say.
    target_in_words = models.CharField(
        _("target in words"), max_length=255, blank=True, validators=[validate_plain_text]
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    recurrence = models.CharField(_("owed again"), max_length=20, choices=Recurrence.choices, default=Recurrence.NONE)
    # The day from which the periods are counted: the 31st stays the 31st after a February.
    counted_from = models.DateField(null=True, blank=True, editable=False)
    period = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=CommitmentState.choices, default=CommitmentState.NOT_STARTED
    )
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence.choices, blank=True)
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    illustrative = models.BooleanField(_("illustrative"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        indexes = [models.Index(fields=["source_type", "source_id"]), models.Index(fields=["due_on"])]
        constraints = [
            *FromASheet.Meta.constraints,
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(starts_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                name="a_commitment_is_due_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(baseline__isnull=True, target__isnull=True) | ~Q(unit=""),
                name="a_number_of_a_commitment_has_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(recurrence=Recurrence.NONE) | Q(due_on__isnull=False),
                name="what_is_owed_again_has_a_due_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("commitment_detail", self.key)

    def as_action(self) -> dict[str, Any]:
        """What the form of an action that comes of it begins with."""
        return {"title": self.title, "description": self.text, "owner": self.party_id, "due_on": self.due_on}

    @property
    def owner(self) -> Organisation:
        """Whose members follow it up (see access.can and its verb `follow_up`)."""
        return self.party

    @property
    def owner_id(self) -> int:
        return self.party_id

    @property
    def is_recurring(self) -> bool:
        return self.recurrence != Recurrence.NONE

    @property
    def is_measured(self) -> bool:
        """Whether its reports have a value: there is something to count, or to measure."""
        return bool(self.unit)

    @property
    def start(self) -> Decimal:
        """Where the way to the target begins: at nought, where nobody has said."""
        return self.baseline if self.baseline is not None else Decimal(0)

    def percent_of_target(self, value: Decimal | None) -> int | None:
        """How much of the way from the baseline to the target `value` is; None where there is no way."""
        if value is None or self.target is None or self.target == self.start:
            return None
        return round((value - self.start) / (self.target - self.start) * 100)

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_COMMITMENT_STATES

    @property
    def is_overdue(self) -> bool:
        return not self.is_closed and self.due_on is not None and self.due_on < timezone.localdate()


class ProgressReportQuerySet(MarkedQuerySet):
    def pending(self) -> "ProgressReportQuerySet":
        return self.filter(verdict=Verdict.PENDING)

    def standing(self) -> "ProgressReportQuerySet":
        """Those that say how it goes: all but what was given back."""
        return self.exclude(verdict=Verdict.RETURNED)


class ProgressReport(models.Model):
    """What a party reported on its commitment, and what became of it. What was reported is never rewritten."""

    audience_path = "commitment__audience"

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="reports")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("what has been done"), max_length=10_000)
    value = models.DecimalField(
        _("value"), max_digits=NUMBER_DIGITS, decimal_places=NUMBER_DECIMALS, null=True, blank=True
    )
    evidence_url = models.URLField(_("evidence (a public address)"), blank=True)
    state_before = models.CharField(max_length=20, choices=CommitmentState.choices)
    state_after = models.CharField(_("state"), max_length=20, choices=CommitmentState.choices)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence.choices, blank=True)
    # Of a state that got worse: why, and by when it is to be expected now.
    reason = models.TextField(_("why"), blank=True, max_length=1000)
    new_due_on = models.DateField(_("now expected on"), null=True, blank=True)
    # Which of the periods it is about, and when that one was due as the report was written.
    period = models.PositiveIntegerField(default=1, editable=False)
    due_on = models.DateField(null=True, blank=True, editable=False)
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=Verdict.choices, default=Verdict.PENDING, editable=False
    )
    verdict_reason = models.TextField(blank=True, max_length=1000, editable=False)
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    verdict_at = models.DateTimeField(null=True, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProgressReportQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        indexes = [
            models.Index(fields=["commitment"], condition=Q(verdict="pending"), name="reports_that_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment}: {self.get_state_after_display()}"

    @property
    def space_id(self) -> int:
        return self.commitment.space_id

    @property
    def day(self) -> date:
        """When it was written, by the clock of its reader."""
        return timezone.localdate(self.created_at)

    @property
    def stands(self) -> bool:
        """Whether it still says how it goes: unless it was given back."""
        return self.verdict != Verdict.RETURNED

    @property
    def is_pending(self) -> bool:
        return self.verdict == Verdict.PENDING
