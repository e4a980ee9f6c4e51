"""Service points: places that serve migrants, such as Migrant Resource Centres."""

import zoneinfo
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.models import Country, MarkedQuerySet, Organisation
from coordination.models.spaces import MarkedPageManager, MarkedPageQuerySet
from knowledge.models.pages import TranslatedPage


class ServicePointState(models.TextChoices):
    PLANNED = "planned", _("planned")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Weekday(models.IntegerChoices):
    """As Python counts them (`datetime.weekday`)."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class ServicePointQuerySet(MarkedPageQuerySet):
    def for_lists(self) -> Self:
        """With what every list shows of a service point, in a fixed number of queries."""
        return self.select_related("audience", "space", "country", "organisation").prefetch_related(
            "services", "opening_hours"
        )


ServicePointManager = MarkedPageManager.from_queryset(ServicePointQuerySet)


class ServicePoint(TranslatedPage):
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="service_points",
        verbose_name=_("organisation"),
    )
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="service_points", verbose_name=_("country")
    )
    city = models.CharField(_("city"), max_length=100, blank=True, validators=[validate_plain_text])
    address = models.TextField(_("address"), blank=True, max_length=500)
    state = models.CharField(
        _("state"), max_length=20, choices=ServicePointState.choices, default=ServicePointState.OPEN
    )
    summary = models.TextField(_("summary"), blank=True, max_length=3000)
    body = RichTextField(_("text"), blank=True)
    spoken_languages = models.CharField(
        _("languages spoken"), max_length=255, blank=True, validators=[validate_plain_text]
    )
    phone = models.CharField(_("telephone"), max_length=100, blank=True, validators=[validate_plain_text])
    email = models.EmailField(_("e-mail address"), blank=True)
    website = models.URLField(_("website"), blank=True)
    time_zone = models.CharField(
        _("time zone of the opening hours"), max_length=64, default="UTC", validators=[validate_time_zone]
    )

    objects: ClassVar[Any] = ServicePointManager()

    route_name = "service_point_detail"
    template = "knowledge/service_point_detail.html"
    context_object_name = "service_point"
    content_panels: ClassVar[list] = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("organisation"), FieldPanel("country"), FieldPanel("state")]),
        FieldRowPanel([FieldPanel("city"), FieldPanel("address")]),
        FieldPanel("summary"),
        InlinePanel("services", heading=_("Services"), label=_("service")),
        FieldPanel("spoken_languages"),
        FieldPanel("time_zone"),
        InlinePanel("opening_hours", heading=_("Opening hours"), label=_("hours")),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email"), FieldPanel("website")]),
        FieldPanel("body"),
        FieldRowPanel([FieldPanel("language"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("service point")
        verbose_name_plural = _("service points")

    def is_open_at(self, moment: datetime) -> bool:
        """Whether somebody who comes at `moment` finds the door open, by the place's own clock."""
        if self.state != ServicePointState.OPEN:
            return False
        there = moment.astimezone(zoneinfo.ZoneInfo(self.time_zone))
        return any(
            hours.weekday == there.weekday() and hours.opens <= there.time() < hours.closes
            for hours in self.opening_hours.all()
        )

    @property
    def is_open_now(self) -> bool:
        return self.is_open_at(timezone.now())


class Service(Orderable):
    """One thing that a service point does for those who come."""

    audience_path = "service_point__audience"

    service_point = ParentalKey(ServicePoint, on_delete=models.CASCADE, related_name="services")
    text = models.CharField(_("service"), max_length=200, validators=[validate_plain_text])

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [FieldPanel("text")]

    class Meta(Orderable.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.text

    @property
    def space_id(self) -> int:
        return self.service_point.space_id


class OpeningHours(models.Model):
    """From when to when on one day of the week; two rows make a break at noon."""

    audience_path = "service_point__audience"

    service_point = ParentalKey(ServicePoint, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [FieldRowPanel([FieldPanel("weekday"), FieldPanel("opens"), FieldPanel("closes")])]

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="a_service_point_closes_after_it_opens")
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    @property
    def space_id(self) -> int:
        return self.service_point.space_id

    def clean(self) -> None:
        super().clean()
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": _("This is not after the time at which it opens.")})
