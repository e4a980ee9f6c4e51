"""What is found leads to the very place, and bears the names of today."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from coordination.models import ActionUpdate, Article, ChecklistItem, Person, ProgressReport, Role, Topic
from discussion import projections
from knowledge.models import Event, Question, ReadingList
from meetings.models import AgendaItem, ItineraryEntry
from search import ledger, selectors
from search.models import Entry
from search.queries import Query
from tests.factories import (
    make_action,
    make_agreement,
    make_commitment,
    make_country_profile,
    make_file,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_resource,
    make_series,
    make_thread,
    make_user,
    make_visit,
)

pytestmark = pytest.mark.django_db
WORD = "quokka"


@pytest.fixture(autouse=True)
def ledger_answers(ledger_engine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reader(space):
    return make_member(space, Role.RAPPORTEUR)


def found(reader, text=WORD, **chosen):
    return selectors.search(Query(text=text, chosen=chosen), reader).hits


def _report(action, reader):
    return ActionUpdate.objects.create(
        action=action, author=reader, text=f"A {WORD}", state_before="open", state_after="open"
    )


def _of_article(space, reader):
    body = f"<p>First.</p><p>The <b>{WORD}</b> is second.</p>"
    article = Article.objects.create(agreement=make_agreement(space), number="4", body=body)
    return f"{article.get_absolute_url()}-2", "The quokka is second."


def _of_action(space, reader):
    action = make_action(space)
    _report(make_action(space, title="Another"), reader).delete()
    return f"{action.get_absolute_url()}#{_report(action, reader).anchor}", "A quokka"


def _of_steps(space, reader):
    step = ChecklistItem.objects.create(action=make_action(space), text=f"Ask the {WORD}")
    return f"{step.action.get_absolute_url()}#steps", "Ask the quokka"


def _of_commitment(space, reader):
    report = ProgressReport.objects.create(
        commitment=make_commitment(space), author=reader, text=f"A {WORD}", state_before="on_track",
        state_after="on_track",
    )  # fmt: skip
    return f"{report.commitment.get_absolute_url()}#report-{report.key}", "A quokka"


def _of_agenda(space, reader):
    item = AgendaItem.objects.create(meeting=make_meeting(space), title=f"The {WORD}")
    return item.get_absolute_url(), "The quokka"


def _of_visit(space, reader):
    starts = timezone.now() + timedelta(days=3)
    entry = ItineraryEntry.objects.create(
        visit=make_visit(space), kind="reception", title=f"Feeding the {WORD}", starts_at=starts,
        ends_at=starts + timedelta(hours=1),
    )  # fmt: skip
    return entry.get_absolute_url(), "Feeding the quokka"


def _of_fact(space, reader):
    fact = ("Animal", WORD, "Census", date(2026, 1, 1))
    return f"{make_country_profile(space, facts=[fact]).get_absolute_url()}#facts", "Animal: quokka, Census"


@pytest.mark.parametrize("make", [_of_article, _of_action, _of_steps, _of_commitment, _of_agenda, _of_visit, _of_fact])
def test_a_result_leads_to_a_place_that_stands_on_its_page(client, space, reader, make):
    url, text = make(space, reader)
    [hit] = found(reader)
    assert hit.url == url
    assert text in hit.passage.replace("<mark>", "").replace("</mark>", "")
    client.force_login(reader)
    address, _sign, fragment = url.partition("#")
    assert f'id="{fragment}"' in client.get(address).content.decode()


def test_a_pdf_is_opened_at_the_page_where_most_of_what_was_asked_for_stands(client, space, reader):
    file = make_file(space, "scan7.pdf", b"%PDF-", title="Handbook")
    file.text = f"\fA {WORD}.\f\fCounselling of a {WORD}, at length.\fCounselling."
    file.save(update_fields=["text"])
    client.force_login(reader)
    page = client.get(reverse("search"), {"q": f"{WORD} counselling"}).content.decode()
    assert f'href="{file.get_absolute_url()}#page=4"' in page
    assert "page 4" in page
    [hit] = found(reader, "handbook")
    assert (hit.url, hit.place) == (file.get_absolute_url(), "")
    assert hit.passage == f"A {WORD}.", "its first words, not the name of the file"


def test_a_file_has_the_topics_of_what_it_is_attached_to_and_a_resource_its_makers(space, reader):
    topic = Topic.objects.first() or Topic.objects.create(slug="visa", name="Visa")
    file = make_file(space, "a.txt", title=f"The {WORD}")
    make_resource(space, title="Study", files=[file], topics=[topic], authors="Ayesha Khan")
    [hit] = found(reader, topic=(topic.slug,))
    assert hit.entry.title == f"The {WORD}"
    assert {one.entry.title for one in found(reader, "by:Khan")} == {"Study", f"The {WORD}"}


def test_all_kinds_of_knowledge_are_found_and_a_private_collection_by_nobody(space, reader):
    now = datetime(2026, 5, 4, 12, tzinfo=timezone.get_default_timezone())
    space.add_child(instance=Event(title=f"Open day {WORD}", starts_at=now, ends_at=now, place="Lahore"))
    space.add_child(instance=Question(title=f"Where is the {WORD}?", short_answer="There."))
    make_series(space, title=f"Monthly {WORD}")
    ReadingList.objects.create(title=f"Mine {WORD}", created_by=reader)
    kinds = {hit.entry.kind for hit in found(reader)}
    assert kinds == {"event", "question", "meeting"}


def test_an_organisation_is_found_by_whoever_is_signed_in_and_what_it_does_bears_its_new_name(
    space, reader, django_capture_on_commit_callbacks
):
    fia = make_organisation("FIA")
    make_action(space, fia, title="Something to do")
    author = make_member(space, Role.CONTRIBUTOR, fia, name="Zubaida")
    Person.objects.create(user=author, name="Zubaida")
    make_message(make_thread(space), author, "Said by one of them")
    assert [hit.entry.kind for hit in found(make_user(), "FIA")] == ["organisation"]
    assert [hit.entry.kind for hit in found(reader, "by:Zubaida")] == ["message"]
    with django_capture_on_commit_callbacks(execute=True):
        fia.acronym, fia.name = "NBX", "Borders"
        fia.save()
        author.name = "Mehwish"
        author.save()
    for told in (ledger.project_what_concerns, projections.project_messages_of):
        [queued] = DBTaskResult.objects.filter(task_path=told.module_path)
        told.func(*queued.args_kwargs["args"])
    assert {hit.entry.kind for hit in found(reader, "NBX")} == {"organisation", "action"}
    assert [hit.entry.kind for hit in found(reader, "by:Mehwish")] == ["message"]
    assert not Entry.objects.standing().filter(body__contains="FIA").exists()
