"""Forms of what is done with a whole thread. They say what is wrong beside its field; the services decide."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from coordination import access, selectors
from coordination.forms import MARKINGS_EXPLAINED, DeedForm, Filters, LatestForm, NamedReadersForm, one_line
from coordination.models import Marking, Space
from discussion.forms import MessageForm
from discussion.models import MESSAGE_LENGTH
from discussion.services import SLOW_MODES

MINUTE, HOUR, DAY = 60, 3600, 86400


def in_seconds_or_more(seconds: int) -> str:
    """How long slow mode lets everybody wait, in the largest unit that fits."""
    if seconds % DAY == 0:
        return ngettext("%(count)d day", "%(count)d days", seconds // DAY) % {"count": seconds // DAY}
    if seconds % HOUR == 0:
        return ngettext("%(count)d hour", "%(count)d hours", seconds // HOUR) % {"count": seconds // HOUR}
    if seconds % MINUTE == 0:
        return ngettext("%(count)d minute", "%(count)d minutes", seconds // MINUTE) % {"count": seconds // MINUTE}
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


def a_moment(label: Any, *, required: bool, help_text: Any = "") -> forms.DateTimeField:
    """By the clock of the reader, which the page shows everywhere."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget)


class CloseForm(DeedForm):
    reason = one_line(_("Reason"), required=False)


class SubjectForm(DeedForm):
    subject = one_line(_("Subject"))


class SlowForm(DeedForm):
    seconds = forms.TypedChoiceField(label=_("Each writes at most once in"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        off = (0, _("as often as they like"))
        self.fields["seconds"].choices = [off, *((one, in_seconds_or_more(one)) for one in SLOW_MODES[1:])]


class ReadOnlyForm(DeedForm):
    starts = a_moment(_("From"), required=True)
    until = a_moment(_("Until"), required=False, help_text=_("Without an end, until you lift it."))


class SureForm(DeedForm):
    """Nothing to fill in: the page says what will happen, and the button does it."""


class SummaryForm(LatestForm):
    # Not `max_length`: the browser would cut a pasted text short in silence.
    text = forms.CharField(
        label=_("Summary"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "data-limit": MESSAGE_LENGTH}),
    )


# What of one's own threads the list may be narrowed down to (selectors.OF_MINE).
WHICH = {
    "unread": _("Unread"),
    "favourites": _("Favourites"),
    "followed": _("Followed"),
    "muted": _("Muted"),
}


class ListFilters(Filters):
    which = forms.ChoiceField(choices=list(WHICH.items()), required=False, widget=forms.HiddenInput)
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")

    def __init__(self, *args: Any, spaces: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = spaces
        self.is_valid()


class StartThreadForm(MessageForm, NamedReadersForm):
    """What a discussion of a space begins with. It may be narrower than the space; its chairs may announce."""

    subject = forms.CharField(label=_("Subject"), required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    marking = forms.ChoiceField(
        label=_("Who can read it"),
        choices=[(each, MARKINGS_EXPLAINED[each]) for each in (Marking.AMBER, Marking.AMBER_STRICT, Marking.RED)],
        initial=Marking.AMBER,
        required=False,
        widget=forms.RadioSelect,
    )
    chatham_house = forms.BooleanField(
        label=_("Under the Chatham House Rule: what is said is shown without who said it. There is no way back"),
        required=False,
    )
    asks_acknowledgement = forms.BooleanField(
        label=_("An announcement: ask each reader to say that it has been read"), required=False
    )
    field_order = (
        "subject", "text", "files", "marking", "organisations", "users", "chatham_house", "asks_acknowledgement",
        "submission",
    )  # fmt: skip

    def __init__(self, *args: Any, writer: User, about: Space, **kwargs: Any) -> None:
        super().__init__(*args, writer=writer, about=about, **kwargs)
        self.fields["organisations"].queryset = selectors.organisations_in(about)
        members = [user.pk for user in access.users_in([about.pk])]
        self.fields["users"].queryset = User.objects.filter(pk__in=members).select_related("organisation")
        del self.fields["answers"]
        if not access.can(writer, "manage", about):
            del self.fields["asks_acknowledgement"]

    @classmethod
    def sent(cls, request: HttpRequest, about: Any, **kwargs: Any) -> MessageForm:
        form = super().sent(request, about, **kwargs)
        if form.preview is not None:
            form.initial.update({name: request.POST.getlist(name) for name in ("organisations", "users")})
        return form

    def clean_text(self) -> str:
        return self.cleaned_data["text"]  # the service checks all fields at once

    def clean_files(self) -> list[Any]:
        return self.cleaned_data["files"]
