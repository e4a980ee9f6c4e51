"""Imports: a sheet on its way into a space, seen by whoever sent it and by nobody else."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models.marking import KEY_LENGTH, Audience, MarkedQuerySet, address_of, new_key
from coordination.models.spaces import Space

# An import takes a minute or two; a worker that died over it is noticed after a quarter of an hour.
LONGEST_WAIT = timedelta(minutes=45)


class ImportKind(models.TextChoices):
    ACTIONS = "actions", _("actions")
    COMMITMENTS = "commitments", _("commitments")


class ImportStage(models.TextChoices):
    MATCHING = "matching", _("columns to be matched")
    PREVIEW = "preview", _("checked")
    WAITING = "waiting", _("waiting for its turn")
    DONE = "done", _("imported")
    FAILED = "failed", _("not imported")


class SentSheet(models.Model):
    """The rows of one sheet on their way in, what its columns mean, and what came of it. The sheet itself is emptied
    once it has come in, and the whole row is deleted after some days."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    stage = models.CharField(max_length=20, choices=ImportStage.choices, default=ImportStage.MATCHING)
    file_name = models.CharField(max_length=255, blank=True)
    # The headings, the rows as (number in the sheet, cells), and for each field the number of its column.
    headings = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    matching = models.JSONField(default=dict)
    # What the preview showed of each row, and the versions that it showed: what differs at the import is refused.
    shown = models.JSONField(default=list)
    # (number of the row, column, sentence) for each cell that is refused.
    problems = models.JSONField(default=list)
    refusal = models.CharField(max_length=500, blank=True)
    made = models.PositiveIntegerField(default=0)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_stuck(self) -> bool:
        """Whether a worker should long have been done with it: it was given up, or there is none."""
        since = self.started_at
        return self.stage == ImportStage.WAITING and since is not None and timezone.now() - since > LONGEST_WAIT


class Import(SentSheet):
    """A sheet of actions or commitments. Not `Marked`: its readers are nobody's to change (services.imports)."""

    audience_path = "audience"

    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=ImportKind.choices)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)

    objects = MarkedQuerySet.as_manager()

    class Meta(SentSheet.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name or str(self.get_kind_display())

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new one is for its author, while a member of the space."""
        from coordination import access

        if self._state.adding:
            tokens = access.audience_tokens(self.space_id, "RED", users=[self.created_by_id])
            self.audience = access.intern(tokens)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return address_of("import_detail", self.key)


class ImportProgress(models.Model):
    """How many rows are written so far. A row of its own: the import's is locked until all of them are."""

    audience_path = "of__audience"

    of = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="progress")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"
