"""What narrows lists down."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _

from accounts.widgets import QuickSelect
from coordination import access, selectors
from coordination.forms.shared import a_day
from coordination.models import (
    ActionState,
    AgreementKind,
    AgreementState,
    CommitmentState,
    Country,
    OrganisationKind,
    Priority,
    Space,
)
from coordination.selectors import scoreboard


class Filters(forms.Form):
    """What narrows a list down. It offers only what occurs in what the reader may read; a bad value narrows nothing."""

    optional_goes_unsaid = True  # nobody takes a filter for a duty

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = _("any")
            elif type(field.widget) is forms.Select:
                field.widget = QuickSelect(field.widget.attrs, field.widget.choices)

    def chosen(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name) or None

    @property
    def narrows(self) -> bool:
        """Whether anything was asked for here: then all of it can be taken away."""
        return any(self.data.get(name) for name in self.fields)


# No programme here is older; a day before is a slip of the finger.
FIRST_DAY = date(2000, 1, 1)
# A list begins with what is still to be done: what is closed is asked for.
ANY_STATE = "any"
# In an address: that all that narrows is shown.
MORE = "more"
WHOSE = [("", _("everybody's")), ("mine", _("mine")), ("ours", _("my organisation's"))]
SORTS = {"due": _("due date"), "priority": _("priority"), "updated": _("last change")}
# What an action may have come from, by the name of the model: words for everybody, whatever occurs.
SOURCES = {
    "paragraph": _("a record"),
    "message": _("a message"),
    "commitment": _("a commitment"),
    "visit": _("a visit"),
    selectors.NO_SOURCE: _("nothing: written by hand"),
}


def a_day_of_changes(since: date | None) -> date | None:
    """A day since which changes are told: none to come, and none that is older than every programme."""
    if since is not None and since > timezone.localdate():
        raise ValidationError(_("This day is yet to come."))
    if since is not None and since < FIRST_DAY:
        raise ValidationError(_("Choose a day after 1999."))
    return since


class OfferedChoices(BaseChoiceIterator):
    """Rows as choices, and the choice of none; asked for when they are looked at. As a list, Django would look at each
    by itself: for four hundred spaces that takes longer than to write them."""

    def __init__(self, rows: Callable[[], selectors.Offered]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield "", _("any")
        for _key, value, label in self.rows():
            yield value, label


class OfferedField(forms.TypedChoiceField):
    """A choice among rows that a selector finds, once they are shown or one is chosen; `chosen` gives the row's key."""

    widget = QuickSelect
    # Django's own words for a choice among rows: they do not repeat what was asked for.
    default_error_messages = {
        "invalid_choice": _("Select a valid choice. That choice is not one of the available choices.")
    }

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, empty_value=None)

    def offer(self, rows: Callable[[], selectors.Offered]) -> None:
        self.rows = cache(rows)
        self.choices = OfferedChoices(self.rows)
        self.coerce = lambda chosen: next(key for key, value, _label in self.rows() if value == chosen)

    def keys(self) -> list[Any]:
        return [key for key, _value, _label in self.rows()]


class _DueFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=100, required=False)
    whose = forms.ChoiceField(label=_("Whose"), choices=WHOSE, required=False)
    space = OfferedField(_("Space"))
    organisation = OfferedField(_("Organisation"))
    state = forms.ChoiceField(label=_("State"), required=False)
    due_since = a_day(_("Due from"))
    due_until = a_day(_("Due until"))
    country = OfferedField(_("Country"))
    agreement = OfferedField(_("Agreement"))
    topic = OfferedField(_("Topic"))
    # As the scoreboard counts: its numbers lead here.
    standing = forms.ChoiceField(label=_("On the scoreboard"), required=False)
    change = forms.ChoiceField(label=_("What has changed"), required=False)
    since = a_day(_("Changed since"))
    without = forms.ChoiceField(choices=[("", ""), *scoreboard.By.choices], required=False, widget=forms.HiddenInput)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    sort = forms.ChoiceField(label=_("Sorted by"), required=False)

    # The fields that stand open above the list; the others wait behind “More filters”.
    in_front: tuple[str, ...] = ("q", "whose", "space", "organisation", "state")

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        space, organisation, agreement = (self.fields[name] for name in ("space", "organisation", "agreement"))
        space.offer(lambda: selectors.spaces_offered(reader, readable))
        organisation.offer(lambda: selectors.organisations_offered(readable, owner))
        agreement.offer(lambda: selectors.agreements_offered(reader))
        self.fields["country"].offer(lambda: selectors.countries_offered(organisation.keys()))
        self.fields["topic"].offer(lambda: selectors.topics_offered(space.keys(), agreement.keys()))
        for name, choices in (("standing", scoreboard.Standing.choices), ("change", scoreboard.Change.choices)):
            self.fields[name].choices = [("", _("any")), *choices]
        self.fields["sort"].choices = list(SORTS.items())

    @property
    def spaces_by_key(self) -> dict[int, str]:
        """The titles of the spaces that are offered: those of all rows whose space the reader may know of."""
        return {key: title for key, _value, title in self.fields["space"].rows()}

    def clean_since(self) -> date | None:
        return a_day_of_changes(self.cleaned_data["since"])

    def kept(self) -> dict[str, str]:
        """What narrows, as it stands in the address: what is empty, or bad, is left out."""
        return {name: self.data[name] for name in self.fields if name in self.data and self.chosen(name)}

    @property
    def fields_in_front(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in self.in_front]

    @property
    def fields_behind(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.in_front]

    @property
    def more_is_open(self) -> bool:
        """Whether the fields behind “More filters” are shown: where that was asked for, and where one of them narrows
        or is wrong. What they offer is not asked for before."""
        return MORE in self.data or any(
            name not in self.in_front and (self.chosen(name) or name in self.errors) for name in self.fields
        )


class ActionFilters(_DueFilters):
    person = OfferedField(_("Person"))
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=[("", _("any")), *Priority.choices], coerce=int, required=False, empty_value=None
    )
    source = forms.ChoiceField(label=_("Came from"), choices=[("", _("anything")), *SOURCES.items()], required=False)
    field_order = (
        "q", "whose", "space", "organisation", "state", "person", "priority", "due_since", "due_until", "source",
        "country", "agreement", "topic", "standing", "change", "since", "sort", "overdue",
    )  # fmt: skip

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, reader=reader, readable=readable, owner="owner", **kwargs)
        self.fields["state"].choices = [
            ("", _("still to be done")), (ANY_STATE, _("any")), *ActionState.choices,
        ]  # fmt: skip
        self.fields["person"].offer(lambda: self._persons(reader, readable))

    def _persons(self, reader: access.Reader, readable: Any) -> selectors.Offered:
        known = {value: key for key, value, _label in self.fields["organisation"].rows()}
        organisation = known.get(self.data.get("organisation", ""), getattr(reader, "organisation_id", None))
        return selectors.persons_offered(readable, organisation, self.data.get("person", ""))


class CommitmentFilters(_DueFilters):
    reports = forms.ChoiceField(
        label=_("Reports"),
        choices=[
            ("", _("any")),
            ("pending", _("one waits for acceptance")),
            ("for_me", _("one waits for my verdict")),
        ],
        required=False,
    )
    field_order = (
        "q", "whose", "space", "organisation", "state", "country", "agreement", "reports", "due_since", "due_until",
        "topic", "standing", "change", "since", "sort", "overdue",
    )  # fmt: skip

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, reader=reader, readable=readable, owner="party", **kwargs)
        self.fields["whose"].choices = [choice for choice in WHOSE if choice[0] != "mine"]
        self.fields["state"].choices = [
            ("", _("still owed")), (ANY_STATE, _("any")), *CommitmentState.choices,
        ]  # fmt: skip
        self.fields["sort"].choices = [choice for choice in SORTS.items() if choice[0] != "priority"]


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
    who = forms.CharField(label=_("Who"), max_length=150, required=False)
    verb = forms.CharField(label=_("Deed"), max_length=60, required=False)
    kind = OfferedField(_("Kind"))
    space = OfferedField(_("Space"))
    since = a_day(_("From"))
    until = a_day(_("Until"))
    address = forms.GenericIPAddressField(label=_("Address"), required=False)

    def __init__(self, *args: Any, reader: access.Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].offer(lambda: selectors.kinds_in_trail(reader))
        self.fields["space"].offer(lambda: selectors.spaces_in_trail(reader))
