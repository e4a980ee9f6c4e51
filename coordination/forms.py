"""Forms of coordination. They say what is wrong beside its field; the services decide."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import validate_plain_text
from coordination import access, selectors, services
from coordination.models import (
    Action,
    ActionState,
    Agreement,
    AgreementKind,
    AgreementState,
    Article,
    CommitmentState,
    Country,
    Marking,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    Space,
    SpaceKind,
    Topic,
)

TITLE_MAX_LENGTH = 255
DESCRIPTION_MAX_LENGTH = 5000
SPACE_DESCRIPTION_MAX_LENGTH = 2000
REPORT_MAX_LENGTH = 10_000
REASON_MAX_LENGTH = 1000


class DeedForm(forms.Form):
    """A form whose service may refuse: what it refuses is said beside the field that it names."""

    def add_refusal(self, refusal: ValidationError) -> None:
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            self.add_error(name if name in self.fields and name != NON_FIELD_ERRORS else None, errors)


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
        sent: Any = self.data
        sent = sent.copy()
        sent[self.add_prefix("version")] = version
        self.data = sent


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


# --- actions -------------------------------------------------------------------------------------------------------
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


class _DueFields(DeedForm):
    """What actions and commitments have in common: their days. The service holds the rule, and so does this form."""

    starts_on = a_day(_("From"))
    due_on = a_day(_("Due on"))

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if fields.get("starts_on") and fields.get("due_on") and fields["due_on"] < fields["starts_on"]:
            self.add_error("due_on", _("This is before the day on which it starts."))
        return fields


class NewActionForm(OnceForm, _DueFields):
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


class EditActionForm(LatestForm, _DueFields):
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


# --- commitments ---------------------------------------------------------------------------------------------------
class ReportProgressForm(ReportForm):
    """How a commitment goes, and the evidence of it."""

    states, transitions = CommitmentState, services.COMMITMENT_TRANSITIONS
    text = paragraphs(_("What has been done"), max_length=REPORT_MAX_LENGTH, required=True)
    evidence_url = forms.URLField(
        label=_("Evidence (a public address)"), max_length=200, required=False, assume_scheme="https"
    )
    field_order = ("text", "state", "evidence_url")


class ArticleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Article) -> str:
        return f"{obj.agreement.title}: {obj}"


class _CommitmentFields(_DueFields):
    title = one_line(_("Title"))
    text = paragraphs(_("What was undertaken"), max_length=DESCRIPTION_MAX_LENGTH)
    indicator = one_line(_("Indicator"), required=False)
    target = one_line(_("Target"), required=False)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)


class NewCommitmentForm(OnceForm, _CommitmentFields):
    party = forms.ModelChoiceField(label=_("Who undertook it"), queryset=Organisation.objects.none())
    owed_to = forms.ModelChoiceField(label=_("To whom"), queryset=Organisation.objects.none(), required=False)
    article = ArticleField(label=_("Article"), queryset=Article.objects.none(), required=False, to_field_name="key")
    field_order = (
        "title", "text", "party", "owed_to", "article", "indicator", "target", "starts_on", "due_on", "language",
    )  # fmt: skip

    def __init__(self, *args: Any, space: Space, reader: User, article: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"language": reader.language, "article": article}, **kwargs)
        agreements = Agreement.live_pages().readable_by(reader).filter(space=space)
        organisations = (
            Organisation.objects.filter(
                Q(pk__in=selectors.organisations_in(space)) | Q(party_to__agreement__in=agreements.values("pk"))
            )
            .distinct()
            .order_by("acronym")
        )
        self.fields["party"].queryset = self.fields["owed_to"].queryset = organisations
        self.fields["article"].queryset = (
            Article.objects.readable_by(reader)
            .filter(agreement__in=agreements.values("pk"))
            .select_related("agreement")
            .order_by("agreement__title", "sort_order")
        )


class EditCommitmentForm(LatestForm, _CommitmentFields):
    field_order = ("title", "text", "indicator", "target", "starts_on", "due_on", "language")


# --- markings ------------------------------------------------------------------------------------------------------
# What each label of the Traffic Light Protocol 2.0 means here.
MARKINGS_EXPLAINED = {
    Marking.CLEAR: _("TLP:CLEAR: everyone, signed in or not"),
    Marking.GREEN: _("TLP:GREEN: everyone who is signed in"),
    Marking.AMBER: _("TLP:AMBER: the members of the space"),
    Marking.AMBER_STRICT: _("TLP:AMBER+STRICT: of the space's members, those of the organisations named below"),
    Marking.RED: _("TLP:RED: of the space's members, the persons named below and nobody else"),
}
MARKINGS_OF_SPACES = (Marking.CLEAR, Marking.GREEN, Marking.AMBER)


class UsersField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.organisation.acronym})" if obj.organisation else obj.name


class ChangeMarkingForm(DeedForm):
    marking = forms.ChoiceField(label=_("Marking"), choices=list(MARKINGS_EXPLAINED.items()), widget=forms.RadioSelect)
    organisations = forms.ModelMultipleChoiceField(
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
        if isinstance(obj, Space):
            del self.fields["organisations"], self.fields["users"]
            self.fields["marking"].choices = [(name, MARKINGS_EXPLAINED[name]) for name in MARKINGS_OF_SPACES]
            return
        space = obj.space
        self.fields["organisations"].queryset = selectors.organisations_in(space)
        members = [user.pk for user in access.users_in([space.pk])]
        self.fields["users"].queryset = User.objects.filter(pk__in=members).select_related("organisation")


# --- spaces and members --------------------------------------------------------------------------------------------
class _SpaceFields(DeedForm):
    title = one_line(_("Title"))
    kind = forms.ChoiceField(label=_("Kind"), choices=SpaceKind.choices)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.all(), required=False)
    topics = forms.ModelMultipleChoiceField(
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


# --- lists ---------------------------------------------------------------------------------------------------------
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
