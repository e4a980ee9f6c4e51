"""The page of the scoreboard: what it says, to whom, and that its numbers lead to lists as long as they say."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.models import (
    ActionState,
    ActionUpdate,
    Article,
    Marking,
    Topic,
)
from tests.coordination.test_query_counts import queries_for
from tests.factories import (
    make_action,
    make_agreement,
    make_commitment,
    make_organisation,
    mark,
)
from tests.leaks.looking import steady

pytestmark = pytest.mark.django_db
BOARD = "/scoreboard/"
YESTERDAY, TOMORROW = timezone.localdate() - timedelta(days=1), timezone.localdate() + timedelta(days=1)


@pytest.fixture
def agreement(space):
    return make_agreement(space, title="Cooperation Agreement")


@pytest.fixture
def article(agreement):
    return Article.objects.create(agreement=agreement, number="1", body="<p>They meet.</p>")


@pytest.fixture
def topic(space):
    topic = Topic.objects.create(slug="visas", name="Visas")
    space.topics.add(topic)
    space.save()
    return topic


@pytest.fixture
def work(space, fia, moi, article, topic, liaison):
    """Of each class and change something, owed by organisations of two countries and of none."""
    days_ago = timezone.now() - timedelta(days=60)
    una = make_organisation("UNA", country=None)
    made = []
    for number, (state, due_on) in enumerate(
        [("at_risk", None), ("on_track", YESTERDAY), ("achieved", None), ("withdrawn", None), ("off_track", TOMORROW)]
    ):
        party = (fia, moi, una)[number % 3]
        made.append(make_commitment(space, party, article=article if number % 2 else None, state=state, due_on=due_on))
    for number, (state, due_on) in enumerate(
        [("open", None), ("waiting", TOMORROW), ("done", None), ("open", YESTERDAY), ("cancelled", None)]
    ):
        owner = (fia, moi, una)[number % 3]
        made.append(make_action(space, owner, source=made[1] if number % 2 else None, state=state, due_on=due_on))
    for old in made[::2]:
        type(old).objects.filter(pk=old.pk).update(created_at=days_ago)
    waiting = made[6]
    ActionUpdate.objects.create(action=waiting, author=liaison, text="x", state_before="open", state_after="waiting")
    return made


def numbers_on(html: str) -> list[tuple[str, int]]:
    """The addresses of lists on a page, each with the number that leads there."""
    links = re.findall(r'<a href="(/(?:actions|commitments)/\?[^"]*)">(?:<svg.*?</svg>)?[A-Za-z\s]*?(\d+)', html, re.S)
    return [(unescape(address), int(number)) for address, number in links]


def rows_of(client, address: str) -> int:
    return client.get(address).context["number"]


@pytest.mark.parametrize("by", ["country", "organisation", "agreement", "topic"])
def test_every_number_leads_to_a_list_with_as_many_rows(client, work, liaison, by):
    client.force_login(liaison)

    html = client.get(BOARD, {"by": by}).content.decode()

    links = numbers_on(html)
    assert len(links) > 15
    for address, number in links:
        assert rows_of(client, address) == number, address


def test_the_lists_say_what_they_are_narrowed_to(client, work, liaison):
    client.force_login(liaison)

    html = client.get(reverse("action_list"), {"state": "any", "standing": "late", "country": "PK"}).content.decode()

    assert '<option value="late" selected>' in html and '<option value="PK" selected>' in html


def test_a_closed_item_is_in_no_total_and_its_agreement_in_no_row(client, space, fia, article, liaison, chair):
    make_commitment(space, fia, article=article, state="on_track")
    make_commitment(space, fia, state="on_track")
    secret = make_commitment(space, fia, article=article, state="at_risk", title="Secret")
    mark(secret, Marking.RED, users=[chair])
    mark(article.agreement, Marking.RED, users=[chair])

    client.force_login(chair)
    full = client.get(BOARD, {"by": "agreement"})
    assert full.context["total"].commitments.standing == {"on_track": 2, "at_risk": 1, "late": 0, "done": 0}
    assert "Cooperation Agreement" in full.content.decode()

    client.force_login(liaison)
    answer = client.get(BOARD, {"by": "agreement"})
    assert answer.context["total"].commitments.standing == {"on_track": 2, "at_risk": 0, "late": 0, "done": 0}
    [row] = answer.context["rows"]
    assert row.title == "Under no agreement" and row.lines[0].total == 2
    for word in ("Cooperation Agreement", "left out", "at risk: 1"):
        assert word not in answer.content.decode()


def test_the_row_of_an_action_does_not_tell_of_a_closed_commitment_it_came_from(client, space, fia, article, liaison):
    closed = mark(make_commitment(space, fia, article=article), Marking.RED)
    make_action(space, fia, source=closed)
    client.force_login(liaison)

    [row] = client.get(BOARD, {"by": "agreement"}).context["rows"]

    assert row.title == "Under no agreement"


def test_topics_of_a_closed_space_are_nobodys_to_find_out(client, space, fia, topic):
    mark(make_commitment(space, fia), Marking.CLEAR)

    [row] = client.get(BOARD, {"by": "topic"}).context["rows"]
    narrowed = client.get(BOARD, {"topic": "visas"})

    assert row.title == "Of no topic"
    assert narrowed.context["total"].total == 0


def test_whoever_is_not_signed_in_sees_what_is_clear_and_learns_of_no_organisation(client, space, fia, moi):
    mark(make_action(space, fia), Marking.CLEAR)
    make_action(space, moi)

    known = client.get(BOARD, {"organisation": fia.pk}).content.decode()
    unknown = client.get(BOARD, {"organisation": moi.pk})

    assert "FIA" in known
    assert b"MoI" not in steady(unknown.content)
    assert unknown.context["total"].total == 1  # a bad value narrows nothing


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": (timezone.localdate() + timedelta(days=2)).isoformat()}, "This day is yet to come."),
        ({"since": "0001-01-01"}, "Choose a day after 1999."),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"country": "XX", "organisation": "99999999999999999999999", "agreement": "x", "topic": "x", "by": "x"}, None),
        ({"space": "nosuchkey", "country": "toolong", "organisation": "x"}, None),
    ],
)
def test_bad_values_are_said_beside_their_field_and_narrow_nothing(client, work, liaison, asked, said):
    client.force_login(liaison)

    answer = client.get(BOARD, asked)

    assert answer.status_code == 200
    assert answer.context["total"].total == 8
    if said:
        assert said in unescape(answer.content.decode())


def test_more_rows_than_a_sheet_holds_stand_together_in_the_last(client, space, liaison):
    for number in range(15):
        make_action(space, make_organisation(), due_on=YESTERDAY if number else None)
    client.force_login(liaison)

    cut = client.get(BOARD, {"by": "organisation"}).context
    every = client.get(BOARD, {"by": "organisation", "all": "1"}).context

    assert len(cut["rows"]) == 13 and cut["rows"][-1].title == "3 more, together"
    assert sum(row.lines[0].total for row in cut["rows"]) == 15
    # What is together has no bar: it would run over the sheet.
    assert [bool(row.lines[0].segments) for row in cut["rows"]] == [True] * 12 + [False]
    assert len(every["rows"]) == 15 and every["all_url"] == ""


def test_a_bar_says_in_words_what_it_draws_and_is_as_long_as_its_number(client, space, fia, moi, liaison):
    for _number in range(4):
        make_action(space, fia, due_on=YESTERDAY)
    make_action(space, moi)
    make_action(space, moi, state=ActionState.DONE)
    client.force_login(liaison)

    rows = client.get(BOARD, {"by": "organisation"}).context["rows"]

    [first, second] = [row.lines[0] for row in rows]
    assert first.in_words == "late: 4, at risk: 0, on track: 0, done: 0"
    assert [(one.begins, one.width) for one in first.segments] == [("0.000%", "100.000%")]
    assert [(one.name, one.begins, one.width) for one in second.segments] == [
        ("on_track", "0.000%", "25.000%"), ("done", "25.000%", "25.000%"),
    ]  # fmt: skip


@pytest.mark.parametrize("page", ["agreement", "organisation"])
def test_the_page_of_an_agreement_or_organisation_shows_its_state(client, work, agreement, moi, liaison, page):
    client.force_login(liaison)
    address = {"agreement": agreement.get_absolute_url(), "organisation": f"/organisations/{moi.pk}/"}[page]

    html = client.get(address).content.decode()

    panel = html[html.index("accord-board-panel") :].split("</section>")[0]
    links = numbers_on(panel)
    assert "late" in panel and f"/scoreboard/?{page}=" in panel
    assert len(links) >= 2
    for link, number in links:
        assert rows_of(client, link) == number, link


def test_the_board_takes_as_many_queries_for_many_rows_as_for_few(client, space, fia, article, topic, liaison):
    def more(number: int) -> None:
        for place in range(number):
            owner = make_organisation(country=("PK", "KZ", "UZ")[place % 3])
            commitment = make_commitment(space, owner, article=article)
            make_action(space, owner, source=commitment, due_on=YESTERDAY)
            make_agreement(space)

    more(2)
    client.force_login(liaison)
    addresses = [f"{BOARD}?by={by}" for by in ("country", "organisation", "agreement", "topic")]
    for address in addresses:
        client.get(address)
    few = {address: queries_for(client, address) for address in addresses}
    more(12)

    assert {address: queries_for(client, address) for address in addresses} == few
    assert max(few.values()) < 25
