"""Forms about a single message, and about where messages go on. The services decide; what was typed is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.forms import DeedForm, LatestForm
from discussion import services
from discussion.models import MESSAGE_LENGTH, Thread
from discussion.translations import LANGUAGES


def _words(label: Any, rows: int = 6) -> forms.CharField:
    """Not `max_length`: the browser would cut a pasted text short in silence. The service says what is wrong."""
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto", "data-limit": MESSAGE_LENGTH})
    return forms.CharField(label=label, required=False, strip=False, widget=widget)


def _reason(label: Any, length: int, *, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "maxlength": length})
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


class EditMessageForm(LatestForm):
    text = _words(_("Message"))


class TranslateForm(LatestForm):
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()))
    text = _words(_("Translation"))

    field_order = ("language", "text", "version")


class NothingForm(DeedForm):
    """A deed that needs no more than to be confirmed."""


class ReportMessageForm(DeedForm):
    reason = _reason(
        _("What is wrong with it?"),
        services.REPORT_LENGTH,
        help_text=_("Those who chair the space read it, and nobody else."),
    )


class HideMessageForm(DeedForm):
    reason = _reason(_("Why?"), services.REASON_LENGTH, help_text=_("Everybody in the discussion can read this."))


class MoveMessagesForm(DeedForm):
    """Which messages, and where to: into a discussion that is there, or one that begins with them."""

    optional_goes_unsaid = True
    which = forms.ChoiceField(
        label=_("What is moved"),
        choices=[("this", _("Only this message")), ("following", _("This message and all after it"))],
        widget=forms.RadioSelect,
        initial="this",
    )
    target = forms.ChoiceField(label=_("Where to"), required=False)
    subject = forms.CharField(
        label=_("Subject of the new discussion"), required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, targets: list[tuple[Thread, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {thread.key: thread for thread, _title in targets}
        choices = [("", _("A new discussion")), *((thread.key, title) for thread, title in targets)]
        self.fields["target"].choices = choices

    def clean_target(self) -> Thread | None:
        return self.targets.get(self.cleaned_data["target"])


class MergeForm(DeedForm):
    target = forms.ChoiceField(label=_("Into which discussion"))

    def __init__(self, *args: Any, targets: list[tuple[Thread, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {thread.key: thread for thread, _title in targets}
        self.fields["target"].choices = [(thread.key, title) for thread, title in targets]

    def clean_target(self) -> Thread:
        return self.targets[self.cleaned_data["target"]]


class RulesForm(DeedForm):
    change_minutes = forms.TypedChoiceField(
        label=_("How long members can change or delete what they have said"),
        choices=[
            ("", _("At any time")),
            ("0", _("Never")),
            ("15", _("For a quarter of an hour")),
            ("60", _("For an hour")),
            ("1440", _("For a day")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    open_history = forms.BooleanField(
        label=_("Every reader can see what a changed message said before"),
        required=False,
        help_text=_("Otherwise only its author and those who chair the space."),
    )
    optional_goes_unsaid = True
