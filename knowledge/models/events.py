"""Events that anybody may come to: open days, courses, talks. What organisations hold among themselves is a meeting."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import RichTextField

from accounts.models import validate_time_zone
from accounts.text import validate_plain_text
from coordination.editors_forms import LatestPageForm
from coordination.models import Country
from knowledge import panels
from knowledge.models.pages import TranslatedPage


class EventPageForm(LatestPageForm):
    """The times are typed and shown by the clock of the place, not by that of whoever edits."""

    times = ("starts_at", "ends_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.times:
            if moment := getattr(self.instance, name):
                self.initial[name] = moment.astimezone(ZoneInfo(self.instance.time_zone)).replace(tzinfo=None)

    def clean(self) -> Any:
        cleaned = super().clean()
        for name in self.times:
            if cleaned.get(name) and cleaned.get("time_zone"):
                # The field has read what was typed by the clock of the editors' side.
                typed = timezone.make_naive(cleaned[name])
                cleaned[name] = typed.replace(tzinfo=ZoneInfo(cleaned["time_zone"]))
        return cleaned


class Event(TranslatedPage):
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(
        _("time zone of the place"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    place = models.CharField(_("place"), max_length=200, blank=True, validators=[validate_plain_text])
    link = models.URLField(_("address to take part or to register"), blank=True)
    summary = models.TextField(_("summary"), max_length=1000, blank=True)
    body = RichTextField(_("text"), blank=True)
    countries = ParentalManyToManyField(Country, verbose_name=_("countries"), blank=True, related_name="events")

    route_name = "event_detail"
    template = "knowledge/event_detail.html"
    context_object_name = "event"
    base_form_class = EventPageForm
    content_panels: ClassVar[list] = [
        *TranslatedPage.content_panels,
        panels.group(
            _("When and where"),
            [
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldRowPanel([FieldPanel("time_zone"), FieldPanel("place")]),
                FieldPanel("link"),
            ],
            help_text=_("By the clock of the place; readers see their own beside it."),
        ),
        panels.text(panels.summary()),
        panels.about(panels.countries()),
    ]

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="an_event_ends_after_it_begins")
        ]

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("This is before the event begins.")})
