"""What more than one view asks of the library: its lists, and what gathers on a topic or a country."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from coordination.access import Reader
from coordination.models import Agreement, Marked, Space, Topic
from coordination.selectors import holding
from knowledge.models import (
    CountryProfile,
    File,
    GlossaryTerm,
    NewsItem,
    Resource,
    ServicePoint,
    Wording,
)
from knowledge.selectors.translations import one_language_of_each

# What stands on a page that gathers several kinds; the list of each kind shows the rest.
LATEST = 6


def resources(user: Reader) -> QuerySet[Resource]:
    """The resources that `user` may read, each in one language, the newest first."""
    return one_language_of_each(all_resources(user), user)


def all_resources(user: Reader) -> QuerySet[Resource]:
    """The same with all their translations."""
    return Resource.live_pages().readable_by(user).for_lists().order_by("-first_published_at", "-pk")


def latest_resources(user: Reader, limit: int = LATEST) -> list[Resource]:
    return list(resources(user)[:limit])


def service_points(user: Reader) -> QuerySet[ServicePoint]:
    """The service points that `user` may read, by country and name."""
    points = ServicePoint.live_pages().readable_by(user).for_lists().order_by("country__name", "title")
    return one_language_of_each(points, user)


def public_service_points() -> QuerySet[ServicePoint]:
    """Those that everyone may know of: the front page is the same for all."""
    return service_points(AnonymousUser())


def news(user: Reader) -> QuerySet[NewsItem]:
    """The news that `user` may read, the newest first."""
    return one_language_of_each(NewsItem.live_pages().readable_by(user).order_by("-published_on", "-pk"), user)


def public_news() -> QuerySet[NewsItem]:
    """What is CLEAR: it stands on the front page, the same for all."""
    return news(AnonymousUser())


def country_profiles(user: Reader) -> QuerySet[CountryProfile]:
    profiles = CountryProfile.live_pages().readable_by(user).select_related("country")
    return one_language_of_each(profiles.order_by("country__name", "title"), user)


def glossary(user: Reader) -> QuerySet[GlossaryTerm]:
    """In the order of the language that the reader reads them in, English where a term has none in it."""
    name: Any = "title"
    if (own := f"term_{get_language()}") in ("term_ru", "term_ur"):
        name = Coalesce(NullIf(own, Value("")), "title")
    return GlossaryTerm.live_pages().readable_by(user).for_lists().order_by(name, "title")


def files_of(resource: Resource, user: Reader) -> QuerySet[File]:
    """The files of a resource that `user` may read, in their order: one may be marked narrower than the resource.
    A translation has those of its original too."""
    return (
        File.objects.readable_by(user)
        .filter(place__resource__in={resource.pk, resource.translation_of_id or resource.pk})
        .select_related("audience")
        .defer("text")
        .order_by("place__sort_order", "place__pk")
    )


@dataclass(frozen=True)
class Offered:
    """A file of a resource in the newest version that the reader may read, with those before it, the newest first."""

    file: File
    earlier: list[File]


def offered_files(resource: Resource, user: Reader) -> list[Offered]:
    """The files of a resource as they are offered: whoever may not read a version does not learn that there is one."""
    versions: dict[str, list[File]] = {}
    for file in files_of(resource, user):
        versions.setdefault(file.first_version, []).append(file)
    found = []
    for files in versions.values():
        newest, *earlier = sorted(files, key=lambda file: (file.created_at, file.pk), reverse=True)
        found.append(Offered(newest, earlier))
    return found


def files_at(obj: Marked, user: Reader) -> QuerySet[File]:
    """The files attached to `obj` that `user` may read, in the order in which they came."""
    return (
        File.objects.attached_to(obj)
        .readable_by(user)
        .select_related("audience")
        .defer("text")
        .order_by("created_at", "pk")
    )


def files_at_each(objects: Sequence[Marked], user: Reader) -> dict[int, list[File]]:
    """The same for many objects of one kind, by their keys. One query."""
    found: dict[int, list[File]] = {obj.pk: [] for obj in objects}
    if not objects:
        return found
    kind = ContentType.objects.get_for_model(objects[0])
    rows = File.objects.filter(attached_type=kind, attached_id__in=found).readable_by(user).select_related("audience")
    for file in rows.defer("text").order_by("created_at", "pk"):
        assert file.attached_id is not None
        found[file.attached_id].append(file)
    return found


def files_with(obj: Marked, user: Reader, parts: Iterable[int]) -> QuerySet[File]:
    """Of these the ones that came with some parts of `obj`."""
    return files_at(obj, user).filter(came_with__in=list(parts))


def on_topic(topic: Topic, user: Reader) -> dict[str, Any]:
    """What `user` may read on a topic, of each kind."""
    return {
        "spaces": Space.objects.live().readable_by(user).filter(topics=topic).select_related("audience"),
        "agreements": Agreement.live_pages().readable_by(user).filter(topics=topic).order_by("title"),
        "resources": resources(user).filter(topics=topic)[:LATEST],
        "profiles": country_profiles(user).filter(topics=topic),
        "service_points": service_points(user).filter(topics=topic),
        "terms": glossary(user).filter(topics=topic),
        "news": news(user).filter(topics=topic)[:LATEST],
    }


# --- narrowed down -------------------------------------------------------------------------------------------------
Chosen = Callable[[str], Any]


def narrowed_resources(resources: QuerySet[Resource], chosen: Chosen) -> QuerySet[Resource]:
    if words := chosen("q"):
        resources = resources.filter(holding(words, "title", "abstract", "authors", "publisher"))
    for name in ("kind", "space", "licence", "year"):
        if value := chosen(name):
            resources = resources.filter(**{name: value})
    if language := chosen("language"):
        # What says nothing of its languages is in that of its page.
        resources = resources.filter(Q(languages__contains=f" {language} ") | Q(languages="", language=language))
    if country := chosen("country"):
        resources = resources.filter(countries=country)
    if topic := chosen("topic"):
        resources = resources.filter(topics=topic)
    return resources


def glossary_with(words: str, user: Reader) -> QuerySet[GlossaryTerm]:
    """The terms that hold `words`, in any of the languages."""
    terms = glossary(user)
    if not words:
        return terms
    fields = ("title", "definition", "term_ru", "definition_ru", "term_ur", "definition_ur")
    besides = Wording.objects.filter(holding(words, "text", "definition")).values("term")
    return terms.filter(holding(words, *fields) | Q(pk__in=besides))
