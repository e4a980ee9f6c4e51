"""The public front page: what the programme is; sheets of people who are to be invited; what is held of somebody, and
spaces that are taken along or have been brought in."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from coordination.models import SentSheet, Space
from coordination.models.marking import KEY_LENGTH, address_of, new_key


class HomePage(Page):
    """The root of the site: everyone's, and without a marking. Spaces are made below it."""

    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    introduction = RichTextField(_("introduction"), blank=True)
    funder = models.CharField(_("funded by"), max_length=200, blank=True)
    implementer = models.CharField(_("implemented by"), max_length=200, blank=True)

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    max_count = 1
    content_panels: ClassVar[list] = [
        *Page.content_panels,
        FieldPanel("tagline"),
        FieldPanel("introduction"),
        FieldPanel("funder"),
        FieldPanel("implementer"),
    ]

    class Meta:
        verbose_name = _("front page")

    def get_absolute_url(self) -> str:
        return reverse("front")


class InvitationSheet(SentSheet):
    """A sheet of people who are to be invited: seen by whoever sent it and by nobody else (home.many_invitations)."""

    private_to = "created_by"

    class Meta(SentSheet.Meta):
        verbose_name = _("sheet of invitations")
        verbose_name_plural = _("sheets of invitations")

    def get_absolute_url(self) -> str:
        return address_of("invitation_sheet", self.key)


# How long an export of somebody's data waits to be fetched, and after how long no worker is at it any more.
EXPORT_KEPT_FOR, LONGEST_WAIT = timedelta(days=7), timedelta(hours=1)


class ExportState(models.TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("not made")


def place_of_export(export: "ExportFile", _name: str) -> str:
    """Where it lies: by chance, and under the name of nobody."""
    return f"exports/{new_key()}{new_key()}.zip"


class ExportFile(models.Model):
    """A ZIP that the worker makes for one user, and that waits some days to be fetched."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=20, choices=ExportState.choices, default=ExportState.WAITING)
    content = models.FileField(upload_to=place_of_export, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list] = ["-asked_at", "-pk"]

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete; the file goes along once that stands."""
        if name := self.content.name:
            storage = self.content.storage
            transaction.on_commit(lambda: storage.delete(name))
        return super().delete(*args, **kwargs)

    def while_it_waits(self) -> Self | None:
        """The row as it stands, locked until the end of the transaction; None where nobody waits for it any more."""
        rows = type(self)._default_manager.select_for_update(of=("self",))
        return rows.filter(pk=self.pk, state=ExportState.WAITING).first()

    def hold(self, content: Any, in_place_of: QuerySet) -> None:
        """Be ready, with this content; of `in_place_of` all others go."""
        self.content.save("", content, save=False)
        self.size, self.state, self.made_at = self.content.size, ExportState.READY, timezone.now()
        self.save()
        for earlier in in_place_of.exclude(pk=self.pk):
            earlier.delete()

    @property
    def is_stuck(self) -> bool:
        """Whether a worker should long have been done with it."""
        return self.state == ExportState.WAITING and timezone.now() - self.asked_at > LONGEST_WAIT

    @property
    def ends_at(self) -> Any:
        return self.asked_at + EXPORT_KEPT_FOR


class PersonalExport(ExportFile):
    """Everything that Accord holds about a user, made as a ZIP for that user and opened by nobody else."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The user, or an administrator to whom the user has written; who never opens it.
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(ExportFile.Meta):
        verbose_name = _("export of personal data")
        verbose_name_plural = _("exports of personal data")
        constraints: ClassVar[list] = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state="waiting"), name="an_export_of_a_person_is_made_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"of {self.user_id}"


class SpaceArchive(ExportFile):
    """A space as an archive, made for one reader and opened by nobody else (home.archive)."""

    private_to = "reader"

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # What is done of what there is to do, in rows and pages.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # All that stands in it, by model and key: whoever may no longer read one of these no longer opens the archive.
    sources = models.JSONField(default=dict)

    class Meta(ExportFile.Meta):
        verbose_name = _("archive of a space")
        verbose_name_plural = _("archives of spaces")
        constraints: ClassVar[list] = [
            models.UniqueConstraint(
                fields=["space", "reader"], condition=Q(state="waiting"), name="an_archive_is_made_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"of {self.space_id} for {self.reader_id}"


class ArchiveBroughtIn(models.Model):
    """That an archive has become a space here: the same one does not become a second (manage.py import_space)."""

    archive = models.UUIDField(unique=True, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.archive} is {self.space_id}"
