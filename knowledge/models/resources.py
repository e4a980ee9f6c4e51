"""Resources: studies, guidelines, training material and the like, with their files."""

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from accounts.text import validate_plain_text
from coordination.editors_forms import PageOfPartsForm
from coordination.models import Country, MarkedQuerySet
from coordination.models.spaces import MarkedPageManager, MarkedPageQuerySet
from knowledge import panels
from knowledge.languages import name_of
from knowledge.models.files import File, files_attached_to
from knowledge.models.languages import LanguagesField
from knowledge.models.pages import TranslatedPage

# The first statistical yearbooks that somebody may want to file, and what no catalogue announces today.
EARLIEST_YEAR = 1850
LATEST_YEAR = 2100


class ResourceKind(models.TextChoices):
    STUDY = "study", _("study")
    GUIDELINE = "guideline", _("guideline")
    TRAINING = "training", _("training material")
    AWARENESS = "awareness", _("awareness material")
    LEGAL = "legal", _("legal text")
    DATA = "data", _("data")
    AUDIO_VIDEO = "audio_video", _("audio or video")


class Licence(models.TextChoices):
    """Under which others may use it; nothing where that is not known."""

    CC0 = "cc0", "CC0 1.0"
    CC_BY = "cc-by", "CC BY 4.0"
    CC_BY_SA = "cc-by-sa", "CC BY-SA 4.0"
    CC_BY_ND = "cc-by-nd", "CC BY-ND 4.0"
    CC_BY_NC = "cc-by-nc", "CC BY-NC 4.0"
    CC_BY_NC_SA = "cc-by-nc-sa", "CC BY-NC-SA 4.0"
    CC_BY_NC_ND = "cc-by-nc-nd", "CC BY-NC-ND 4.0"
    PUBLIC_DOMAIN = "public-domain", _("public domain")
    PERMITTED = "permitted", _("used with permission")
    RESERVED = "reserved", _("all rights reserved")


LICENCE_URLS = {
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    Licence.PUBLIC_DOMAIN: "https://creativecommons.org/publicdomain/mark/1.0/",
    **{
        licence: f"https://creativecommons.org/licenses/{licence.value.removeprefix('cc-')}/4.0/"
        for licence in Licence
        if licence.value.startswith("cc-")
    },
}


class ResourceQuerySet(MarkedPageQuerySet):
    def for_lists(self) -> Self:
        """With what every list shows of a resource, in a fixed number of queries."""
        return self.select_related("audience", "space")


ResourceManager = MarkedPageManager.from_queryset(ResourceQuerySet)


class Resource(TranslatedPage):
    kind = models.CharField(_("kind"), max_length=20, choices=ResourceKind.choices, default=ResourceKind.STUDY)
    abstract = models.TextField(_("abstract"), blank=True, max_length=3000)
    body = RichTextField(_("text"), blank=True)
    authors = models.CharField(
        _("authors"),
        max_length=1000,
        blank=True,
        validators=[validate_plain_text],
        help_text=_(
            "Separate them by semicolons. Of persons the family name first: “Khan, Ayesha; Ministry of Interior”."
        ),
    )
    publisher = models.CharField(_("publisher"), max_length=255, blank=True, validators=[validate_plain_text])
    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR)],
    )
    countries = ParentalManyToManyField(Country, verbose_name=_("countries"), blank=True, related_name="resources")
    languages = LanguagesField(_("languages"), blank=True, help_text=_("In which there are files or originals of it."))
    licence = models.CharField(_("licence"), max_length=20, choices=Licence.choices, blank=True)
    source_url = models.URLField(_("address of the original"), blank=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects: ClassVar[Any] = ResourceManager()

    route_name = "resource_detail"
    template = "knowledge/resource_detail.html"
    context_object_name = "resource"
    base_form_class = PageOfPartsForm
    exclude_fields_in_copy: ClassVar[list[str]] = [*TranslatedPage.exclude_fields_in_copy, "files", "submission"]
    fields_of_no_revision = (*TranslatedPage.fields_of_no_revision, "submission")
    content_panels: ClassVar[list] = [
        *TranslatedPage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("year"), FieldPanel("language")]),
        panels.text(panels.summary("abstract"), language=False),
        InlinePanel(
            "files",
            heading=_("Files"),
            label=_("file"),
            help_text=_("Files of this space. Whoever may read the page may read them, unless one is marked narrower."),
        ),
        panels.source(
            FieldRowPanel(
                [
                    FieldPanel(
                        "authors", help_text=_("Family name first, a semicolon between two: Khan, A.; Aziz, S.")
                    ),
                    FieldPanel("publisher"),
                ]
            ),
            FieldRowPanel([FieldPanel("licence"), FieldPanel("source_url")]),
            FieldPanel("languages", help_text=_("The languages that the work itself is in, where these are several.")),
        ),
        panels.about(panels.countries()),
    ]

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year__isnull=True) | models.Q(year__range=(EARLIEST_YEAR, LATEST_YEAR)),
                name="a_resource_is_of_a_year_that_can_be",
            )
        ]

    @property
    def author_names(self) -> list[str]:
        """Each of the authors, as written."""
        return [name for part in self.authors.split(";") if (name := " ".join(part.split()))]

    @property
    def in_a_line(self) -> str:
        """What it is, of whom and of when, for rows of lists. Names keep their own direction (Unicode's isolates)."""
        makers = self.authors or self.publisher
        parts = [capfirst(self.get_kind_display()), makers and f"\u2068{makers}\u2069", self.year and str(self.year)]
        return " · ".join(part for part in parts if part)

    @property
    def all_languages(self) -> list[str]:
        """The codes of those that it is in; at least that of its own page."""
        return list(self.languages) or [self.language]

    @property
    def language_names(self) -> str:
        return ", ".join(name_of(code) for code in self.all_languages)

    @property
    def licence_url(self) -> str:
        return LICENCE_URLS.get(Licence(self.licence), "") if self.licence else ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; its files are found under its topics while it is published, and so are told of every change."""
        super().save(*args, **kwargs)
        if kwargs.get("update_fields") is None:
            for file in files_attached_to(self):
                file.save(update_fields=["text_state"])


class ResourceFile(Orderable):
    """A file of a resource, in its place. A file belongs to one resource only, and is read as that one is."""

    audience_path = "file__audience"

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="files")
    file = models.OneToOneField(File, on_delete=models.CASCADE, related_name="place", verbose_name=_("file"))

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [FieldPanel("file")]

    class Meta(Orderable.Meta):
        verbose_name = _("file of a resource")
        verbose_name_plural = _("files of resources")

    def __str__(self) -> str:
        return self.file.title

    @property
    def space_id(self) -> int:
        return self.resource.space_id

    def clean(self) -> None:
        super().clean()
        if self.file_id and self.resource.space_id and self.file.space_id != self.resource.space_id:
            raise ValidationError({"file": _("Choose a file of the same space.")})

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.file.attach(self.resource)
