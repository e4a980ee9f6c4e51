"""What all pages of knowledge share: they wait for their day, are reviewed before they are published, and are shown as
they will be while they are written. Some of them are translated."""

from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, PublishingPanel
from wagtail.models import PreviewableMixin, Workflow, get_page_models

from coordination import review
from coordination.models import Audience, ContentPage, Marked


class KnowledgePage(ContentPage):
    """A page of the knowledge base."""

    review_on = models.DateField(
        _("to be looked through on"),
        null=True,
        blank=True,
        help_text=_("From that day on the page is brought to its owner, until somebody has looked through it."),
    )

    settings_panels: ClassVar[list] = [PublishingPanel(), FieldPanel("review_on")]
    preview_modes: ClassVar[list] = PreviewableMixin.DEFAULT_PREVIEW_MODES

    class Meta:
        abstract = True

    @property
    def has_workflow(self) -> bool:
        return review.is_offered()

    def get_workflow(self) -> Workflow | None:
        """All are reviewed in one way: by the owners of their topics (coordination.review)."""
        return review.workflow() if review.is_offered() else None

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The page as it would be: it is saved, shown by its own view, and all of that is taken back.

        So there is no second way to show a page, and none that asks another rule. Nothing is told of it: mails, pokes
        and tasks wait for the end of a transaction that never comes.
        """
        view, args, kwargs = resolve(self.get_absolute_url())
        try:
            with transaction.atomic():
                self.live, self.expired = True, False
                self.save(clean=False)
                response = view(request, *args, **kwargs)
                transaction.set_rollback(True)
        except (IntegrityError, ObjectDoesNotExist):  # something is not filled in that no page can be without
            return render(request, "wagtailadmin/generic/preview_error.html", {"object": self})
        return response


class TranslatedPage(KnowledgePage):
    """A page that may be a translation of another of its kind (docs/decisions/0022).

    A translation is a part of its original: nobody reads it who may not read that, and by itself it is open.
    """

    translation_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="translations",
        verbose_name=_("translation of"),
    )

    fields_of_no_revision = (*KnowledgePage.fields_of_no_revision, "translation_of_id")

    class Meta:
        abstract = True

    def default_audience(self) -> Audience:
        from coordination import access

        return access.intern({access.PUBLIC}) if self.translation_of_id else super().default_audience()

    def access_parent(self) -> Marked | None:
        return self.translation_of

    def access_children(self) -> list[Marked]:
        return [*super().access_children(), *self.translations.all()]

    @property
    def original(self) -> "TranslatedPage":
        """The page that it is a translation of, else the page itself."""
        return self.translation_of or self

    def clean(self) -> None:
        """One page in each language, so that a reader's language names one.

        Only those count which everybody may read who may read the original: a refusal tells of no other.
        """
        super().clean()
        if self.language in self._languages_taken():
            raise ValidationError({"language": _("There is already a page in this language.")})

    def _languages_taken(self) -> set[str]:
        first = self.original
        if first.pk is None:
            return set()
        family: Any = type(self)._base_manager.filter(models.Q(pk=first.pk) | models.Q(translation_of=first.pk))
        open_to_all = family.filter(audience=first.audience_id).exclude(pk=self.pk)
        return set(open_to_all.values_list("language", flat=True))


def kinds_of_pages() -> list[type[KnowledgePage]]:
    """Every kind of page of knowledge."""
    return [model for model in get_page_models() if issubclass(model, KnowledgePage)]


def translated_kinds() -> dict[str, type[TranslatedPage]]:
    """The kinds of pages that can be translated, by the name that their addresses have."""
    return {model._meta.model_name: model for model in get_page_models() if issubclass(model, TranslatedPage)}
