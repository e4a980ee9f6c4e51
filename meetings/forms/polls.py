"""Forms of polls on dates."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import selectors as coordination
from coordination.forms import DESCRIPTION_MAX_LENGTH, DeedForm, OnceForm, SeveralOf, a_day, one_line, paragraphs
from coordination.models import Organisation, Space
from meetings.forms.meetings import a_zone
from meetings.models import Meeting, Poll, PollVote, Vote
from meetings.selectors import Candidate
from meetings.services import MOST_OPTIONS
from meetings.times import at_the_place

ROWS_OF_CANDIDATES = 6


class NewPollForm(OnceForm):
    """The candidates are typed one a line: a form with twenty times is no form."""

    title = one_line(_("Title"))
    description = paragraphs(_("What it is about"), max_length=DESCRIPTION_MAX_LENGTH, rows=3)
    time_zone = a_zone(_("Time zone of the place"), help_text=_("For example Asia/Karachi."))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=31 * 24 * 60, initial=120)
    options = forms.CharField(
        label=_("Candidates"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": ROWS_OF_CANDIDATES, "dir": "ltr", "placeholder": "2026-05-12 10:00"}),
        help_text=_("One a line, as 2026-05-12 10:00, by the clock of the place."),
    )
    closes_on = a_day(_("Answers until"))
    organisations = SeveralOf(
        label=_("Organisations asked"), queryset=Organisation.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, space: Space, reader: User, meeting: Meeting | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"time_zone": reader.time_zone}
        if meeting is not None:
            length = (meeting.ends_at - meeting.starts_at) // timedelta(minutes=1)
            initial = {"title": meeting.title, "time_zone": meeting.time_zone, "minutes": length}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["organisations"].queryset = coordination.organisations_in(space)

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        minutes, zone = fields.pop("minutes", None), fields.get("time_zone")
        if self.errors or not minutes or not zone:
            return fields
        try:
            starts = self._moments(fields["options"], zone)
        except ValidationError as refusal:
            self.add_error("options", refusal)
            return fields
        fields["options"] = [(since, since + timedelta(minutes=minutes)) for since in starts]
        return fields

    def _moments(self, text: str, zone: str) -> list[datetime]:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_OPTIONS:
            raise ValidationError(_("Give from two to %(most)d candidates."), params={"most": MOST_OPTIONS})
        moments, problems = [], []
        for line in lines:
            try:
                moments.append(at_the_place(datetime.strptime(line.replace("T", " "), "%Y-%m-%d %H:%M"), zone))
            except ValueError:
                problems.append(_("“%(line)s” is no day with a time, as 2026-05-12 10:00.") % {"line": line[:60]})
            except ValidationError as refusal:
                problems += [f"{line}: {sentence}" for sentence in refusal.messages]
        if problems:
            raise ValidationError(problems)
        return moments


class VoteForm(DeedForm):
    """For each candidate: yes, if need be, no. A field is named by the key of its option."""

    def __init__(self, *args: Any, poll: Poll, candidates: list[Candidate], reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[tuple[Candidate, Any]] = []
        said = dict(
            PollVote.objects.filter(option__poll=poll, organisation=reader.organisation_id).values_list(
                "option", "vote"
            )
        )
        for candidate in candidates:
            name = f"option_{candidate.option.pk}"
            self.fields[name] = forms.ChoiceField(
                label=date_format(candidate.option.starts_there, "DATETIME_FORMAT"),
                choices=Vote.choices,
                widget=forms.RadioSelect,
            )
            self.initial[name] = said.get(candidate.option.pk, "")
            self.rows.append((candidate, self[name]))

    @property
    def votes(self) -> dict[int, str]:
        return {int(name.removeprefix("option_")): value for name, value in self.cleaned_data.items()}
