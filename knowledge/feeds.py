"""What is new in knowledge as a feed, Atom or JSON Feed 1.1, as one reader may read it at this moment.

What a feed program fetches often lies with others: of what is RED or AMBER+STRICT an entry says the kind and where it
is, and the rest is read here (as with calendar feeds).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, SyndicationFeed, rfc3339_date
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from coordination import access
from coordination.models import Marking, Space, Topic
from knowledge.models import Resource
from knowledge.models.pages import KnowledgePage, kinds_of_pages

MOST_ENTRIES = 50
WITHOUT_TITLE = (Marking.RED, Marking.AMBER_STRICT)
# Of what nobody knows when it was published; and of a feed without entries, so that the same is the same to the byte.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# XML holds none of these.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Shared:
    """Whose feed it is, and of what: of a space, of a topic, or of all."""

    reader: access.Reader
    path: str
    space: Space | None = None
    topic: Topic | None = None


def pages_in(shared: Shared) -> list[KnowledgePage]:
    """The newest pages, of all kinds together, that the reader may read. Two queries for each kind."""
    found: list[KnowledgePage] = []
    for kind in kinds_of_pages():
        pages = kind.live_pages().readable_by(shared.reader).prefetch_related("topics")
        if shared.space is not None:
            pages = pages.filter(space=shared.space)
        if shared.topic is not None:
            pages = pages.filter(topics=shared.topic)
        found += pages.order_by(Coalesce("first_published_at", LONG_AGO).desc(), "-pk")[:MOST_ENTRIES]
    return sorted(found, key=lambda page: (published_at(page), page.pk), reverse=True)[:MOST_ENTRIES]


def published_at(page: Any) -> datetime:
    return page.first_published_at or LONG_AGO


def changed_at(page: Any) -> datetime:
    """When readers were shown it as it stands: a draft that waits is nobody's to know of."""
    return page.last_published_at or published_at(page)


def summary_of(page: Any) -> str:
    """What the page begins with."""
    return next(
        (text for name in ("abstract", "summary", "definition", "short_answer") if (text := getattr(page, name, ""))),
        "",
    )


def _clean(text: Any) -> str:
    return NOT_IN_XML.sub("", str(text))


# --- formats -------------------------------------------------------------------------------------------------------
class _Steady(SyndicationFeed):
    def latest_post_date(self) -> datetime:
        """That of the newest entry; of a feed without any always the same."""
        return max((item["updateddate"] for item in self.items), default=LONG_AGO)


class AtomFeed(_Steady, Atom1Feed):
    content_type = "application/atom+xml; charset=utf-8"

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["written_in"]}


class JsonFeed(_Steady):
    """JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        whole = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": self.feed["language"],
            "items": [_as_json(item) for item in self.items],
        }
        outfile.write(json.dumps(whole, ensure_ascii=False, indent=1).encode(encoding))


def _as_json(item: dict[str, Any]) -> dict[str, Any]:
    told = {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "content_text": item["text"],
        "date_published": rfc3339_date(item["pubdate"]),
        "date_modified": rfc3339_date(item["updateddate"]),
        "authors": [{"name": name} for name in item["authors"]],
        "tags": list(item["categories"]),
        "language": item["written_in"],
    }
    return {name: value for name, value in told.items() if value != []}


FORMS: dict[str, type[_Steady]] = {"atom": AtomFeed, "json": JsonFeed}


# --- what a feed says ----------------------------------------------------------------------------------------------
class PagesFeed(Feed):
    """Django's own frame around it: it is asked for its parts, and puts them into `feed_type`."""

    def __init__(self, form: str) -> None:
        self.feed_type = FORMS[form]

    def title(self, shared: Shared) -> str:
        about = shared.space.title if shared.space else str(shared.topic) if shared.topic else _("Knowledge")
        return _clean(_("Accord: %(about)s") % {"about": about})

    def description(self, shared: Shared) -> str:
        return _("What is new in the knowledge base.")

    def link(self, shared: Shared) -> str:
        if shared.space is not None:
            return settings.BASE_URL + shared.space.get_absolute_url()
        if shared.topic is not None:
            return settings.BASE_URL + reverse("topic_detail", kwargs={"slug": shared.topic.slug})
        return settings.BASE_URL + reverse("knowledge")

    def feed_url(self, shared: Shared) -> str:
        return settings.BASE_URL + shared.path

    def items(self, shared: Shared) -> list[KnowledgePage]:
        return pages_in(shared)

    def item_title(self, page: Any) -> str:
        return _clean(_kind_of(page) if page.marking in WITHOUT_TITLE else page.title)

    def item_description(self, page: Any) -> str:
        """HTML, as Atom has it."""
        return escape(_text_of(page))

    def item_link(self, page: Any) -> str:
        return settings.BASE_URL + page.get_absolute_url()

    def item_guid(self, page: Any) -> str:
        return self.item_link(page)

    def item_pubdate(self, page: Any) -> datetime:
        return published_at(page)

    def item_updateddate(self, page: Any) -> datetime:
        return changed_at(page)

    def item_author_name(self, page: Any) -> str | None:
        return "; ".join(_authors_of(page)) or None

    def item_categories(self, page: Any) -> list[str]:
        return (
            [] if page.marking in WITHOUT_TITLE else [_kind_of(page), *(_clean(topic) for topic in page.topics.all())]
        )

    def item_extra_kwargs(self, page: Any) -> dict[str, Any]:
        narrow = page.marking in WITHOUT_TITLE
        return {
            "text": _text_of(page),
            "authors": _authors_of(page),
            "written_in": get_language() if narrow else page.language,
        }


def _kind_of(page: Any) -> str:
    name = page.get_kind_display() if isinstance(page, Resource) else page._meta.verbose_name
    return str(name)[:1].upper() + str(name)[1:]


def _text_of(page: Any) -> str:
    if page.marking in WITHOUT_TITLE:
        return _("This is marked TLP:%(marking)s. It is read on Accord.") % {"marking": page.marking}
    return _clean(summary_of(page) or page.title)


def _authors_of(page: Any) -> list[str]:
    if page.marking in WITHOUT_TITLE:
        return []
    return [_clean(name) for name in getattr(page, "author_names", ())]


def addresses(name: str, **kwargs: str) -> Iterator[tuple[str, str]]:
    """The format and the address of a feed in each."""
    for form in FORMS:
        yield form, settings.BASE_URL + reverse(name, kwargs={**kwargs, "form": form})
