"""What the search page is asked by its address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from search import paging, words
from search.queries import FACETS, LAST_PAGE, SORTS, Query

MOST_VALUES = 30  # of one facet in one address


class SearchForm(forms.Form):
    """The words and the dates. The facets are links, read from the address beside it."""

    optional_goes_unsaid = True  # nobody takes a filter for a duty

    q = forms.CharField(
        label=_("Search for"),
        required=False,
        strip=True,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "dir": "auto", "maxlength": words.LONGEST_QUERY}
        ),
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day such as 2026-03-31.")},
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day such as 2026-03-31.")},
    )

    def clean_q(self) -> str:
        return self.cleaned_data["q"].replace("\0", " ")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the day on which it starts."))
            del cleaned["since"]
        return cleaned

    def query(self) -> Query:
        """What is asked for; a day that cannot be read narrows nothing down, and has its sentence by the field."""
        self.is_valid()
        place = paging.unseal(self.data.get("place", ""))
        sort = self.data.get("sort", "")
        return Query(
            text=self.cleaned_data.get("q", ""),
            chosen=self.chosen(),
            since=self.cleaned_data.get("since"),
            until=self.cleaned_data.get("until"),
            sort=sort if sort in SORTS else "",
            page=place.page if place else self._page(),
            place=place,
        )

    def chosen(self) -> dict[str, tuple[str, ...]]:
        asked = {name: self.data.getlist(name)[:MOST_VALUES] for name in FACETS}
        return {
            name: tuple(dict.fromkeys(value.replace("\0", "")[:60] for value in values))
            for name, values in asked.items()
            if values
        }

    def _page(self) -> int:
        page = self.data.get("page", "1")
        return min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 6 else 1
