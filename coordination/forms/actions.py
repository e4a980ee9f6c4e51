"""Forms about actions."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import selectors, services
from coordination.forms.shared import (
    DESCRIPTION_MAX_LENGTH,
    REASON_MAX_LENGTH,
    REPORT_MAX_LENGTH,
    DueFields,
    LatestForm,
    OnceForm,
    ReportForm,
    one_line,
    paragraphs,
)
from coordination.models import (
    Action,
    ActionState,
    Organisation,
    Person,
    Space,
)


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Person) -> str:
        if obj.user and obj.user.organisation:
            return f"{obj.name} ({obj.user.organisation.acronym})"
        return obj.name


class ReportOnActionForm(ReportForm):
    """What has been done on an action, and the state that it is in now."""

    states, transitions = ActionState, services.ACTION_TRANSITIONS
    text = paragraphs(_("What has been done"), max_length=REPORT_MAX_LENGTH)
    field_order = ("text", "state")


class NewActionForm(OnceForm, DueFields):
    title = one_line(_("What is to be done"))
    description = paragraphs(_("Details"), max_length=DESCRIPTION_MAX_LENGTH)
    owner = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    owner_person = PersonField(label=_("Person"), queryset=Person.objects.none(), required=False)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    field_order = ("title", "description", "owner", "owner_person", "starts_on", "due_on", "language")

    def __init__(self, *args: Any, space: Space, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"owner": reader.organisation_id, "language": reader.language}, **kwargs)
        self.fields["owner"].queryset = selectors.organisations_in(space)
        self.fields["owner_person"].queryset = selectors.persons_in(space)


class EditActionForm(LatestForm, DueFields):
    title = one_line(_("What is to be done"))
    description = paragraphs(_("Details"), max_length=DESCRIPTION_MAX_LENGTH)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    field_order = ("title", "description", "starts_on", "due_on", "language")


class ReassignActionForm(LatestForm):
    owner = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    owner_person = PersonField(label=_("Person"), queryset=Person.objects.none(), required=False)
    reason = paragraphs(_("Why"), max_length=REASON_MAX_LENGTH, rows=2)

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "owner": action.owner_id, "owner_person": action.owner_person_id, "version": action.version
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = selectors.organisations_in(action.space) | Organisation.objects.filter(
            pk=action.owner_id
        )
        self.fields["owner_person"].queryset = selectors.persons_in(action.space)
