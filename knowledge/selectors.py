"""What more than one view asks of knowledge."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from coordination.access import Reader
from coordination.models import Country, Topic
from knowledge.models import CountryProfile, File, GlossaryTerm, NewsItem, Resource, ServicePoint

# What stands on a page that gathers several kinds; the list of each kind shows the rest.
LATEST = 6


def resources(user: Reader) -> QuerySet[Resource]:
    """The resources that `user` may read, the newest first."""
    return Resource.live_pages().readable_by(user).for_lists().order_by("-first_published_at", "-pk")


def latest_resources(user: Reader, limit: int = LATEST) -> list[Resource]:
    return list(resources(user)[:limit])


def service_points(user: Reader) -> QuerySet[ServicePoint]:
    """The service points that `user` may read, by country and name."""
    return ServicePoint.live_pages().readable_by(user).for_lists().order_by("country__name", "title")


def public_service_points() -> QuerySet[ServicePoint]:
    """Those that everyone may know of: the front page is the same for all."""
    return service_points(AnonymousUser())


def news(user: Reader) -> QuerySet[NewsItem]:
    """The news that `user` may read, the newest first."""
    return (
        NewsItem.live_pages()
        .readable_by(user)
        .select_related("picture__audience")
        .prefetch_related("countries")
        .order_by("-published_on", "-pk")
    )


def public_news() -> QuerySet[NewsItem]:
    """What is CLEAR: it stands on the front page, the same for all."""
    return news(AnonymousUser())


def country_profiles(user: Reader) -> QuerySet[CountryProfile]:
    return CountryProfile.live_pages().readable_by(user).select_related("country").order_by("country__name", "title")


def glossary(user: Reader) -> QuerySet[GlossaryTerm]:
    return GlossaryTerm.live_pages().readable_by(user).order_by("title")


def files_of(resource: Resource, user: Reader) -> QuerySet[File]:
    """The files of a resource that `user` may read, in their order: one may be marked narrower than the resource."""
    return (
        File.objects.readable_by(user)
        .filter(place__resource=resource)
        .select_related("audience")
        .order_by("place__sort_order", "place__pk")
    )


def on_topic(topic: Topic, user: Reader) -> dict[str, Any]:
    """What `user` may read on a topic, of each kind."""
    return {
        "resources": resources(user).filter(topics=topic)[:LATEST],
        "profiles": country_profiles(user).filter(topics=topic),
        "service_points": service_points(user).filter(topics=topic),
        "terms": glossary(user).filter(topics=topic),
        "news": news(user).filter(topics=topic)[:LATEST],
    }


def on_country(country: Country, user: Reader) -> dict[str, Any]:
    """What `user` may read on a country, of each kind."""
    return {
        "resources": resources(user).filter(countries=country)[:LATEST],
        "profiles": country_profiles(user).filter(country=country),
        "service_points": service_points(user).filter(country=country),
        "news": news(user).filter(countries=country)[:LATEST],
    }
