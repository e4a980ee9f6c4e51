"""Found by exactly those who may read it; what others may not read is not counted, suggested or hinted at anywhere."""

import html
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from coordination import access
from coordination.models import Article, Marking, Role
from search.models import Entry
from tests.factories import (
    make_action,
    make_agreement,
    make_member,
    make_organisation,
    make_space,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

CANARY = "zanzibarquokka"


@pytest.fixture
def scene():
    """A space with content in all five markings, and a reader of each kind."""
    space, other = make_space(f"Space {CANARY}space"), make_space("Another")
    named = make_organisation("FIA")
    insider = make_member(space, organisation=named)
    readers = {
        "anonymous": AnonymousUser(),
        "signed in": make_user(),
        "member": make_member(space),
        "of the named organisation": insider,
        "named in person": make_member(space),
        "chair": make_member(space, Role.CHAIR),
        "chair of another space": make_member(other, Role.CHAIR),
        "secretariat": make_user(platform_role="secretariat"),
        "superuser": make_user(is_superuser=True, is_staff=True),
    }
    objects = {}
    for marking in Marking.values:
        agreement = make_agreement(space, title=f"Agreement {CANARY}{marking.lower().replace('+', '')}")
        Article.objects.create(agreement=agreement, number="1", title=CANARY, body=f"<p>{CANARY} text</p>")
        objects[marking] = mark(agreement, marking, organisations=[named], users=[readers["named in person"]])
    return space, readers, objects


def page(client, user, **query):
    if user.is_authenticated:
        client.force_login(user)
    else:
        client.logout()
    response = client.get(reverse("search"), query)
    assert response.status_code == 200
    return response.content.decode()


def kinds_expected(user, objects):
    return [obj for obj in objects.values() if access.may_read(user, obj)]


def test_every_reader_finds_exactly_what_the_rule_lets_them_read(client, scene, engine):
    space, readers, objects = scene
    engine.catch_up()
    for name, user in readers.items():
        text = page(client, user, q=CANARY)
        expected = kinds_expected(user, objects)
        for obj in objects.values():
            assert (obj.get_absolute_url() in text) == (obj in expected), (name, obj.marking)
        # Each agreement has one article; the space itself is found by its members.
        total = 2 * len(expected) + access.may_read(user, space)
        assert re.search(rf">{total} results?<", text), (name, total)
        assert (f"{CANARY}space" in text) == access.may_read(user, space), name


def test_the_words_of_what_is_closed_are_nowhere_on_the_page(client, scene, engine):
    space, readers, objects = scene
    for marking in (Marking.CLEAR, Marking.GREEN):
        objects[marking].delete()
    engine.catch_up()
    for name in ("anonymous", "signed in", "chair of another space", "secretariat", "superuser"):
        for query in ({}, {"q": CANARY}, {"q": "Agreement"}, {"space": space.pk}, {"kind": "article"}):
            # What the reader typed stands in the field, and nowhere else.
            text = page(client, readers[name], **query)
            text = text.replace(f'value="{CANARY}"', "").replace(f"{CANARY} · ", "").replace(f"q={CANARY}", "")
            assert CANARY not in text, (name, query)
            if query.get("q") == CANARY:
                assert ">0 results<" in text, name


def test_an_empty_answer_is_the_same_whether_something_is_hidden_or_not(client, scene, engine):
    engine.catch_up()
    stranger = make_user()
    hidden = page(client, stranger, q=f"{CANARY}red")
    absent = page(client, stranger, q="nosuchword")

    def plain(text):
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|csrf[^"]*"[^"]*"', "", text)

    assert plain(hidden).replace(f"{CANARY}red", "nosuchword") == plain(absent)


def test_suggestions_come_from_what_the_reader_may_read_only(client, scene):
    _space, readers, objects = scene
    for name, user in readers.items():
        client.force_login(user) if user.is_authenticated else client.logout()
        for obj in objects.values():
            # No more than a few are suggested: each is asked for by the beginning of its own word.
            text = client.get(reverse("search_suggest"), {"q": obj.title.split()[-1][:-1]}).content.decode()
            assert (f'href="{obj.get_absolute_url()}"' in text) == access.may_read(user, obj), (name, obj.marking)


def test_a_lost_membership_and_a_narrower_marking_count_at_once(client, scene, engine):
    space, readers, objects = scene
    engine.catch_up()
    member = readers["member"]
    assert ">7 results<" in page(client, member, q=CANARY)
    mark(objects[Marking.AMBER], Marking.RED, users=[readers["chair"]])  # nothing is sent to Elasticsearch
    text = page(client, member, q=CANARY)
    assert ">5 results<" in text
    assert objects[Marking.AMBER].get_absolute_url() not in text
    assert "AMBER" not in html.unescape(text).replace("TLP:AMBER", "")
    access.revoke(member, space)
    assert ">4 results<" in page(client, member, q=CANARY)


def test_what_is_deleted_is_gone_at_once(client, scene, engine):
    _space, readers, objects = scene
    engine.catch_up()
    objects[Marking.AMBER].delete()
    assert ">5 results<" in page(client, readers["member"], q=CANARY)


def test_a_public_text_does_not_name_its_closed_space(client, scene, engine):
    space, readers, _objects = scene
    engine.catch_up()
    assert f"{CANARY}space" not in page(client, readers["anonymous"])
    assert space.get_absolute_url() not in page(client, readers["anonymous"])
    narrowed = page(client, readers["anonymous"], space=space.pk)
    assert ">0 results<" in narrowed  # nor does narrowing down tell what lies in it


def test_a_red_text_is_shown_on_its_own_page_only(client, scene, engine):
    _space, readers, objects = scene
    for marking in Marking.values:
        if marking != Marking.RED:
            objects[marking].delete()
    engine.catch_up()
    text = page(client, readers["named in person"], q="text")
    assert f"{CANARY}</mark> text" not in text and "<mark>text</mark>" not in text
    assert "Its text is shown on its own page only." in text


def test_organisations_are_named_only_where_something_of_theirs_was_found(client, scene, engine):
    engine.catch_up()
    quiet = make_organisation("SECRETORG")
    assert "SECRETORG" not in page(client, make_user(), organisation=quiet.pk)


def test_queries_do_not_grow_with_the_entries(client, scene, engine, django_assert_max_num_queries):
    space, readers, _objects = scene
    user = readers["member"]
    counted = []
    for many in (10, 200):
        for number in range(many):
            make_action(space, title=f"Item {many} {number}")
        engine.catch_up()
        page(client, user, q="item")
        with django_assert_max_num_queries(45) as captured:
            client.get(reverse("search"), {"q": "item"})
        counted.append(len(captured))
    assert counted[0] == counted[1]
    assert Entry.objects.filter(kind="action").count() == 210
