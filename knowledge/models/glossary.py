"""The glossary: what a term is called, and what it means, in the languages of the programme."""

import secrets
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from accounts.text import validate_plain_text
from coordination.editors_forms import PageOfPartsForm
from coordination.models import MarkedQuerySet
from coordination.models.spaces import MarkedPageManager, MarkedPageQuerySet
from knowledge import panels
from knowledge.languages import WrittenLanguage, direction_of, name_of
from knowledge.models.pages import KnowledgePage

# So much chance that two sets of terms never have the same sum, and so little that a sum of many is still a number.
STAMP_BITS = 48


def new_stamp() -> int:
    return secrets.randbits(STAMP_BITS)


class GlossaryTermQuerySet(MarkedPageQuerySet):
    def for_lists(self) -> Self:
        """With what every list shows of a term, in a fixed number of queries."""
        return self.select_related("audience", "space").prefetch_related("wordings")


GlossaryTermManager = MarkedPageManager.from_queryset(GlossaryTermQuerySet)


class GlossaryTerm(KnowledgePage):
    """A term. Its title is the term in English; where another language is missing, English stands for it."""

    definition = models.TextField(_("definition"), max_length=2000)
    term_ru = models.CharField(_("term in Russian"), max_length=255, blank=True, validators=[validate_plain_text])
    definition_ru = models.TextField(_("definition in Russian"), max_length=2000, blank=True)
    term_ur = models.CharField(_("term in Urdu"), max_length=255, blank=True, validators=[validate_plain_text])
    definition_ur = models.TextField(_("definition in Urdu"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[validate_plain_text])
    source_url = models.URLField(_("address of the source"), blank=True)
    # Another number after every change, its marking included: the sum over some terms tells whether one has changed.
    stamp = models.PositiveBigIntegerField(default=new_stamp, editable=False)

    objects: ClassVar[Any] = GlossaryTermManager()

    route_name = "glossary_term_detail"
    template = "knowledge/glossary_term_detail.html"
    context_object_name = "term"
    base_form_class = PageOfPartsForm
    fields_of_no_revision = (*KnowledgePage.fields_of_no_revision, "stamp")
    content_panels: ClassVar[list] = [
        *KnowledgePage.content_panels,
        FieldPanel(
            "definition", help_text=_("One sentence that stands by itself: it is shown wherever the term is used.")
        ),
        MultiFieldPanel([FieldPanel("term_ru"), FieldPanel("definition_ru")], heading=_("Russian")),
        MultiFieldPanel([FieldPanel("term_ur"), FieldPanel("definition_ur")], heading=_("Urdu")),
        InlinePanel("wordings", heading=_("Other terms, acronyms, other languages"), label=_("wording")),
        panels.source(FieldRowPanel([FieldPanel("source"), FieldPanel("source_url")])),
        panels.about(),
    ]

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, under another stamp."""
        self.stamp = new_stamp()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "stamp"}
        super().save(*args, **kwargs)

    @property
    def translations(self) -> dict[str, tuple[str, str]]:
        """Term and definition by language, as far as there are any; English first."""
        found = {"en": (self.title, self.definition)}
        for language in ("ru", "ur"):
            if term := getattr(self, f"term_{language}"):
                found[language] = (term, getattr(self, f"definition_{language}"))
        for wording in self.wordings.all():
            if wording.kind == WordingKind.TERM:
                found.setdefault(wording.language, (wording.text, wording.definition))
        return found

    @property
    def side_by_side(self) -> list["InOneLanguage"]:
        """All of it by language: the term, what else it is called, its acronyms, what is meant by it. The reader's
        language comes first, then English."""
        translations, wordings = self.translations, list(self.wordings.all())
        codes = [*translations, *dict.fromkeys(one.language for one in wordings if one.language not in translations)]
        if (mine := get_language()) in translations:
            codes = [mine, *(code for code in codes if code != mine)]
        return [
            InOneLanguage(
                code,
                *translations.get(code, ("", "")),
                [one.text for one in wordings if one.language == code and one.kind == WordingKind.ALTERNATIVE],
                [one.text for one in wordings if one.language == code and one.kind == WordingKind.ACRONYM],
            )
            for code in codes
        ]


@dataclass(frozen=True)
class InOneLanguage:
    """What a term is in one language; the term itself may be missing where only an acronym is used."""

    code: str
    term: str
    definition: str
    alternatives: list[str]
    acronyms: list[str]

    @property
    def name(self) -> str:
        return name_of(self.code)

    @property
    def direction(self) -> str:
        return direction_of(self.code)


class WordingKind(models.TextChoices):
    TERM = "term", _("the term in this language")
    ALTERNATIVE = "alternative", _("alternative term")
    ACRONYM = "acronym", _("acronym")


class Wording(Orderable):
    """What a term is called besides: in another language, by another word, or in short."""

    audience_path = "term__audience"

    term = ParentalKey(GlossaryTerm, on_delete=models.CASCADE, related_name="wordings")
    language = models.CharField(_("language"), max_length=10, choices=WrittenLanguage.choices, default="en")
    kind = models.CharField(_("kind"), max_length=20, choices=WordingKind.choices, default=WordingKind.ALTERNATIVE)
    text = models.CharField(_("wording"), max_length=255, validators=[validate_plain_text])
    definition = models.TextField(_("definition"), max_length=2000, blank=True)

    objects = MarkedQuerySet.as_manager()

    panels: ClassVar[list] = [
        FieldRowPanel([FieldPanel("language"), FieldPanel("kind"), FieldPanel("text")]),
        FieldPanel("definition"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")

    def __str__(self) -> str:
        return self.text

    @property
    def space_id(self) -> int:
        return self.term.space_id
