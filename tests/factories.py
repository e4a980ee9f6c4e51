"""Things to arrange a test with, in three lines."""

from datetime import time, timedelta
from functools import wraps
from itertools import count
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from coordination import access, editors, services
from coordination.models import Action, Agreement, Commitment, Country, Organisation, Role, Space
from knowledge.models import (
    CountryFact,
    CountryProfile,
    Event,
    File,
    GlossaryTerm,
    NewsItem,
    OpeningHours,
    Picture,
    Question,
    Resource,
    ResourceFile,
    Service,
    ServicePoint,
)
from meetings import frozen
from meetings.models import Meeting, Paragraph, Poll, Record, RecordState, Section, Series, Visit, VisitMeeting
from search import ledger

_numbers = count(1)


def at_once(make):
    """What is made in several steps is entered in the ledger once, at the end, as an import does it."""

    @wraps(make)
    def made(*args, **kwargs):
        with transaction.atomic(), ledger.gathering():
            return make(*args, **kwargs)

    return made


def make_organisation(acronym: str | None = None, country: str | None = "PK") -> Organisation:
    number = next(_numbers)
    if country:
        Country.objects.get_or_create(code=country, defaults={"name": country})
    acronym = acronym or f"ORG{number}"
    return Organisation.objects.create(name=f"{acronym} in full", acronym=acronym, kind="agency", country_id=country)


def make_user(name: str | None = None, organisation: Organisation | None = None, **fields) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        f"person{number}@accord.example", "correct horse battery", name=name or f"Person {number}",
        organisation=organisation, **fields,
    )  # fmt: skip


@at_once
def make_space(title: str | None = None, **fields) -> Space:
    return services.add_space(title=title or f"Space {next(_numbers)}", **fields)


def join(member, space: Space, role: str = Role.READER) -> None:
    """Make `member` a member, as the services do once a chair has asked for it."""
    access.grant(member, role, space)
    editors.equip(member, space, role)


def make_member(space: Space, role: str = Role.READER, organisation: Organisation | None = None, **fields) -> User:
    user = make_user(organisation=organisation, **fields)
    join(user, space, role)
    return user


@at_once
def mark(obj, marking: str, *, organisations=(), users=()):
    """Set a marking as a test needs it, without asking who may."""
    tokens = access.audience_tokens(
        access.space_id_of(obj), marking, [one.pk for one in organisations], [one.pk for one in users]
    )
    with transaction.atomic():
        obj.own_audience = access.intern(tokens)
        access.settle(obj)
    return obj


@at_once
def make_action(space: Space, owner: Organisation | None = None, **fields) -> Action:
    fields.setdefault("title", f"Action {next(_numbers)}")
    return Action.objects.create(space=space, owner=owner or make_organisation(), **fields)


@at_once
def make_commitment(space: Space, party: Organisation | None = None, **fields) -> Commitment:
    fields.setdefault("title", f"Commitment {next(_numbers)}")
    return Commitment.objects.create(space=space, party=party or make_organisation(), **fields)


@at_once
def make_agreement(space: Space, **fields) -> Agreement:
    fields.setdefault("title", f"Agreement {next(_numbers)}")
    agreement = Agreement(**fields)
    space.add_child(instance=agreement)
    return agreement


@at_once
def make_meeting(space: Space, **fields) -> Meeting:
    """A meeting of two hours, by default tomorrow, by the clock of Islamabad."""
    fields.setdefault("title", f"Meeting {next(_numbers)}")
    fields.setdefault("starts_at", timezone.now() + timedelta(days=1))
    fields.setdefault("ends_at", fields["starts_at"] + timedelta(hours=2))
    fields.setdefault("time_zone", "Asia/Karachi")
    if "organiser" not in fields:
        fields["organiser"] = make_organisation()
    meeting = Meeting(**fields)
    space.add_child(instance=meeting)
    return meeting


def make_series(space: Space, **fields) -> Series:
    """Every week for an hour, by default from today on, by the clock of Islamabad; no meeting of it is prepared."""
    fields.setdefault("title", f"Series {next(_numbers)}")
    fields.setdefault("first_day", timezone.localdate())
    if "organiser" not in fields:
        fields["organiser"] = make_organisation()
    times = {"starts_at_time": time(10), "minutes": 60, "time_zone": "Asia/Karachi", "rule": "FREQ=WEEKLY"}
    return Series.objects.create(space=space, **{**times, **fields})


def make_poll(space: Space, **fields) -> Poll:
    """With two candidates, next week."""
    fields.setdefault("title", f"Poll {next(_numbers)}")
    poll = Poll.objects.create(space=space, **fields)
    for days in (7, 8):
        starts_at = timezone.now() + timedelta(days=days)
        poll.options.create(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    return poll


@at_once
def make_record(meeting: Meeting, state: str = RecordState.CIRCULATED, **fields) -> Record:
    """A record in `state`; what members read, unless it is a draft."""
    return Record.objects.create(space=meeting.space, meeting=meeting, state=state, **fields)


@at_once
def make_paragraph(record: Record, number: int = 1, **fields) -> Paragraph:
    """A paragraph in the section of that number, which is made if it is not there; of an agreed record too."""
    if record.is_frozen:
        with frozen.suspended(connection):
            return _add_paragraph(record, number, **fields)
    return _add_paragraph(record, number, **fields)


def _add_paragraph(record: Record, number: int, **fields) -> Paragraph:
    section, _created = Section.objects.get_or_create(record=record, number=number)
    fields.setdefault("text", f"Paragraph {next(_numbers)}")
    return Paragraph.objects.create(section=section, position=section.paragraphs.count(), **fields)


@at_once
def make_visit(space: Space, *, meetings=(), **fields) -> Visit:
    """A visit of three days, by default from today, with `meetings` as its programme."""
    fields.setdefault("title", f"Visit {next(_numbers)}")
    fields.setdefault("starts_on", timezone.localdate())
    fields.setdefault("ends_on", fields["starts_on"] + timedelta(days=2))
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    visit = Visit(**fields)
    space.add_child(instance=visit)
    for number, meeting in enumerate(meetings):
        VisitMeeting.objects.create(visit=visit, meeting=meeting, sort_order=number)
    return visit


def make_thread(about, **fields):
    """A thread without messages; with `subject` where `about` is a space."""
    from discussion import threads

    thread = threads.new_thread(about, **fields)
    thread.save()
    return thread


def make_message(about, author=None, text: str = "What was said"):
    """A message in a thread, or in the thread of any object; its author joins the space if nobody is named."""
    from uuid import uuid4

    from discussion.services import post_message

    author = author or make_member(Space.objects.get(pk=access.space_id_of(about)), Role.CONTRIBUTOR)
    return post_message(author, about, text, uuid4())


@at_once
def make_resource(space: Space, *, files=(), countries=(), topics=(), **fields) -> Resource:
    """A resource; `files` (made with `make_file`) are attached to it, and read as it is."""
    fields.setdefault("title", f"Resource {next(_numbers)}")
    resource = Resource(**fields)
    space.add_child(instance=resource)
    resource.countries.set(countries)
    resource.topics.set(topics)
    resource.save()
    for number, file in enumerate(files):
        ResourceFile.objects.create(resource=resource, file=file, sort_order=number)
    return resource


def make_file(space: Space, name: str = "report.txt", content: bytes = b"Lines of a report.", **fields) -> File:
    """A file in the collection of the space, attached to nothing yet."""
    fields.setdefault("title", f"{PurePosixPath(name).stem} {next(_numbers)}")
    return File.objects.create(file=ContentFile(content, name=name), collection=space.collection, **fields)


def make_picture(space: Space, size: tuple[int, int] = (640, 400), **fields) -> Picture:
    """A picture of one colour."""
    from io import BytesIO

    from PIL import Image

    content = BytesIO()
    Image.new("RGB", size, (32, 90, 130)).save(content, "PNG")
    fields.setdefault("title", f"Picture {next(_numbers)}")
    file = ContentFile(content.getvalue(), name="picture.png")
    return Picture.objects.create(file=file, collection=space.collection, **fields)


@at_once
def make_service_point(space: Space, *, services=(), hours=(), country: str = "PK", **fields) -> ServicePoint:
    """A service point. `hours` are rows of weekday, opens, closes, by the clock of its `time_zone`."""
    Country.objects.get_or_create(code=country, defaults={"name": country})
    fields.setdefault("title", f"Service point {next(_numbers)}")
    point = ServicePoint(country_id=country, **fields)
    space.add_child(instance=point)
    for number, text in enumerate(services):
        Service.objects.create(service_point=point, text=text, sort_order=number)
    for weekday, opens, closes in hours:
        OpeningHours.objects.create(service_point=point, weekday=weekday, opens=opens, closes=closes)
    return point


@at_once
def make_country_profile(space: Space, *, country: str = "PK", facts=(), **fields) -> CountryProfile:
    """A profile. `facts` are rows of label, value, source, as_of (a date)."""
    Country.objects.get_or_create(code=country, defaults={"name": country})
    fields.setdefault("title", f"Profile {next(_numbers)}")
    profile = CountryProfile(country_id=country, **fields)
    space.add_child(instance=profile)
    for number, (label, value, source, as_of) in enumerate(facts):
        CountryFact.objects.create(
            profile=profile, label=label, value=value, source=source, as_of=as_of, sort_order=number
        )
    return profile


@at_once
def make_glossary_term(space: Space, **fields) -> GlossaryTerm:
    fields.setdefault("title", f"Term {next(_numbers)}")
    fields.setdefault("definition", "What it means.")
    term = GlossaryTerm(**fields)
    space.add_child(instance=term)
    return term


@at_once
def make_news(space: Space, *, topics=(), **fields) -> NewsItem:
    fields.setdefault("title", f"News {next(_numbers)}")
    news = NewsItem(**fields)
    space.add_child(instance=news)
    news.topics.set(topics)
    news.save()
    return news


@at_once
def make_question(space: Space, *, topics=(), countries=(), **fields) -> Question:
    fields.setdefault("title", f"Question {next(_numbers)}")
    fields.setdefault("short_answer", "In short.")
    question = Question(**fields)
    space.add_child(instance=question)
    question.topics.set(topics)
    question.countries.set(countries)
    question.save()
    return question


@at_once
def make_event(space: Space, *, topics=(), **fields) -> Event:
    """An event of two hours, by default tomorrow."""
    fields.setdefault("title", f"Event {next(_numbers)}")
    fields.setdefault("starts_at", timezone.now() + timedelta(days=1))
    fields.setdefault("ends_at", fields["starts_at"] + timedelta(hours=2))
    event = Event(**fields)
    space.add_child(instance=event)
    event.topics.set(topics)
    event.save()
    return event
