"""Commitments: what one party undertook, and the reports on how it goes."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.agreements import Article
from coordination.models.marking import MarkedQuerySet
from coordination.models.organisations import Organisation
from coordination.models.references import Referenced
from coordination.models.spaces import Content


class CommitmentState(models.TextChoices):
    NOT_STARTED = "not_started", _("not started")
    ON_TRACK = "on_track", _("on track")
    AT_RISK = "at_risk", _("at risk")
    OFF_TRACK = "off_track", _("off track")
    ACHIEVED = "achieved", _("achieved")
    WITHDRAWN = "withdrawn", _("withdrawn")


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


class Commitment(Referenced, Content):
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
    target = models.CharField(_("target"), max_length=255, blank=True, validators=[validate_plain_text])
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=CommitmentState.choices, default=CommitmentState.NOT_STARTED
    )
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
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(starts_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                name="a_commitment_is_due_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("commitment_detail", kwargs={"key": self.key})

    @property
    def owner(self) -> Organisation:
        """Whose members follow it up (see access.can and its verb `follow_up`)."""
        return self.party

    @property
    def owner_id(self) -> int:
        return self.party_id

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_COMMITMENT_STATES

    @property
    def is_overdue(self) -> bool:
        return not self.is_closed and self.due_on is not None and self.due_on < timezone.localdate()


class ProgressReport(models.Model):
    """What a party reported on its commitment; reports are added, never rewritten."""

    audience_path = "commitment__audience"

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("what has been done"), max_length=10_000)
    evidence_url = models.URLField(_("evidence (a public address)"), blank=True)
    state_before = models.CharField(max_length=20, choices=CommitmentState.choices)
    state_after = models.CharField(_("state"), max_length=20, choices=CommitmentState.choices)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")

    def __str__(self) -> str:
        return f"{self.commitment}: {self.get_state_after_display()}"

    @property
    def space_id(self) -> int:
        return self.commitment.space_id
