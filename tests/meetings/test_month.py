"""The calendar by month, and the pages of series, invitations and polls: each looked at once."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from coordination import access
from coordination.models import Role, Space, SpaceUserPermission
from meetings import recurrence, selectors, services
from meetings.models import Invitation, Meeting, Poll, Series
from tests import factories as make

pytestmark = pytest.mark.django_db
KARACHI = ZoneInfo("Asia/Karachi")


@pytest.fixture
def room(db):
    fia = make.make_organisation("FIA")
    space = make.make_space()
    return {
        "space": space,
        "fia": fia,
        "rapporteur": make.make_member(space, Role.RAPPORTEUR, fia, time_zone="Asia/Karachi"),
        "reader": make.make_member(space, Role.READER, fia, time_zone="Asia/Karachi"),
    }


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def a_series(room, **fields) -> Series:
    """Daily at ten in Karachi, from tomorrow on."""
    fields = {
        "title": "Daily round", "first_day": tomorrow(), "starts_at_time": time(10), "minutes": 60,
        "time_zone": "Asia/Karachi", "rule": "FREQ=DAILY", "organiser": room["fia"], **fields,
    }  # fmt: skip
    return services.begin_series(room["rapporteur"], room["space"], **fields)


def days_shown(user, first, space=None):
    with timezone.override(KARACHI):
        weeks = selectors.month_of_meetings(user, first, space)
    return {day.on: day for week in weeks for day in week}


def test_the_month_shows_meetings_and_what_series_plan_and_to_each_reader_what_is_that_readers(room):
    series = a_series(room)
    closed_day, left_out = tomorrow() + timedelta(days=2), tomorrow() + timedelta(days=3)
    closed = services.prepare_occurrence(room["rapporteur"], series, closed_day)
    make.mark(closed, "RED", users=[room["rapporteur"]])
    services.leave_out_day(room["rapporteur"], series, left_out)
    shown = {}
    for who in ("rapporteur", "reader"):
        for first in {day.replace(day=1) for day in (tomorrow(), closed_day, left_out)}:
            shown[who] = {**shown.get(who, {}), **{
                on: [(entry.title, entry.is_planned) for entry in day.entries]
                for on, day in days_shown(room[who], first).items()
            }}  # fmt: skip
    planned, prepared = [("Daily round", True)], [("Daily round", False)]
    next_day = tomorrow() + timedelta(days=1)
    assert [shown["rapporteur"][day] for day in (tomorrow(), next_day, closed_day, left_out)] == [
        prepared, planned, prepared, [],
    ]  # fmt: skip
    # A day with a meeting that the reader may not read is to that reader like one that is left out.
    assert [shown["reader"][day] for day in (tomorrow(), next_day, closed_day, left_out)] == [
        prepared, planned, [], [],
    ]  # fmt: skip


def test_a_meeting_stands_on_every_day_that_it_touches_by_the_readers_clock(room):
    starts_at = datetime(2026, 3, 4, 23, tzinfo=KARACHI)
    make.make_meeting(room["space"], starts_at=starts_at, ends_at=starts_at + timedelta(hours=25))
    days = days_shown(room["reader"], date(2026, 3, 1))
    assert [on.day for on, day in days.items() if day.entries] == [4, 5]


@pytest.mark.slow
def test_the_month_of_five_thousand_meetings_in_two_hundred_spaces_takes_at_most_twenty_queries(
    room, client, django_assert_max_num_queries
):
    """At two sizes. The many are planted in bulk: to schedule each would take minutes."""
    client.force_login(room["reader"])
    address = reverse("meeting_month")
    a_series(room)
    with django_assert_max_num_queries(20) as few:
        assert client.get(address).status_code == 200
    _plant([room["space"], *_spaces_like(room["space"], room["reader"], 199)], 5000)
    with django_assert_max_num_queries(20) as many:
        answer = client.get(address)
    assert len(many.captured_queries) <= len(few.captured_queries) + 1  # the names of the spaces
    assert sum(day.number for week in answer.context["weeks"] for day in week) > 1000
    with django_assert_max_num_queries(20):
        assert client.get(address, {"on": f"{timezone.localdate():%Y-%m-%d}"}).status_code == 200


def _spaces_like(space, user, number):
    """Spaces in which `user` reads, in bulk."""
    pages = _pages(space.get_parent(), space.content_type, number, "space")
    rows = []
    for page in pages:
        audience = access.intern({access.space_token(page.pk)})
        rows.append(Space(page_ptr_id=page.pk, audience=audience, own_audience=audience))
    _insert(Space, rows)
    seen = Permission.objects.get(codename="view_space")
    SpaceUserPermission.objects.bulk_create(
        SpaceUserPermission(user=user, permission=seen, content_object_id=page.pk) for page in pages
    )
    return list(Space.objects.filter(pk__in=[page.pk for page in pages]).select_related("audience"))


def _plant(spaces, number):
    """Meetings over three months, in bulk."""
    organiser = make.make_organisation()
    kind = ContentType.objects.get_for_model(Meeting)
    first, rows = timezone.now() - timedelta(days=45), []
    each = number // len(spaces)
    for space in spaces:
        for page in _pages(space, kind, each, f"m{space.pk}"):
            starts_at = first + timedelta(minutes=len(rows) * 26)
            rows.append(Meeting(
                page_ptr_id=page.pk, space=space, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
                organiser=organiser, own_audience=space.audience, audience=space.audience,
            ))  # fmt: skip
    _insert(Meeting, rows)


def _pages(parent, kind, number, slug):
    pages = [
        Page(path=f"{parent.path}Y{Page._int2str(at).rjust(3, '0')}", depth=parent.depth + 1, title=f"{slug} {at}",
             draft_title=f"{slug} {at}", slug=f"{slug}-{at}", content_type=kind, live=True, locale_id=parent.locale_id)
        for at in range(1, number + 1)
    ]  # fmt: skip
    return Page.objects.bulk_create(pages)


def _insert(model, rows):
    """Django makes no rows in bulk of a model with a parent."""
    fields = model._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})", values)


def test_each_page_is_shown_and_each_form_sent_once(room, client):
    """The way of one officer: a series, its days, invitations, an answer, a poll."""
    client.force_login(room["rapporteur"])
    key = room["space"].key
    sent = {
        "title": "Round of experts", "kind": "working_group", "format": "hybrid", "place": "Islamabad", "room": "B 2",
        "first_day": f"{tomorrow():%Y-%m-%d}", "starts_at_time": "10:00", "minutes": "90", "pattern": "weekly",
        "count": "6", "time_zone": "Asia/Karachi", "interpretation": ["ur", "ru"], "organiser": room["fia"].pk,
        "language": "en",
    }  # fmt: skip
    new = client.get(reverse("series_new", args=[key]))
    sent["submission"] = str(new.context["form"]["submission"].value())
    both = client.post(reverse("series_new", args=[key]), {**sent, "until": f"{tomorrow():%Y-%m-%d}"})
    assert "not both" in both.content.decode() and "Round of experts" in both.content.decode()
    assert client.post(reverse("series_new", args=[key]), sent).status_code == 302
    series = Series.objects.get()
    page = client.get(series.get_absolute_url()).content.decode()
    assert "Every week, 6 times" in page and "Urdu, Russian" in page.replace("&#x27;", "'") and "Prepare" in page
    day = tomorrow() + timedelta(days=7)
    for deed in ("leave_out", "take_in", "prepare"):
        answer = client.post(reverse("series_day", args=[series.key]), {"day": f"{day:%Y-%m-%d}", "deed": deed})
        assert answer.status_code == 302
    assert client.post(reverse("series_day", args=[series.key]), {"day": "x", "deed": "prepare"}).status_code == 404
    meeting = Meeting.objects.get(series=series, recurrence_id=recurrence.moment_on(series, day))
    assert client.get(reverse("series_edit", args=[series.key])).status_code == 200
    assert client.get(reverse("series_end", args=[series.key])).status_code == 200

    invitations = reverse("meeting_invitations", args=[meeting.key])
    assert client.get(invitations).status_code == 200
    assert client.post(invitations, {"organisations": [room["fia"].pk]}).status_code == 302
    invitation = Invitation.objects.get()
    assert "no answer yet" in client.get(reverse("invitation_list")).content.decode()
    form = {"version": invitation.version, "answer": "proposed", "note": "We travel then."}
    refused = client.post(invitation.get_absolute_url(), form).content.decode()
    assert "from when to when" in refused and "We travel then." in refused
    assert client.post(invitation.get_absolute_url(), {**form, "answer": "accepted"}).status_code == 302
    delegation = reverse("delegate_new", args=[invitation.key])
    assert client.post(delegation, {"role": "head", "person_name": "Ayesha Karim"}).status_code == 302
    assert "Ayesha Karim" in client.get(delegation).content.decode()
    assert "Ayesha Karim" in client.get(invitation.get_absolute_url()).content.decode()
    assert "delegation of 1" in client.get(meeting.get_absolute_url()).content.decode()
    assert client.post(reverse("meeting_delegations", args=[meeting.key])).status_code == 302
    assert client.get(reverse("meeting_cancel", args=[meeting.key])).status_code == 200
    assert client.post(reverse("meeting_cancel", args=[meeting.key]), {"reason": "No quorum."}).status_code == 302
    assert "No quorum." in client.get(meeting.get_absolute_url()).content.decode()

    new = client.get(reverse("poll_new", args=[key]))
    sent = {
        "title": "Which day?", "time_zone": "Europe/Vienna", "minutes": "60", "organisations": [room["fia"].pk],
        "submission": str(new.context["form"]["submission"].value()), "options": "2031-03-30 02:30\nnext week",
    }  # fmt: skip
    refused = client.post(reverse("poll_new", args=[key]), sent).content.decode()
    assert "put forward" in refused and "next week" in refused and not Poll.objects.exists()
    sent["options"] = "2031-03-28 10:00\n2031-03-29T10:00"
    assert client.post(reverse("poll_new", args=[key]), sent).status_code == 302
    poll = Poll.objects.get()
    votes = {f"option_{option.pk}": "yes" for option in poll.options.all()}
    assert client.post(poll.get_absolute_url(), votes).status_code == 302
    assert "best" in client.get(poll.get_absolute_url()).content.decode()
    option = poll.options.first()
    assert client.post(reverse("poll_decide", args=[poll.key]), {"option": option.pk}).status_code == 302
    assert Meeting.objects.filter(title="Which day?", starts_at=option.starts_at).exists()

    client.force_login(room["reader"])
    assert client.get(series.get_absolute_url()).status_code == 200
    assert client.get(reverse("meeting_month"), {"space": key}).status_code == 200
    assert client.get(invitation.get_absolute_url()).status_code == 200
    for name, obj in [("series_edit", series), ("series_end", series), ("meeting_invitations", meeting),
                      ("delegate_new", invitation), ("meeting_cancel", meeting)]:  # fmt: skip
        assert client.get(reverse(name, args=[obj.key])).status_code == 404
    client.force_login(make.make_user())
    for obj in (series, invitation, poll):
        assert client.get(obj.get_absolute_url()).status_code == 404
