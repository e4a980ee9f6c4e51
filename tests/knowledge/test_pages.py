"""Pages of knowledge as every kind of reader: what may not be read is not there."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from coordination import access
from coordination.models import AuditEntry, Country, Marking, Role
from knowledge import selectors
from knowledge.models import Weekday
from tests.factories import (
    make_country_profile,
    make_file,
    make_glossary_term,
    make_member,
    make_news,
    make_organisation,
    make_picture,
    make_resource,
    make_service_point,
    make_space,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db
CANARY = "Canary"
KINDS = {
    make_resource: "resource_list",
    make_service_point: "service_point_list",
    make_glossary_term: "glossary",
    make_news: "news_list",
    make_country_profile: None,
}


@pytest.fixture
def space():
    return make_space("Labour mobility", topics=[])


@pytest.mark.parametrize("marking", Marking.values)
@pytest.mark.parametrize("make", KINDS)
def test_a_page_and_every_list_show_it_to_exactly_those_who_may_read_it(client, space, topic, marking, make):
    fia = make_organisation("FIA")
    chair, liaison = make_member(space, Role.CHAIR), make_member(space, Role.CONTRIBUTOR, fia)
    stranger = make_member(make_space(), Role.CHAIR, fia)
    obj = make(space, title=CANARY)
    obj.topics.set([topic])
    obj.save()
    mark(obj, marking, organisations=[fia], users=[chair])
    lists = [reverse("knowledge"), reverse("topic_detail", kwargs={"slug": topic.slug})]
    shown = CANARY
    if make is make_country_profile:
        # It stands under the name of its country there, and leads to all of it.
        lists, shown = [reverse("country_detail", kwargs={"code": "PK"})], obj.get_absolute_url()
    if make is make_glossary_term:
        lists = lists[1:]
    if KINDS[make]:
        lists.append(reverse(KINDS[make]))
    for reader in (None, make_user(), stranger, liaison, chair, make_user(platform_role="secretariat")):
        client.logout()
        if reader:
            client.force_login(reader)
        may_read = access.may_read(reader or AnonymousUser(), obj)
        page = client.get(obj.get_absolute_url())
        assert page.status_code == (200 if may_read else 404)
        assert (CANARY in page.content.decode()) == may_read
        for address in lists:
            assert (shown in client.get(address).content.decode()) == may_read, address


@pytest.mark.parametrize("make", KINDS)
def test_a_page_names_its_space_only_to_those_who_may_know_of_it(client, space, make):
    obj = mark(make(space), Marking.CLEAR)
    assert "Labour mobility" not in client.get(obj.get_absolute_url()).content.decode()
    client.force_login(make_member(space))
    assert "Labour mobility" in client.get(obj.get_absolute_url()).content.decode()


@pytest.mark.parametrize("make", KINDS)
def test_a_draft_is_not_there_even_for_members(client, space, make):
    client.force_login(make_member(space, Role.CHAIR))
    assert client.get(make(space, live=False).get_absolute_url()).status_code == 404


def test_reading_a_red_resource_is_noted(client, space):
    chair = make_member(space, Role.CHAIR)
    resource = mark(make_resource(space), Marking.RED, users=[chair])
    client.force_login(chair)
    client.get(resource.get_absolute_url())
    assert AuditEntry.objects.filter(verb="read", object_id=resource.pk, actor=chair).count() == 1


def test_only_what_is_clear_is_public(space):
    for make in (make_news, make_service_point):
        make(space)
        mark(make(space, title="Open to all"), Marking.CLEAR)
    assert [news.title for news in selectors.public_news()] == ["Open to all"]
    assert [point.title for point in selectors.public_service_points()] == ["Open to all"]


def test_a_text_says_which_language_it_is_in_and_runs_that_way(client, space):
    resource = mark(make_resource(space, abstract="محفوظ ہجرت", language="ur"), Marking.CLEAR)
    page = client.get(resource.get_absolute_url()).content.decode()
    assert 'lang="ur" dir="rtl"' in page
    assert "In Urdu" in page


def test_a_term_stands_in_each_language_that_it_has(client, space):
    mark(make_glossary_term(space, title="Return", term_ru="Возвращение", definition_ru="…"), Marking.CLEAR)
    page = client.get(reverse("glossary"), {"q": "возвращение"}).content.decode()
    assert "Return" in page
    assert 'lang="ru"' in page
    assert 'lang="ur" dir="rtl"' not in page
    assert "Return" not in client.get(reverse("glossary"), {"q": "nowhere"}).content.decode()


def test_a_fact_comes_with_its_source_and_its_day(client, space):
    facts = [("Registered emigrants", "727 381", "Bureau of Emigration", date(2024, 12, 31))]
    profile = mark(make_country_profile(space, facts=facts), Marking.CLEAR)
    page = client.get(profile.get_absolute_url()).content.decode()
    assert all(text in page for text in ("Registered emigrants", "727 381", "Bureau of Emigration", "2024-12-31"))


def test_a_service_point_is_open_by_its_own_clock(space):
    hours = [(Weekday.MONDAY, time(9), time(13)), (Weekday.MONDAY, time(14), time(17))]
    point = make_service_point(space, hours=hours, time_zone="Asia/Karachi")
    karachi = ZoneInfo("Asia/Karachi")
    assert point.is_open_at(datetime(2026, 11, 23, 9, 0, tzinfo=karachi))
    assert not point.is_open_at(datetime(2026, 11, 23, 13, 30, tzinfo=karachi))
    assert point.is_open_at(datetime(2026, 11, 23, 4, 30, tzinfo=ZoneInfo("UTC")))
    assert not point.is_open_at(datetime(2026, 11, 23, 12, 30, tzinfo=ZoneInfo("UTC")))
    point.state = "planned"
    assert not point.is_open_at(datetime(2026, 11, 23, 9, 0, tzinfo=karachi))


def test_the_filters_offer_only_what_the_reader_may_read(client, space):
    Country.objects.create(code="KZ", name="Kazakhstan")
    Country.objects.create(code="PK", name="Pakistan")
    make_resource(space, countries=[Country.objects.get(code="KZ")])
    mark(make_resource(space, countries=[Country.objects.get(code="PK")]), Marking.CLEAR)
    fields = client.get(reverse("resource_list")).context["filters"].fields
    assert [country.pk for country in fields["country"].queryset] == ["PK"]
    assert not fields["space"].queryset


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, {"One", "Two"}),
        ({"kind": "legal"}, {"Two"}),
        ({"q": "one"}, {"One"}),
        ({"country": "PK"}, {"One"}),
        ({"country": "XX"}, {"One", "Two"}),
        ({"kind": "nonsense", "page": "many"}, {"One", "Two"}),
        ({"topic": "labour-mobility"}, {"Two"}),
        ({"language": "ru"}, {"Two"}),
    ],
)
def test_the_list_is_narrowed_down(client, space, topic, filters, found):
    country = Country.objects.create(code="PK", name="Pakistan")
    mark(make_resource(space, title="One", countries=[country]), Marking.CLEAR)
    mark(make_resource(space, title="Two", kind="legal", language="ru", topics=[topic]), Marking.CLEAR)
    page = client.get(reverse("resource_list"), filters).context["page"]
    assert {resource.title for resource in page} == found


@pytest.mark.parametrize("name", ["knowledge", "resource_list", "service_point_list", "glossary", "news_list"])
def test_an_empty_list_says_so(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("address", ["/topics/unknown/", "/countries/QQ/", "/resources/unknown/", "/news/unknown/"])
def test_what_is_not_there_is_404(client, address):
    assert client.get(address).status_code == 404


def test_a_page_shows_the_picture_only_to_those_who_may_see_it(client, space):
    picture = make_picture(space, description="The opening")
    news = mark(make_news(space, picture=picture), Marking.CLEAR)
    assert "The opening" not in client.get(news.get_absolute_url()).content.decode()
    mark(picture, Marking.CLEAR)
    assert "The opening" in client.get(news.get_absolute_url()).content.decode()


def test_queries_do_not_grow_with_what_there_is(client, space, topic, django_assert_max_num_queries):
    client.force_login(make_member(space))
    country = Country.objects.create(code="PK", name="Pakistan", in_programme=True)

    def fill(count):
        for _number in range(count):
            resource = make_resource(space, countries=[country], topics=[topic], files=[make_file(space)])
            point = make_service_point(space, services=["Advice", "Courses"], hours=[(0, time(9), time(17))])
            term, news = make_glossary_term(space), make_news(space)
            profile = make_country_profile(space, facts=[("What", "1", "Who", date(2024, 1, 1))])
            for page in (point, term, news, profile):
                page.topics.set([topic])
                page.save()
        return resource, point, term, news, profile

    counts = []
    # Two of each, so that something of every kind is suggested; opened first, so that all of it has been used.
    for size in (2, 8):
        details = fill(size)
        addresses = [
            *(page.get_absolute_url() for page in details),
            *(reverse(name) for name in ("knowledge", "resource_list", "service_point_list", "glossary", "news_list")),
            reverse("topic_detail", kwargs={"slug": topic.slug}),
            reverse("country_detail", kwargs={"code": "PK"}),
            space.get_absolute_url(),
        ]
        for number, address in enumerate(addresses):
            allowed = 60 if size == 2 else counts[number]
            with django_assert_max_num_queries(allowed, info=address) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
