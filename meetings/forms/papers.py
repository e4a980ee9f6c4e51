"""Which records are compiled into one document."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination import access
from coordination.forms import Filters
from coordination.models import Space, Topic
from meetings.models import Series


class CompileForm(Filters):
    """A GET form: the address of a compiled document says what is in it."""

    series = forms.ModelChoiceField(
        label=_("Series"), queryset=Series.objects.none(), required=False, to_field_name="key"
    )
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.all(), required=False, to_field_name="slug")
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    all = forms.BooleanField(label=_("Also what is not agreed yet"), required=False)

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only what has a record that this reader may read: the choices tell of nothing else.
        self.fields["series"].queryset = Series.objects.readable_by(reader).filter(
            pk__in=readable.values("meeting__series")
        )
        self.fields["space"].queryset = Space.objects.readable_by(reader).filter(pk__in=readable.values("space"))
        self.fields["topic"].queryset = Topic.objects.filter(meetings__in=readable.values("meeting")).distinct()
