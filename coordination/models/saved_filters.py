"""Filters that were given a name, for oneself or for all members of a space; and changes of many actions at once."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.marking import KEY_LENGTH, Audience, MarkedQuerySet, new_key
from coordination.models.spaces import Space


class FilteredList(models.TextChoices):
    """The lists whose filters can be saved."""

    ACTIONS = "actions", _("actions")
    COMMITMENTS = "commitments", _("commitments")


class SavedFilterQuerySet(MarkedQuerySet):
    def open_to(self, user: Any) -> "SavedFilterQuerySet":
        """The user's own, and those that are shared in the user's spaces."""
        from coordination import access

        return self.filter(Q(audience__isnull=True, created_by=user.pk) | Q(audience__among=access.audience_keys(user)))


class SavedFilter(models.Model):
    """What narrows a list, under a name. Shared, its readers are the members of the space, whatever it is marked."""

    audience_path = "audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    page = models.CharField(_("list"), max_length=20, choices=FilteredList.choices)
    name = models.CharField(_("name"), max_length=100, validators=[validate_plain_text])
    # As in the address of the list; it shows whoever opens it only what that reader may read.
    query = models.CharField(max_length=1000, blank=True)
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("space")
    )
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.CheckConstraint(
                condition=Q(space__isnull=True, audience__isnull=True) | Q(space__isnull=False, audience__isnull=False),
                name="a_shared_filter_has_an_audience",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list, narrowed by it."""
        name = "action_list" if self.page == FilteredList.ACTIONS else "commitment_list"
        return f"{reverse(name)}?{self.query}{'&' if self.query else ''}saved={self.key}"


class StandardFilter(models.Model):
    """The filter with which a list opens for a user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standard_filters")
    page = models.CharField(max_length=20, choices=FilteredList.choices)
    saved = models.ForeignKey(SavedFilter, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_standard_filter_per_list")]

    def __str__(self) -> str:
        return f"{self.user}: {self.saved}"


class BulkChange(models.Model):
    """That many actions were changed at once: the same form sent again finds it, and changes nothing."""

    submission = models.UUIDField(unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.actor}: {self.number}"
