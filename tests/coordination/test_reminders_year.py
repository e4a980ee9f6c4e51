"""A year of reminders: clocks that change, holidays, a worker that was away for three days, and two workers always."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as letters

from coordination import services
from coordination.models import Action, Country, Holiday, Reminder, Role
from discussion import mail
from tests.factories import join, make_action, make_member, make_organisation, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

A_DAY = timedelta(days=1)
BEGIN, END = datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
# The worker is away over the day on which clocks go forward in Europe.
AWAY, BACK = datetime(2028, 3, 25, 6, 30, tzinfo=UTC), datetime(2028, 3, 28, 6, 30, tzinfo=UTC)
# By the rules that a space begins with, written out.
OWED = [(-7, "ahead"), (-1, "ahead"), (0, "day"), *((days, "late") for days in (3, 10, 17, 24, 31, 38, 45, 52, 59))]
FOCAL_POINT, CHAIR = (14, "focal_point"), (28, "chair")
WEEKENDS = {"AT": {5, 6}, "PK": {6}, "US": {5, 6}}
HOLIDAYS = {
    ("AT", date(2028, 10, 26)), ("PK", date(2028, 3, 23)), ("PK", date(2028, 2, 27)), ("PK", date(2028, 2, 28)),
    *((country, date(2028, 5, 1)) for country in WEEKENDS), *((country, date(2028, 2, 29)) for country in ("US",)),
}  # fmt: skip
# Leap day, the days on which clocks change, holidays and weekends among them.
DUE = [
    date(2028, 1, 14), date(2028, 2, 29), date(2028, 3, 26), date(2028, 3, 28), date(2028, 5, 1), date(2028, 10, 29),
]  # fmt: skip


@pytest.fixture
def year():
    with time_machine.travel(BEGIN, tick=False) as clock:
        yield clock


@pytest.fixture
def people():
    """The space, its chair in New York, and at each of two organisations a liaison and a focal point."""
    space = make_space()
    people = {"chair": make_member(space, Role.CHAIR, make_organisation("NY", "US"), time_zone="America/New_York")}
    for acronym, country, zone in (("BMI", "AT", "Europe/Vienna"), ("FIA", "PK", "Asia/Karachi")):
        organisation = make_organisation(acronym, country)
        people[acronym] = make_member(space, Role.CONTRIBUTOR, organisation, time_zone=zone)
        organisation.focal_point = make_user(organisation=organisation, time_zone=zone)
        organisation.save()
        join(organisation.focal_point, space)
        people[f"{acronym} focal point"] = organisation.focal_point
    Country.objects.filter(code="PK").update(weekend="6")
    for name, day, country in (
        ("National day", date(2028, 10, 26), "AT"), ("Pakistan day", date(2028, 3, 23), "PK"),
        ("Eid", date(2028, 2, 27), "PK"), ("Eid", date(2028, 2, 28), "PK"), ("Leap day", date(2028, 2, 29), "US"),
    ):  # fmt: skip
        Holiday.objects.create(name=name, day=day, country_id=country)
    Holiday.objects.create(name="Labour day", day=date(2020, 5, 1), yearly=True)
    return space, people


def moment(day: date, offset: int, country: str, zone: str) -> datetime:
    """Eight in the morning there, on the working day that the reminder belongs to."""
    day += offset * A_DAY
    step = A_DAY if offset > 0 else -A_DAY
    while day.weekday() in WEEKENDS[country] or (country, day) in HOLIDAYS:
        day += step
    return datetime.combine(day, time(8), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def expected_of(action: Action, people: dict, until: datetime = END) -> list[tuple]:
    """Every reminder of an action that stays open `until` then: due, days, stage, recipient, moment."""
    owner = action.owner.acronym
    told = [(stage, people[owner]) for stage in OWED]
    told += [(FOCAL_POINT, people[f"{owner} focal point"]), (CHAIR, people["chair"])]
    rows = []
    for (days, stage), user in told:
        at = moment(action.due_on, days, user.organisation.country_id, user.time_zone)
        if BEGIN < at < until:
            rows.append((action.pk, action.due_on, days, stage, user.pk, at))
    return rows


def worked_at(at: datetime) -> datetime:
    return BACK if AWAY <= at < BACK else at


def with_outcomes(rows: list[tuple]) -> list[tuple]:
    """What of one action comes to one person in one round is told once: by the last of it."""
    last: dict[tuple, int] = {}
    for pk, due_on, days, _stage, user, at in rows:
        key = (pk, due_on, user, worked_at(at))
        last[key] = max(last.get(key, days), days)
    return sorted(
        (pk, due_on, stage, 0 if stage in ("day", "focal_point", "chair") else days, user, worked_at(at),
         "sent" if last[pk, due_on, user, worked_at(at)] == days else "overtaken")
        for pk, due_on, days, stage, user, at in rows
    )  # fmt: skip


def live_through(clock, moments: set[datetime], deeds: dict[datetime, list]) -> None:
    """Let two workers look at each of these moments, and one now and then, but for the days when none runs."""
    noons = {BEGIN + timedelta(days=number, hours=12) for number in range(0, 366, 4)}
    for now in sorted(noons | moments | set(deeds)):
        clock.move_to(now, tick=False)
        for deed in deeds.get(now, []):
            deed()
        if not AWAY <= now < BACK:
            for _worker in range(2 if now in moments else 1):
                services.send_reminders()
            if now in moments:
                mail.send_waiting.func()


def test_a_year_of_reminders_in_which_each_is_sent_once_and_none_is_lost(year, people):
    space, people = people
    services.send_reminders()
    owners = [people["BMI"].organisation, people["FIA"].organisation]
    actions = [make_action(space, owner, due_on=day) for day in DUE for owner in owners]
    closed, moved = actions[0], actions[1]
    expected = [row for action in actions[2:] for row in expected_of(action, people)]
    closed_at, moved_at = datetime(2028, 1, 20, 12, 1, tzinfo=UTC), datetime(2028, 1, 26, 12, 1, tzinfo=UTC)
    expected += expected_of(closed, people, until=closed_at)
    expected += expected_of(moved, people, until=moved_at)
    new_day = date(2028, 8, 15)
    expected += expected_of(Action(pk=moved.pk, owner=moved.owner, due_on=new_day), people)
    deeds = {
        closed_at: [lambda: services.report_on_action(people["BMI"], closed, state="done")],
        moved_at: [lambda: services.edit_action(people["FIA"], moved, version=moved.version, due_on=new_day)],
    }
    live_through(year, {worked_at(row[-1]) for row in expected} | {BACK}, deeds)

    found = Reminder.objects.values_list("object_id", "due_on", "stage", "days", "recipient", "at", "outcome")
    assert sorted(found) == with_outcomes(expected)
    sent = Reminder.objects.filter(outcome="sent")
    assert Counter(letter.to[0] for letter in letters.outbox) == Counter(
        sent.values_list("recipient__email", flat=True)
    )
    assert sent.filter(at=BACK).count() == 2
    assert Reminder.objects.filter(at=BACK, outcome="overtaken").exists()


def test_the_mornings_of_the_year_as_a_calendar_on_the_wall_has_them():
    """The test above reckons by itself; these are read off a calendar."""
    assert moment(date(2028, 3, 27), -1, "AT", "Europe/Vienna") == datetime(2028, 3, 24, 7, tzinfo=UTC)
    assert moment(date(2028, 3, 27), 0, "AT", "Europe/Vienna") == datetime(2028, 3, 27, 6, tzinfo=UTC)
    assert moment(date(2028, 3, 27), 0, "PK", "Asia/Karachi") == datetime(2028, 3, 27, 3, tzinfo=UTC)
    assert moment(date(2028, 2, 29), -1, "PK", "Asia/Karachi") == datetime(2028, 2, 26, 3, tzinfo=UTC)
    assert moment(date(2028, 10, 26), 3, "AT", "Europe/Vienna") == datetime(2028, 10, 30, 7, tzinfo=UTC)
    assert moment(date(2028, 10, 8), 28, "US", "America/New_York") == datetime(2028, 11, 6, 13, tzinfo=UTC)
