"""Forms about spaces and their members."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination.forms.shared import (
    SPACE_DESCRIPTION_MAX_LENGTH,
    DeedForm,
    LatestForm,
    OnceForm,
    SeveralOf,
    one_line,
    paragraphs,
)
from coordination.models import (
    Country,
    Organisation,
    Role,
    SpaceKind,
    Topic,
)


class _SpaceFields(DeedForm):
    title = one_line(_("Title"))
    kind = forms.ChoiceField(label=_("Kind"), choices=SpaceKind.choices)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.all(), required=False)
    topics = SeveralOf(
        label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    description = paragraphs(_("Description"), max_length=SPACE_DESCRIPTION_MAX_LENGTH)


class EditSpaceForm(LatestForm, _SpaceFields):
    pass


class MemberFields(DeedForm):
    """A member to be: an organisation, or one person with an account, by e-mail address.

    Persons are not offered for choice: a list of all accounts would name whoever is known only from closed spaces.
    """

    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.all(), required=False)
    email = forms.EmailField(label=_("or the e-mail address of one person"), max_length=254, required=False)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        organisation, email = fields.get("organisation"), fields.get("email")
        if "organisation" in self.errors or "email" in self.errors:
            return fields
        if bool(organisation) == bool(email):
            self.add_error("organisation", _("Name either an organisation or one person."))
            return fields
        fields["member"] = organisation or User.objects.filter(email__iexact=email, is_active=True).first()
        if fields["member"] is None:
            self.add_error("email", _("Nobody with this address has an account. Invite the person first."))
        return fields


class NewSpaceForm(OnceForm, _SpaceFields, MemberFields):
    field_order = ("title", "kind", "country", "topics", "description", "organisation", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].label = _("Chair: an organisation")


class GrantForm(MemberFields):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.READER)


class RoleForm(DeedForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
