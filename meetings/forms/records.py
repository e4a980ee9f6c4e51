"""Forms of records."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination import selectors as coordination
from coordination.forms import (
    DeedForm,
    LatestForm,
    OnceForm,
    a_day,
    paragraphs,
)
from coordination.models import Organisation
from coordination.models.marking import KEY_LENGTH
from meetings import selectors, services
from meetings.models import SPOKEN_KINDS, Attendance, ParagraphKind, Record


# --- records -------------------------------------------------------------------------------------------------------
class OpenRecordForm(DeedForm):
    chatham_house = forms.BooleanField(
        label=_("Keep it under the Chatham House Rule"),
        required=False,
        help_text=_("Who did not attend reads the statements without names. This promise is not taken back."),
    )


class SpeakerField(forms.ModelChoiceField):
    """One of those who attended: organisation, post and person at once."""

    def label_from_instance(self, obj: Attendance) -> str:
        return str(obj)


class _StatementFields(DeedForm):
    text = paragraphs(_("Text"), max_length=services.TEXT_MAX_LENGTH, required=True)
    speaker = SpeakerField(
        label=_("Said by"),
        queryset=Attendance.objects.none(),
        required=False,
        help_text=_("For a statement or a reservation: one of those who attended."),
    )
    on_behalf_of = forms.ModelChoiceField(label=_("On behalf of"), queryset=Organisation.objects.none(), required=False)

    def offer_speakers(self, record: Record, organisations: Any) -> None:
        self.fields["speaker"].queryset = Attendance.objects.for_lists().filter(meeting_id=record.meeting_id)
        self.fields["on_behalf_of"].queryset = organisations

    def as_arguments(self) -> dict[str, Any]:
        """What the services take: who spoke, taken apart; nothing of the speaker where the choice was not touched."""
        fields = dict(self.cleaned_data)
        row = fields.pop("speaker", None)
        if "speaker" in self.changed_data:
            fields["speaker_post"] = row and row.post
            fields["speaker_person"] = row and row.person
            fields["speaker_organisation"] = row and row.organisation
        return fields


class NewParagraphForm(OnceForm, _StatementFields):
    kind = forms.ChoiceField(label=_("Kind"), choices=ParagraphKind.choices)
    owner = forms.ModelChoiceField(
        label=_("For whom"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_("For an action or a commitment: the organisation that does it."),
    )
    due_on = a_day(_("Due on"))
    # The key of the paragraph below which it goes; without one, and where that is gone, it goes to the end.
    after = forms.CharField(required=False, max_length=KEY_LENGTH, widget=forms.HiddenInput)
    field_order = ("kind", "text", "speaker", "on_behalf_of", "owner", "due_on")

    def __init__(self, *args: Any, record: Record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = selectors.organisations_at(record.meeting)
        self.offer_speakers(record, organisations)
        self.fields["owner"].queryset = coordination.organisations_in(record.space)


class EditParagraphForm(LatestForm, _StatementFields):
    """Without the speaker where there is none, and where whoever edits may not know who it was."""

    # The page of the writing sends a change again whose answer it has not had.
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, paragraph: Any, with_names: bool, **kwargs: Any) -> None:
        speakers = Attendance.objects.filter(meeting_id=paragraph.record.meeting_id)
        initial = {"text": paragraph.text, "version": paragraph.version}
        is_statement = paragraph.kind in SPOKEN_KINDS
        if is_statement and with_names:
            initial["on_behalf_of"] = paragraph.on_behalf_of_id
            initial["speaker"] = speakers.filter(
                organisation=paragraph.speaker_organisation_id,
                post=paragraph.speaker_post_id,
                person=paragraph.speaker_person_id,
            ).first()
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        if is_statement and with_names:
            # The present choice stays on offer, whoever takes part by now.
            offered = selectors.organisations_at(paragraph.record.meeting)
            self.offer_speakers(paragraph.record, offered | Organisation.objects.filter(pk=paragraph.on_behalf_of_id))
        else:
            del self.fields["speaker"], self.fields["on_behalf_of"]
