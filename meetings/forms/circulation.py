"""Forms with which a record goes round the delegations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.forms import DeedForm, LatestForm, OnceForm, SeveralOf, a_day, one_line, paragraphs
from coordination.models import Organisation
from meetings import services
from meetings.models import Answer, AnswerKind, CommentState, Record, RecordComment
from meetings.models.circulation import NOTE_MAX_LENGTH


class CirculateForm(DeedForm):
    organisations = SeveralOf(
        label=_("Who is asked to agree"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Organisations of the space that may read the record and answer. Those that attended come first."),
    )
    due_on = a_day(_("Answer until the end of"))
    note = paragraphs(_("To the delegations"), max_length=NOTE_MAX_LENGTH, rows=3)
    after_round = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Record, after_round: int, **kwargs: Any) -> None:
        able = services.organisations_to_ask(record)
        asked = [one.pk for one in services.asked_by_default(record)]
        kwargs["initial"] = {"organisations": asked, "after_round": after_round}
        super().__init__(*args, **kwargs)
        self.fields["organisations"].queryset = Organisation.objects.filter(pk__in=[one.pk for one in able])
        self.fields["organisations"].choices = [(one.pk, one.name) for one in able]
        if record.meeting.silence_is_agreement:
            self.fields["due_on"].help_text = _(
                "By the clock of the meeting's place. Who says nothing until then has agreed: so are the rules of this "
                "meeting."
            )
        else:
            self.fields["due_on"].help_text = _("By the clock of the meeting's place.")


class ExtendForm(DeedForm):
    due_on = a_day(_("Answer until the end of"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].required = True


class AgreeForm(DeedForm):
    reason = paragraphs(_("Reason"), max_length=NOTE_MAX_LENGTH, rows=2)


class AnswerForm(LatestForm):
    kind = forms.ChoiceField(
        label=_("Your delegation"),
        choices=[
            (AnswerKind.AGREED, _("agrees to the record")),
            (AnswerKind.RESERVATION, _("agrees with a reservation")),
        ],
        widget=forms.RadioSelect,
    )
    reservation = paragraphs(
        _("Reservation"),
        max_length=services.TEXT_MAX_LENGTH,
        help_text=_("It stands with the agreed record, for everyone who reads that."),
    )

    def __init__(self, *args: Any, answer: Answer, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "version": answer.version,
            "kind": "" if answer.is_awaited else answer.kind,
            "reservation": answer.reservation,
        }
        super().__init__(*args, **kwargs)


class CommentForm(OnceForm):
    text = paragraphs(_("Comment"), max_length=services.TEXT_MAX_LENGTH, rows=3)
    wording = paragraphs(
        _("How it should read"),
        max_length=services.TEXT_MAX_LENGTH,
        rows=6,
        help_text=_("Change the words here to propose another wording; leave them as they are to comment only."),
    )


class DecideForm(LatestForm):
    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[(CommentState.TAKEN_UP, _("take it up")), (CommentState.DECLINED, _("decline it"))],
        widget=forms.RadioSelect,
    )
    wording = paragraphs(
        _("How the paragraph reads then"),
        max_length=services.TEXT_MAX_LENGTH,
        rows=6,
        help_text=_("Used where it is taken up. All delegations see the new words at once."),
    )
    reply = paragraphs(_("Reply"), max_length=NOTE_MAX_LENGTH, rows=2)

    def __init__(self, *args: Any, comment: RecordComment, **kwargs: Any) -> None:
        paragraph = comment.paragraph
        kwargs["initial"] = {
            "version": paragraph.version if paragraph else 0,
            "wording": comment.wording or (paragraph.text if paragraph else ""),
        }
        super().__init__(*args, **kwargs)


class CorrigendumForm(OnceForm):
    text = paragraphs(_("As it should read"), max_length=services.TEXT_MAX_LENGTH, rows=6, required=True)
    reason = one_line(_("Reason"))
