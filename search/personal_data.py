"""What search holds about a person."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination.personal import goes, part, told
from search.models import RecentSearch, SavedSearch


@part("saved_searches", _("Searches that I saved"))
def _saved(user: User) -> Iterator[dict[str, Any]]:
    return told(SavedSearch.objects.filter(owner=user), "name", "query", "alert", "created_at")


@part("recent_searches", _("What I searched for lately"))
def _recent(user: User) -> Iterator[dict[str, Any]]:
    return told(RecentSearch.objects.filter(user=user), "query", "at")


goes(_("Saved searches, filters and collections that are not shared"), SavedSearch, by="owner")
goes(_("Saved searches, filters and collections that are not shared"), RecentSearch)
