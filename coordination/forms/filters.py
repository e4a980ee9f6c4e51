"""What narrows lists down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination import access
from coordination.forms.shared import a_day
from coordination.models import (
    ActionState,
    Agreement,
    AgreementKind,
    AgreementState,
    CommitmentState,
    Country,
    Organisation,
    OrganisationKind,
    Space,
)


class Filters(forms.Form):
    """What narrows a list down. It offers only what occurs in what the reader may read; a bad value narrows nothing."""

    optional_goes_unsaid = True  # nobody takes a filter for a duty

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = _("any")

    def chosen(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name) or None


# A list begins with what is still to be done: what is closed is asked for.
ANY_STATE = "any"
WHOSE = [("", _("everybody's")), ("mine", _("mine")), ("ours", _("my organisation's"))]


class _DueFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=100, required=False)
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none(), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = Space.objects.readable_by(reader).filter(pk__in=readable.values("space"))
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=readable.values(owner))


class ActionFilters(_DueFilters):
    whose = forms.ChoiceField(label=_("Whose"), choices=WHOSE, required=False)
    field_order = ("q", "whose", "space", "organisation", "state", "overdue")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, owner="owner", **kwargs)
        self.fields["state"].choices = [
            ("", _("still to be done")), (ANY_STATE, _("any")), *ActionState.choices,
        ]  # fmt: skip


class CommitmentFilters(_DueFilters):
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)
    agreement = forms.ModelChoiceField(
        label=_("Agreement"), queryset=Agreement.objects.none(), required=False, to_field_name="key"
    )
    field_order = ("q", "space", "organisation", "country", "agreement", "state", "overdue")

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, reader=reader, readable=readable, owner="party", **kwargs)
        self.fields["state"].choices = [
            ("", _("still owed")), (ANY_STATE, _("any")), *CommitmentState.choices,
        ]  # fmt: skip
        self.fields["country"].queryset = Country.objects.filter(pk__in=readable.values("party__country"))
        self.fields["agreement"].queryset = (
            Agreement.live_pages().readable_by(reader).filter(pk__in=readable.values("article__agreement"))
        )


class AgreementFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=100, required=False)
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *AgreementKind.choices], required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("any")), *AgreementState.choices], required=False)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = Space.objects.readable_by(reader).filter(pk__in=readable.values("space"))
        self.fields["country"].queryset = Country.objects.filter(
            organisations__party_to__agreement__in=readable.values("pk")
        ).distinct()


class OrganisationFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *OrganisationKind.choices], required=False)
    country = forms.ModelChoiceField(
        label=_("Country"), queryset=Country.objects.filter(organisations__isnull=False).distinct(), required=False
    )


class TrailFilters(Filters):
    verb = forms.CharField(label=_("Deed"), max_length=60, required=False)
    since = a_day(_("From"))
    until = a_day(_("Until"))
