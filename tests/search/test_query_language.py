"""The query language, answered alike by either engine."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from coordination.models import Country, Topic
from search import days, paging, selectors
from search.queries import Query
from tests.factories import make_action, make_agreement, make_member, make_organisation, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def shelf(space, member):
    """A few things that differ in what one can ask for; by what each is called in the tables below."""
    icmpd = make_organisation("ICMPD", "AT")
    fia = make_organisation("FIA")
    Country.objects.filter(pk="PK").update(name="Pakistan")
    for title, owner, day, text in (
        ("Mobile counselling", fia, date(2025, 9, 30), "Border police at Torkham, visa"),
        ("Counselling that is mobile", icmpd, date(2025, 10, 1), "Police of the border, a permit"),
        ("Draft of a permit", fia, date(2026, 3, 31), "Anti-trafficking measures"),
    ):
        make_action(space, title=title, owner=owner, due_on=day, description=text)
    agreement = make_agreement(space, title="Соглашение о мобильности", language="ru")
    agreement.topics.add(Topic.objects.create(slug="mobility", name="Labour mobility", name_ru="Мобильность"))
    agreement.save()
    make_action(make_space("Sealed chamber"), title="Counselling behind closed doors", owner=make_organisation("HUSH"))


@pytest.fixture
def member(space):
    return make_member(space)


M, C, D, S, SPACE = (
    *("Mobile counselling", "Counselling that is mobile", "Draft of a permit", "Соглашение о мобильности"),
    "Border management",
)

FOUND = {
    # Words, phrases, minus, OR.
    "mobile counselling": {M, C},
    '"mobile counselling"': {M},
    "«mobile counselling»": {M},
    "counselling -torkham": {C},
    "counselling NOT torkham": {C},
    'counselling -"border police"': {C},
    "visa OR permit": {M, C, D},
    "visa OR permit -draft": {M, C},
    '"mobile counselling" OR draft': {M, D},
    "counselling visa OR trafficking": {M},
    "anti-trafficking": {D},
    "-kind:action -kind:space -kind:organisation": {S},
    "-counselling kind:action": {D},
    # What narrows down.
    "kind:action": {M, C, D},
    "kind:actions permit": {C, D},
    "kind: agreement": {S},
    "kind:agreement kind:space": {S, SPACE},
    "kind:agreement,space": {S, SPACE},
    "вид:agreement": {S},
    'space:"border management" permit': {C, D},
    "-space:border kind:action": set(),
    "by:fia": {M, D},
    'by:"fia in full"': {M, D},
    "by:ICMPD OR by:FIA": {M, C, D},
    "counselling -by:fia": {C},
    "country:pakistan kind:action": {M, D},
    "country:AT kind:action": {C},
    "topic:mobility": {S},
    'topic:"labour mobility"': {S},
    "тема:мобильность": {S},
    "language:ru": {S},
    "language:russian": {S},
    # Days in several shapes.
    "before:2025-10-01 kind:action": {M},
    "before:2025-10 kind:action": {M},
    "before:01.10.2025 kind:action": {M},
    'before:"1 October 2025" kind:action': {M},
    'до:"1 октября 2025" kind:action': {M},
    "until:2025 kind:action": {M, C},
    "after:2026 kind:action": {D},
    "after:2025-10-01 before:2026": {C},
    "-before:2026 kind:action": {D},
    "after:٢٠٢٦ kind:action": {D},
}

# What is left out of account, a word of its sentence, and what is found by the rest.
IGNORED = {
    '"mobile counselling': ("quotation mark", {M, C}),
    'visa"': ("quotation mark", {M}),
    "visa kind:": ("stands behind", {M}),
    "visa kind:unheard": ("no such kind", {M}),
    "visa space:unheard": ("no space", {M}),
    "visa space:sealed": ("no space", {M}),
    "visa by:unheard": ("by somebody", {M}),
    "visa by:HUSH": ("by somebody", {M}),
    "visa country:Atlantis": ("No country", {M}),
    "visa topic:unheard": ("No topic", {M}),
    "visa language:klingon": ("No language", {M}),
    "visa before:soon": ("2026-03-31", {M}),
    "visa after:31.02.2026": ("2026-03-31", {M}),
    "visa after:03/04/2026": ("2026-03-31", {M}),
    "visa before:0001": ("2026-03-31", {M}),
    "*isa visa": ("such as *", None),
    "/vi.*a/ visa": ("such as *", None),
    "visa " + "torkham " * 400: ("beginning", {M}),
    "visa " + " ".join(f"w{number}" for number in range(20)): ("first words", None),
    "kind:unheard": ("no such kind", set()),
}


def titles(results):
    return {hit.entry.title for hit in results.hits}


def test_what_is_asked_for_is_found_and_nothing_else(shelf, member, engine):
    engine.catch_up()
    for text, expected in FOUND.items():
        results = selectors.search(Query(text=text), member)
        assert (titles(results), results.ignored) == (expected, []), text
        assert results.total == len(expected) and not results.from_ledger_instead, text
    [hit] = selectors.search(Query(text='"mobile counselling" OR unheard'), member).hits
    assert hit.title == "<mark>Mobile</mark> <mark>counselling</mark>"


def test_what_cannot_be_used_is_said_and_the_rest_is_looked_for(shelf, member, engine):
    engine.catch_up()
    for text, (sentence, expected) in IGNORED.items():
        results = selectors.search(Query(text=text), member)
        assert sentence in " ".join(str(each.sentence) for each in results.ignored), text
        assert expected is None or titles(results) == expected, text
        assert not results.from_ledger_instead, text


def test_closed_is_answered_as_what_is_not_there(shelf, client, engine):
    engine.catch_up()
    client.force_login(make_user())
    for asked in ("space:{}", "by:{}", "counselling -space:{}", "counselling -by:{}", "after:2025 by:{} space:{}"):
        pages = [
            client.get(reverse("search"), {"q": asked.format(name, name)}).content.decode()
            for name in ("sealed", "absent", "HUSH", "NONE")
        ]
        plain = [re.sub(r'name="csrf\w*" value="\w*"', "", html.unescape(page).lower()) for page in pages]
        assert plain[0].replace("sealed", "absent") == plain[1], asked
        assert plain[2].replace("hush", "none") == plain[3].replace("hush", "none"), asked


def test_pages_follow_one_another_to_and_fro_in_every_order(space, member, engine):
    for number in range(45):
        make_action(space, title=f"Item {number}", due_on=date(2026, 1, 1 + number // 3) if number % 5 else None)
    engine.catch_up()
    for sort in ("relevance", "newest", "oldest"):
        query = Query(text="item kind:action", sort=sort)
        first = selectors.search(query, member)
        second = selectors.search(at(query, first.next), member)
        third = selectors.search(at(query, second.next), member)
        seen = [hit.entry.pk for results in (first, second, third) for hit in results.hits]
        assert (len(seen), len(set(seen)), first.previous, third.next) == (45, 45, None, None), sort
        back = selectors.search(at(query, third.previous), member)
        assert [hit.entry.pk for hit in back.hits] == seen[20:40], sort
        if sort != "relevance":
            dates = [hit.entry.date for results in (first, second, third) for hit in results.hits]
            assert None not in dates[:45] or dates.index(None) == sum(each is not None for each in dates), sort
            there = [each for each in dates if each]
            assert there == sorted(there, reverse=sort == "newest"), sort


def at(query, place):
    """By way of an address, as a reader goes."""
    place = paging.unseal(paging.seal(place))
    return Query(text=query.text, sort=query.sort, page=place.page, place=place)


@pytest.mark.parametrize("text", ["3/4/2026", "31.02.2026", "0000", "soon", "99.99.9999", "", "1e5", "²⁰²⁶"])
def test_what_names_no_day_or_either_of_two_is_read_as_none(text):
    assert days.read(text, date(2026, 1, 1)) is None


def test_the_place_of_a_page_is_sealed_and_a_strange_one_is_the_first_page(space, client, ledger_engine):
    client.force_login(make_member(space))
    for number in range(21):
        make_action(space, title=f"Item {number}")
    page = client.get(reverse("search"), {"q": "item"})
    address = page.context["next_url"]
    assert 'rel="next"' in page.content.decode()
    assert len(client.get(address).context["results"].hits) == 1
    for wrong in ("x", address[-200:-1], "\0", "é" * 50, "x" * 5000):
        response = client.get(reverse("search"), {"q": "item", "place": wrong, "sort": wrong})
        assert len(response.context["results"].hits) == 20
    far = client.get(reverse("search"), {"q": "item", "page": "10000"}).content.decode()
    assert "There is no such page of these results." in far and 'href="/search/?q=item"' in far


def test_a_facet_chosen_by_words_is_taken_away_by_its_link(space, client, ledger_engine):
    make_action(space, title="Harbour")
    client.force_login(make_member(space))
    text = client.get(reverse("search"), {"q": "harbour kind:action"}).content.decode()
    assert 'href="/search/?q=harbour" aria-current="true"' in text
