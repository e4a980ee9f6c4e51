"""Collections: what somebody has put together from anything that may be read, in an order, with notes."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models import Audience, MarkedQuerySet, Space
from coordination.models.marking import KEY_LENGTH, address_of, new_key


class ReadingListQuerySet(MarkedQuerySet):
    def open_to(self, user: Any) -> "ReadingListQuerySet":
        """The user's own, and those that are shared in the user's spaces."""
        from coordination import access

        own = Q(audience__isnull=True, created_by=user.pk) if user.pk else Q(pk__in=[])
        return self.filter(own | Q(audience__among=access.audience_keys(user)))


class ReadingList(models.Model):
    """A collection; readers see that word, which Wagtail has taken for where files lie. Private, or shared in a space.

    Shared, its readers are the members of the space; of what it holds each sees what that reader may read.
    """

    audience_path = "audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=150, validators=[validate_plain_text])
    description = models.TextField(_("description"), max_length=1000, blank=True)
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("space")
    )
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = ReadingListQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.CheckConstraint(
                condition=Q(space__isnull=True, audience__isnull=True) | Q(space__isnull=False, audience__isnull=False),
                name="a_shared_collection_has_an_audience",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("collection_detail", self.key)


class ReadingListItem(models.Model):
    """One thing in a collection. Whoever may not read the thing reads nothing of the note either."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="items")
    object_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    obj = GenericForeignKey("object_type", "object_id")
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_plain_text])
    position = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("item of a collection")
        verbose_name_plural = _("items of collections")
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "object_type", "object_id"], name="once_in_a_collection")
        ]

    def __str__(self) -> str:
        return f"{self.reading_list}: {self.position}"
