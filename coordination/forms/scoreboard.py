"""What the scoreboard is narrowed down to, and the day since which changes are told."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from coordination import access, selectors
from coordination.forms.filters import Filters, OfferedField, a_day_of_changes
from coordination.forms.shared import a_day
from coordination.models import Action, Agreement, Commitment, Country, Organisation, Space, Topic
from coordination.models.marking import is_key
from coordination.selectors import scoreboard

# No database has a row beyond it, and one of them refuses to look.
BIGGEST_KEY = 2**63 - 1
NARROWED_BY = ("country", "organisation", "agreement", "topic", "space")


class ScoreboardForm(Filters):
    """A bad value narrows nothing; nor does what the reader may not know of. What is chosen keeps its object."""

    since = a_day(_("Changes since"))
    space = OfferedField(_("Space"))
    by = forms.ChoiceField(choices=scoreboard.By.choices, required=False, widget=forms.HiddenInput)
    country = forms.CharField(max_length=2, required=False, widget=forms.HiddenInput)
    organisation = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY, widget=forms.HiddenInput)
    agreement = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    topic = forms.CharField(max_length=50, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reader: access.Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        if not self.data.get("since"):
            # The day that counts stands in the field, whoever chose it.
            self.data = {**dict(self.data.items()), "since": scoreboard.usual_first_day().isoformat()}
        # What each narrowing stands for, for the page to name it.
        self.named: dict[str, Any] = {}
        self.fields["space"].offer(self._spaces)

    def _spaces(self) -> selectors.Offered:
        """The spaces that the reader works in, and the one that the address names, where the reader may know of it."""
        spaces = [(space.pk, space.key, space.title) for space in selectors.spaces_of(self.reader)]
        asked = self.data.get("space")
        if asked and is_key(asked) and asked not in {key for _pk, key, _title in spaces}:
            known = Space.objects.live().readable_by(self.reader).filter(key=asked)
            spaces += known.values_list("pk", "key", "title")
        return spaces

    def _found(self, name: str, rows: QuerySet) -> Any:
        """The key of the one of `rows`; None where there is none, for whatever reason."""
        found = rows.first()
        if found is None:
            return None
        self.named[name] = found
        return found.pk

    def clean_since(self) -> date | None:
        return a_day_of_changes(self.cleaned_data["since"])

    def clean_country(self) -> str | None:
        asked = self.cleaned_data["country"]
        return self._found("country", Country.objects.filter(pk=asked)) if asked else None

    def clean_organisation(self) -> int | None:
        asked = self.cleaned_data["organisation"]
        if not asked:
            return None
        # The directory is for whoever is signed in (docs/decisions/0003); others know of an organisation by its work.
        if not self.reader.is_authenticated and not (
            Action.objects.readable_by(self.reader).filter(owner=asked).exists()
            or Commitment.objects.readable_by(self.reader).filter(party=asked).exists()
        ):
            return None
        return self._found("organisation", Organisation.objects.filter(pk=asked))

    def clean_agreement(self) -> int | None:
        asked = self.cleaned_data["agreement"]
        readable = Agreement.objects.live().readable_by(self.reader)
        return self._found("agreement", readable.filter(key=asked)) if asked else None

    def clean_topic(self) -> int | None:
        asked = self.cleaned_data["topic"]
        return self._found("topic", Topic.objects.filter(slug=asked)) if asked else None

    def clean_space(self) -> int | None:
        asked: int | None = self.cleaned_data["space"]
        return self._found("space", Space.objects.live().readable_by(self.reader).filter(pk=asked)) if asked else None

    @property
    def first_day(self) -> date:
        """Since when changes are told."""
        chosen: date | None = self.chosen("since")
        return chosen or scoreboard.usual_first_day()

    @property
    def rows_are(self) -> str:
        return self.chosen("by") or scoreboard.By.COUNTRY

    @property
    def narrowed_to(self) -> dict[str, str]:
        """What narrows, as it stands in the address."""
        return {name: scoreboard.word_for(self.named[name]) for name in NARROWED_BY if name in self.named}
