"""The glossary: what a term is called, and what it means, in the languages of the programme."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page

from accounts.text import validate_plain_text
from knowledge.models.pages import KnowledgePage


class GlossaryTerm(KnowledgePage):
    """A term. Its title is the term in English; where another language is missing, English stands for it."""

    definition = models.TextField(_("definition"), max_length=2000)
    term_ru = models.CharField(_("term in Russian"), max_length=255, blank=True, validators=[validate_plain_text])
    definition_ru = models.TextField(_("definition in Russian"), max_length=2000, blank=True)
    term_ur = models.CharField(_("term in Urdu"), max_length=255, blank=True, validators=[validate_plain_text])
    definition_ur = models.TextField(_("definition in Urdu"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[validate_plain_text])

    route_name = "glossary_term_detail"
    template = "knowledge/glossary_term_detail.html"
    context_object_name = "term"
    content_panels: ClassVar[list] = [
        *Page.content_panels,
        FieldPanel("definition"),
        MultiFieldPanel([FieldPanel("term_ru"), FieldPanel("definition_ru")], heading=_("Russian")),
        MultiFieldPanel([FieldPanel("term_ur"), FieldPanel("definition_ur")], heading=_("Urdu")),
        FieldRowPanel([FieldPanel("source"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")

    @property
    def translations(self) -> dict[str, tuple[str, str]]:
        """Term and definition by language, as far as there are any; English first."""
        found = {"en": (self.title, self.definition)}
        for language in ("ru", "ur"):
            if term := getattr(self, f"term_{language}"):
                found[language] = (term, getattr(self, f"definition_{language}"))
        return found
