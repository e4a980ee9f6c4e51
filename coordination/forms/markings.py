"""The form that marks something anew."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, selectors
from coordination.forms.shared import REASON_MAX_LENGTH, DeedForm, SeveralOf, paragraphs
from coordination.models import (
    Marking,
    Organisation,
    Space,
)

# What each label of the Traffic Light Protocol 2.0 means here.
MARKINGS_EXPLAINED = {
    Marking.CLEAR: _("TLP:CLEAR: everyone, signed in or not"),
    Marking.GREEN: _("TLP:GREEN: everyone who is signed in"),
    Marking.AMBER: _("TLP:AMBER: the members of the space"),
    Marking.AMBER_STRICT: _("TLP:AMBER+STRICT: of the space's members, those of the organisations named below"),
    Marking.RED: _("TLP:RED: of the space's members, the persons named below and nobody else"),
}
MARKINGS_OF_SPACES = (Marking.CLEAR, Marking.GREEN, Marking.AMBER)


class UsersField(SeveralOf):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.organisation.acronym})" if obj.organisation else obj.name


class NamedReadersForm(DeedForm):
    """Whom the narrow markings name; nobody is offered but whom the form that uses it says."""

    organisations = SeveralOf(
        label=_("Organisations (for TLP:AMBER+STRICT)"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    users = UsersField(
        label=_("Persons (for TLP:RED)"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class ChangeMarkingForm(NamedReadersForm):
    marking = forms.ChoiceField(label=_("Marking"), choices=list(MARKINGS_EXPLAINED.items()), widget=forms.RadioSelect)
    field_order = ("marking", "organisations", "users", "reason")
    reason = paragraphs(
        _("Reason"),
        max_length=REASON_MAX_LENGTH,
        rows=2,
        help_text=_("Needed where the marking becomes wider; it is kept in the audit trail."),
    )

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        tokens = [access.Token.parse(token) for token in obj.own_audience.tokens if token.startswith("space:")]
        kwargs["initial"] = {
            "marking": obj.own_audience.marking,
            "organisations": [token.org for token in tokens if token.org],
            "users": [token.user for token in tokens if token.user],
        }
        super().__init__(*args, **kwargs)
        # For a part that has its own marking, the widest one is that of what it is a part of.
        if label := getattr(obj, "unmarked_label", ""):
            choices = [(Marking.CLEAR, label), *list(MARKINGS_EXPLAINED.items())[1:]]
            self.fields["marking"].choices = choices
        if isinstance(obj, Space):
            del self.fields["organisations"], self.fields["users"]
            self.fields["marking"].choices = [(name, MARKINGS_EXPLAINED[name]) for name in MARKINGS_OF_SPACES]
            return
        space = obj.space
        self.fields["organisations"].queryset = selectors.organisations_in(space)
        members = [user.pk for user in access.users_in([space.pk])]
        self.fields["users"].queryset = User.objects.filter(pk__in=members).select_related("organisation")
