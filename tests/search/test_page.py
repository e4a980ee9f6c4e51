"""The search page as its readers use it: with and without scripts, and with what nobody should type."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coordination import named
from coordination.models import Article
from search.kinds import KINDS
from search.projections import projectors
from tests.factories import make_action, make_agreement, make_member, make_space

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def ledger_answers(ledger_engine):
    """What differs between the engines stands in test_searching.py."""


@pytest.fixture
def reader(client, space):
    client.force_login(make_member(space))
    return client


def page(reader, **query):
    response = reader.get(reverse("search"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_result_leads_to_the_very_article(reader, space):
    agreement = make_agreement(space, title="Cooperation")
    article = Article.objects.create(agreement=agreement, number="4", title="Training", body="<p>Courses</p>")
    text = page(reader, q="courses")
    assert f'href="{article.get_absolute_url()}"' in text
    assert "<mark>Courses</mark>" in text


def test_pages_lead_to_what_is_similar_of_what_their_reader_may_read(reader, space, django_assert_max_num_queries):
    agreement = make_agreement(space, title="Fingerprint readers at Torkham")
    address = reverse("search_similar", kwargs={"name": named.name_of(agreement)})
    assert address in reader.get(agreement.get_absolute_url()).content.decode()
    for each in ("Order fingerprint readers", "Closed fingerprint readers"):
        make_action(space if each.startswith("Order") else make_space(), title=each)
    with CaptureQueriesContext(connection) as asked:
        shown = reader.get(address, headers={"HX-Request": "true"}).content.decode()
    most = len(asked)
    assert "Order fingerprint readers" in shown and "Closed" not in shown and "<h1" not in shown
    assert "<h1" in reader.get(address).content.decode(), "without scripts it is a page"
    for number in range(8):
        make_action(space, title=f"Fingerprint readers, lot {number}")
        make_action(space, title="Fingerprint readers at Torkham")
    with django_assert_max_num_queries(most):
        shown = reader.get(address, headers={"HX-Request": "true"}).content.decode()
    assert shown.count("<li>") == 5 and "at Torkham" not in shown
    assert reader.get(reverse("search_similar", kwargs={"name": "nothing"})).status_code == 404


def test_a_day_that_cannot_be_read_has_its_sentence_and_keeps_what_was_typed(reader, space):
    make_action(space, title="Still found")
    text = page(reader, q="found", since="31.02.2026")
    assert "Write a day such as 2026-03-31." in text
    assert 'value="31.02.2026"' in text
    assert ">1 result<" in text


def test_an_end_before_the_beginning_has_its_sentence(reader, space):
    text = page(reader, since="2026-05-02", until="2026-05-01")
    assert "This is before the day on which it starts." in text


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999", "1e3", "٣", "9999"])
def test_a_page_that_does_not_exist_is_no_error(reader, space, number):
    make_action(space, title="Only one")
    page(reader, q="only", page=number)


@pytest.mark.parametrize("value", ["x", "-1", "9" * 40, "'", "\0", "٣", "1 OR 1=1"])
@pytest.mark.parametrize("facet", ["kind", "space", "country", "topic", "organisation", "language"])
def test_a_facet_that_does_not_exist_finds_nothing(reader, space, facet, value):
    make_action(space, title="Only one")
    assert ">0 results<" in page(reader, **{facet: value})


def test_facets_are_links_that_add_and_take_away(reader, space):
    make_action(space, title="One")
    text = page(reader, q="one")
    assert 'href="/search/?q=one&amp;kind=action"' in text
    text = page(reader, q="one", kind="action")
    assert 'href="/search/?q=one" aria-current="true"' in text


def test_htmx_gets_the_results_without_the_page_around_them(reader, space):
    make_action(space, title="One")
    response = reader.get(reverse("search"), {"q": "one"}, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert text.lstrip().startswith('<div id="search-results"')
    assert "HX-Request" in response["Vary"]


def test_what_was_typed_is_shown_as_text(reader, space):
    text = page(reader, q="<script>alert(1)</script>")
    assert "<script>alert" not in text


def test_a_title_with_markup_is_shown_as_text(reader, space):
    make_action(space, title="<img src=x onerror=alert(1)> harbour")
    for text in (page(reader, q="harbour"), reader.get(reverse("search_suggest"), {"q": "harb"}).content.decode()):
        assert "<img src=x" not in text
        assert "&lt;img" in text


def test_the_language_of_a_text_is_said(reader, space):
    make_action(space, title="تربیت", description="سرحدی تربیت", language="ur")
    assert 'lang="ur" dir="auto"' in page(reader, q="تربیت")


def test_suggestions_are_options_of_a_list(reader, space):
    make_action(space, title="Harbour master")
    text = reader.get(reverse("search_suggest"), {"q": "harb"}).content.decode()
    assert text.count('role="option"') == 1
    assert "<mark>Harbour</mark> master" in text
    assert reader.get(reverse("search_suggest")).content.decode().strip() == ""


def test_every_projected_model_has_a_kind_with_a_name(reader):
    assert {model.__name__ for model in projectors} >= {"Space", "Agreement", "Commitment", "Action"}
    assert all(kind.icon and kind.label for kind in KINDS.values())


def test_rebuilding_without_elasticsearch_writes_the_ledger_and_says_so(space, capsys):
    make_action(space, title="Kept")
    call_command("search_rebuild", "--no-progress")
    assert "ELASTICSEARCH_URL is not set" in capsys.readouterr().out
    call_command("search_status")
    # The action, its space and its organisation.
    assert "in the ledger: 3" in capsys.readouterr().out
