"""Forms of saved searches."""

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.forms import LatestForm, OnceForm
from coordination.forms.shared import one_line
from search.models import Alert
from search.saved import LONGEST_QUERY

NAME_MAX_LENGTH = 100


def _alert() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Tell me of what is new"),
        choices=Alert.choices,
        initial=Alert.DAILY,
        help_text=_("In Accord, and by mail as your preferences say. You are told of nothing that you may not read."),
    )


class SaveSearchForm(OnceForm):
    name = one_line(_("Name"), max_length=NAME_MAX_LENGTH)
    alert = _alert()
    query = forms.CharField(max_length=LONGEST_QUERY, required=False, widget=forms.HiddenInput)


class ChangeSearchForm(LatestForm):
    name = one_line(_("Name"), max_length=NAME_MAX_LENGTH)
    alert = _alert()
