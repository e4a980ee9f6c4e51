"""Forms in which a user says how to hear of news."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import MailRhythm, User
from accounts.widgets import QuickSelect
from coordination.models import Space
from discussion import notifier, preferences, push
from discussion.models import NotificationChoice, QuietHours, SpaceRules, Way


@dataclass(frozen=True)
class Row:
    """One kind of news, with the fields in which its reader chooses."""

    label: str
    way: forms.BoundField
    push: forms.BoundField | None


class ChoicesForm(forms.Form):
    """A row for each kind of news: by which way, and whether it is pushed. Everywhere, or in one space."""

    def __init__(self, data: Any, user: User, space: Space | None = None) -> None:
        self.kinds = [kind for kind in notifier.all_kinds() if not kind.urgent]
        chosen = _choices_of(user, space)
        # What holds without a choice here: as usual, or as chosen for everywhere.
        self.otherwise = _otherwise(user, self.kinds, space)
        initial: dict[str, Any] = {}
        for kind in self.kinds:
            choice = chosen.get(kind.kind, NotificationChoice())
            initial[f"way_{kind.kind}"] = choice.way
            initial[f"push_{kind.kind}"] = preferences.chosen(choice, self.otherwise[kind.kind]).push
        super().__init__(data, initial=initial)
        for kind in self.kinds:
            self._add_fields(kind, _words(self.otherwise[kind.kind], user), is_space=space is not None)

    def _add_fields(self, kind: type[notifier.Notification], otherwise: str, *, is_space: bool) -> None:
        usual = _("as everywhere: %(way)s") if is_space else _("as usual: %(way)s")
        choices = [("", usual % {"way": otherwise}), *Way.choices]
        widget = QuickSelect(attrs={"class": "form-select form-select-sm", "aria-label": str(kind.label)})
        self.fields[f"way_{kind.kind}"] = forms.ChoiceField(choices=choices, required=False, widget=widget)
        if push.is_offered():
            named = {"class": "form-check-input", "aria-label": _("Push: %(kind)s") % {"kind": kind.label}}
            box = forms.CheckboxInput(attrs=named)
            self.fields[f"push_{kind.kind}"] = forms.BooleanField(required=False, widget=box)

    def sections(self) -> list[tuple[str, list[Row]]]:
        found: dict[str, list[Row]] = {}
        for kind in self.kinds:
            box = self[f"push_{kind.kind}"] if push.is_offered() else None
            found.setdefault(str(kind.section), []).append(Row(str(kind.label), self[f"way_{kind.kind}"], box))
        return list(found.items())

    def choices(self) -> Iterator[tuple[str, tuple[str, bool | None]]]:
        """What is chosen of each kind; what is as it would be anyway is chosen by nobody."""
        for kind in self.kinds:
            way = self.cleaned_data[f"way_{kind.kind}"]
            would_be = preferences.chosen(NotificationChoice(way=way), self.otherwise[kind.kind]).push
            pushed = self.cleaned_data.get(f"push_{kind.kind}", would_be)
            yield kind.kind, (way, None if pushed == would_be else pushed)


def _choices_of(user: User, space: Space | None) -> dict[str, NotificationChoice]:
    return {one.kind: one for one in NotificationChoice.objects.filter(user=user, space=space)}


def _otherwise(user: User, kinds: list, space: Space | None) -> dict[str, preferences.Wanted]:
    usual = {kind.kind: preferences.usual(kind) for kind in kinds}
    if space is None:
        return usual
    everywhere = _choices_of(user, None)
    chosen = {name: preferences.chosen(everywhere[name], usual[name]) for name in usual if name in everywhere}
    return usual | chosen


def _words(wanted: preferences.Wanted, user: User) -> str:
    if not wanted.page:
        return str(Way.NOTHING.label)
    rhythm = wanted.rhythm or user.mail_rhythm
    return str(Way(rhythm).label) if wanted.mail and rhythm != MailRhythm.NEVER else str(Way.PAGE.label)


class QuietHoursForm(forms.ModelForm):
    class Meta:
        model = QuietHours
        fields = ("begins", "ends", "days_off")
        widgets = {
            "begins": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {"days_off": gettext_lazy("Those of the country of your organisation.")}


class SpaceMailForm(forms.ModelForm):
    optional_goes_unsaid = True  # nothing is a choice like the others

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["quoted_in_mail"]
        field.choices = [("", gettext_lazy("nothing")), *list(field.choices)[1:]]

    class Meta:
        model = SpaceRules
        fields = ("quoted_in_mail",)
        labels = {"quoted_in_mail": gettext_lazy("Mails may say what they are about, of what is marked up to")}
        help_texts = {
            "quoted_in_mail": gettext_lazy(
                "Mail lies in other hands on its way. Without a choice a mail only says that there is something new."
            )
        }
