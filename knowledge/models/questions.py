"""Questions that migrants ask, each with its answer."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import RichTextField

from accounts.text import validate_plain_text
from coordination.models import Country
from knowledge import panels
from knowledge.models.pages import TranslatedPage


class Question(TranslatedPage):
    """A question, which is the title of the page, and the answer to it."""

    short_answer = models.TextField(
        _("answer in short"), max_length=600, help_text=_("One or two sentences; they stand in lists.")
    )
    body = RichTextField(_("answer in full"), blank=True)
    countries = ParentalManyToManyField(
        Country,
        verbose_name=_("countries"),
        blank=True,
        related_name="questions",
        help_text=_("Where the answer holds; none means everywhere."),
    )
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[validate_plain_text])
    source_url = models.URLField(_("address of the source"), blank=True)

    route_name = "question_detail"
    template = "knowledge/question_detail.html"
    context_object_name = "question"
    content_panels: ClassVar[list] = [
        *TranslatedPage.content_panels,
        panels.text(
            FieldPanel(
                "short_answer", help_text=_("The answer in one or two sentences, in words that everybody knows.")
            )
        ),
        panels.source(FieldRowPanel([FieldPanel("source"), FieldPanel("source_url")])),
        panels.about(panels.countries()),
    ]

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
