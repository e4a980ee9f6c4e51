"""Forms about people and their posts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, selectors
from coordination.forms.actions import PersonField
from coordination.forms.filters import Filters
from coordination.forms.shared import (
    REASON_MAX_LENGTH,
    DeedForm,
    LatestForm,
    OnceForm,
    ShownForm,
    a_day,
    one_line,
    paragraphs,
)
from coordination.models import Country, Organisation, Person, Post, SpokenLanguage
from coordination.services.posts import PassesOn


class PeopleFilters(Filters):
    q = forms.CharField(label=_("Name"), max_length=100, required=False)
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none(), required=False)
    country = forms.ModelChoiceField(
        label=_("Country"), queryset=Country.objects.filter(organisations__isnull=False).distinct(), required=False
    )
    language = forms.ChoiceField(label=_("Speaks"), choices=[("", _("any")), *SpokenLanguage.choices], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = selectors.directory().order_by("acronym")


class _Profile(DeedForm):
    """What the directory says of a person."""

    name = one_line(_("Name"), max_length=150)
    name_native = one_line(_("Name in its own script"), max_length=150, required=False)
    form_of_address = one_line(_("Form of address"), max_length=60, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=SpokenLanguage.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 10 MB. It is cut to a square."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("This file is empty.")},
    )
    email = forms.EmailField(label=_("E-mail address"), required=False, max_length=254)
    phone = one_line(_("Telephone"), max_length=60, required=False)
    address = paragraphs(
        _("Postal address"), max_length=500, rows=3,
        help_text=_("Seen, like e-mail and telephone, by the person's own organisation, by those who share a space "
                    "with it, and by the secretariat."),
    )  # fmt: skip


class _PostFields(DeedForm):
    title = one_line(_("Post"), max_length=200)
    starts_on = a_day(_("Since"))
    listed = forms.BooleanField(
        label=_("A public office: whoever is signed in may see the post and who holds it"), required=False
    )

    def only_for(self, actor: User) -> None:
        """Leave out what is for the secretariat to say."""
        if not access.can_in_office(actor, "keep_people"):
            del self.fields["listed"]


class NewPersonForm(OnceForm, _Profile, _PostFields):
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    is_another = forms.BooleanField(label=_("This is somebody else"), required=False, widget=forms.HiddenInput)
    field_order = (
        "submission", "name", "name_native", "form_of_address", "organisation", "title", "starts_on", "listed",
        "languages", "photo", "email", "phone", "address", "is_another",
    )  # fmt: skip
    # Whom the actor knows under that name.
    namesakes: Iterable[Person] = ()

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        organisations = selectors.directory().order_by("acronym")
        if not access.can_in_office(actor, "keep_people"):
            organisations = organisations.filter(focal_point=actor)
        self.fields["organisation"].queryset = organisations
        self.only_for(actor)

    def clean(self) -> dict[str, Any]:
        """Somebody of that name is shown first: two entries of one person are two half persons."""
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        self.namesakes = selectors.known_by_that_name(fields.get("name", ""), self.actor)
        if self.namesakes and not fields.pop("is_another", False):
            self.fields["is_another"].widget = forms.CheckboxInput()
            self.add_error("name", _("Somebody of this name stands in the directory already: look below."))
        fields.pop("is_another", None)
        return fields


class EditPersonForm(LatestForm, _Profile):
    without_photo = forms.BooleanField(label=_("Remove the photo"), required=False)
    field_order = (
        "version", "name", "name_native", "form_of_address", "languages", "photo", "without_photo", "email", "phone",
        "address",
    )  # fmt: skip

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        names = ("name", "name_native", "form_of_address", "languages", "email", "phone", "address", "version")
        kwargs["initial"] = {name: getattr(person, name) for name in names}
        super().__init__(*args, **kwargs)
        if person.user_id is not None:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("As the account is called: whose account it is changes that.")
        if not person.photo:
            del self.fields["without_photo"]


class NewPostForm(OnceForm, _PostFields):
    person = PersonField(
        label=_("Held by"), queryset=Person.objects.none(), required=False,
        error_messages={"invalid_choice": _("Choose somebody who stands in the directory.")},
    )  # fmt: skip
    ends_on = a_day(_("Until"))
    field_order = ("submission", "title", "person", "starts_on", "ends_on", "listed")

    def __init__(self, *args: Any, organisation: Organisation, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = selectors.those_of(organisation, actor)
        self.fields["person"].empty_label = _("nobody: it is vacant")
        self.fields["person"].help_text = _("Somebody new is added under “People”, together with the post.")
        self.only_for(actor)


class EditPostForm(LatestForm, _PostFields):
    ends_on = a_day(_("Until"))
    field_order = ("version", "title", "starts_on", "ends_on", "listed")

    def __init__(self, *args: Any, post: Post, actor: User, **kwargs: Any) -> None:
        names = ("title", "starts_on", "ends_on", "listed", "version")
        kwargs["initial"] = {name: getattr(post, name) for name in names}
        super().__init__(*args, **kwargs)
        self.only_for(actor)


class ChangeHolderForm(ShownForm, LatestForm):
    """Who holds a post from a day on; and, in one question, what of the predecessor's goes to the successor."""

    successor = PersonField(
        label=_("Successor"), queryset=Person.objects.none(), required=False,
        error_messages={"invalid_choice": _("Choose somebody who stands in the directory.")},
    )  # fmt: skip
    on = forms.DateField(label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    passes_on = forms.ChoiceField(
        label=_("What goes to the successor?"), choices=PassesOn.choices, initial=PassesOn.ALL,
        widget=forms.RadioSelect,
        help_text=_("At once: all that is listed below, as far as the successor may have it."),
    )  # fmt: skip
    reason = paragraphs(_("Why"), max_length=REASON_MAX_LENGTH, rows=2)

    def __init__(self, *args: Any, post: Post, actor: User, asks: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": post.version, "on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        people = selectors.those_of(post.organisation, actor)
        self.fields["successor"].queryset = people.exclude(posts=post)
        self.fields["successor"].empty_label = _("nobody yet: it is vacant")
        self.fields["successor"].help_text = _("Somebody new is added under “People” first.")
        if not asks:
            for name in ("passes_on", "reason", "shown"):
                del self.fields[name]


class MergeForm(DeedForm):
    reason = paragraphs(_("Why they are one person"), max_length=REASON_MAX_LENGTH, required=True, rows=2)
    # How both stood when the page was shown.
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, seen: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": seen}
        super().__init__(*args, **kwargs)

    def catch_up(self, seen: str) -> None:
        sent: Any = self.data
        sent = sent.copy()
        sent[self.add_prefix("seen")] = seen
        self.data = sent
