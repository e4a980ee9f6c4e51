"""What editors look after: pages without a translation or a topic, files that belong to nothing, days that have passed.

Each report is made of what its reader may read in the spaces in which the reader contributes, and counts nothing else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import access
from coordination.models import Space
from knowledge.models import File
from knowledge.models.pages import kinds_of_pages, translated_kinds
from knowledge.selectors.translations import is_behind

# Of each report as many on the page of all of them, and on its own: nobody works through more at once.
ROWS, ROWS_ALONE = 10, 200


@dataclass(frozen=True)
class Row:
    title: str
    url: str
    kind: str
    space: Space
    detail: str = ""
    language: str = ""


@dataclass(frozen=True)
class Report:
    name: str
    label: str | Promise
    empty: str | Promise
    rows: list[Row]
    has_more: bool


def reports_for(user: access.Reader, only: str = "") -> list[Report]:
    """All reports with their first rows, or the one that is named with many."""
    limit = ROWS_ALONE if only else ROWS
    found = []
    for name, (label, empty, make) in REPORTS.items():
        if only in ("", name):
            rows = make(user, limit + 1)
            found.append(Report(name, label, empty, rows[:limit], len(rows) > limit))
    return found


def _of_editor(rows: Any, user: access.Reader) -> QuerySet:
    """Of pages or files those that `user` may read, in spaces that `user` may read and contributes to."""
    own = Space.objects.readable_by(user).filter(pk__in=access.spaces_where(user, "contribute_space"))
    return rows.readable_by(user).filter(space__in=own).select_related("space")


def _pages(user: access.Reader, kinds: Iterable[type[Any]], limit: int, **narrowed: Any) -> list[Any]:
    """The pages of these kinds, those first that were published first; a query for each kind."""
    found: list[Any] = []
    for kind in kinds:
        found += _of_editor(kind.objects.live().filter(**narrowed), user).order_by("first_published_at", "pk")[:limit]
    found.sort(key=lambda page: (page.first_published_at or timezone.now(), page.pk))
    return found[:limit]


def _row(user: access.Reader, page: Any, detail: str = "") -> Row:
    """Leads to the form of the page, for those who may change it, else to the page."""
    may_edit = access.those_to_do(user, "edit", [page])
    url = reverse("wagtailadmin_pages:edit", args=[page.pk]) if may_edit else page.get_absolute_url()
    return Row(page.title, url, str(page._meta.verbose_name), page.space, detail, page.language)


def _missing_translations(user: access.Reader, limit: int) -> list[Row]:
    """Originals that are not there in each language, or whose translation is older than themselves."""
    rows: list[Row] = []
    for kind in translated_kinds().values():
        originals = _of_editor(kind.objects.live().filter(translation_of=None), user)
        translations = Prefetch("translations", kind.objects.readable_by(user))
        for page in originals.order_by("-last_published_at", "pk").prefetch_related(translations)[: ROWS_ALONE * 2]:
            if detail := _what_is_missing(page):
                row = _row(user, page, detail)
                if len(page.translations.all()) + 1 < len(settings.LANGUAGES):
                    row = replace(row, url=reverse("page_translate", args=[page._meta.model_name, page.key]))
                rows.append(row)
            if len(rows) >= limit:
                return rows
    return rows


def _what_is_missing(page: Any) -> str:
    there = {one.language: one for one in page.translations.all()}
    said = []
    for code, name in settings.LANGUAGES:
        if code == page.language:
            continue
        if code not in there:
            said.append(_("%(language)s: missing") % {"language": name})
        elif not there[code].live:
            said.append(_("%(language)s: a draft") % {"language": name})
        elif is_behind(there[code], page):
            said.append(_("%(language)s: older than the original") % {"language": name})
    return " · ".join(said)


def _orphaned_files(user: access.Reader, limit: int) -> list[Row]:
    """Files that lie in a space and belong to nothing."""
    files = _of_editor(File.objects.filter(attached_id=None), user).defer("text").order_by("created_at", "pk")[:limit]
    return [
        Row(file.title, file.get_absolute_url(), str(File._meta.verbose_name), file.space, date_format(file.created_at))
        for file in files
    ]


def _without_topic(user: access.Reader, limit: int) -> list[Row]:
    return [_row(user, page) for page in _pages(user, kinds_of_pages(), limit, topics=None)]


def _past_review(user: access.Reader, limit: int) -> list[Row]:
    pages = _pages(user, kinds_of_pages(), limit, review_on__lte=timezone.localdate())
    pages.sort(key=lambda page: (page.review_on, page.pk))
    return [_row(user, page, date_format(page.review_on)) for page in pages]


Made = Callable[[access.Reader, int], list[Row]]
REPORTS: dict[str, tuple[str | Promise, str | Promise, Made]] = {
    "translations": (
        gettext_lazy("Missing translations"),
        gettext_lazy("Every page is there in every language."),
        _missing_translations,
    ),
    "topics": (gettext_lazy("Pages without a topic"), gettext_lazy("Every page has a topic."), _without_topic),
    "review": (
        gettext_lazy("Past their review date"),
        gettext_lazy("No page waits to be looked through."),
        _past_review,
    ),
    "files": (
        gettext_lazy("Files that belong to nothing"),
        gettext_lazy("Every file belongs to something."),
        _orphaned_files,
    ),
}
