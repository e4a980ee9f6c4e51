"""The sitemap: every page that is published for everyone, of every kind, and the lists that lead to them.

What stands there is asked as somebody who is not signed in, whoever fetches it: it is the same for all.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from wagtail.models import get_page_models

from coordination.models import Country, Topic
from coordination.models.spaces import MarkedPage
from knowledge.models.pages import TranslatedPage

OURS = urlsplit(settings.BASE_URL)


class OurSitemap(Sitemap):
    """At the address of the site itself, by whatever name it was asked."""

    protocol = OURS.scheme
    limit = 5000

    def get_domain(self, site: Any = None) -> str:
        return OURS.netloc


class Lists(OurSitemap):
    """Where a newcomer begins."""

    NAMES = (
        "front",
        "knowledge",
        "resource_list",
        "question_list",
        "service_point_list",
        "event_list",
        "glossary",
        "news_list",
        "feed_list",
    )

    def items(self) -> list[str]:
        return [
            *(reverse(name) for name in self.NAMES),
            *(reverse("topic_detail", kwargs={"slug": topic.slug}) for topic in Topic.objects.all()),
            *(reverse("country_detail", kwargs={"code": one.pk}) for one in Country.objects.filter(in_programme=True)),
        ]

    def location(self, item: str) -> str:
        return item


class PublicPages(OurSitemap):
    """The pages of one kind."""

    def __init__(self, kind: type[MarkedPage]) -> None:
        self.kind = kind

    def items(self) -> QuerySet:
        return self.kind.objects.live().readable_by(AnonymousUser()).order_by("pk")

    def lastmod(self, page: Any) -> datetime | None:
        return page.last_published_at or page.first_published_at

    def get_latest_lastmod(self) -> datetime | None:
        latest = self.items().aggregate(at=Max(Coalesce("last_published_at", "first_published_at")))
        return latest["at"]

    def get_urls(self, page: Any = 1, site: Any = None, protocol: Any = None) -> list[dict[str, Any]]:
        """With the public translations of each, so that it is offered in the reader's language."""
        urls = super().get_urls(page, site, protocol)
        if issubclass(self.kind, TranslatedPage):
            families = self._families([url["item"] for url in urls])
            for url in urls:
                family = families[_first(url["item"])]
                if len(family) > 1:
                    url["alternates"] = [
                        {"location": settings.BASE_URL + one.get_absolute_url(), "lang_code": one.language}
                        for one in family
                    ]
        return urls

    def _families(self, pages: list[Any]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {_first(page): [] for page in pages}
        members = self.items().filter(Q(pk__in=found) | Q(translation_of__in=found))
        for member in members.order_by("language"):
            found[_first(member)].append(member)
        return found


def _first(page: Any) -> int:
    """The key of what it is a translation of, else its own."""
    return page.translation_of_id or page.pk


def sections() -> dict[str, Callable[[], Sitemap]]:
    """Those of the index: one for the lists, and one for each kind of page."""
    kinds = [kind for kind in get_page_models() if issubclass(kind, MarkedPage)]
    return {"lists": Lists, **{kind._meta.model_name: partial(PublicPages, kind) for kind in kinds}}
