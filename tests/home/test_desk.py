"""The front page is everyone's; the desk shows its owner's work and nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.models import Marking, Role
from tests.factories import make_action, make_member, make_organisation, make_space, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def fia():
    return make_organisation("FIA")


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia)


def test_the_front_page_answers_anyone(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "private" in response["Cache-Control"]


def test_the_desk_asks_a_stranger_to_sign_in(client):
    assert client.get("/desk/")["Location"] == "/account/login/?next=/desk/"


def test_the_desk_shows_the_longest_overdue_first(client, space, fia, liaison):
    today = timezone.localdate()
    make_action(space, fia, title="Due tomorrow", due_on=today + timedelta(days=1))
    make_action(space, fia, title="Long overdue", due_on=today - timedelta(days=9))
    client.force_login(liaison)
    page = client.get("/desk/").content.decode()
    assert page.index("Long overdue") < page.index("overdue since") < page.index("Due tomorrow")


def test_the_desk_names_nothing_that_is_closed_to_its_reader(client, space, fia, liaison):
    chair = make_member(space, Role.CHAIR)
    mark(make_action(space, fia, title="Canary of the chair"), Marking.RED, users=[chair])
    make_action(make_space(), fia, title="Canary of another space")
    client.force_login(liaison)
    assert "Canary" not in client.get("/desk/").content.decode()


@pytest.mark.parametrize("address", ["/editors/pages/1/", "/editors/reports/site-history/", "/no-direct-media/x"])
def test_what_the_gate_does_not_know_is_not_there(client, space, address):
    client.force_login(make_member(space, Role.CHAIR))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("rows", [10, 200])
def test_the_desk_takes_as_many_queries_for_many_actions_as_for_few(
    client, space, fia, liaison, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        make_action(space, fia)
    client.force_login(liaison)
    with django_assert_max_num_queries(9):
        client.get("/desk/")
