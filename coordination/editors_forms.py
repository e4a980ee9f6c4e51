"""The form of every page on the editors' side, on which the forms of single kinds of pages build."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page


class LatestPageForm(WagtailAdminPageForm):
    """Names nothing that is closed to its sender; and a form that is older than the page overwrites nobody's text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from coordination.editors_refusals import refuse_what_is_closed

        super().__init__(*args, **kwargs)
        if self.is_bound:
            refuse_what_is_closed(self, self.for_user)

    def clean(self) -> Any:
        from coordination.services import StaleVersion

        cleaned = super().clean()
        if self.instance.pk and self.is_older():
            self.add_error(None, StaleVersion())
        return cleaned

    def is_older(self) -> bool:
        """Whether the page has got another version since the form was opened.

        Wagtail puts the version into the form itself; a page without one shows it as "None".
        """
        versions = Page.objects.select_for_update().values_list("latest_revision_id", flat=True)
        loaded = self.data.get("loaded_revision_id") or "None"
        return loaded != str(versions.get(pk=self.instance.pk))


class PageOfPartsForm(LatestPageForm):
    """Tells every part of which page, and in which space, it is to be: it is checked before either is saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            return
        if self.instance.space_id is None and self.parent_page is not None:
            self.instance.space = self.parent_page.specific
        for formset in self.formsets.values():
            for part in formset.forms:
                if getattr(part.instance, formset.fk.attname) is None:
                    setattr(part.instance, formset.fk.name, self.instance)


class AgreementPageForm(PageOfPartsForm):
    def clean(self) -> Any:
        """Changes need the agreement that they change."""
        cleaned = super().clean()
        written = [part for part in self.formsets["amendments"].forms if part.has_changed() or part.instance.pk]
        kept = [part for part in written if part not in self.formsets["amendments"].deleted_forms]
        if kept and not cleaned.get("amends"):
            self.add_error("amends", _("Choose the agreement that these changes are made in."))
        return cleaned
