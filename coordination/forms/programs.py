"""Forms for what programs use: tokens and webhooks."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.forms.shared import DeedForm, SeveralOf, one_line
from coordination.models import ApiVerb, Space

USUAL_TERM = timedelta(days=90)


class NewTokenForm(DeedForm):
    name = one_line(_("What it is for"), max_length=100)
    spaces = SeveralOf(
        label=_("Spaces"),
        queryset=Space.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none for all of yours, those to come included."),
    )
    verbs = forms.MultipleChoiceField(
        label=_("Besides reading it may"),
        choices=ApiVerb.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself."),
    )
    expires_on = forms.DateField(
        label=_("Holds until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, spaces: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"expires_on": timezone.localdate() + USUAL_TERM}
        super().__init__(*args, **kwargs)
        self.fields["spaces"].queryset = spaces


class NewWebhookForm(DeedForm):
    url = forms.URLField(
        label=_("Address to call"),
        max_length=500,
        assume_scheme="https",
        help_text=_("A public address that begins with https://. It is told what happened to what, and no content."),
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )
