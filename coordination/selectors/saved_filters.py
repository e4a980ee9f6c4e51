"""The filters that a user has saved, and those that are shared in the user's spaces."""

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from accounts.models import User
from coordination.models import SavedFilter, StandardFilter


def saved_filters(user: User, page: str | None = None) -> list[SavedFilter]:
    """Those of one list, or of all: the user's own first, then what is shared. One query.

    `is_standard` tells with which of them a list opens for `user`.
    """
    standard = StandardFilter.objects.filter(user=user, page=OuterRef("page"), saved=OuterRef("pk"))
    shown = ("key", "page", "name", "query", "space__title", "created_by__name")
    found = SavedFilter.objects.open_to(user).annotate(is_standard=Exists(standard))
    found = found.select_related("space", "created_by").only(*shown)
    if page is not None:
        found = found.filter(page=page)
    return sorted(found, key=lambda saved: (saved.space_id is not None, saved.name.casefold()))


def standard_filter(user: User, page: str) -> SavedFilter | None:
    """The filter with which a list opens for `user`, as long as it is open to the user."""
    standard = StandardFilter.objects.filter(user=user, page=page).values("saved")
    return SavedFilter.objects.open_to(user).filter(pk__in=standard).first()


def only_these(query: str, names: set[str]) -> str:
    """Of the query of an address, what has one of these names and says something."""
    kept = QueryDict(mutable=True)
    for name, value in QueryDict(query).items():
        if name in names and value and "\x00" not in str(value):
            kept[name] = str(value)
    return kept.urlencode()
