"""The form of resources on the editors' side."""

from typing import Any

from coordination.editors_forms import LatestPageForm


class ResourcePageForm(LatestPageForm):
    """Tells every file of which resource, and in which space, it is to be: it is checked before either is saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            return
        if self.instance.space_id is None and self.parent_page is not None:
            self.instance.space = self.parent_page.specific
        for part in self.formsets["files"].forms:
            if part.instance.resource_id is None:
                part.instance.resource = self.instance
