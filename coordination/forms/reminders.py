"""Forms about reminders: the rules of a space, and an organisation's focal point."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination.forms.shared import DeedForm, LatestForm
from coordination.models import Organisation, ReminderRules
from coordination.models.reminders import MOST_DAYS_LATE, validate_days_ahead

RULES = ("ahead", "on_the_day", "late_first", "late_every", "late_until", "focal_after", "chair_after")


def _days(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=1, max_value=MOST_DAYS_LATE)


class ReminderRulesForm(LatestForm):
    ahead = forms.CharField(
        label=_("Days ahead"),
        max_length=60,
        required=False,
        validators=[validate_days_ahead],
        help_text=_("Numbers with commas between them, such as 7, 1. Empty: nobody is reminded ahead."),
    )
    on_the_day = forms.BooleanField(label=_("On the day itself"), required=False)
    late_first = _days(
        _("Days after it was due: the first reminder"), _("Empty: nobody is reminded of what is overdue.")
    )
    late_every = _days(_("Days from each of them to the next"), _("Empty: there is only one."))
    late_until = _days(_("Days after it was due: the last reminder"))
    focal_after = _days(
        _("Days until it is brought to the focal point of the organisation that owes it"),
        _("Counted from the day it was due. Empty: never."),
    )
    chair_after = _days(
        _("Days until it is brought to the chairs of the space"),
        _("Counted from the day it was brought to the focal point; from the day it was due, where it never is. "
          "Empty: never."),
    )  # fmt: skip


def initial_rules(rules: ReminderRules) -> dict[str, Any]:
    return {**{name: getattr(rules, name) for name in RULES}, "version": version_of(rules)}


def version_of(rules: ReminderRules) -> int:
    """Nought while a space goes by the defaults."""
    return 0 if rules._state.adding else rules.version


class FocalPointForm(DeedForm):
    """Who is told at an organisation of what has long been overdue. By address: no list names accounts."""

    email = forms.EmailField(
        label=_("E-mail address of the focal point"),
        max_length=254,
        required=False,
        help_text=_("Of somebody with an account at this organisation. Empty: nobody."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_email(self) -> User | None:
        email = self.cleaned_data["email"]
        if not email:
            return None
        user = User.objects.filter(email__iexact=email, organisation=self.organisation, is_active=True).first()
        if user is None:
            raise ValidationError(_("Nobody with this address has an account at this organisation."))
        return user
