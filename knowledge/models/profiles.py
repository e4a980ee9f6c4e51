"""Country profiles: what is known of a country, each fact with its source and its day."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from accounts.text import validate_plain_text
from coordination.models import Country, MarkedQuerySet
from knowledge import panels
from knowledge.models.pages import TranslatedPage


class CountryProfile(TranslatedPage):
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="profiles", verbose_name=_("country"))
    summary = models.TextField(_("summary"), blank=True, max_length=3000)
    body = RichTextField(_("text"), blank=True)

    route_name = "country_profile_detail"
    template = "knowledge/country_profile_detail.html"
    context_object_name = "profile"
    content_panels: ClassVar[list] = [
        *TranslatedPage.content_panels,
        FieldPanel("country"),
        InlinePanel(
            "facts",
            heading=_("Facts"),
            label=_("fact"),
            help_text=_("A fact is worth nothing without who said it, and when."),
        ),
        panels.text(panels.summary()),
        panels.about(),
    ]

    class Meta:
        verbose_name = _("country profile")
        verbose_name_plural = _("country profiles")


class CountryFact(Orderable):
    """A fact of a country: worth nothing without who said it, and when."""

    audience_path = "profile__audience"

    profile = ParentalKey(CountryProfile, on_delete=models.CASCADE, related_name="facts")
    label = models.CharField(_("what"), max_length=150, validators=[validate_plain_text])
    value = models.CharField(_("value"), max_length=150, validators=[validate_plain_text])
    source = models.CharField(_("source"), max_length=200, validators=[validate_plain_text])
    source_url = models.URLField(_("address of the source"), blank=True)
    as_of = models.DateField(_("as of"))

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [
        FieldRowPanel([FieldPanel("label"), FieldPanel("value")]),
        FieldRowPanel([FieldPanel("source"), FieldPanel("as_of")]),
        FieldPanel("source_url"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("fact")
        verbose_name_plural = _("facts")

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"

    @property
    def space_id(self) -> int:
        return self.profile.space_id
