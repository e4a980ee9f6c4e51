"""What the forms of knowledge on the editors' side have in common: groups under headings, each with a word of help."""

from collections.abc import Sequence

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel


def text(*before: Panel, language: bool = True) -> MultiFieldPanel:
    """What readers read: what stands at the top (a summary), then the text itself."""
    panels: list[Panel] = [
        *before,
        FieldPanel("body", help_text=_("Headings, lists and links; no longer than it need be.")),
    ]
    if language:
        panels.insert(0, FieldPanel("language", help_text=_("The language that this page is written in.")))
    return MultiFieldPanel(panels, heading=_("Text"))


def summary(name: str = "summary") -> FieldPanel:
    return FieldPanel(
        name, help_text=_("Two or three sentences. Lists and search show them, so begin with what matters.")
    )


def source(*panels: Panel) -> MultiFieldPanel:
    return MultiFieldPanel(panels, heading=_("Where it comes from"))


def about(*before: Panel) -> MultiFieldPanel:
    """Under which topics and countries readers find it."""
    topics = FieldPanel(
        "topics",
        widget=CheckboxSelectMultiple,
        help_text=_("Readers find the page under these, and their owners review it before it is published."),
    )
    return MultiFieldPanel([*before, topics, FieldPanel("illustrative")], heading=_("What it is about"))


def countries() -> FieldPanel:
    return FieldPanel("countries", help_text=_("Only those that it is really about; none where it is about all."))


def group(heading: object, panels: Sequence[Panel], help_text: object = "") -> MultiFieldPanel:
    return MultiFieldPanel(panels, heading=heading, help_text=help_text)
