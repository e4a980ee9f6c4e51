"""Service points: places that serve migrants, such as Migrant Resource Centres."""

import zoneinfo
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.models import Country, MarkedQuerySet, Organisation
from coordination.models.spaces import MarkedPageManager, MarkedPageQuerySet
from knowledge import panels
from knowledge.languages import name_of
from knowledge.models.languages import LanguagesField
from knowledge.models.pages import TranslatedPage

# A place that stays closed for longer says so in its text.
LOOKS_AHEAD_DAYS = 14


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


class ServiceKind(models.TextChoices):
    """What services are found by; what exactly each is stands in its text."""

    COUNSELLING = "counselling", _("advice before leaving")
    RETURN = "return", _("help on return")
    AWARENESS = "awareness", _("information sessions")
    LEGAL = "legal", _("legal advice")
    DOCUMENTS = "documents", _("documents")
    WORK = "work", _("work and training")
    HEALTH = "health", _("health and psychosocial support")
    PROTECTION = "protection", _("protection and shelter")
    OTHER = "other", _("other")


class ServicePointQuerySet(MarkedPageQuerySet):
    def for_lists(self) -> Self:
        """With what every list shows of a service point, in a fixed number of queries."""
        return self.select_related("audience", "space", "country", "organisation").prefetch_related(
            "services", "opening_hours", "exceptions"
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
        _("other languages, or how they are offered"), max_length=255, blank=True, validators=[validate_plain_text]
    )
    languages = LanguagesField(_("languages"), blank=True, help_text=_("Which are spoken there; by these it is found."))
    accessibility = models.TextField(
        _("accessibility"), blank=True, max_length=600, help_text=_("Steps, lift, sign language, a room for families.")
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
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
        *TranslatedPage.content_panels,
        FieldRowPanel([FieldPanel("organisation"), FieldPanel("country"), FieldPanel("state")]),
        panels.group(
            _("Where it is"),
            [
                FieldRowPanel([FieldPanel("city"), FieldPanel("address")]),
                FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
                FieldPanel("accessibility", help_text=_("Steps, lifts, toilets; who can be reached before coming.")),
            ],
            help_text=_("With latitude and longitude it stands on the map."),
        ),
        InlinePanel(
            "services",
            heading=_("Services"),
            label=_("service"),
            help_text=_("One line each, in the words of those who come."),
        ),
        panels.group(
            _("When it is open"),
            [
                FieldPanel("time_zone"),
                InlinePanel(
                    "opening_hours",
                    heading=_("Opening hours"),
                    label=_("hours"),
                    help_text=_("Two rows on one day make a break at noon. No rows say that the hours are not known."),
                ),
                InlinePanel("exceptions", heading=_("Holidays and other days with other hours"), label=_("exception")),
            ],
        ),
        panels.group(
            _("How to reach it"),
            [
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email"), FieldPanel("website")]),
                FieldPanel("languages"),
                FieldPanel("spoken_languages"),
            ],
        ),
        panels.text(panels.summary()),
        panels.about(),
    ]

    class Meta:
        verbose_name = _("service point")
        verbose_name_plural = _("service points")

    def is_open_at(self, moment: datetime) -> bool:
        """Whether somebody who comes at `moment` finds the door open, by the place's own clock."""
        if self.state != ServicePointState.OPEN:
            return False
        there = moment.astimezone(zoneinfo.ZoneInfo(self.time_zone))
        return any(opens <= there.time() < closes for opens, closes in self.hours_on(there.date()))

    def hours_on(self, day: date) -> list[tuple[time, time]]:
        """From when to when it is open on that day: by its exceptions where there are any, else as in every week."""
        exceptions = [one for one in self.exceptions.all() if one.first_day <= day <= one.last_day]
        if exceptions:
            return sorted((one.opens, one.closes) for one in exceptions if one.opens and one.closes)
        return [(row.opens, row.closes) for row in self.opening_hours.all() if row.weekday == day.weekday()]

    def opens_next(self, moment: datetime) -> datetime | None:
        """When it opens after `moment`, by its own clock; None where it does not within two weeks."""
        if self.state != ServicePointState.OPEN:
            return None
        there = moment.astimezone(zoneinfo.ZoneInfo(self.time_zone))
        for days in range(LOOKS_AHEAD_DAYS):
            day = there.date() + timedelta(days=days)
            for opens, _closes in self.hours_on(day):
                at = datetime.combine(day, opens, tzinfo=there.tzinfo)
                if at > there:
                    return at
        return None

    @property
    def open_until(self) -> time | None:
        """Until when it is open today, where it is open now; by its own clock."""
        there = timezone.now().astimezone(zoneinfo.ZoneInfo(self.time_zone))
        if self.state != ServicePointState.OPEN:
            return None
        hours = self.hours_on(there.date())
        return next((closes for opens, closes in hours if opens <= there.time() < closes), None)

    @property
    def opens_at(self) -> datetime | None:
        """When it opens next by its own clock, as that clock says it: without a zone."""
        found = self.opens_next(timezone.now())
        return found.replace(tzinfo=None) if found else None

    @property
    def language_names(self) -> list[str]:
        return [name_of(code) for code in self.languages]

    @property
    def has_place(self) -> bool:
        return self.latitude is not None and self.longitude is not None

    @property
    def is_open_now(self) -> bool:
        return self.is_open_at(timezone.now())


class Service(Orderable):
    """One thing that a service point does for those who come."""

    audience_path = "service_point__audience"

    service_point = ParentalKey(ServicePoint, on_delete=models.CASCADE, related_name="services")
    kind = models.CharField(_("kind"), max_length=20, choices=ServiceKind.choices, default=ServiceKind.OTHER)
    text = models.CharField(_("service"), max_length=200, validators=[validate_plain_text])

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [FieldRowPanel([FieldPanel("kind"), FieldPanel("text")])]

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


class OpeningException(models.Model):
    """Days on which other hours hold than in every week: none on a holiday."""

    audience_path = "service_point__audience"

    service_point = ParentalKey(ServicePoint, on_delete=models.CASCADE, related_name="exceptions")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Leave both empty where it stays closed."))
    closes = models.TimeField(_("closes"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=100, blank=True, validators=[validate_plain_text])

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [
        FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
        FieldRowPanel([FieldPanel("opens"), FieldPanel("closes"), FieldPanel("reason")]),
    ]

    class Meta:
        ordering = ["first_day", "opens", "pk"]
        verbose_name = _("exception of opening hours")
        verbose_name_plural = _("exceptions of opening hours")
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="an_exception_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(closes__gt=F("opens")),
                name="an_exception_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}: {self.reason}"

    @property
    def space_id(self) -> int:
        return self.service_point.space_id

    def clean(self) -> None:
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": _("This is before the first day.")})
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": _("Say both times, or neither.")})
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": _("This is not after the time at which it opens.")})
