"""Visits: a delegation, its days, and the meetings that make its programme."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, PageChooserPanel
from wagtail.models import Orderable, Page, PageManager

from coordination.models import ContentPage, Country, MarkedQuerySet, Organisation, Person, Post
from coordination.models.spaces import MarkedPageQuerySet
from meetings.editors import VisitPageForm
from meetings.models.meetings import Meeting, Participant, named


class VisitQuerySet(MarkedPageQuerySet):
    def coming(self) -> "VisitQuerySet":
        """Those that are not over yet, the next one first."""
        return self.filter(ends_on__gte=timezone.localdate()).order_by("starts_on", "pk")

    def past(self) -> "VisitQuerySet":
        return self.filter(ends_on__lt=timezone.localdate()).order_by("-starts_on", "-pk")

    def for_lists(self) -> "VisitQuerySet":
        return self.select_related("audience", "space__audience", "organisation", "country")


VisitManager = PageManager.from_queryset(VisitQuerySet)


class Visit(ContentPage):
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="visits", verbose_name=_("delegation of")
    )
    head_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("led by (post)")
    )
    head_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("led by (person)")
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("country visited"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    objectives = models.TextField(_("objectives"), blank=True, max_length=5000)

    objects: ClassVar[Any] = VisitManager()

    route_name = "visit_detail"
    template = "meetings/visit_detail.html"
    context_object_name = "visit"
    base_form_class = VisitPageForm
    content_panels: ClassVar[list] = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("organisation"), FieldPanel("head_post"), FieldPanel("country")]),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldPanel("objectives"),
        InlinePanel("programme", heading=_("Programme"), label=_("meeting")),
        FieldRowPanel([FieldPanel("language"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="a_visit_ends_after_it_starts")
        ]

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("This is before the first day.")})

    def as_action(self) -> dict[str, Any]:
        """What the form of an action that comes of it begins with: whose delegation it was."""
        return {"owner": self.organisation_id, "description": self.title}

    @property
    def head(self) -> str:
        return named(self.organisation, self.head_post, self.head_person) if self.is_led else ""

    @property
    def is_led(self) -> bool:
        return self.head_post_id is not None or self.head_person_id is not None

    @classmethod
    def live_pages(cls) -> VisitQuerySet:
        return cls.objects.live().for_lists()


class VisitMember(Participant):
    """Who travels."""

    audience_path = "visit__audience"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="members")

    objects = MarkedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("member of the delegation")
        verbose_name_plural = _("members of the delegation")

    @property
    def space_id(self) -> int:
        return self.visit.space_id


class VisitMeeting(Orderable):
    """A meeting in the programme of a visit; it may lie in another space, and is then listed for its own readers."""

    audience_path = "visit__audience"

    visit = ParentalKey(Visit, on_delete=models.CASCADE, related_name="programme")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="visits", verbose_name=_("meeting"))

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [PageChooserPanel("meeting", "meetings.Meeting")]

    class Meta(Orderable.Meta):
        verbose_name = _("meeting of the visit")
        verbose_name_plural = _("meetings of the visit")
        constraints = [models.UniqueConstraint(fields=["visit", "meeting"], name="a_meeting_once_in_a_visit")]

    def __str__(self) -> str:
        return self.meeting.title

    @property
    def space_id(self) -> int:
        return self.visit.space_id
