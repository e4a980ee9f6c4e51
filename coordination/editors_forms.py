"""The form of every page on the editors' side, on which the forms of single kinds of pages build."""

from typing import Any

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
