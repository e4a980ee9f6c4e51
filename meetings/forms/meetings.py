"""Forms of meetings, their agenda and attendance."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, validate_time_zone
from coordination import selectors as coordination
from coordination.forms import (
    DESCRIPTION_MAX_LENGTH,
    DeedForm,
    LatestForm,
    OnceForm,
    SeveralOf,
    a_day,
    one_line,
    paragraphs,
)
from coordination.models import Organisation, Person, Post, Space, SpokenLanguage, Topic
from meetings import selectors
from meetings.models import AttendanceRole, Meeting, MeetingFormat, MeetingKind, MeetingLevel
from meetings.times import TimesOfThePlaceMixin, WallClockField, wall_clock


def a_time(label: Any, *, required: bool = True, help_text: Any = "") -> WallClockField:
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return WallClockField(label=label, required=required, help_text=help_text, widget=widget)


def a_zone(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A time zone by its name; the page offers the names (`time-zones`)."""
    widget = forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"})
    validators = [validate_time_zone]
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=64, validators=validators, widget=widget
    )


# --- meetings ------------------------------------------------------------------------------------------------------
class WhatMeetingsSay(DeedForm):
    """What a meeting and a series say of themselves alike, besides when they are."""

    title = one_line(_("Title"))
    kind = forms.ChoiceField(label=_("Kind"), choices=MeetingKind.choices)
    level = forms.ChoiceField(label=_("Level"), choices=[("", "–"), *MeetingLevel.choices], required=False)
    format = forms.ChoiceField(label=_("Format"), choices=MeetingFormat.choices)
    place = one_line(_("Place"), required=False)
    room = one_line(_("Room"), max_length=120, required=False)
    link = forms.URLField(
        label=_("Link for those who join from afar"), max_length=500, required=False, assume_scheme="https"
    )
    interpretation = forms.MultipleChoiceField(
        label=_("Interpretation"),
        choices=SpokenLanguage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The languages between which it is interpreted."),
    )
    organiser = forms.ModelChoiceField(label=_("Organiser"), queryset=Organisation.objects.none())
    purpose = paragraphs(_("Purpose"), max_length=DESCRIPTION_MAX_LENGTH)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    topics = SeveralOf(
        label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )


class _MeetingFields(TimesOfThePlaceMixin, WhatMeetingsSay):
    starts_at = a_time(_("Starts"), help_text=_("By the clock of the place."))
    ends_at = a_time(_("Ends"))
    time_zone = a_zone(_("Time zone of the place"), help_text=_("For example Asia/Karachi."))
    answers_until = a_day(_("Answers to the invitation until"))
    silence_is_agreement = forms.BooleanField(
        label=_("Silence is agreement"),
        required=False,
        help_text=_("The rule of this meeting: who says nothing of the record in time has agreed to it."),
    )
    field_order = (
        "title", "kind", "level", "starts_at", "ends_at", "time_zone", "format", "place", "room", "link",
        "interpretation", "organiser", "answers_until",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        fields = super().clean()
        if fields.get("starts_at") and fields.get("ends_at") and fields["ends_at"] <= fields["starts_at"]:
            self.add_error("ends_at", _("This is not after the start."))
        return fields


class NewMeetingForm(OnceForm, _MeetingFields):
    def __init__(self, *args: Any, space: Space, reader: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "organiser": reader.organisation_id,
            "language": reader.language,
            "time_zone": reader.time_zone,
        }
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = coordination.organisations_in(space)


class EditMeetingForm(LatestForm, _MeetingFields):
    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        initial: dict[str, Any] = {name: getattr(meeting, name) for name in self.base_fields if name != "topics"}
        initial["topics"] = meeting.topics.all()
        self.present = {name: initial[name] for name in self.times}
        for name in self.times:
            initial[name] = wall_clock(initial[name], meeting.time_zone)
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = Organisation.objects.filter(
            Q(pk__in=coordination.organisations_in(meeting.space)) | Q(pk=meeting.organiser_id)
        )


class AttendanceForm(DeedForm):
    """Who attends. Persons who are not of the space are typed, not chosen: no list names them."""

    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.all())
    post = forms.ModelChoiceField(
        label=_("Post"),
        queryset=Post.objects.none(),
        required=False,
        help_text=_("As it is held on the day of the meeting."),
    )
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none(), required=False)
    person_name = one_line(_("or the name of somebody else"), max_length=150, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=AttendanceRole.choices, initial=AttendanceRole.MEMBER)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = selectors.posts_for(meeting)
        self.fields["person"].queryset = selectors.persons_for(meeting)

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if fields.get("person") and fields.get("person_name"):
            self.add_error("person_name", _("Choose a person or type a name, not both."))
        return fields
