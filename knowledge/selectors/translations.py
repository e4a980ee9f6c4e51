"""In which language a reader finds a page: the own one where there is such a page, else the original's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import languages
from coordination import access
from knowledge.models.pages import TranslatedPage
from knowledge.services.translations import may_translate

Pages = TypeVar("Pages", bound=QuerySet)


def one_language_of_each(pages: Pages, user: access.Reader, language: str = "") -> Pages:
    """Of these pages and their translations one each: in the language of the reader (or in `language`), where it is
    published and `user` may read it, else the original."""
    wanted = language or languages.current()
    mine = pages.model.live_pages().readable_by(user).order_by().filter(translation_of=OuterRef("pk"), language=wanted)
    return pages.filter(Q(translation_of__isnull=False, language=wanted) | Q(translation_of=None) & ~Exists(mine))


@dataclass(frozen=True)
class Languages:
    """In which languages a page can be read, and whether the reader's is among them."""

    page: TranslatedPage
    others: Sequence[TranslatedPage]
    # The same in the reader's language, where it is another page.
    mine: TranslatedPage | None
    # Whether it is not there in the reader's language, so that another is shown.
    is_missing: bool
    # Whether the original was published anew after this translation.
    is_behind: bool
    # Into which languages this reader may begin a translation.
    offered: Sequence[tuple[str, Any]]


def languages_of(page: TranslatedPage, user: access.Reader) -> Languages:
    """One query, and one for whoever may translate."""
    original: Any = page.original
    family = type(page).live_pages().readable_by(user).filter(Q(pk=original.pk) | Q(translation_of=original.pk))
    others = [one for one in family.order_by("language") if one.pk != page.pk]
    wanted = languages.current()
    mine = next((one for one in others if one.language == wanted), None) if page.language != wanted else None
    offered: list[tuple[str, Any]] = []
    if may_translate(user, page):
        begun = {original.language, *original.translations.readable_by(user).values_list("language", flat=True)}
        offered = [(code, name) for code, name in settings.LANGUAGES if code not in begun]
    return Languages(
        page=page,
        others=others,
        mine=mine,
        is_missing=page.language != wanted and mine is None,
        is_behind=is_behind(page, original),
        offered=offered,
    )


def is_behind(page: Any, original: Any) -> bool:
    """Whether a translation was published before its original was the last time: its text may say otherwise."""
    if page.pk == original.pk or page.last_published_at is None or original.last_published_at is None:
        return False
    return bool(page.last_published_at < original.last_published_at)
