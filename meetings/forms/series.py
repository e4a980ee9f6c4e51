"""Forms of series."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import selectors as coordination
from coordination.forms import DeedForm, LatestForm, OnceForm, SeveralOf, one_line
from coordination.models import Organisation, Space
from meetings import recurrence
from meetings.forms.meetings import WhatMeetingsSay, a_zone
from meetings.models import MeetingKind, Series

LONGEST_IN_MINUTES = 24 * 60


class NewSeriesForm(OnceForm, WhatMeetingsSay):
    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    starts_at_time = forms.TimeField(
        label=_("Starts at"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("By the clock of the place. It stays at this hour when the clocks are changed."),
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=LONGEST_IN_MINUTES)
    time_zone = a_zone(_("Time zone of the place"), help_text=_("For example Asia/Karachi."))
    pattern = forms.ChoiceField(label=_("How often"), choices=recurrence.Pattern.choices)
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Leave both empty for a series without an end."),
    )
    count = forms.IntegerField(
        label=_("or how many times"), required=False, min_value=1, max_value=recurrence.MOST_TIMES
    )
    field_order = (
        "title", "kind", "level", "pattern", "first_day", "until", "count", "starts_at_time", "minutes", "time_zone",
        "format", "place", "room", "link",
    )  # fmt: skip

    def __init__(self, *args: Any, space: Space, reader: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "organiser": reader.organisation_id,
            "language": reader.language,
            "time_zone": reader.time_zone,
            "kind": MeetingKind.WORKING_GROUP,
            "minutes": 90,
            "first_day": timezone.localdate() + timedelta(days=7),
            "starts_at_time": "10:00",
        }
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = coordination.organisations_in(space)

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        until, count = fields.pop("until", None), fields.pop("count", None)
        pattern = fields.pop("pattern", None)
        if until and count:
            self.add_error("count", _("Give the last day or the number, not both."))
        if until and fields.get("first_day") and until < fields["first_day"]:
            self.add_error("until", _("This is before the first day: there would be no meeting."))
        if self.errors or not pattern:
            return fields
        series = Series(
            first_day=fields["first_day"], starts_at_time=fields["starts_at_time"], time_zone=fields["time_zone"]
        )
        rule = recurrence.rule_of(pattern, fields["first_day"])
        rule = recurrence.with_end(rule, until=until, count=count, clock=series.starts_at_time, zone=series.zone)
        series.rule = fields["rule"] = rule
        try:
            recurrence.check_rule(series)
        except ValidationError as refusal:
            self.add_refusal(refusal)
        return fields


class EditSeriesForm(LatestForm, WhatMeetingsSay):
    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        initial: dict[str, Any] = {name: getattr(series, name) for name in self.base_fields if name != "topics"}
        kwargs["initial"] = {**initial, "topics": series.topics.all()}
        super().__init__(*args, **kwargs)
        self.fields["organiser"].queryset = Organisation.objects.filter(
            Q(pk__in=coordination.organisations_in(series.space)) | Q(pk=series.organiser_id)
        )


class InviteToSeriesForm(DeedForm):
    organisations = SeveralOf(
        label=_("Organisations"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are invited to each meeting, and have the series in their calendars as a whole."),
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        kwargs["initial"] = {"organisations": series.invited.all()}
        super().__init__(*args, **kwargs)
        there = coordination.organisations_in(series.space)
        self.fields["organisations"].queryset = Organisation.objects.filter(
            Q(pk__in=there) | Q(pk__in=series.invited.all())
        )


class EndSeriesForm(DeedForm):
    last_day = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("What is prepared for later days is called off."),
    )
    reason = one_line(_("Reason"), max_length=500, required=False)
