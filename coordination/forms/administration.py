"""Forms of emergency access and of access reviews."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from coordination.forms.shared import REASON_MAX_LENGTH, DeedForm, OnceForm, paragraphs
from coordination.models import Space, Unconfirmed
from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH

_KEY = re.compile(rf"(?:.*/spaces/)?([{KEY_ALPHABET}]{{{KEY_LENGTH}}})(?:/.*)?")
HOURS = [(hours, ngettext_lazy("%d hour", "%d hours", hours) % hours) for hours in (1, 2, 4, 8)]


class SpaceByAddressField(forms.CharField):
    """A space is named by its address, which nobody guesses: a list would tell of spaces that are closed."""

    def __init__(self, **options: Any) -> None:
        said = _("As its members see it, such as https://…/spaces/…/. Whoever asks you for help has it.")
        super().__init__(label=_("Address of the space"), max_length=300, help_text=said, **options)

    def clean(self, value: Any) -> Any:
        named = _KEY.fullmatch(str(super().clean(value)).strip())
        space = Space.objects.live().filter(key=named[1]).first() if named else None
        if space is None:
            raise ValidationError(_("There is no space at this address."))
        return space


class EmergencyForm(OnceForm):
    space = SpaceByAddressField()
    reason = paragraphs(
        _("Why you need to read it"),
        max_length=REASON_MAX_LENGTH,
        required=True,
        help_text=_("The chairs read this at once, and the auditors later."),
    )
    hours = forms.TypedChoiceField(label=_("For how long"), choices=HOURS, coerce=int, initial=1)


class UnconfirmedForm(DeedForm):
    unconfirmed = forms.ChoiceField(
        label=_("Memberships that nobody has confirmed two weeks after the day"),
        choices=Unconfirmed.choices,
        widget=forms.RadioSelect,
    )
