"""Forms of briefing packs: a text in one of their sections."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access
from coordination import selectors as coordination
from coordination.forms import LatestForm, NamedReadersForm, OnceForm, paragraphs
from coordination.models import Marking
from meetings.models import BriefingPack, BriefingText
from meetings.models.briefing import TEXT_MAX_LENGTH

MARKINGS = [
    ("", _("As the briefing: for all its readers")),
    (Marking.AMBER_STRICT, _("TLP:AMBER+STRICT: of these, those of the organisations named below")),
    (Marking.RED, _("TLP:RED: of these, the persons named below and nobody else")),
]


def _text() -> forms.CharField:
    return paragraphs(
        _("Text"), max_length=TEXT_MAX_LENGTH, required=True, rows=12, help_text=_("A blank line begins a paragraph.")
    )


class NewBriefingTextForm(NamedReadersForm, OnceForm):
    text = _text()
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    marking = forms.ChoiceField(label=_("Who reads it"), choices=MARKINGS, required=False, widget=forms.RadioSelect)
    field_order = ("text", "language", "marking", "organisations", "users")

    def __init__(self, *args: Any, pack: BriefingPack, writer: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"language": pack.visit.language, "marking": ""}, **kwargs)
        readers = access.who_can_see(pack).users
        self.fields["organisations"].queryset = coordination.organisations_in(pack.space).filter(
            pk__in={user.organisation_id for user in readers}
        )
        named = User.objects.filter(pk__in=[user.pk for user in readers]).select_related("organisation")
        self.fields["users"].queryset = named.order_by("name")


class EditBriefingTextForm(LatestForm):
    text = _text()
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, text: BriefingText, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": text.text, "language": text.language, "version": text.version}
        super().__init__(*args, **kwargs)
