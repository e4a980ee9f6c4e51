"""Forms of retention and of legal holds."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from coordination import retention
from coordination.forms.administration import SpaceByAddressField
from coordination.forms.shared import REASON_MAX_LENGTH, DeedForm, OnceForm, a_day, one_line, paragraphs
from coordination.models import RetentionOutcome, RetentionRule
from coordination.models.custody import LEAST_DAYS, MOST_DAYS

NOT_SAID = ""


class RuleForm(DeedForm):
    """What holds for one kind of things."""

    # All of it may be left: what is not said is said elsewhere, or by nobody.
    optional_goes_unsaid = True

    outcome = forms.ChoiceField(label=_("What becomes of it"), required=False)
    days = forms.IntegerField(label=_("After so many days"), min_value=LEAST_DAYS, max_value=MOST_DAYS, required=False)
    moment = forms.ChoiceField(label=_("Counted from"), required=False)

    def __init__(
        self, *args: Any, kind: retention.Kind, own: RetentionRule | None, unsaid: RetentionRule | None, **kwargs: Any
    ) -> None:
        initial = {"outcome": own.outcome, "days": own.days, "moment": own.moment} if own else {}
        kwargs |= {"prefix": kind.name, "initial": initial}
        super().__init__(*args, **kwargs)
        self.kind, self.own = kind, own
        # What holds where nothing is said here.
        self.unsaid = unsaid
        choices = [(value, capfirst(label)) for value, label in RetentionOutcome.choices if value in kind.outcomes]
        kept = (RetentionOutcome.KEEP.value, capfirst(RetentionOutcome.KEEP.label))
        self.fields["outcome"].choices = [(NOT_SAID, _("Nothing is said here")), kept, *choices]
        self.fields["moment"].choices = kind.all_moments()

    @property
    def present(self) -> RetentionRule | None:
        """What holds, whoever has said it."""
        return self.own or self.unsaid

    @property
    def rule(self) -> RetentionRule | None:
        fields = self.cleaned_data
        if fields["outcome"] == NOT_SAID:
            return None
        return RetentionRule(
            kind=self.kind.name, outcome=fields["outcome"], days=fields["days"], moment=fields["moment"]
        )

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        ends = fields.get("outcome") not in (NOT_SAID, RetentionOutcome.KEEP, None)
        if ends and not fields.get("days") and "days" not in self.errors:
            self.add_error("days", _("Say after how many days."))
        return fields


class EndOfSpaceForm(DeedForm):
    on = a_day(_("The work in this space ended on"))


class HoldForm(OnceForm):
    name = one_line(_("Name of the hold"), max_length=150)
    reason = paragraphs(
        _("Why it is needed"),
        max_length=REASON_MAX_LENGTH,
        required=True,
        help_text=_("The chairs read it, and it stands in the audit trail."),
    )


class HoldOnSpaceForm(HoldForm):
    """By an auditor, who reads no space by office: it is named by its address."""

    field_order = ("space", "name", "reason")
    space = SpaceByAddressField()


class LiftForm(DeedForm):
    reason = paragraphs(_("Why it is no longer needed"), max_length=REASON_MAX_LENGTH, required=True)
