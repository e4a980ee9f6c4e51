"""The public front page: what the programme is; and sheets of people who are to be invited."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from coordination.models import SentSheet


class HomePage(Page):
    """The root of the site: everyone's, and without a marking. Spaces are made below it."""

    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    introduction = RichTextField(_("introduction"), blank=True)
    funder = models.CharField(_("funded by"), max_length=200, blank=True)
    implementer = models.CharField(_("implemented by"), max_length=200, blank=True)

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    max_count = 1
    content_panels: ClassVar[list] = [
        *Page.content_panels,
        FieldPanel("tagline"),
        FieldPanel("introduction"),
        FieldPanel("funder"),
        FieldPanel("implementer"),
    ]

    class Meta:
        verbose_name = _("front page")

    def get_absolute_url(self) -> str:
        return reverse("front")


class InvitationSheet(SentSheet):
    """A sheet of people who are to be invited: seen by whoever sent it and by nobody else (home.many_invitations)."""

    private_to = "created_by"

    class Meta(SentSheet.Meta):
        verbose_name = _("sheet of invitations")
        verbose_name_plural = _("sheets of invitations")

    def get_absolute_url(self) -> str:
        return reverse("invitation_sheet", kwargs={"key": self.key})
