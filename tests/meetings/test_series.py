"""Series: a rule by the clock of the place, days left out or moved, and what follows when the series changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import AuditEntry, Role
from meetings import recurrence, services
from meetings.models import Meeting, Series
from tests import factories as make

pytestmark = pytest.mark.django_db


def a_series(**fields) -> Series:
    """Not saved: what the rule gives is worked out of its fields alone."""
    return Series(**{
        "first_day": date(2026, 1, 13), "starts_at_time": time(10), "minutes": 90, "time_zone": "Europe/Vienna",
        "rule": "FREQ=MONTHLY;BYDAY=2TU", **fields,
    })  # fmt: skip


@pytest.fixture
def room(db):
    fia = make.make_organisation("FIA")
    space = make.make_space()
    return {
        "space": space,
        "fia": fia,
        "rapporteur": make.make_member(space, Role.RAPPORTEUR, fia),
        "contributor": make.make_member(space, Role.CONTRIBUTOR, fia),
    }


def begun(room, **fields) -> Series:
    """A weekly series that begins tomorrow."""
    first = timezone.localdate() + timedelta(days=1)
    fields = {
        "title": "Weekly round", "first_day": first, "starts_at_time": time(10), "minutes": 60, "time_zone": "UTC",
        "rule": recurrence.rule_of("weekly", first), "organiser": room["fia"], **fields,
    }  # fmt: skip
    return services.begin_series(room["rapporteur"], room["space"], **fields)


@pytest.mark.parametrize(
    ("pattern", "first", "second"),
    [
        ("weekly", date(2026, 1, 13), date(2026, 1, 20)),
        ("fortnightly", date(2026, 1, 13), date(2026, 1, 27)),
        ("monthly_weekday", date(2026, 1, 13), date(2026, 2, 10)),
        ("monthly_weekday", date(2026, 1, 29), date(2026, 2, 26)),  # the fifth Thursday is taken for the last
        ("monthly_last", date(2026, 1, 27), date(2026, 2, 24)),
        ("monthly_day", date(2026, 1, 31), date(2026, 3, 31)),  # a month without such a day is left out (RFC 5545)
        ("quarterly", date(2026, 1, 13), date(2026, 4, 14)),
        ("half_yearly", date(2026, 1, 13), date(2026, 7, 14)),
        ("yearly", date(2028, 2, 29), date(2032, 2, 29)),
    ],
)
def test_a_pattern_gives_the_days_that_people_expect_of_it(pattern, first, second):
    series = a_series(first_day=first, rule=recurrence.rule_of(pattern, first))
    recurrence.check_rule(series)
    assert recurrence.days_between(series, first, second) == [first, second]
    assert not recurrence.in_words(series).startswith("FREQ")


def test_a_series_stays_at_its_hour_when_the_clocks_are_changed():
    """Vienna: forward on 29 March 2026, back on 25 October 2026."""
    series = a_series(first_day=date(2026, 3, 24), rule="FREQ=WEEKLY;BYDAY=TU")
    moments = [each.starts_at for each in recurrence.planned(
        series, datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    )]  # fmt: skip
    assert moments == [datetime(2026, 3, 24, 9, tzinfo=UTC), datetime(2026, 3, 31, 8, tzinfo=UTC)]


def test_a_time_that_the_clock_leaps_over_or_shows_twice_is_one_moment():
    daily = {"starts_at_time": time(2, 30), "rule": "FREQ=DAILY"}
    spring, autumn = a_series(first_day=date(2026, 3, 28), **daily), a_series(first_day=date(2026, 10, 24), **daily)
    # RFC 5545, 3.3.5: by the offset before the leap; of two, the first.
    assert recurrence.moment_on(spring, date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert recurrence.moment_on(autumn, date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert len(recurrence.days_between(spring, date(2026, 3, 28), date(2026, 3, 30))) == 3


@pytest.mark.parametrize(
    "rule",
    [
        "", "every week", "FREQ=HOURLY", "FREQ=WEEKLY;BYHOUR=9,10", "FREQ=WEEKLY;COUNT=0", "FREQ=DAILY;COUNT=501",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=WE", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;UNTIL=20200101T000000Z", "FREQ=DAILY;FREQ=DAILY",
    ],
)  # fmt: skip
def test_what_is_no_rule_or_misses_its_first_day_is_refused(rule):
    with pytest.raises(ValidationError):
        recurrence.check_rule(a_series(rule=rule))


def test_a_series_begins_with_its_next_meeting_and_each_day_has_one_at_most(room):
    series = begun(room)
    [first] = Meeting.objects.filter(series=series)
    assert first.starts_at == first.recurrence_id == recurrence.moment_on(series, series.first_day)
    day = series.first_day + timedelta(days=7)
    made = services.prepare_occurrence(room["rapporteur"], series, day)
    assert services.prepare_occurrence(room["rapporteur"], series, day) == made
    with pytest.raises(ValidationError, match="no meeting on this day"):
        services.prepare_occurrence(room["rapporteur"], series, day + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        services.prepare_occurrence(room["contributor"], series, day)


def test_a_day_is_left_out_and_taken_in_again_but_not_one_that_is_prepared(room):
    series, day = begun(room), timezone.localdate() + timedelta(days=8)
    series = services.leave_out_day(room["rapporteur"], series, day)
    assert day not in recurrence.days_between(series, series.first_day, day) and series.sequence == 1
    with pytest.raises(ValidationError, match="no meeting on this day"):
        services.prepare_occurrence(room["rapporteur"], series, day)
    series = services.take_in_day(room["rapporteur"], series, day)
    assert day in recurrence.days_between(series, series.first_day, day) and series.sequence == 2
    with pytest.raises(ValidationError, match="prepared already"):
        services.leave_out_day(room["rapporteur"], series, series.first_day)


def test_coming_meetings_follow_their_series_where_they_say_the_same(room):
    series = begun(room, place="Islamabad")
    first = Meeting.objects.get(series=series)
    other = services.prepare_occurrence(room["rapporteur"], series, series.first_day + timedelta(days=7))
    services.edit_meeting(room["rapporteur"], other, version=other.version, place="Lahore")
    series.refresh_from_db()
    changes = {"place": "Karachi", "title": "Round of experts"}
    series = services.edit_series(room["rapporteur"], series, version=series.version, **changes)
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.place, other.place) == ("Karachi", "Lahore")
    assert first.title == other.title == "Round of experts"
    with pytest.raises(services.StaleVersion):
        services.edit_series(room["rapporteur"], series, version=series.version - 1, place="Quetta")


def test_a_series_that_ends_calls_off_what_comes_after(room):
    series = begun(room)
    first = Meeting.objects.get(series=series)
    late = services.prepare_occurrence(room["rapporteur"], series, series.first_day + timedelta(days=14))
    last_day = series.first_day + timedelta(days=7)
    series = services.end_series(room["rapporteur"], series, last_day=last_day, reason="The project ends.")
    first.refresh_from_db()
    late.refresh_from_db()
    assert not first.is_cancelled and late.is_cancelled and late.cancelled_why == "The project ends."
    assert recurrence.days_between(series, series.first_day, last_day + timedelta(days=70))[-1] == last_day
    assert recurrence.last_day_of(series) == last_day
    with pytest.raises(ValidationError, match="before the first day"):
        services.end_series(room["rapporteur"], series, last_day=series.first_day - timedelta(days=1))


def test_nobody_reads_a_meeting_of_a_series_who_may_not_read_the_series(room):
    series = begun(room)
    make.mark(series, "RED", users=[room["rapporteur"]])
    readable = Meeting.objects.readable_by
    assert readable(room["rapporteur"]).filter(series=series).exists()
    assert not readable(room["contributor"]).filter(series=series).exists()


def test_a_meeting_that_is_moved_or_cancelled_counts_for_calendars_and_a_note_does_not(room):
    meeting = Meeting.objects.get(series=begun(room))
    actor = room["rapporteur"]
    meeting = services.edit_meeting(actor, meeting, version=meeting.version, purpose="To agree.")
    assert meeting.sequence == 0
    starts_at, ends_at = meeting.starts_at + timedelta(hours=1), meeting.ends_at + timedelta(hours=1)
    meeting = services.edit_meeting(actor, meeting, version=meeting.version, starts_at=starts_at, ends_at=ends_at)
    assert meeting.sequence == 1 and meeting.is_moved
    meeting = services.cancel_meeting(actor, meeting, reason="No quorum.")
    assert meeting.sequence == 2 and services.cancel_meeting(actor, meeting).sequence == 2
    with pytest.raises(ValidationError, match="cancelled"):
        services.edit_meeting(actor, meeting, version=meeting.version, title="Other")
    meeting = services.reinstate_meeting(actor, meeting)
    assert meeting.sequence == 3 and not meeting.is_cancelled
    assert AuditEntry.objects.filter(verb="meeting cancelled", reason="No quorum.").count() == 1
    with pytest.raises(ValidationError, match="not after the start"):
        services.edit_meeting(actor, meeting, version=meeting.version, ends_at=meeting.starts_at)
