"""Forms of the lists: a filter's name, a card that moves, and a change of many actions at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.widgets import QuickSelect
from coordination import access, selectors, services
from coordination.forms.actions import PersonField, ReportOnActionForm
from coordination.forms.shared import (
    REASON_MAX_LENGTH,
    REPORT_MAX_LENGTH,
    LatestForm,
    OnceForm,
    a_day,
    one_line,
    paragraphs,
)
from coordination.models import (
    ActionState,
    FilteredList,
    Organisation,
    Person,
    Priority,
    Space,
)

FILTER_NAME_MAX_LENGTH = 100
QUERY_MAX_LENGTH = 1000
BACK_MAX_LENGTH = 2000


# --- saved filters --------------------------------------------------------------------------------------------------
class SaveFilterForm(OnceForm):
    name = one_line(_("Name"), max_length=FILTER_NAME_MAX_LENGTH)
    space = forms.ModelChoiceField(
        label=_("For whom"),
        queryset=Space.objects.none(),
        required=False,
        to_field_name="key",
        empty_label=_("for me alone"),
        help_text=_("Shared in a space, its members find it above their list; each sees there what each may read."),
    )
    page = forms.ChoiceField(choices=FilteredList.choices, widget=forms.HiddenInput)
    query = forms.CharField(max_length=QUERY_MAX_LENGTH, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contributes = [key for key, held in access.memberships(reader).items() if "contribute_space" in held]
        self.fields["space"].queryset = (
            Space.objects.live().readable_by(reader).filter(pk__in=contributes).order_by("title")
        )


class RenameFilterForm(LatestForm):
    name = one_line(_("Name"), max_length=FILTER_NAME_MAX_LENGTH)


# --- a card ---------------------------------------------------------------------------------------------------------
class MoveActionForm(ReportOnActionForm):
    """The report on an action, as a card of the board sends it; `back` is where the card lies."""

    back = forms.CharField(max_length=BACK_MAX_LENGTH, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, may_move=True, may_attach=False, **kwargs)
        self.order_fields(("state", "waiting_for_organisation", "waiting_for_text", "waiting_reason", "text"))


# --- many at once ---------------------------------------------------------------------------------------------------
class BulkForm(OnceForm):
    """What is to be done to each of the actions. `deed` gives it, as a call of the service for one of them."""

    # As the list names the change, and what the page is called.
    name = ""
    title: Any = ""

    def __init__(self, *args: Any, spaces: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spaces = spaces

    def deed(self) -> services.BulkDeed:
        raise NotImplementedError


class BulkReassignForm(BulkForm):
    name, title = "owner", _("Hand actions to another owner")
    owner = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none(), widget=QuickSelect)
    owner_person = PersonField(
        label=_("Person"), queryset=Person.objects.none(), required=False, widget=QuickSelect,
        empty_label=_("nobody by name"),
    )  # fmt: skip
    reason = paragraphs(_("Why"), max_length=REASON_MAX_LENGTH, rows=2)
    field_order = ("owner", "owner_person", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = selectors.organisations_in_any(self.spaces)
        self.fields["owner_person"].queryset = selectors.persons_in_any(self.spaces)

    def deed(self) -> services.BulkDeed:
        given = {name: self.cleaned_data[name] for name in ("owner", "owner_person", "reason")}
        return lambda actor, action, version: services.reassign_action(actor, action, **given, version=version)


class BulkDatesForm(BulkForm):
    name, title = "dates", _("Change due dates and priority")
    due_on = a_day(_("Due on"))
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=[("", _("leave as it is")), *Priority.choices], coerce=int, required=False,
        empty_value=None,
    )  # fmt: skip
    field_order = ("due_on", "priority")

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not fields.get("due_on") and not fields.get("priority"):
            self.add_error("due_on", _("Choose a day, a priority, or both."))
        return fields

    def deed(self) -> services.BulkDeed:
        changes = {name: self.cleaned_data[name] for name in ("due_on", "priority") if self.cleaned_data[name]}
        return lambda actor, action, version: services.edit_action(actor, action, version=version, **changes)


class BulkStateForm(BulkForm):
    name, title = "state", _("Move actions to another state")
    state = forms.ChoiceField(label=_("State"), choices=ActionState.choices)
    waiting_for_organisation = forms.ModelChoiceField(
        label=_("They wait for the organisation"), queryset=Organisation.objects.none(), required=False,
        widget=QuickSelect,
    )  # fmt: skip
    waiting_for_text = one_line(_("or for somebody or something else"), required=False)
    waiting_reason = paragraphs(_("Why they wait"), max_length=REASON_MAX_LENGTH, rows=2)
    text = paragraphs(_("What has been done"), max_length=REPORT_MAX_LENGTH, rows=3)
    field_order = ("state", "text", "waiting_for_organisation", "waiting_for_text", "waiting_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["waiting_for_organisation"].queryset = selectors.organisations_in_any(self.spaces)

    def deed(self) -> services.BulkDeed:
        names = ("state", "text", *services.WAITING_FIELDS)
        given = {name: self.cleaned_data[name] for name in names}
        return lambda actor, action, version: services.report_on_action(actor, action, seen_state=action.state, **given)


BULK_FORMS: dict[str, type[BulkForm]] = {form.name: form for form in (BulkReassignForm, BulkDatesForm, BulkStateForm)}
