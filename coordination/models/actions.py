"""Actions: tasks with an owner, a due date and, mostly, a paragraph of a record that they came from."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.marking import KEY_LENGTH, MarkedQuerySet, address_of, new_key
from coordination.models.organisations import Organisation, Person
from coordination.models.references import FromASheet, Referenced
from coordination.models.spaces import Content


class ActionState(models.TextChoices):
    OPEN = "open", _("open")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


STATE_LABELS = dict(ActionState.choices)
CLOSED_ACTION_STATES = (ActionState.DONE, ActionState.CANCELLED)
STANDING = ~Q(state__in=CLOSED_ACTION_STATES)


class Priority(models.IntegerChoices):
    """Numbers, so that lists are sorted by it; people only see the words."""

    LOW = 1, _("low")
    NORMAL = 2, _("normal")
    HIGH = 3, _("high")
    URGENT = 4, _("urgent")


PRIORITY_LABELS = dict(Priority.choices)


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

    def for_rows(self) -> "ActionQuerySet":
        """The same without the space, for pages that ask for the spaces of all their rows at once."""
        return self.select_related("audience", "owner", "owner_person")


class Waiting(models.Model):
    """On whom something waits, and why: said when its state becomes waiting."""

    waiting_reason = models.TextField(_("why it waits"), blank=True, max_length=1000)
    waiting_for_organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation that it waits for"),
    )
    waiting_for_text = models.CharField(
        _("whom or what it waits for"), max_length=255, blank=True, validators=[validate_plain_text]
    )

    class Meta:
        abstract = True

    @property
    def waiting_for(self) -> str:
        """On whom, in words; empty where it was not said."""
        named = [str(self.waiting_for_organisation)] if self.waiting_for_organisation else []
        return " · ".join([*named, *([self.waiting_for_text] if self.waiting_for_text else [])])


class Action(Referenced, FromASheet, Waiting, Content):
    reference_prefix = "ACT"

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
    # Organisations that help: their contributors report and tick, and change nothing else (access: `report`).
    helpers = models.ManyToManyField(
        Organisation, blank=True, related_name="actions_helped_with", verbose_name=_("helpers")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
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
            # For the lists: what is still to be done in each of their orders, how much that is for a reader, the
            # columns of the board, and which organisations, persons and spaces occur in what a reader may read. What
            # stands last is there so that PostgreSQL has no need to look at the rows themselves.
            models.Index(fields=["due_on", "id", "audience"], name="actions_standing_by_due", condition=STANDING),
            models.Index(fields=["audience", "state"], name="actions_standing_of_audience", condition=STANDING),
            models.Index(fields=["-priority", "due_on", "id"], name="actions_standing_by_priority", condition=STANDING),
            models.Index(fields=["-updated_at", "-id"], name="actions_by_change"),
            models.Index(fields=["state", "due_on", "id"], name="actions_of_a_state_by_due"),
            models.Index(fields=["owner", "audience", "owner_person"], name="actions_of_owner_by_audience"),
            models.Index(fields=["space", "audience"], name="actions_of_space_by_audience"),
            # For the worker, which asks for what is due in sight (services.reminders).
            models.Index(fields=["due_on"]),
        ]
        constraints = [
            *FromASheet.Meta.constraints,
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(starts_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                name="an_action_is_due_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("action_detail", self.key)

    def as_action(self) -> dict[str, Any]:
        """What the form of an action that comes of it begins with: who does it, until when."""
        return {"owner": self.owner_id, "owner_person": self.owner_person_id, "due_on": self.due_on}

    # Django's own would make a dictionary of all the choices for each row that shows one.
    def get_state_display(self) -> str:  # type: ignore[no-redef]
        return str(STATE_LABELS.get(self.state, self.state))

    def get_priority_display(self) -> str:  # type: ignore[no-redef]
        return str(PRIORITY_LABELS.get(self.priority, self.priority))

    @property
    def helper_ids(self) -> frozenset[int]:
        """The organisations that help, by key (see access.can and its verb `report`)."""
        return frozenset(helper.pk for helper in self.helpers.all())

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_ACTION_STATES

    @property
    def is_overdue(self) -> bool:
        return not self.is_closed and self.due_on is not None and self.due_on < timezone.localdate()


class ActionUpdate(Waiting):
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
    def anchor(self) -> str:
        """Where it stands on the page of its action."""
        return f"report-{self.created_at:%Y%m%d%H%M%S}"

    @property
    def space_id(self) -> int:
        return self.action.space_id


class ChecklistItem(models.Model):
    """A step of an action; ticked by whoever has done it."""

    audience_path = "action__audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(_("step"), max_length=255, validators=[validate_plain_text])
    position = models.PositiveIntegerField(default=0, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    done_at = models.DateTimeField(null=True, editable=False)

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_by__isnull=True, done_at__isnull=True)
                | Q(done_by__isnull=False, done_at__isnull=False),
                name="a_step_is_done_by_somebody_at_some_time",
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def space_id(self) -> int:
        return self.action.space_id


class ActionDependency(models.Model):
    """That one action waits for another. Each has its own readers: whoever may not read one is not told of it."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="dependencies")
    waits_for = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="dependents")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "waits_for"], name="one_row_of_a_dependency"),
            models.CheckConstraint(condition=~Q(action=F("waits_for")), name="no_action_waits_for_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} waits for {self.waits_for_id}"


class ActionFollower(models.Model):
    """Whether somebody chose to follow an action, or not to. Its person, its author and whoever reported on it follow
    by default (selectors.followers_of), so that a row says only what was chosen."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="follower_rows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    follows = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "user"], name="one_choice_of_a_follower")]

    def __str__(self) -> str:
        return f"{self.user_id} {'follows' if self.follows else 'does not follow'} {self.action_id}"


class ReplyAddress(models.Model):
    """The secret address to which one user may reply about one action, once (coordination.replies)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="+")
    secret = models.CharField(max_length=40, unique=True, editable=False)
    # The last mail that named it: from then on it holds for a while.
    given_at = models.DateTimeField()
    # The mail that was taken in at it; null while it can still be answered.
    used_for = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "action"], condition=Q(used_for=None), name="one_open_reply_address_of_an_action"
            )
        ]

    def __str__(self) -> str:
        return f"of {self.user_id} for {self.action_id}"
