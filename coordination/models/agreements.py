"""Agreements and their articles, each with an address of its own."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page

from accounts.text import validate_plain_text
from coordination.models.marking import KEY_LENGTH, MarkedQuerySet, new_key
from coordination.models.organisations import Organisation
from coordination.models.references import Referenced
from coordination.models.spaces import ContentPage, Space


class AgreementKind(models.TextChoices):
    COOPERATION = "cooperation", _("cooperation agreement")
    MEMORANDUM = "memorandum", _("memorandum of understanding")
    PROTOCOL = "protocol", _("protocol")
    READMISSION = "readmission", _("readmission agreement")
    ARRANGEMENT = "arrangement", _("working arrangement")
    OTHER = "other", _("other")


class AgreementState(models.TextChoices):
    NEGOTIATION = "negotiation", _("negotiation")
    SIGNED = "signed", _("signed")
    IN_FORCE = "in_force", _("in force")
    SUSPENDED = "suspended", _("suspended")
    EXPIRED = "expired", _("expired")
    TERMINATED = "terminated", _("terminated")


class Agreement(Referenced, ContentPage):
    reference_prefix = "AGR"

    reference = models.CharField(_("reference"), max_length=60, blank=True, validators=[validate_plain_text])
    kind = models.CharField(_("kind"), max_length=20, choices=AgreementKind.choices, default=AgreementKind.COOPERATION)
    state = models.CharField(
        _("state"), max_length=20, choices=AgreementState.choices, default=AgreementState.NEGOTIATION
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    summary = RichTextField(_("summary"), blank=True)

    route_name = "agreement_detail"
    template = "coordination/agreement_detail.html"
    fields_of_no_revision = (*ContentPage.fields_of_no_revision, "short_reference")
    exclude_fields_in_copy: ClassVar[list[str]] = [*ContentPage.exclude_fields_in_copy, "short_reference"]
    content_panels: ClassVar[list] = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("reference"), FieldPanel("kind"), FieldPanel("state")]),
        FieldRowPanel([FieldPanel("signed_on"), FieldPanel("in_force_from"), FieldPanel("in_force_until")]),
        FieldPanel("summary"),
        InlinePanel("parties", heading=_("Parties"), label=_("party")),
        InlinePanel("articles", heading=_("Articles"), label=_("article")),
        FieldRowPanel([FieldPanel("language"), FieldPanel("illustrative")]),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True)
                | Q(in_force_from__isnull=True)
                | Q(in_force_until__gte=F("in_force_from")),
                name="an_agreement_ends_after_it_begins",
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.in_force_from and self.in_force_until and self.in_force_until < self.in_force_from:
            raise ValidationError({"in_force_until": _("This is before the day on which it comes into force.")})


class PartOfAgreementQuerySet(MarkedQuerySet):
    pass


class Party(Orderable):
    """An organisation that has signed, or is to sign."""

    audience_path = "agreement__audience"

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="party_to", verbose_name=_("organisation")
    )

    objects = PartOfAgreementQuerySet.as_manager()

    panels: ClassVar[list] = [FieldPanel("organisation")]

    class Meta(Orderable.Meta):
        verbose_name = _("party")
        verbose_name_plural = _("parties")

    def __str__(self) -> str:
        return str(self.organisation)


class Article(Orderable):
    """An article of an agreement: commitments and threads point to it."""

    audience_path = "agreement__audience"

    agreement = ParentalKey(Agreement, on_delete=models.CASCADE, related_name="articles")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    number = models.CharField(_("number"), max_length=20, validators=[validate_plain_text])
    title = models.CharField(_("title"), max_length=200, blank=True, validators=[validate_plain_text])
    body = RichTextField(_("text"))

    objects = PartOfAgreementQuerySet.as_manager()

    panels: ClassVar[list] = [FieldRowPanel([FieldPanel("number"), FieldPanel("title")]), FieldPanel("body")]

    class Meta(Orderable.Meta):
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        name = _("Article %(number)s") % {"number": self.number}
        return f"{name}: {self.title}" if self.title else str(name)

    @property
    def space_id(self) -> int:
        return self.agreement.space_id

    @property
    def space(self) -> Space:
        return self.agreement.space

    @property
    def anchor(self) -> str:
        """The fragment of its address: `#article-…` on the agreement's page."""
        return f"article-{self.key}"

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#{self.anchor}"
