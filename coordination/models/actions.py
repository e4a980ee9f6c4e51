"""Actions: tasks with an owner, a due date and, mostly, a paragraph of a record that they came from."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.marking import MarkedQuerySet
from coordination.models.organisations import Organisation, Person
from coordination.models.spaces import Content


class ActionState(models.TextChoices):
    OPEN = "open", _("open")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


CLOSED_ACTION_STATES = (ActionState.DONE, ActionState.CANCELLED)


class ActionQuerySet(MarkedQuerySet):
    def standing(self) -> "ActionQuerySet":
        """Those that are still to be done."""
        return self.exclude(state__in=CLOSED_ACTION_STATES)

    def overdue(self) -> "ActionQuerySet":
        return self.standing().filter(due_on__lt=timezone.localdate())

    def owned_by(self, organisation) -> "ActionQuerySet":
        return self.filter(owner=organisation)

    def for_lists(self) -> "ActionQuerySet":
        """With what every list shows of an action, in a fixed number of queries."""
        return self.select_related("audience", "space", "owner", "owner_person")


class Action(Content):
    title = models.CharField(_("what is to be done"), max_length=255, validators=[validate_plain_text])
    description = models.TextField(_("details"), blank=True, max_length=5000)
    owner = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="actions", verbose_name=_("organisation")
    )
    owner_person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("person"),
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ActionState.choices, default=ActionState.OPEN)
    # What it came from: a paragraph of a record, a message, a commitment; or nothing. Not its parent: the owner of
    # an action reads it even where the record is closed to the owner, and is then not told of the record.
    source_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, blank=True, editable=False)
    source_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    source = GenericForeignKey("source_type", "source_id")
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    illustrative = models.BooleanField(_("illustrative"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        indexes = [
            models.Index(fields=["source_type", "source_id"]),
            models.Index(fields=["owner", "state", "due_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(starts_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                name="an_action_is_due_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("action_detail", kwargs={"key": self.key})

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_ACTION_STATES

    @property
    def is_overdue(self) -> bool:
        return not self.is_closed and self.due_on is not None and self.due_on < timezone.localdate()


class ActionUpdate(models.Model):
    """What was reported on an action, and how its state changed; updates are added, never rewritten."""

    audience_path = "action__audience"

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="updates")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("what has been done"), blank=True, max_length=10_000)
    state_before = models.CharField(max_length=20, choices=ActionState.choices)
    state_after = models.CharField(_("state"), max_length=20, choices=ActionState.choices)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("update")
        verbose_name_plural = _("updates")

    def __str__(self) -> str:
        return f"{self.action}: {self.get_state_after_display()}"

    @property
    def space_id(self) -> int:
        return self.action.space_id
