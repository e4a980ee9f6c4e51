"""The front page says what the programme is: to everyone, and the same."""

import pytest
from django.test import Client

from coordination.models import Country, Marking, Topic
from home.models import HomePage
from tests.factories import make_member, make_news, make_service_point, make_space, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    page = HomePage.objects.get()
    page.title = "Improving Migration Management"
    page.tagline = "Dialogue and cooperation"
    page.introduction = "<ul><li>Protect migrants from trafficking</li></ul>"
    page.funder, page.implementer = "European Union", "ICMPD"
    page.save()
    Country.objects.create(code="KG", name="Kyrgyzstan", name_ru="Кыргызстан", in_programme=True)
    Country.objects.create(code="FR", name="France")
    Topic.objects.create(
        slug="labour", name="Labour mobility", icon="briefcase",
        description="Safe and legal ways", description_ru="Безопасные и законные пути",
    )  # fmt: skip
    return page


def main_part(page):
    return page.content.decode().split("</header>", 1)[1]


def test_it_says_what_the_programme_is(client, programme):
    page = client.get("/").content.decode()
    for said in (
        "Improving Migration Management",
        "Dialogue and cooperation",
        "Protect migrants from trafficking",
        "Kyrgyzstan",
        "Labour mobility",
        "bi-briefcase",
        "European Union",
        "ICMPD",
    ):
        assert said in page
    assert "France" not in page, "which takes no part"


def test_countries_and_topics_are_shown_in_the_language_of_the_reader_as_far_as_they_are_written_in_it(
    client, programme
):
    for language, said in (
        ("ru", ("Кыргызстан", '<p lang="ru">Безопасные и законные пути</p>')),
        ("ur", ("Kyrgyzstan", '<p lang="en">Safe and legal ways</p>')),
    ):
        client.cookies["language"] = language
        page = client.get("/").content.decode()
        assert all(words in page for words in said), language


@pytest.mark.parametrize("marking", [Marking.GREEN, Marking.AMBER, Marking.RED])
def test_only_what_is_clear_stands_on_it_also_for_whoever_may_read_more(client, programme, marking):
    space = make_space()
    member = make_member(space)
    for make, title in ((make_news, "News for all"), (make_service_point, "Centre for all")):
        mark(make(space, title=title), Marking.CLEAR)
        mark(make(space, title="Canary"), marking, users=[member])
    client.force_login(member)
    page = main_part(client.get("/"))
    assert "News for all" in page
    assert "Centre for all" in page
    assert "Canary" not in page


def test_it_is_the_same_for_everyone(programme):
    space = make_space()
    mark(make_news(space, title="News for all"), Marking.CLEAR)
    mark(make_news(space, title="News of the space"), Marking.AMBER)
    pages = []
    for reader in (make_user("One"), make_member(space)):
        client = Client()
        client.force_login(reader)
        pages.append(main_part(client.get("/")))
    assert pages[0] == pages[1]


def test_an_empty_programme_has_a_front_page_too(client):
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("rows", [3, 30])
def test_it_takes_as_many_queries_for_many_rows_as_for_few(client, programme, rows, django_assert_max_num_queries):
    space = make_space()
    for number in range(rows):
        mark(make_news(space, title=f"News {number}"), Marking.CLEAR)
        mark(make_service_point(space, title=f"Centre {number}"), Marking.CLEAR)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")
