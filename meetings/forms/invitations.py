"""Forms of invitations and delegations."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access
from coordination.forms import DeedForm, LatestForm, SeveralOf, one_line, paragraphs
from coordination.models import Organisation, Person, Post
from meetings import selectors
from meetings.forms.meetings import a_time
from meetings.models import AttendanceRole, Delegate, Invitation, InvitationAnswer, Meeting
from meetings.times import TimesOfThePlaceMixin, wall_clock


class CancelForm(DeedForm):
    reason = one_line(_("Reason"), max_length=500, required=False)


class InviteForm(DeedForm):
    organisations = SeveralOf(
        label=_("Organisations"), queryset=Organisation.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisations"].queryset = selectors.not_yet_invited(meeting)


class InvitationAnswerForm(TimesOfThePlaceMixin, LatestForm):
    """The times are typed by the clock of the meeting's place, like the meeting's own."""

    times = ("proposed_starts_at", "proposed_ends_at")
    answer = forms.ChoiceField(
        label=_("Answer"),
        # What one does, where the list of the answers says what has become of each.
        choices=[
            (InvitationAnswer.ACCEPTED, _("We accept")),
            (InvitationAnswer.DECLINED, _("We decline")),
            (InvitationAnswer.PROPOSED, _("We propose another time")),
        ],
        widget=forms.RadioSelect,
    )
    proposed_starts_at = a_time(
        _("Proposed start"), required=False, help_text=_("Only where you propose another time; by the clock there.")
    )
    proposed_ends_at = a_time(_("Proposed end"), required=False)
    note = paragraphs(_("Note"), max_length=2000, rows=2)

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        self.zone_name = invitation.meeting.time_zone
        initial: dict[str, Any] = {"version": invitation.version, "note": invitation.note}
        if invitation.answer != InvitationAnswer.PENDING:
            initial["answer"] = invitation.answer
        self.present = {name: at for name in self.times if (at := getattr(invitation, name))}
        initial |= {name: wall_clock(at, self.zone_name) for name, at in self.present.items()}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["time_zone"] = self.zone_name
        if self.cleaned_data.get("answer") != InvitationAnswer.PROPOSED:
            for name in self.times:
                self.cleaned_data[name] = None
        fields: dict[str, Any] = super().clean()
        fields.pop("time_zone", None)
        since, until = (fields.get(name) for name in self.times)
        if fields.get("answer") == InvitationAnswer.PROPOSED and not self.errors:
            if since is None:
                self.add_error("proposed_starts_at", _("Say from when to when you could come."))
            if until is None:
                self.add_error("proposed_ends_at", _("Say from when to when you could come."))
        if since and until and until <= since:
            self.add_error("proposed_ends_at", _("This is not after the start."))
        return fields


class DelegateForm(DeedForm):
    """Whom the organisation sends. Somebody without an account is typed by name."""

    role = forms.ChoiceField(label=_("Role"), choices=AttendanceRole.choices, initial=AttendanceRole.MEMBER)
    post = forms.ModelChoiceField(
        label=_("Post"),
        queryset=Post.objects.none(),
        required=False,
        help_text=_("As it is held on the day of the meeting."),
    )
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none(), required=False)
    person_name = one_line(_("or the name of somebody else"), max_length=150, required=False)
    note = one_line(_("Note"), required=False)

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = selectors.posts_of_delegation(invitation)
        self.fields["person"].queryset = selectors.persons_of_delegation(invitation)

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if fields.get("person") and fields.get("person_name"):
            self.add_error("person_name", ValidationError(_("Choose a person or type a name, not both.")))
        return fields


class WriteToDelegateForm(DeedForm):
    """For somebody who has no account."""

    address = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    confirmed = forms.BooleanField(
        label=_("Title and place may be told to this person, whatever the marking"),
        required=False,
        help_text=_("Without this the mail says what the marking lets out. What is TLP:RED is never told."),
    )

    def __init__(self, *args: Any, delegate: Delegate, writer: User, **kwargs: Any) -> None:
        person = delegate.person
        is_known = person is not None and access.may_see_contact_details(writer, person)
        address = person.email if person is not None and is_known else ""
        kwargs["initial"] = {"address": address, "language": writer.language}
        super().__init__(*args, **kwargs)
