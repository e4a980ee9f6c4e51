"""The front page is everyone's; the desk shows its owner's work and nobody else's."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from coordination import services
from coordination.models import Action, Marking, Role
from tests.factories import (
    make_action,
    make_commitment,
    make_meeting,
    make_member,
    make_message,
    make_news,
    make_organisation,
    make_record,
    make_resource,
    make_space,
    make_thread,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space()


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


@pytest.mark.parametrize("address", ["/editors/reports/site-history/", "/no-direct-media/x"])
def test_what_the_gate_does_not_know_is_not_there(client, space, address):
    client.force_login(make_member(space, Role.CHAIR))
    assert client.get(address).status_code == 404


def desk_of(client, user):
    client.force_login(user)
    return client.get("/desk/").content.decode()


def section(page, heading):
    """The part of the page under that heading, up to the next one."""
    return page.split(f">{heading}</h2>", 1)[1].split("<h2", 1)[0]


def numbers(page):
    return [int(number) for number in re.findall(r'accord-counts-number">.*?(\d+)</span>', page)]


def test_the_strip_counts_all_that_is_open_also_what_the_desk_has_no_room_for(client, space, fia, liaison):
    today = timezone.localdate()
    for days in [-3, -2, 0, 14, 15, None, *range(20, 40)]:
        make_action(space, fia, due_on=None if days is None else today + timedelta(days=days))
    make_action(space, fia, due_on=today - timedelta(days=5), state="done")
    make_action(space, due_on=today - timedelta(days=5))
    make_commitment(space, fia, state="at_risk")
    make_commitment(space, fia, due_on=today - timedelta(days=1))
    make_commitment(space, fia, state="on_track")
    make_commitment(space, fia, state="achieved")
    page = desk_of(client, liaison)
    assert numbers(page) == [2, 2, 26, 2]
    assert "2 actions of FIA are overdue." in page


def test_the_strip_counts_nothing_that_is_closed_to_its_reader(client, space, fia, liaison):
    yesterday = timezone.localdate() - timedelta(days=1)
    chair = make_member(space, Role.CHAIR)
    mark(make_action(space, fia, due_on=yesterday), Marking.RED, users=[chair])
    make_action(make_space(), fia, due_on=yesterday)
    mark(make_commitment(space, fia, state="at_risk"), Marking.RED, users=[chair])
    page = desk_of(client, liaison)
    assert numbers(page) == [0, 0, 0, 0]
    assert "Nothing of FIA is overdue." in page


def test_nothing_is_overdue_is_not_said_above_a_commitment_that_is(client, space, fia, liaison):
    make_commitment(space, fia, due_on=timezone.localdate() - timedelta(days=1))
    assert "Nothing of FIA is overdue." not in desk_of(client, liaison)


def test_the_number_of_overdue_actions_leads_to_them(client, space, fia, liaison):
    today = timezone.localdate()
    make_action(space, fia, title="Long overdue", due_on=today - timedelta(days=3))
    make_action(space, fia, title="Due tomorrow", due_on=today + timedelta(days=1))
    make_action(space, title="Overdue of others", due_on=today - timedelta(days=3))
    address = re.search(r'href="(/actions/\?[^"]+)"', desk_of(client, liaison)).group(1)
    page = client.get(html.unescape(address)).content.decode()
    assert "Long overdue" in page
    assert "Due tomorrow" not in page
    assert "Overdue of others" not in page


def test_overdue_is_said_in_words_and_with_a_sign(client, space, fia, liaison):
    make_action(space, fia, due_on=timezone.localdate() - timedelta(days=1))
    row = section(desk_of(client, liaison), "Actions of my organisation")
    assert "overdue since" in row
    assert "bi-exclamation-triangle-fill" in row


def test_coming_meetings_stand_on_it_the_next_one_first_and_none_that_is_over(client, space, liaison):
    now = timezone.now()
    make_meeting(space, title="In a week", starts_at=now + timedelta(days=7))
    make_meeting(space, title="Tomorrow", starts_at=now + timedelta(days=1))
    make_meeting(space, title="Last week", starts_at=now - timedelta(days=7))
    make_meeting(make_space(), title="Elsewhere", starts_at=now + timedelta(days=1))
    coming = section(desk_of(client, liaison), "Coming meetings")
    assert coming.index("Tomorrow") < coming.index("In a week")
    assert "Last week" not in coming
    assert "Elsewhere" not in coming


@pytest.mark.parametrize(
    ("state", "waits"), [("draft", False), ("circulated", True), ("agreed", False), ("published", False)]
)
def test_circulated_records_wait_for_agreement(client, space, liaison, state, waits):
    record = make_record(make_meeting(space, title="Talks"), state)
    assert (record.get_absolute_url() in section(desk_of(client, liaison), "Waits for agreement")) == waits


def test_a_record_of_another_space_waits_for_others(client, liaison):
    make_record(mark(make_meeting(make_space(), title="Canary"), Marking.GREEN), "circulated")
    assert "Canary" not in desk_of(client, liaison)


def test_what_others_did_is_new_the_latest_first(client, space, fia, liaison):
    chair = make_member(space, Role.CHAIR, make_organisation("MoI"), name="The Chair")
    action = make_action(space, fia, title="Survey of nine points")
    services.report_on_action(chair, action, text="Begun", state="in_progress", submission=uuid4())
    make_message(make_thread(space, subject="Opening in Peshawar"), chair)
    make_message(make_thread(space, subject="What I wrote myself"), liaison)
    make_record(make_meeting(space, title="Talks in Islamabad"), "published")
    new = section(desk_of(client, liaison), "New in my spaces")
    for told in ("Survey of nine points", "Opening in Peshawar", "Talks in Islamabad", "The Chair", space.title):
        assert told in new
    assert "What I wrote myself" not in new
    assert new.index("Talks in Islamabad") < new.index("Opening in Peshawar") < new.index("Survey of nine points")


def test_nothing_is_new_that_its_reader_may_not_read(client, space, liaison):
    for there in (space, make_space()):
        chair = make_member(there, Role.CHAIR)
        closed = mark(make_action(there, title="Canary"), Marking.RED, users=[chair])
        make_message(closed, chair)
        mark(make_news(there, title="Canary"), Marking.RED, users=[chair])
        mark(make_resource(there, title="Canary"), Marking.RED, users=[chair])
        last_week = timezone.now() - timedelta(days=7)
        make_record(make_meeting(there, title="Canary", starts_at=last_week), "draft")
        mark(make_meeting(there, title="Canary"), Marking.RED, users=[chair])
    assert "Canary" not in desk_of(client, liaison)


def test_an_empty_desk_says_what_will_stand_there(client, liaison):
    page = desk_of(client, liaison)
    for said in (
        "Nothing is open for your organisation.",
        "No meeting is planned",
        "No record waits",
        "Nothing new yet.",
    ):
        assert said in page


def test_whoever_has_no_organisation_is_told_who_can_change_that(client):
    page = desk_of(client, make_user("A. User"))
    assert "Your account belongs to no organisation." in page
    assert numbers(page) == []


# Measured at both sizes: 27, whatever there is to show.
QUERIES_OF_THE_DESK = 29


@pytest.mark.parametrize("rows", [10, pytest.param(1000, marks=pytest.mark.slow)])
def test_the_desk_takes_as_many_queries_for_many_rows_as_for_few(
    client, space, fia, liaison, rows, django_assert_max_num_queries
):
    chair = make_member(space, Role.CHAIR)
    audience = make_action(space, fia).audience
    Action.objects.bulk_create(
        Action(space=space, owner=fia, title=f"Action {number}", own_audience=audience, audience=audience)
        for number in range(rows - 1)
    )
    for number in range(10 if rows > 10 else 3):
        make_commitment(space, fia)
        make_record(make_meeting(space, title=f"Meeting {number}"), "circulated")
        make_message(make_thread(space, subject=f"Thread {number}"), chair)
        make_message(make_action(space), chair)
        make_news(space)
    client.force_login(liaison)
    client.get("/desk/")
    with django_assert_max_num_queries(QUERIES_OF_THE_DESK):
        client.get("/desk/")
