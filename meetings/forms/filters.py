"""What lists are narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination import access
from coordination.forms import (
    Filters,
)
from coordination.models import Space
from meetings.models import MeetingKind


# --- lists ---------------------------------------------------------------------------------------------------------
class _FiltersBySpace(Filters):
    """Offers the spaces of what is `readable`."""

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = Space.objects.readable_by(reader).filter(pk__in=readable.values("space"))


class MeetingFilters(_FiltersBySpace):
    q = forms.CharField(label=_("Words"), max_length=100, required=False)
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *MeetingKind.choices], required=False)


class VisitFilters(_FiltersBySpace):
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
