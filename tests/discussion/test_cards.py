"""Links to what is in Accord unfold into cards, for those only who may see it."""

from datetime import date

import pytest
from django.conf import settings

from coordination.models import Marking, Role
from discussion import cards, selectors
from tests.factories import (
    make_action,
    make_meeting,
    make_member,
    make_message,
    make_record,
    make_resource,
    make_space,
    make_thread,
    mark,
)

pytestmark = pytest.mark.django_db


def shown(message, reader):
    [found] = selectors.messages_between(message.thread, reader, message.number, message.number)
    return found.words


def test_a_card_says_what_it_is_and_how_it_stands_to_whoever_may_see_it(client, space):
    reader = make_member(space, Role.CONTRIBUTOR)
    action = make_action(space, title="Send the roster", due_on=date(2026, 1, 5))
    record = make_record(make_meeting(space, title="Talks in Astana"))
    said = make_message(make_thread(space, subject="Rosters"), reader, "First")
    words = (
        f"{action.short_reference}, {settings.BASE_URL}{record.get_absolute_url()}#x and [there](/messages/{said.key}/)"
    )
    message = make_message(make_action(space), reader, f"{words} `{make_action(space).short_reference}`")
    assert [(card.kind, card.title) for card in shown(message, reader).cards] == [
        ("Action", "Send the roster"),
        ("Record", "Record of Talks in Astana"),
        ("Message", "Rosters #1"),
    ]
    client.force_login(reader)
    page = client.get(message.thread.get_absolute_url()).content.decode()
    assert "Send the roster" in page and "overdue" in page.lower()


@pytest.mark.parametrize("marking", Marking.values)
def test_whoever_may_not_see_it_reads_the_text_as_it_was_typed(space, marking):
    author = make_member(space, Role.CHAIR)
    other = make_member(space, Role.CONTRIBUTOR)
    closed = mark(make_resource(make_space(), title="Canary"), marking, users=[author])
    address = settings.BASE_URL + closed.get_absolute_url()
    message = make_message(make_action(space), author, f"See {address}")
    words = shown(message, other)
    is_open = marking in (Marking.CLEAR, Marking.GREEN)
    assert [card.title for card in words.cards] == (["Canary"] if is_open else [])
    assert f">{address}</a>" in words.html and "Canary" not in words.html


@pytest.mark.parametrize(
    "href",
    [
        "https://elsewhere.example/actions/2222222222/", "//localhost:8000", "/", "/actions/", "/r/x/",
        "mailto:a@b.example", "http://[", "/actions/2222222222/edit/",
        "ftp://localhost:8000/actions/2222222222/", "/" + "a" * 5000,
    ],
)  # fmt: skip
def test_no_card_is_looked_for_where_an_address_leads_to_nothing_of_ours(href):
    assert cards.target_of(href) is None


def test_many_links_are_looked_up_at_once(space, django_assert_max_num_queries):
    reader = make_member(space, Role.CONTRIBUTOR)
    thread, counts = make_thread(space, subject="Links"), []
    for number in (1, 7):
        for _time in range(number):
            one, two = make_action(space), make_meeting(space)
            make_message(
                thread, reader, f"{one.short_reference} {settings.BASE_URL}{two.get_absolute_url()} @{reader.name}"
            )
        with django_assert_max_num_queries(30) as queries:
            found = selectors.messages_between(thread, reader, 1, 50)
            assert all(len(message.words.cards) == 2 for message in found)
        counts.append(len(queries))
    assert counts[0] == counts[1]
