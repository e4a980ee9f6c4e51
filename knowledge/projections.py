"""What of knowledge can be found: the pages, and the text of the files."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from django.db.models import Count, Sum

from coordination import access
from coordination.models import ContentPage
from knowledge.models import (
    CountryFact,
    CountryProfile,
    Event,
    File,
    GlossaryTerm,
    NewsItem,
    OpeningHours,
    Question,
    ReadingList,
    Resource,
    ResourceFile,
    Service,
    ServicePoint,
    Wording,
    WordingKind,
)
from knowledge.readers import NEXT_PAGE
from knowledge.uploads import suffix_of
from search import synonyms
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
    yield Projection(kind="resource", body=body, by=_makers_of(obj), **_of_resource(obj))


def _makers_of(obj: Resource) -> list[str]:
    return [name for name in (obj.authors, obj.publisher) if name]


@projects(File, parts={ResourceFile: "file"})
def file(obj: File) -> Iterator[Projection]:
    """A file is found by its text, and by its own readers: as a resource in the language and under the topics of its
    resource, else under what of these the object has that it is attached to. A PDF is opened at the very page."""
    if not obj.is_published:
        return
    pages = obj.text.split(NEXT_PAGE) if suffix_of(obj.filename) == "pdf" else []
    places = [(f"page={number}", text) for number, text in enumerate(pages, start=1)]
    body = obj.filename if places else f"{obj.filename}\n{obj.text}"
    shared = _of_holder(obj) | {"title": obj.title, "url": obj.get_absolute_url()}
    kind = "resource" if isinstance(obj.attached_to, Resource) else "file"
    yield Projection(kind=kind, body=body, places=places, **shared)


def _of_holder(obj: File) -> dict[str, Any]:
    holder = obj.attached_to
    if isinstance(holder, Resource):
        return {**_of_resource(holder), "by": _makers_of(holder)}
    found: dict[str, Any] = {"space_id": obj.space_id, "date": obj.created_at.date() if obj.created_at else None}
    if language := getattr(holder, "language", ""):
        found["language"] = language
    if topics := getattr(holder, "topics", None):
        found["topics"] = [topic.slug for topic in topics.all()]
    return found


@projects(CountryProfile, parts={CountryFact: "profile"})
def country_profile(obj: CountryProfile) -> Iterator[Projection]:
    if not obj.live:
        return
    facts = [f"{fact}, {fact.source}" for fact in obj.facts.all()]
    yield Projection(
        kind="country_profile",
        body=plain(obj.summary, obj.body),
        places=[("facts", plain(*facts))],
        countries=[obj.country_id],
        **_shared(obj),
    )


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
        by=[obj.organisation.acronym, obj.organisation.name] if obj.organisation else [],
        **_shared(obj),
    )


@projects(GlossaryTerm, parts={Wording: "term"})
def glossary_term(obj: GlossaryTerm) -> Iterator[Projection]:
    """An entry in each language that the term is written in: a reader finds it by the words of that language."""
    if not obj.live:
        return
    for language, (term, definition) in obj.translations.items():
        shared = {**_shared(obj), "title": term, "language": language}
        yield Projection(kind="glossary_term", body=plain(definition, *_called_besides(obj, language)), **shared)


def _called_besides(obj: GlossaryTerm, language: str) -> list[str]:
    """Other words and acronyms of that language; of languages in which it has no term, in English."""
    written = obj.translations
    found = (one for one in obj.wordings.all() if one.kind != WordingKind.TERM)
    return [one.text for one in found if (one.language if one.language in written else "en") == language]


@synonyms.calls
def terms(reader: access.Reader) -> tuple[Hashable, Callable[[], Iterable[Iterable[str]]]]:
    """What each term that `reader` may read is called, in all languages and in short."""
    readable = GlossaryTerm.objects.live().readable_by(reader)
    sums = readable.order_by().aggregate(stamps=Sum("stamp"), number=Count("pk"))

    def names() -> Iterator[list[str]]:
        for term in readable.prefetch_related("wordings"):
            called = [name for name, _definition in term.translations.values()]
            yield [*called, *(wording.text for wording in term.wordings.all())]

    return (sums["stamps"], sums["number"]), names


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


@projects(Event)
def event(obj: Event) -> Iterator[Projection]:
    if not obj.live:
        return
    yield Projection(
        kind="event",
        body=plain(obj.summary, obj.body, obj.place),
        countries=[country.pk for country in obj.countries.all()],
        date=obj.starts_at.date(),
        **_shared(obj),
    )


@projects(Question)
def question(obj: Question) -> Iterator[Projection]:
    if not obj.live:
        return
    yield Projection(
        kind="question",
        body=plain(obj.short_answer, obj.body, obj.source),
        countries=[country.pk for country in obj.countries.all()],
        date=obj.first_published_at.date() if obj.first_published_at else None,
        **_shared(obj),
    )


@projects(ReadingList)
def collection(obj: ReadingList) -> Iterator[Projection]:
    """One that is shared, by its own words: what it holds may have other readers, and is found by itself."""
    if obj.audience_id is None:
        return
    yield Projection(
        kind="collection",
        title=obj.title,
        body=obj.description,
        url=obj.get_absolute_url(),
        space_id=obj.space_id,
        date=obj.created_at.date(),
    )
