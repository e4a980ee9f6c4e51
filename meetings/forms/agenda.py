"""Forms of the agenda: an item, and a document that is to come for it."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination import access, attachments
from coordination import selectors as coordination
from coordination.forms import DESCRIPTION_MAX_LENGTH, DeedForm, FilesField, LatestForm, OnceForm, one_line, paragraphs
from coordination.models import Agreement, Organisation, Post
from meetings import selectors, services
from meetings.models import AgendaDocument, AgendaItem, Meeting
from meetings.times import WallClockField, at_the_place, wall_clock

LONGEST_ITEM_IN_MINUTES = 24 * 60
EXPECTED_OUTCOME_MAX_LENGTH = 255


class _ItemFields(DeedForm):
    title = one_line(_("Title"))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=LONGEST_ITEM_IN_MINUTES,
        help_text=_("The next item begins when this one is over."),
    )
    starts_at = forms.TimeField(
        label=_("Begins at a fixed time"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("Only where it must not move, such as a press conference. By the clock of the place."),
    )
    lead = forms.ModelChoiceField(label=_("Led by"), queryset=Organisation.objects.none(), required=False)
    rapporteur = forms.ModelChoiceField(label=_("Rapporteur"), queryset=Post.objects.none(), required=False)
    expected_outcome = one_line(_("Expected outcome"), max_length=EXPECTED_OUTCOME_MAX_LENGTH, required=False)
    description = paragraphs(_("Description"), max_length=DESCRIPTION_MAX_LENGTH, rows=2)
    agreement = forms.ModelChoiceField(
        label=_("About the agreement"), queryset=Agreement.objects.none(), required=False, to_field_name="key"
    )

    def __init__(self, *args: Any, meeting: Meeting, reader: access.Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        organisations = coordination.organisations_in(meeting.space)
        self.fields["lead"].queryset = organisations
        self.fields["rapporteur"].queryset = selectors.rapporteurs_for(meeting, organisations)
        self.fields["agreement"].queryset = (
            Agreement.live_pages().readable_by(reader).filter(space=meeting.space).order_by("title")
        )
        if _lasts_days(meeting):
            widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
            label, help_text = self.fields["starts_at"].label, self.fields["starts_at"].help_text
            self.fields["starts_at"] = WallClockField(label=label, help_text=help_text, required=False, widget=widget)

    def clean_starts_at(self) -> datetime | None:
        typed = self.cleaned_data["starts_at"]
        if typed is None:
            return None
        if isinstance(typed, time):
            typed = datetime.combine(self.meeting.day, typed)
        return at_the_place(typed, self.meeting.time_zone)


def _lasts_days(meeting: Meeting) -> bool:
    """Whether the clock of the place passes midnight during the meeting, so that a time needs its day."""
    last = (meeting.ends_at - timedelta(seconds=1)).astimezone(meeting.zone)
    return last.date() != meeting.day


class AgendaItemForm(OnceForm, _ItemFields):
    """A new item, at the end of the agenda."""


class EditAgendaItemForm(LatestForm, _ItemFields):
    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        initial = {name: getattr(item, name) for name in services.ITEM_FIELDS}
        initial["version"] = item.version
        if item.starts_at:
            begins = wall_clock(item.starts_at, item.meeting.time_zone)
            initial["starts_at"] = begins if _lasts_days(item.meeting) else begins.time()
        self.present_start = item.starts_at
        super().__init__(*args, meeting=item.meeting, initial=initial, **kwargs)

    def clean_starts_at(self) -> datetime | None:
        """A time that was left as it is stays that moment, also where the clocks show it twice."""
        typed = self.cleaned_data["starts_at"]
        if self.present_start and typed == self.initial["starts_at"]:
            return self.present_start
        return super().clean_starts_at()


class AskForDocumentForm(OnceForm):
    title = one_line(_("Document"))
    owner = forms.ModelChoiceField(
        label=_("To be sent by"), queryset=Organisation.objects.none(), required=False,
        help_text=_("Its contributors are reminded a week before, two days before and on the day after."),
    )  # fmt: skip
    due_on = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        initial = {"owner": item.lead_id, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["owner"].queryset = coordination.organisations_in(item.meeting.space)


class HandInForm(DeedForm):
    """The files of a document."""

    files = FilesField(label=_("Files"), most=services.MOST_FILES_OF_A_DOCUMENT)  # type: ignore[assignment]  # Django takes the fields out before a form has files

    def __init__(self, *args: Any, document: AgendaDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = attachments.keeper().hint
