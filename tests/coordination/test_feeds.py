"""Calendar feeds: what their owner may read at each moment, by a secret address that ends with the membership."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from coordination import services
from coordination.models import CalendarFeed, Commitment, Marking
from tests.factories import make_action, mark

pytestmark = pytest.mark.django_db


def address(secret):
    return reverse("calendar_feed", args=[secret])


def events(client, secret):
    answer = client.get(address(secret))
    assert answer.status_code == 200, answer.status_code
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("vevent")}


@pytest.fixture
def due(space, fia, moi):
    return {
        "ours": make_action(space, title="Name a contact", owner=fia, due_on=date(2026, 12, 31)),
        "theirs": make_action(space, title="Send the list", owner=moi, due_on=date(2026, 12, 31)),
        "undated": make_action(space, title="Some day", owner=fia),
        "done": make_action(space, title="Was done", owner=fia, due_on=date(2026, 1, 1), state="done"),
        "promised": Commitment.objects.create(space=space, title="Train", party=fia, due_on=date(2027, 1, 15)),
    }


def test_my_feed_has_what_is_mine_and_my_organisations(client, due, liaison):
    found = events(client, services.renew_feed(liaison))
    assert set(found) == {"Due: Name a contact (FIA)", "Due: Train (FIA)"}
    event = found["Due: Name a contact (FIA)"]
    assert event["dtstart"].dt == date(2026, 12, 31) and event["dtend"].dt == date(2027, 1, 1)
    assert str(event["uid"]) == f"{due['ours'].key}@accord" and event["sequence"] == due["ours"].version
    assert due["ours"].short_reference in str(event["url"])


def test_the_feed_of_a_space_has_everybodys(client, due, liaison, space):
    found = events(client, services.renew_feed(liaison, space))
    assert set(found) == {"Due: Name a contact (FIA)", "Due: Send the list (MoI)", "Due: Train (FIA)"}


def test_what_its_owner_may_no_longer_read_is_gone_with_the_next_look(client, due, liaison, space, chair):
    secret = services.renew_feed(liaison, space)
    assert "Due: Send the list (MoI)" in events(client, secret)
    mark(due["theirs"], Marking.RED, users=[chair])
    assert "Due: Send the list (MoI)" not in events(client, secret)


@pytest.mark.parametrize("marking", [Marking.RED, Marking.AMBER_STRICT])
def test_of_what_is_narrow_a_calendar_has_the_reference_alone(client, due, liaison, fia, marking):
    mark(due["ours"], marking, users=[liaison], organisations=[fia])
    secret = services.renew_feed(liaison)
    assert f"Due: {due['ours'].short_reference}" in events(client, secret)
    assert b"Name a contact" not in client.get(address(secret)).content


def test_long_lines_and_signs_of_every_script_come_back_as_they_were(client, space, fia, liaison):
    title = "Train; 200, officers\\ — Обучение сотрудников, تربیت " + "x" * 150
    make_action(space, title=title, owner=fia, due_on=date(2026, 12, 31))
    secret = services.renew_feed(liaison)
    assert f"Due: {title} (FIA)" in events(client, secret)
    lines = client.get(address(secret)).content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(line.startswith(b"\n") for line in lines)


def test_a_new_address_ends_the_one_before(client, due, liaison):
    old = services.renew_feed(liaison)
    new = services.renew_feed(liaison)
    assert client.get(address(old)).status_code == 404
    assert events(client, new)
    services.end_feed(liaison)
    assert client.get(address(new)).status_code == 404


def test_an_address_that_nobody_has_is_not_there(client):
    assert client.get(address("x" * 43)).status_code == 404
    assert client.get(address("x" * 5000)).status_code == 404


def test_it_dies_with_the_membership_and_stays_dead(client, due, liaison, space, fia, chair):
    secret = services.renew_feed(liaison, space)
    assert events(client, secret)
    services.revoke_membership(chair, space, liaison)
    assert client.get(address(secret)).status_code == 404
    services.grant_membership(chair, space, liaison, "reader")
    assert client.get(address(secret)).status_code == 404
    assert not CalendarFeed.objects.filter(space=space).exists()


def test_a_membership_of_the_organisation_ends_the_addresses_of_its_people(client, due, space, fia, chair):
    from tests.factories import make_user

    services.grant_membership(chair, space, fia, "reader")
    person = make_user("Somebody of FIA", organisation=fia)
    secret = services.renew_feed(person, space)
    assert events(client, secret)
    services.revoke_membership(chair, space, fia)
    assert client.get(address(secret)).status_code == 404


def test_it_dies_with_the_account(client, due, liaison, space):
    secrets = [services.renew_feed(liaison), services.renew_feed(liaison, space)]
    liaison.is_active = False
    liaison.save()
    assert [client.get(address(secret)).status_code for secret in secrets] == [404, 404]


def test_nobody_makes_one_for_a_space_of_others(client, space, stranger):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        services.renew_feed(stranger, space)
    client.force_login(stranger)
    assert client.post(reverse("calendar_feeds"), {"space": space.key, "deed": "renew"}).status_code == 404


def test_the_secret_is_shown_once_and_kept_nowhere(client, liaison, space):
    client.force_login(liaison)
    page = client.post(reverse("calendar_feeds"), {"space": space.key, "deed": "renew"})
    shown = page.context["made"]["address"]
    assert shown in page.content.decode()
    secret = shown.rsplit("/", 1)[1].removesuffix(".ics")
    assert events(client, secret) == {}
    feed = CalendarFeed.objects.get()
    assert secret not in (feed.digest, str(feed.__dict__))
    assert secret not in client.get(reverse("calendar_feeds")).content.decode()


def test_what_has_not_changed_is_not_sent_again_and_no_cache_shares_it(client, due, liaison, chair, space):
    secret = services.renew_feed(liaison, space)
    with time_machine.travel("2026-11-01T12:00Z", tick=False):
        first = client.get(address(secret))
    with time_machine.travel("2026-11-01T13:00Z", tick=False):
        again = client.get(address(secret), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first["Cache-Control"] and "Set-Cookie" not in first
    assert first["Referrer-Policy"] == "no-referrer"
    assert client.get(address(services.renew_feed(chair, space)))["ETag"] != first["ETag"]
    services.edit_action(liaison, due["ours"], version=due["ours"].version, title="Name two")
    changed = client.get(address(secret), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_wrong_secret_stands_in_no_log(client, caplog):
    client.get(address("very-secret-value"))
    assert "very-secret-value" not in caplog.text


def test_many_due_dates_take_no_more_queries_than_few(client, space, fia, liaison, django_assert_max_num_queries):
    secret = services.renew_feed(liaison, space)
    for number in (2, 20):
        for _one in range(number):
            make_action(space, owner=fia, due_on=date(2026, 12, 31))
        with django_assert_max_num_queries(10):
            client.get(address(secret))


@pytest.mark.parametrize("leaves", ["by another organisation", "by an account that rests"])
def test_whoever_has_left_by_any_way_comes_back_to_no_old_address(client, due, space, fia, moi, chair, leaves):
    from tests.factories import make_user

    services.grant_membership(chair, space, fia, "reader")
    person = make_user("Somebody of FIA", organisation=fia)
    secret = services.renew_feed(person, space)
    assert events(client, secret)
    before, after = ({"organisation": fia}, {"organisation": moi})
    if leaves == "by an account that rests":
        before, after = ({"is_active": True}, {"is_active": False})
    for present, found in ((after, 404), (before, 404)):
        for name, value in present.items():
            setattr(person, name, value)
        person.save()
        assert client.get(address(secret)).status_code == found
    assert not CalendarFeed.objects.exists()


def test_the_last_day_of_all_breaks_no_calendar(client, space, fia, liaison):
    make_action(space, title="Some day", owner=fia, due_on=date.max)
    assert events(client, services.renew_feed(liaison))["Due: Some day (FIA)"]["dtstart"].dt == date.max
