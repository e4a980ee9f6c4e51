"""The form by which somebody who leaves hands everything over."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import selectors
from coordination.forms.actions import PersonField
from coordination.forms.shared import REASON_MAX_LENGTH, DeedForm, paragraphs
from coordination.models import Action, Person


class HandoverForm(DeedForm):
    successor = PersonField(
        label=_("Successor"),
        queryset=Person.objects.none(),
        error_messages={"invalid_choice": _("Choose somebody of the same organisation.")},
    )
    reason = paragraphs(_("Why"), max_length=REASON_MAX_LENGTH, required=True, rows=2)
    # The keys of the actions on the page: what was given to the predecessor since then does not go along unseen.
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, predecessor: Person, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = successors = selectors.successors_of(actor, predecessor)
        if not successors.exists():
            self.fields["successor"].help_text = _(
                "Nobody else of the organisation is in a space of yours. Whoever takes over needs an account first: "
                "the secretariat invites people."
            )

    def clean_shown(self) -> frozenset[str]:
        return frozenset(self.cleaned_data["shown"].split())

    def show(self, actions: Iterable[Action]) -> None:
        """Let the next sending of this form count as one that has seen these actions; what was typed stays."""
        shown = " ".join(action.key for action in actions)
        self.initial["shown"] = shown
        if self.is_bound:
            sent: Any = self.data
            sent = sent.copy()
            sent[self.add_prefix("shown")] = shown
            self.data = sent
