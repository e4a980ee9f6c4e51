"""Fills the library: resources with files, country profiles, service points, glossary and news."""

import io
from datetime import time
from typing import Any

from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone

from coordination import audit, services
from coordination.models import Marking
from home.demonstration import answers_for_migrants, library, times
from knowledge.models import (
    CountryFact,
    CountryProfile,
    File,
    GlossaryTerm,
    Licence,
    NewsItem,
    OpeningHours,
    Resource,
    ResourceFile,
    Service,
    ServicePoint,
    ServicePointState,
    Wording,
    WordingKind,
)

HELD_BY = "ICMPD"
# Made up, as the papers are; by whom and under which licence goes round.
AUTHORS = ("Karim, Saadia; Berger, Anna", HELD_BY, "Sadykova, Aigul")
LICENCES = (Licence.CC_BY, Licence.CC_BY_NC, "")
# What terms are called besides.
CALLED = {
    "Migrant Resource Centre": ((WordingKind.ACRONYM, "MRC"), (WordingKind.ALTERNATIVE, "Migrant Information Centre")),
    "Trafficking in persons": ((WordingKind.ACRONYM, "TIP"), (WordingKind.ALTERNATIVE, "Human trafficking")),
    "Pre-departure orientation": ((WordingKind.ACRONYM, "PDO"),),
}
DAYS_BETWEEN_PAPERS = 9


def fill(cast: Any) -> None:
    _profiles(cast)
    _service_points(cast)
    for number, paper in enumerate(library.PAPERS):
        _paper(cast, paper, number)
    _glossary(cast)
    _news(cast)
    answers_for_migrants.fill(cast, _add)


def _add(cast: Any, room: str, page: Any, marking: str = Marking.AMBER) -> Any:
    """Put a page into a space, and mark it."""
    page.owner = cast.users["secretariat"]
    page.slug = page.key
    cast.spaces[room].add_child(instance=page)
    audit.record(cast.users["secretariat"], "page published", page, after={"title": page.title})
    if marking != Marking.AMBER:
        services.change_marking(cast.users["chair"], page, marking, reason="Meant for readers outside the space.")
    return page


# --- resources -----------------------------------------------------------------------------------------------------
def _paper(cast: Any, paper: library.Paper, number: int) -> None:
    resource = Resource(
        title=paper.title,
        kind=paper.kind,
        abstract=paper.abstract,
        authors=AUTHORS[number % len(AUTHORS)],
        publisher=cast.organisations[HELD_BY].name,
        licence=LICENCES[number % len(LICENCES)],
        languages=[paper.language],
        year=timezone.localdate().year - number % 3,
        language=paper.language,
        illustrative=True,
    )
    resource.countries = [cast.countries[code] for code in paper.countries]
    resource.topics = [cast.topics[paper.topic]]
    _add(cast, paper.room, resource, paper.marking)
    if paper.file:
        _attach(cast, resource, paper)
    cast.past.note(resource, times.days_ago(2 + number * DAYS_BETWEEN_PAPERS))


def _attach(cast: Any, resource: Resource, paper: library.Paper) -> None:
    content = {"pdf": _pdf, "docx": _docx, "xlsx": _xlsx}[paper.file](paper)
    name = f"{paper.topic}-{resource.key}.{paper.file}"
    file = File(
        title=paper.title,
        file=ContentFile(content, name=name),
        collection=cast.spaces[paper.room].collection,
        uploaded_by_user=cast.users["secretariat"],
    )
    file.save()
    ResourceFile.objects.create(resource=resource, file=file)
    file.attach(resource)


def _pdf(paper: library.Paper) -> bytes:
    import weasyprint

    return weasyprint.HTML(string=render_to_string("home/demonstration_paper.html", {"paper": paper})).write_pdf()


def _docx(paper: library.Paper) -> bytes:
    import docx

    document = docx.Document()
    document.add_heading(paper.title, level=1)
    document.add_paragraph(paper.abstract)
    document.add_paragraph("Illustrative: part of the demonstration programme.")
    return _bytes_of(document.save)


def _xlsx(paper: library.Paper) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Sheet"
    for row in ((paper.title,), (paper.abstract,), ("Illustrative", "demonstration")):
        book.active.append(row)
    return _bytes_of(book.save)


def _bytes_of(save: Any) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


# --- the rest ------------------------------------------------------------------------------------------------------
def _profiles(cast: Any) -> None:
    for code, summary in library.PROFILES.items():
        profile = CountryProfile(title=_country_name(code), country_id=code, summary=summary, illustrative=True)
        profile.facts = [
            CountryFact(
                label="Takes part in the programme",
                value="since 2023",
                source="Announcement of September 2023",
                as_of=times.MONTH_OF_THE_REPORT[1],
            )
        ]
        _add(cast, "LIB", profile, Marking.CLEAR)


def _country_name(code: str) -> str:
    from home.demonstration.room import COUNTRIES

    return COUNTRIES[code][0]


def _service_points(cast: Any) -> None:
    """The three centres as reported; cities and services are the report's, hours are illustrative."""
    for fact in cast.facts["service_points"]:
        city, languages, days_open = library.CENTRES[fact["name"]]
        is_planned = fact.get("status") == "planned"
        point = ServicePoint(
            title=fact["name"],
            organisation=cast.organisations[f"MRC {city}"],
            country_id="PK",
            city=city,
            state=ServicePointState.PLANNED if is_planned else ServicePointState.OPEN,
            languages=list(languages),
            time_zone="Asia/Karachi",
            summary="Planned under the programme, for Khyber Pakhtunkhwa."
            if is_planned
            else "Counselling is free of charge.",
            illustrative=not is_planned,
        )
        point.services = [Service(text=text[0].upper() + text[1:]) for text in fact["services"]]
        point.opening_hours = [OpeningHours(weekday=day, opens=time(9), closes=time(16)) for day in days_open]
        answers_for_migrants.complete_centre(point, city)
        _add(cast, "LIB", point, Marking.CLEAR)


def _glossary(cast: Any) -> None:
    for english, russian, urdu, definition in library.GLOSSARY:
        term = GlossaryTerm(title=english, term_ru=russian, term_ur=urdu, definition=definition, illustrative=True)
        term.wordings = [Wording(language="en", kind=kind, text=text) for kind, text in CALLED.get(english, ())]
        _add(cast, "LIB", term, Marking.CLEAR)


def _news(cast: Any) -> None:
    for days, title, text, more in library.NEWS:
        item = NewsItem(
            title=title, published_on=times.day(-days), summary=text, body=f"<p>{more}</p>", illustrative=True
        )
        item.topics = [cast.topics["awareness-raising"]]
        item.countries = [cast.countries["PK"]]
        _add(cast, "LIB", item, Marking.CLEAR)
        cast.past.note(item, times.days_ago(days))
