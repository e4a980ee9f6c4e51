"""News of the programme: what is CLEAR stands on the public front page."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from coordination.models import Country
from knowledge import panels
from knowledge.models.files import Picture
from knowledge.models.pages import TranslatedPage


class NewsItem(TranslatedPage):
    published_on = models.DateField(_("date"), default=timezone.localdate)
    summary = models.TextField(_("summary"), max_length=1000, blank=True)
    body = RichTextField(_("text"), blank=True)
    picture = models.ForeignKey(
        Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    source_url = models.URLField(_("address of the source"), blank=True)
    countries = ParentalManyToManyField(Country, verbose_name=_("countries"), blank=True, related_name="news")

    route_name = "news_detail"
    template = "knowledge/news_detail.html"
    context_object_name = "news"
    content_panels: ClassVar[list] = [
        *TranslatedPage.content_panels,
        FieldPanel("published_on", help_text=_("The day of the news, which lists are sorted by.")),
        panels.text(panels.summary()),
        FieldPanel("picture", help_text=_("Of this space, and readable by everybody who may read the news.")),
        panels.source(FieldPanel("source_url")),
        panels.about(panels.countries()),
    ]

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news")
