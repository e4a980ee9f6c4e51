"""What a page says of itself to programs: schema.org, Dublin Core, Highwire, and its canonical address.

It is made of what the page shows its reader, and of nothing else: whoever opens the page reads it there too.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from coordination import access
from coordination.models.marking import Marking
from knowledge.feeds import changed_at, summary_of
from knowledge.models import (
    CountryProfile,
    Event,
    File,
    GlossaryTerm,
    NewsItem,
    Question,
    Resource,
    ResourceKind,
    ServicePoint,
)
from knowledge.models.pages import TranslatedPage

# So that no text ends the element that it stands in; JSON reads them back as they were.
IN_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
TYPES = {
    ResourceKind.STUDY: "Report",
    ResourceKind.GUIDELINE: "Report",
    ResourceKind.TRAINING: "LearningResource",
    ResourceKind.AWARENESS: "CreativeWork",
    ResourceKind.LEGAL: "Legislation",
    ResourceKind.DATA: "Dataset",
    ResourceKind.AUDIO_VIDEO: "MediaObject",
}
# What is no work of anybody.
OF_NOBODY = ("CivicStructure", "DefinedTerm", "Event")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Described:
    """A page in the words of programs. `about` is what schema.org has besides for its kind."""

    url: str
    title: str
    type: str
    language: str
    summary: str = ""
    authors: list[str] = field(default_factory=list)
    publisher: str = ""
    date: str = ""
    changed: str = ""
    subjects: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    licence: str = ""
    rights: str = ""
    pdf: str = ""
    is_public: bool = False
    is_cited: bool = False
    about: dict[str, Any] = field(default_factory=dict)


# --- of each kind --------------------------------------------------------------------------------------------------
def of_page(page: Any) -> Described | None:
    """A page of knowledge whose view has nothing to add; None for what has no description."""
    makers = {
        CountryProfile: of_country_profile,
        Event: of_event,
        GlossaryTerm: of_term,
        NewsItem: of_news,
        Question: of_question,
        Resource: of_resource,
        ServicePoint: of_service_point,
    }
    make = makers.get(type(page))
    return make(page) if make else None


def of_resource(resource: Resource, files: Iterable[File] = ()) -> Described:
    """With the files that the reader is offered."""
    files = list(files)
    pdf = next((file for file in files if file.media_type == "application/pdf"), None)
    encodings = [
        {"@type": "MediaObject", "name": file.title, "encodingFormat": file.media_type, "contentUrl": _absolute(file)}
        for file in files
    ]
    return _described(
        resource,
        TYPES[ResourceKind(resource.kind)],
        authors=resource.author_names,
        publisher=resource.publisher,
        date=str(resource.year or ""),
        places=[str(country) for country in resource.countries.all()],
        licence=resource.licence_url,
        rights=resource.get_licence_display() if resource.licence else "",
        pdf=_absolute(pdf) if pdf else "",
        is_cited=True,
        about={"associatedMedia": encodings, "isBasedOn": resource.source_url,
               "inLanguage": resource.all_languages},
    )  # fmt: skip


def of_news(news: NewsItem) -> Described:
    places = [str(country) for country in news.countries.all()]
    return _described(news, "NewsArticle", date=news.published_on.isoformat(), places=places)


def of_event(event: Event) -> Described:
    about = {
        "startDate": event.starts_at.isoformat(),
        "endDate": event.ends_at.isoformat() if event.ends_at else "",
        "location": {"@type": "Place", "name": event.place} if event.place else {},
    }
    return _described(event, "Event", date=event.starts_at.date().isoformat(), about=about)


def of_question(question: Question) -> Described:
    answer = {"@type": "Answer", "text": question.short_answer}
    return _described(question, "Question", about={"acceptedAnswer": answer})


def of_country_profile(profile: CountryProfile) -> Described:
    return _described(profile, "Article", places=[str(profile.country)])


def of_term(term: GlossaryTerm) -> Described:
    names = [one.text for one in term.wordings.all()]
    names += [text for language, (text, _definition) in term.translations.items() if language != "en"]
    return _described(term, "DefinedTerm", about={"alternateName": list(dict.fromkeys(names))})


def of_service_point(point: ServicePoint) -> Described:
    hours = [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": f"https://schema.org/{DAYS[row.weekday]}",
         "opens": f"{row.opens:%H:%M}", "closes": f"{row.closes:%H:%M}"}
        for row in point.opening_hours.all()
    ]  # fmt: skip
    address = {
        "@type": "PostalAddress",
        "streetAddress": point.address,
        "addressLocality": point.city,
        "addressCountry": point.country_id,
    }
    about = {
        "address": _filled(address),
        "telephone": point.phone,
        "email": point.email,
        "sameAs": point.website,
        "openingHoursSpecification": hours,
    }
    return _described(point, "CivicStructure", places=[str(point.country)], about=about)


def _described(page: Any, kind: str, **more: Any) -> Described:
    return Described(
        url=settings.BASE_URL + page.get_absolute_url(),
        title=page.title,
        type=kind,
        language=page.language,
        summary=summary_of(page),
        changed=changed_at(page).date().isoformat(),
        subjects=[str(topic) for topic in page.topics.all()],
        is_public=page.marking == Marking.CLEAR,
        **more,
    )


def _absolute(file: File) -> str:
    return settings.BASE_URL + file.get_absolute_url()


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", [], {}, None)}


# --- as it stands in the head of a page ----------------------------------------------------------------------------
def translations_of(page: Any, reader: access.Reader) -> list[Any]:
    """The page with its translations, as far as the reader may read them; none where it has none."""
    if not isinstance(page, TranslatedPage):
        return []
    first = page.translation_of_id or page.pk
    family = type(page).live_pages().filter(Q(pk=first) | Q(translation_of=first)).readable_by(reader)
    found = list(family.order_by("language"))
    return found if len(found) > 1 else []


def head(described: Described, translations: Iterable[Any] = ()) -> SafeString:
    alternates = [(one.language, settings.BASE_URL + one.get_absolute_url()) for one in translations]
    rows = [*_dublin_core(described), *(_highwire(described) if described.is_cited else ())]
    return format_html(
        '<link rel="canonical" href="{}">\n<link rel="schema.DC" href="http://purl.org/dc/elements/1.1/">\n'
        '<link rel="schema.DCTERMS" href="http://purl.org/dc/terms/">\n{}\n{}\n'
        '<script type="application/ld+json">{}</script>',
        described.url,
        format_html_join("\n", '<link rel="alternate" hreflang="{}" href="{}">', alternates),
        format_html_join("\n", '<meta name="{}" content="{}">', rows),
        mark_safe(json_ld(described)),
    )


def json_ld(described: Described) -> str:
    """As schema.org has it, in JSON that may stand in a script element."""
    is_work = described.type not in OF_NOBODY
    whole: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": described.type,
        "@id": described.url,
        "url": described.url,
        "name": described.title,
        "description": described.summary,
    }
    if is_work:
        whole |= {
            "headline": described.title,
            "author": [{"@type": "Person" if "," in name else "Organization", "name": name}
                       for name in described.authors],
            "publisher": {"@type": "Organization", "name": described.publisher} if described.publisher else {},
            "datePublished": described.date,
            "dateModified": described.changed,
            "inLanguage": described.language,
            "about": [{"@type": "Thing", "name": subject} for subject in described.subjects],
            "spatialCoverage": [{"@type": "Country", "name": place} for place in described.places],
            "license": described.licence,
            "isAccessibleForFree": described.is_public,
        }  # fmt: skip
    return json.dumps(_filled({**whole, **described.about}), ensure_ascii=False).translate(IN_SCRIPT)


def _dublin_core(described: Described) -> Iterator[tuple[str, str]]:
    named = [
        ("DC.title", [described.title]),
        ("DC.creator", described.authors),
        ("DC.publisher", [described.publisher]),
        ("DC.date", [described.date or described.changed]),
        ("DC.language", [described.language]),
        ("DC.subject", described.subjects),
        ("DC.coverage", described.places),
        ("DC.description", [described.summary]),
        ("DC.rights", [described.rights]),
        ("DCTERMS.license", [described.licence]),
        ("DC.identifier", [described.url]),
    ]
    yield from ((name, value) for name, values in named for value in values if value)


def _highwire(described: Described) -> Iterator[tuple[str, str]]:
    """What libraries and reference managers look for."""
    named = [
        ("citation_title", [described.title]),
        ("citation_author", described.authors),
        ("citation_publication_date", [described.date]),
        ("citation_publisher", [described.publisher]),
        ("citation_language", [described.language]),
        ("citation_abstract_html_url", [described.url]),
        ("citation_pdf_url", [described.pdf]),
    ]
    yield from ((name, value) for name, values in named for value in values if value)
