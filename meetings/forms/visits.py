"""Forms of visits: the visit, its delegation and its days, what came of it, and letters."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
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
from coordination.models import Country, Organisation, Person, Post, Space, Topic
from meetings import letters, services
from meetings.forms.meetings import NewMeetingForm, a_time, a_zone
from meetings.itinerary import Counterpart
from meetings.models import (
    AttendanceRole,
    ItineraryEntry,
    ItineraryKind,
    Letter,
    LetterTemplate,
    Meeting,
    Visit,
    VisitMember,
)
from meetings.models.visits import LETTER_MAX_LENGTH, LONGEST_WAY_IN_MINUTES, OUTCOME_MAX_LENGTH, USUAL_WAY_IN_MINUTES
from meetings.selectors.visits import delegations_of, meetings_to_add, persons_that_travel, posts_that_travel
from meetings.times import wall_clock

NOTE_MAX_LENGTH = 2000
NAME_MAX_LENGTH = 150


# --- the visit -----------------------------------------------------------------------------------------------------
class _VisitFields(DeedForm):
    title = one_line(_("Title"))
    organisation = forms.ModelChoiceField(label=_("Delegation of"), queryset=Organisation.objects.none())
    country = forms.ModelChoiceField(label=_("Country visited"), queryset=Country.objects.all(), required=False)
    starts_on = a_day(_("From"))
    ends_on = a_day(_("Until"))
    time_zone = a_zone(_("Time zone of the country visited"), help_text=_("For example Asia/Karachi."))
    purpose = paragraphs(_("Purpose"), max_length=DESCRIPTION_MAX_LENGTH, rows=3)
    objectives = paragraphs(
        _("Objectives"), max_length=DESCRIPTION_MAX_LENGTH, rows=4, help_text=_("One on each line.")
    )
    minutes_between = forms.IntegerField(
        label=_("Minutes on the way"),
        min_value=0,
        max_value=LONGEST_WAY_IN_MINUTES,
        initial=USUAL_WAY_IN_MINUTES,
        help_text=_("What the delegation needs from one place to the next where no transport is entered."),
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    topics = SeveralOf(
        label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].required = self.fields["ends_on"].required = True

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if fields.get("starts_on") and fields.get("ends_on") and fields["ends_on"] < fields["starts_on"]:
            self.add_error("ends_on", _("This is before the first day."))
        return fields


class NewVisitForm(OnceForm, _VisitFields):
    def __init__(self, *args: Any, space: Space, reader: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "organisation": reader.organisation_id,
            "country": space.country_id,
            "language": reader.language,
            "time_zone": reader.time_zone,
        }
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = delegations_of(space)


class EditVisitForm(LatestForm, _VisitFields):
    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        initial: dict[str, Any] = {name: getattr(visit, name) for name in self.base_fields if name != "topics"}
        initial["topics"] = visit.topics.all()
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = delegations_of(visit.space, visit)


# --- the delegation ------------------------------------------------------------------------------------------------
class MemberForm(DeedForm):
    """Who travels. Whoever is not of the space is typed, not chosen: no list names them."""

    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.all())
    post = forms.ModelChoiceField(
        label=_("Post"),
        queryset=Post.objects.none(),
        required=False,
        help_text=_("As it is held on the first day of the visit."),
    )
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none(), required=False)
    person_name = one_line(_("or the name of somebody else"), max_length=NAME_MAX_LENGTH, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=AttendanceRole.choices, initial=AttendanceRole.MEMBER)

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"organisation": visit.organisation_id}, **kwargs})
        self.fields["post"].queryset = posts_that_travel(visit)
        self.fields["person"].queryset = persons_that_travel(visit)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if fields.get("person") and fields.get("person_name"):
            self.add_error("person_name", _("Choose a person or type a name, not both."))
        return fields


class MembersField(SeveralOf):
    """Some of the delegation; none chosen is all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=VisitMember.objects.none(),
            required=False,
            to_field_name="key",
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


# --- the days ------------------------------------------------------------------------------------------------------
class _EntryFields(DeedForm):
    """Typed by the clocks of the places: that where it begins, and for a transport that where it ends."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ItineraryKind.choices)
    title = one_line(_("Title"))
    starts_at = a_time(_("Starts"), help_text=_("By the clock of the place."))
    ends_at = a_time(_("Ends"), help_text=_("By the clock of the place; of a transport by that of where it arrives."))
    time_zone = a_zone(_("Time zone of the place"))
    place = one_line(_("Place"), required=False)
    place_until = one_line(_("To"), required=False)
    time_zone_until = a_zone(_("Time zone of arrival"), required=False, help_text=_("Only where it is another."))
    host = forms.ModelChoiceField(label=_("Host"), queryset=Organisation.objects.none(), required=False)
    host_post = forms.ModelChoiceField(label=_("Received by"), queryset=Post.objects.none(), required=False)
    members = MembersField(label=_("Who takes part"), help_text=_("Nobody chosen is the whole delegation."))
    note = paragraphs(_("Note"), max_length=NOTE_MAX_LENGTH, rows=2)

    def offer(self, visit: Visit, entry: ItineraryEntry | None = None) -> None:
        offered = Q(pk__in=coordination.organisations_in(visit.space).values("pk"))
        if entry and entry.host_id:
            offered |= Q(pk=entry.host_id)
        self.fields["host"].queryset = Organisation.objects.filter(offered).order_by("acronym")
        posts = posts_that_travel(visit)
        if entry and entry.host_post_id:
            posts = posts | Post.objects.filter(pk=entry.host_post_id).select_related("organisation", "person")
        self.fields["host_post"].queryset = posts.distinct()
        self.fields["members"].queryset = VisitMember.objects.for_lists().filter(visit=visit)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        if fields.get("kind") != ItineraryKind.TRANSPORT and "kind" in fields:
            for name in ("place_until", "time_zone_until"):
                if fields.get(name):
                    self.add_error(name, _("Only a transport ends at another place."))
        if not all(fields.get(name) for name in ("starts_at", "ends_at", "time_zone")):
            return fields
        try:
            fields["starts_at"], fields["ends_at"] = services.moments(
                fields["starts_at"], fields["ends_at"], fields["time_zone"], fields.get("time_zone_until") or ""
            )
        except ValidationError as refusal:
            self.add_refusal(refusal)
            return fields
        if fields["ends_at"] <= fields["starts_at"]:
            self.add_error("ends_at", _("This is not after the start."))
        return fields


class NewEntryForm(OnceForm, _EntryFields):
    def __init__(self, *args: Any, visit: Visit, kind: str = "", day: Any = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"time_zone": visit.time_zone}
        if kind in ItineraryKind.values:
            initial["kind"] = kind
        if day is not None:
            initial["starts_at"] = initial["ends_at"] = f"{day.isoformat()}T09:00"
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.offer(visit)


class EditEntryForm(LatestForm, _EntryFields):
    def __init__(self, *args: Any, entry: ItineraryEntry, **kwargs: Any) -> None:
        initial: dict[str, Any] = {name: getattr(entry, name) for name in self.base_fields if name != "members"}
        initial["starts_at"] = wall_clock(entry.starts_at, entry.time_zone)
        initial["ends_at"] = wall_clock(entry.ends_at, entry.zone_until)
        initial["members"] = [member.key for member in entry.members.all()]
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.offer(entry.visit, entry)


class VisitMeetingForm(NewMeetingForm):
    """A meeting of the visit: in the zone of the country visited, on its first day, until somebody says otherwise."""

    def __init__(self, *args: Any, visit: Visit, reader: User, day: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, space=visit.space, reader=reader, **kwargs)
        on = day or visit.starts_on
        self.initial.update(
            time_zone=visit.time_zone,
            language=visit.language,
            starts_at=f"{on.isoformat()}T10:00",
            ends_at=f"{on.isoformat()}T11:00",
        )


class ProgrammeForm(DeedForm):
    meeting = forms.ModelChoiceField(
        label=_("A meeting of these days"), queryset=Meeting.objects.none(), to_field_name="key"
    )

    def __init__(self, *args: Any, visit: Visit, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings_to_add(visit, reader)


class WhoGoesForm(DeedForm):
    members = MembersField(label=_("Who goes"), help_text=_("Nobody chosen is the whole delegation."))

    def __init__(self, *args: Any, visit: Visit, meeting: Meeting, **kwargs: Any) -> None:
        named = visit.members.filter(meetings=meeting).values_list("key", flat=True)
        super().__init__(*args, **{"initial": {"members": list(named)}, **kwargs})
        self.fields["members"].queryset = VisitMember.objects.for_lists().filter(visit=visit)


# --- afterwards ----------------------------------------------------------------------------------------------------
class OutcomeForm(LatestForm):
    outcome = paragraphs(
        _("What came of it"),
        max_length=OUTCOME_MAX_LENGTH,
        rows=12,
        help_text=_("In your words, objective by objective. What the records say stands below it by itself."),
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"outcome": visit.outcome, "version": visit.version}, **kwargs})


class WriteLettersForm(DeedForm):
    to = forms.MultipleChoiceField(label=_("To"), widget=forms.CheckboxSelectMultiple)
    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=LetterTemplate.objects.none(),
        required=False,
        to_field_name="key",
        empty_label=_("Accord’s own"),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of Accord’s own letter; a template has its own.")
    )

    def __init__(self, *args: Any, visit: Visit, counterparts: list[Counterpart], **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"language": visit.language}, **kwargs})
        self._by_anchor = {one.anchor: one for one in counterparts}
        self.fields["to"].choices = [(anchor, one.name) for anchor, one in self._by_anchor.items()]
        self.fields["template"].queryset = LetterTemplate.objects.filter(space=visit.space_id)

    def clean_to(self) -> list[Counterpart]:
        return [self._by_anchor[anchor] for anchor in self.cleaned_data["to"]]


class LetterForm(LatestForm):
    subject = one_line(_("Subject"))
    body = paragraphs(_("Text"), max_length=LETTER_MAX_LENGTH, required=True, rows=16)
    sent_on = a_day(_("Sent on"))

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        initial = {name: getattr(letter, name) for name in self.base_fields}
        super().__init__(*args, **{"initial": initial, **kwargs})

    def clean_sent_on(self) -> Any:
        sent_on = self.cleaned_data["sent_on"]
        if sent_on and sent_on > timezone.localdate():
            raise ValidationError(_("This day is still to come."))
        return sent_on


class _TemplateFields(DeedForm):
    name = one_line(_("Name"), max_length=100)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    subject = one_line(_("Subject"))
    body = paragraphs(_("Text"), max_length=LETTER_MAX_LENGTH, required=True, rows=16)


class NewTemplateForm(OnceForm, _TemplateFields):
    """Begins with Accord's own words."""

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        subject, body = letters.own_template(reader.language)
        initial = {"language": reader.language, "subject": subject, "body": body}
        super().__init__(*args, **{"initial": initial, **kwargs})


class EditTemplateForm(LatestForm, _TemplateFields):
    def __init__(self, *args: Any, template: LetterTemplate, **kwargs: Any) -> None:
        initial = {name: getattr(template, name) for name in self.base_fields}
        super().__init__(*args, **{"initial": initial, **kwargs})
