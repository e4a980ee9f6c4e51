"""The page of the scoreboard: what it says, to whom, and that its numbers lead to lists as long as they say."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.models import (
    Action,
    ActionUpdate,
    Article,
    Commitment,
    CommitmentState,
    Marking,
    Role,
    Topic,
)
from tests.coordination.test_query_counts import queries_for
from tests.factories import (
    make_action,
    make_agreement,
    make_commitment,
    make_member,
    make_organisation,
    make_space,
    mark,
)

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
    links = re.findall(r'<a href="(/(?:actions|commitments)/\?[^"]*)">(?:[A-Za-z ]*?)(\d+)', html)
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


def test_the_lists_say_what_they_are_narrowed_to(client, work, liaison, fia):
    client.force_login(liaison)

    html = client.get(reverse("action_list"), {"state": "any", "standing": "late", "country": "PK"}).content.decode()

    assert "PK" in html and 'value="late" selected' in html
