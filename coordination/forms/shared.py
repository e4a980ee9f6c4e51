"""What forms of coordination have in common. They say what is wrong beside its field; the services decide."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text

TITLE_MAX_LENGTH = 255
DESCRIPTION_MAX_LENGTH = 5000
SPACE_DESCRIPTION_MAX_LENGTH = 2000
REPORT_MAX_LENGTH = 10_000
REASON_MAX_LENGTH = 1000


# What has more digits no database keeps as a number, and no row bears it as its key.
MOST_DIGITS_OF_A_KEY = 18


class SeveralOf(forms.ModelMultipleChoiceField):
    """Several of some rows. A key that is beyond every number names none of them (Django asks the database for it)."""

    def clean(self, value: Any) -> Any:
        for one in value if isinstance(value, list | tuple) else ():
            if len(str(one)) > MOST_DIGITS_OF_A_KEY and str(one).lstrip("-").isdigit():
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": one})
        return super().clean(value)


class DeedForm(forms.Form):
    """A form whose service may refuse: what it refuses is said beside the field that it names."""

    def add_refusal(self, refusal: ValidationError) -> None:
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            self.add_error(name if name in self.fields and name != NON_FIELD_ERRORS else None, errors)

    def send_next(self, name: str, value: Any) -> None:
        """Let the next sending of this form say `value` in a hidden field; what was typed stays."""
        sent: Any = self.data
        sent = sent.copy()
        sent[self.add_prefix(name)] = value
        self.data = sent


class OnceForm(DeedForm):
    """A form that makes something new: sent twice, it is one. The key is made with the form."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class LatestForm(DeedForm):
    """A form that changes something: it carries the version that it was opened with."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    # Whether the object had another version by the time that this form was sent.
    is_stale = False

    def catch_up(self, version: int) -> None:
        """Let the next sending of this form count as one that has seen the present version; what was typed stays."""
        self.is_stale = True
        self.send_next("version", version)


class ShownForm(DeedForm):
    """A form that carries the names of what the page has shown: what came since does not go along unseen."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_shown(self) -> frozenset[str]:
        return frozenset(self.cleaned_data["shown"].split())

    def show(self, names: Iterable[str]) -> None:
        """Let the next sending of this form count as one that has seen these; what was typed stays."""
        if "shown" not in self.fields:
            return
        shown = " ".join(sorted(names))
        self.initial["shown"] = shown
        if self.is_bound:
            self.send_next("shown", shown)


class ReportForm(OnceForm):
    """What has been done, and the state that it leads to. The state that the form showed goes along with it: a report
    from before somebody else moved the object moves it back for nobody."""

    states: type[models.TextChoices]
    transitions: dict[str, frozenset[str]]
    state = forms.ChoiceField(label=_("State"))
    seen_state = forms.ChoiceField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"state": state, "seen_state": state}, **kwargs)
        self.fields["seen_state"].choices = self.states.choices
        seen = self.data.get(self.add_prefix("seen_state"))
        self._offer_from(seen if seen in self.states.values else state)

    def _offer_from(self, state: str) -> None:
        reachable = {state, *self.transitions[state]}
        self.fields["state"].choices = [choice for choice in self.states.choices if choice[0] in reachable]

    def catch_up(self, state: str) -> None:
        """Let the next sending count as one that has seen the present state; what was chosen stays where it can."""
        self._offer_from(state)
        sent: Any = self.data
        sent = sent.copy()
        sent[self.add_prefix("seen_state")] = state
        if sent[self.add_prefix("state")] not in {state, *self.transitions[state]}:
            sent[self.add_prefix("state")] = state
        self.data = sent


def one_line(label: Any, *, max_length: int = TITLE_MAX_LENGTH, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=max_length, required=required, validators=[validate_plain_text])


def paragraphs(
    label: Any, *, max_length: int, required: bool = False, rows: int = 4, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=max_length,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def a_day(label: Any) -> forms.DateField:
    # The browser's own field for dates takes ISO 8601, whatever the language of the page.
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class DueFields(DeedForm):
    """What actions and commitments have in common: their days. The service holds the rule, and so does this form."""

    starts_on = a_day(_("From"))
    due_on = a_day(_("Due on"))

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if fields.get("starts_on") and fields.get("due_on") and fields["due_on"] < fields["starts_on"]:
            self.add_error("due_on", _("This is before the day on which it starts."))
        return fields
