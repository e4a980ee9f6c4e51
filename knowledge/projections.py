"""What of knowledge can be found: the pages, and the text of the files."""

from collections.abc import Iterator
from typing import Any

from coordination.models import ContentPage
from knowledge.models import (
    CountryFact,
    CountryProfile,
    File,
    GlossaryTerm,
    NewsItem,
    OpeningHours,
    Resource,
    ResourceFile,
    Service,
    ServicePoint,
)
from search.projections import Projection, plain, projects


def _shared(page: ContentPage) -> dict[str, Any]:
    return {
        "title": page.title,
        "url": page.get_absolute_url(),
        "language": page.language,
        "space_id": page.space_id,
        "topics": [topic.slug for topic in page.topics.all()],
    }


def _of_resource(obj: Resource) -> dict[str, Any]:
    return {
        **_shared(obj),
        "countries": [country.pk for country in obj.countries.all()],
        "date": obj.first_published_at.date() if obj.first_published_at else None,
    }


@projects(Resource)
def resource(obj: Resource) -> Iterator[Projection]:
    if not obj.live:
        return
    body = plain(obj.abstract, obj.body, obj.authors, obj.publisher, str(obj.year or ""))
    yield Projection(kind="resource", body=body, **_of_resource(obj))


@projects(File, parts={ResourceFile: "file"})
def file(obj: File) -> Iterator[Projection]:
    """A file is found by its text, in the language and under the topics of its resource, and by its own readers."""
    if not obj.is_published:
        return
    holder = obj.attached_to
    shared = _of_resource(holder) if isinstance(holder, Resource) else {"space_id": obj.space_id}
    shared |= {"title": obj.title, "url": obj.get_absolute_url()}
    yield Projection(kind="resource", body=f"{obj.filename}\n{obj.text}", **shared)


@projects(CountryProfile, parts={CountryFact: "profile"})
def country_profile(obj: CountryProfile) -> Iterator[Projection]:
    if not obj.live:
        return
    facts = [f"{fact}, {fact.source}" for fact in obj.facts.all()]
    body = plain(obj.summary, obj.body, *facts)
    yield Projection(kind="country_profile", body=body, countries=[obj.country_id], **_shared(obj))


@projects(ServicePoint, parts={Service: "service_point", OpeningHours: "service_point"})
def service_point(obj: ServicePoint) -> Iterator[Projection]:
    if not obj.live:
        return
    services = [service.text for service in obj.services.all()]
    yield Projection(
        kind="service_point",
        body=plain(obj.summary, obj.body, obj.city, obj.address, obj.spoken_languages, *services),
        countries=[obj.country_id],
        organisations=[obj.organisation_id] if obj.organisation_id else [],
        **_shared(obj),
    )


@projects(GlossaryTerm)
def glossary_term(obj: GlossaryTerm) -> Iterator[Projection]:
    """An entry in each language that the term is written in: a reader finds it by the words of that language."""
    if not obj.live:
        return
    for language, (term, definition) in obj.translations.items():
        shared = {**_shared(obj), "title": term, "language": language}
        yield Projection(kind="glossary_term", body=definition, **shared)


@projects(NewsItem)
def news(obj: NewsItem) -> Iterator[Projection]:
    if not obj.live:
        return
    yield Projection(
        kind="news",
        body=plain(obj.summary, obj.body),
        countries=[country.pk for country in obj.countries.all()],
        date=obj.published_on,
        **_shared(obj),
    )
