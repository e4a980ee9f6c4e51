"""Forms of imports: the sheet, and what its columns are."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.columns import Column
from coordination.forms.shared import DeedForm, OnceForm
from coordination.models import SentSheet
from coordination.sheets import MOST_BYTES, most_rows


class SheetForm(OnceForm):
    file = forms.FileField(
        label=_("The sheet"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )

    def __init__(self, *args: Any, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("XLSX or CSV, at most %(rows)s rows. You see what will be made before anything is written.")
        self.fields["file"].help_text = hint % {"rows": most or most_rows()}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large: at most %d MB.") % (MOST_BYTES // 1024 // 1024))
        return file


class ColumnsForm(DeedForm):
    """For each column of Accord a heading of the sheet, or none."""

    def __init__(self, *args: Any, job: SentSheet, columns: Iterable[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        headings = [(str(place), heading or "–") for place, heading in enumerate(job.headings)]
        for column in columns:
            nothing = _("choose a heading") if column.required else _("not in the sheet")
            self.fields[column.key] = forms.TypedChoiceField(
                label=column.label,
                choices=[("", nothing), *headings],
                coerce=int,
                empty_value=None,
                required=column.required,
                initial=job.matching.get(column.key, ""),
                help_text=column.hint,
            )

    @property
    def matching(self) -> dict[str, int]:
        return {key: place for key, place in self.cleaned_data.items() if place is not None}
