"""Forms about agreements."""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import services
from coordination.agreement_import import ImportedText, read_articles
from coordination.forms.shared import REASON_MAX_LENGTH, DeedForm, LatestForm, OnceForm, a_day, paragraphs
from coordination.models import Agreement, AgreementState


class AsOfForm(forms.Form):
    """The day as of which the text is shown."""

    optional_goes_unsaid = True

    as_of = a_day(_("The text as of"))


class MoveAgreementForm(OnceForm):
    """Another state, from which day, and why. The state that the form showed goes along with it."""

    state = forms.ChoiceField(label=_("State"))
    on = a_day(_("From"))
    reason = paragraphs(_("Reason"), max_length=REASON_MAX_LENGTH, required=True, rows=3)
    seen_state = forms.ChoiceField(choices=AgreementState.choices, widget=forms.HiddenInput)
    # Whether the agreement had another state by the time that this form was sent.
    is_stale = False

    def __init__(self, *args: Any, agreement: Agreement, reader: User, **kwargs: Any) -> None:
        self.agreement, self.reader = agreement, reader
        super().__init__(*args, initial={"seen_state": agreement.state}, **kwargs)
        self._offer()

    def _offer(self) -> None:
        labels = dict(AgreementState.choices)
        open_to = services.states_open_to(self.reader, self.agreement)
        self.fields["state"].choices = [(state, labels[AgreementState(state)]) for state in open_to]
        if self.data.get(self.add_prefix("seen_state")) != self.agreement.state:
            # An older form: what it offered is let through, since the service then says what has happened.
            self.fields["state"].choices += [one for one in labels.items() if one[0] not in open_to]

    def clean_reason(self) -> str:
        """One line, as it stands in the timeline."""
        return " ".join(self.cleaned_data["reason"].split())

    def catch_up(self, state: str) -> None:
        """Let the next sending count as one that has seen the present state."""
        self.is_stale = True
        self.agreement.state = state
        sent: Any = self.data
        sent = sent.copy()
        sent[self.add_prefix("seen_state")] = state
        self.data = sent
        self._offer()


class ImportFileForm(DeedForm):
    """The DOCX of which the articles are read."""

    file = forms.FileField(
        label=_("The text as a Word document (.docx)"),
        allow_empty_file=True,  # said in the same words as everywhere, below
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        help_text=_("Each heading becomes an article. You see them all before anything is written."),
    )

    def clean_file(self) -> Any:
        self.text = read_articles(self.cleaned_data["file"])
        return self.cleaned_data["file"]


class ImportTextForm(LatestForm):
    """The articles that the preview shows, sealed: what is written is what this user saw, of this agreement."""

    text = forms.CharField(widget=forms.HiddenInput)

    @staticmethod
    def sealed(agreement: Agreement, user: User, text: ImportedText) -> str:
        return signing.dumps(text.as_json(), salt=_salt(agreement, user), compress=True)

    def __init__(self, *args: Any, agreement: Agreement, user: User, **kwargs: Any) -> None:
        self.salt = _salt(agreement, user)
        super().__init__(*args, **kwargs)

    def clean_text(self) -> ImportedText:
        try:
            sealed = signing.loads(self.cleaned_data["text"], salt=self.salt, max_age=MOST_SECONDS)
        except signing.BadSignature as error:
            raise ValidationError(_("This preview is not valid any more. Send the file again.")) from error
        return ImportedText.from_json(sealed)


# A preview that was left open over night is still good; one of last week is not.
MOST_SECONDS = 24 * 60 * 60


def _salt(agreement: Agreement, user: User) -> str:
    return f"coordination.agreement_import/{agreement.key}/{user.pk}"
