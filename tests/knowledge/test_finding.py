"""What of knowledge stands in the ledger, and by whose audience."""

import pytest

from coordination.models import Country, Marking, Role, Topic
from knowledge import extraction
from knowledge.models import CountryFact, Resource
from search.models import Entry
from tests.factories import (
    make_country_profile,
    make_file,
    make_glossary_term,
    make_member,
    make_news,
    make_resource,
    make_service_point,
    make_space,
    mark,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space()


def entries(**fields):
    return Entry.objects.standing().filter(**fields)


def test_a_resource_is_found_by_its_words_topics_and_countries(space):
    topic = Topic.objects.get_or_create(slug="border-management", defaults={"name": "Border management"})[0]
    country = Country.objects.create(code="PK", name="Pakistan")
    make_resource(space, abstract="On referral", topics=[topic], countries=[country], language="ru")
    entry = entries(kind="resource").get()
    assert "On referral" in entry.body
    assert entry.language == "ru"


def test_the_text_of_a_file_is_found_by_the_readers_of_the_file(space):
    chair = make_member(space, Role.CHAIR)
    file = make_file(space, "a.txt", b"Canary words")
    resource = make_resource(space, files=[file])
    extraction.read_text_of.call(file.pk, file.file.name)
    entry = entries(body__contains="Canary words").get()
    assert entry.audience_id == resource.audience_id
    mark(resource, Marking.RED, users=[chair])
    assert entries(body__contains="Canary words").get().audience == Resource.objects.get().audience


def test_nothing_of_an_unpublished_resource_is_found_its_files_neither(space):
    file = make_file(space, "a.txt", b"Canary words")
    resource = make_resource(space, title="Canary", files=[file])
    extraction.read_text_of.call(file.pk, file.file.name)
    assert entries(kind="resource").count() == 2
    resource.unpublish()
    assert not entries(kind="resource").exists()
    resource.refresh_from_db()
    resource.save_revision().publish()
    assert entries(kind="resource").count() == 2


def test_a_term_is_found_in_each_of_its_languages(space):
    make_glossary_term(space, title="Return", term_ur="واپسی", definition_ur="…")
    assert set(entries(kind="glossary_term").values_list("language", "title")) == {("en", "Return"), ("ur", "واپسی")}


def test_a_profile_is_found_by_a_fact_that_was_added_later(space):
    profile = make_country_profile(space)
    CountryFact.objects.create(profile=profile, label="Canary", value="1", source="Who", as_of="2024-01-01")
    assert "Canary" in entries(kind="country_profile").get().body


def test_a_service_point_is_found_by_what_it_does(space):
    make_service_point(space, services=["Advice before leaving"], city="Lahore")
    assert "Advice before leaving" in entries(kind="service_point").get().body
    assert "Lahore" in entries(kind="service_point").get().body


def test_news_are_found_by_their_day(space):
    news = make_news(space, summary="An opening")
    assert entries(kind="news").get().date == news.published_on
