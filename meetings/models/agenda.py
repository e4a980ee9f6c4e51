"""The agenda of a meeting: its items, and the documents that somebody is to send for them by a day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from accounts.text import validate_plain_text
from coordination.models import Agreement, MarkedQuerySet, Organisation, Post
from coordination.models.marking import KEY_LENGTH, new_key
from meetings.models.meetings import Meeting


class AgendaItemQuerySet(MarkedQuerySet):
    def numbered(self) -> "AgendaItemQuerySet":
        """The items of whole agendas, each with its number; do not narrow the result afterwards."""
        order = (F("sort_order").asc(nulls_last=True), F("pk").asc())
        return self.annotate(number=Window(RowNumber(), partition_by="meeting_id", order_by=order)).order_by(*order)


class AgendaItem(Orderable):
    """A point of the agenda. Its number is its place in the order."""

    audience_path = "meeting__audience"
    # Its address is the meeting's: lists bring it along.
    named_along = "meeting"

    meeting = ParentalKey(Meeting, on_delete=models.CASCADE, related_name="agenda_items")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=255, validators=[validate_plain_text])
    description = models.TextField(_("description"), blank=True, max_length=5000)
    lead = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("led by"),
    )
    # Named to whoever may read it; the meeting is named on its page to whoever may read the meeting.
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("about the agreement"),
    )
    # As the post is held on the day; shown like the attendance, to whoever may read the meeting.
    rapporteur = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rapporteur")
    )
    expected_outcome = models.CharField(
        _("expected outcome"), max_length=255, blank=True, validators=[validate_plain_text]
    )
    # Only where it begins at a fixed time; all others begin when the item before them is over.
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    finished_at = models.DateTimeField(_("dealt with"), null=True, blank=True, editable=False)
    # Named only to those who may read the earlier meeting, which may be closer than this one.
    carried_over_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="carried_over_to", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    # What no editor types, and so no older draft brings back.
    fields_of_no_revision: ClassVar[tuple[str, ...]] = (
        "key", "rapporteur_id", "starts_at", "finished_at", "carried_over_from_id", "version", "submission",
    )  # fmt: skip
    # The agreement, where the reader may read it: `selectors.agenda_of` sets it.
    about: Agreement | None = None
    # When it is its turn by the clock, and whether the item before it is not over by then: `timetable.follow` says so.
    turn: datetime | None = None
    turn_ends: datetime | None = None
    overlaps: bool = False
    # The item that it was carried over from, where the reader may read that: `selectors.agenda_of` sets it.
    came_from: "AgendaItem | None" = None
    # The documents for it, each with its files: `selectors.agenda_of` sets them.
    papers: Sequence["AgendaDocument"] = ()

    objects = AgendaItemQuerySet.as_manager()

    panels: ClassVar[list] = [
        FieldPanel("title"),
        FieldPanel("description"),
        FieldRowPanel([FieldPanel("lead"), FieldPanel("minutes")]),
        FieldPanel("expected_outcome"),
        FieldPanel("agreement"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")

    def __str__(self) -> str:
        return self.title

    @cached_property
    def number(self) -> int:
        """Its place in the agenda, from 1; `numbered()` brings it along for a whole agenda."""
        return (
            list(self.meeting.agenda_items.order_by("sort_order", "pk").values_list("pk", flat=True)).index(self.pk) + 1
        )

    @property
    def space_id(self) -> int:
        return self.meeting.space_id

    @property
    def anchor(self) -> str:
        return f"item-{self.key}"

    def get_absolute_url(self) -> str:
        return f"{self.meeting.get_absolute_url()}#{self.anchor}"


class AgendaDocumentQuerySet(MarkedQuerySet):
    def awaited(self) -> "AgendaDocumentQuerySet":
        """Those that nobody has sent yet, the most urgent first."""
        return self.filter(received_at__isnull=True).order_by("due_on", "pk")

    def overdue(self) -> "AgendaDocumentQuerySet":
        return self.awaited().filter(due_on__lt=timezone.localdate())


class AgendaDocument(models.Model):
    """A paper that an organisation is to send for an item. The files themselves are attached to the meeting."""

    audience_path = "item__meeting__audience"
    named_along = "item__meeting"

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="documents")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=255, validators=[validate_plain_text])
    owner = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to be sent by")
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True, editable=False)
    # The day of the last reminder: each is sent once, whatever the worker is doing meanwhile.
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # What was handed in, as far as the reader may read it: `selectors/agenda.py` sets it.
    files: Sequence[Any] = ()

    objects = AgendaDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("document for the agenda")
        verbose_name_plural = _("documents for the agenda")
        indexes = [models.Index(fields=["due_on"], condition=Q(received_at__isnull=True), name="awaited_documents")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    @property
    def meeting(self) -> Meeting:
        return self.item.meeting

    @property
    def space_id(self) -> int:
        return self.item.meeting.space_id

    @property
    def is_awaited(self) -> bool:
        return self.received_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_awaited and self.due_on is not None and self.due_on < timezone.localdate()
