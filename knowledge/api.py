"""The interface for programs: the knowledge base."""

from datetime import date
from typing import Any

from ninja import Query, Router, Schema

from coordination import access, api, selectors
from coordination.api import REFUSALS, Content, Key, OrganisationOut, Part
from coordination.models import Space
from knowledge.models import GlossaryTerm, Resource, ResourceKind, ServicePoint

router = Router(tags=["knowledge"])


class ResourceOut(Content):
    title: str
    kind: str
    abstract: str
    authors: str
    publisher: str
    year: int | None
    languages: list[str]
    licence: str | None


class FileOut(Schema):
    title: str
    url: str


class WholeResourceOut(ResourceOut):
    html: str
    source_url: str
    files: list[FileOut]


class ResourcesOut(Schema):
    items: list[ResourceOut]
    next_offset: int | None


class ResourcesAsked(Part):
    space: Key | None = None
    kind: ResourceKind | None = None


class ServicePointOut(Content):
    title: str
    state: str
    organisation: OrganisationOut | None
    country: str
    city: str
    address: str
    summary: str
    phone: str
    email: str
    website: str
    latitude: float | None
    longitude: float | None
    language: str


class ServicePointsOut(Schema):
    items: list[ServicePointOut]
    next_offset: int | None


class TermOut(Content):
    term: str
    definition: str
    term_ru: str
    definition_ru: str
    term_ur: str
    definition_ur: str
    source: str
    review_on: date | None


class TermsOut(Schema):
    items: list[TermOut]
    next_offset: int | None


def _resource(one: Resource, known: dict[int, Space]) -> dict[str, Any]:
    names = ("title", "kind", "abstract", "authors", "publisher", "year")
    return {
        **api.common(one, known),
        **{name: getattr(one, name) for name in names},
        "languages": one.all_languages,
        "licence": api.named(one.licence),
    }


@router.get("/resources", response={200: ResourcesOut, **REFUSALS}, summary="Resources")
def resources(request, asked: Query[ResourcesAsked]):
    rows = Resource.live_pages().readable_by(request.user).select_related("audience").order_by("-year", "pk")
    rows = api.in_space(request, rows, asked.space)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return api.listed(request, rows, asked, _resource)


@router.get("/resources/{key}", response={200: WholeResourceOut, **REFUSALS}, summary="One resource, with its files")
def resource(request, key: Key):
    rows = Resource.live_pages().select_related("audience").prefetch_related("files__file__audience")
    one = access.open_readable(request, rows, key=key)
    files = [place.file for place in one.files.all() if access.may_read(request.user, place.file)]
    return {
        **_resource(one, selectors.known_spaces(request.user, [one])),
        "html": one.body,
        "source_url": one.source_url,
        "files": [{"title": file.title, "url": api.address(file)} for file in files],
    }


@router.get("/service-points", response={200: ServicePointsOut, **REFUSALS}, summary="Places that serve migrants")
def service_points(request, part: Query[Part]):
    rows = ServicePoint.live_pages().readable_by(request.user).select_related("audience", "organisation")
    return api.listed(request, rows.order_by("title", "pk"), part, _service_point)


def _service_point(one: ServicePoint, known: dict[int, Space]) -> dict[str, Any]:
    names = (
        "title", "state", "city", "address", "summary", "phone", "email", "website", "latitude", "longitude",
        "language",
    )  # fmt: skip
    return {
        **api.common(one, known),
        **{name: getattr(one, name) for name in names},
        "organisation": api.organisation(one.organisation),
        "country": one.country_id,
    }


@router.get("/glossary", response={200: TermsOut, **REFUSALS}, summary="Terms, in the languages that they are in")
def glossary(request, part: Query[Part]):
    rows = GlossaryTerm.live_pages().readable_by(request.user).select_related("audience").order_by("title", "pk")
    return api.listed(request, rows, part, _term)


def _term(one: GlossaryTerm, known: dict[int, Space]) -> dict[str, Any]:
    names = ("definition", "term_ru", "definition_ru", "term_ur", "definition_ur", "source", "review_on")
    return {**api.common(one, known), **{name: getattr(one, name) for name in names}, "term": one.title}
