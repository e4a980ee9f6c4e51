"""Conflicts in an itinerary, found in moments: zones, midnights and changed clocks make no difference."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from coordination.models import Country, Organisation, Person, Post
from meetings import conflicts
from meetings.conflicts import ConflictKind, DayOff
from meetings.itinerary import Counterpart, Slot, days_of
from meetings.models import VisitMember
from meetings.services import moments

KARACHI, KABUL, TASHKENT, VIENNA = "Asia/Karachi", "Asia/Kabul", "Asia/Tashkent", "Europe/Vienna"
PAKISTAN = Country(code="PK", name="Pakistan")
FIA = Organisation(pk=1, acronym="FIA", name="Federal Investigation Agency", country=PAKISTAN)
ICMPD = Organisation(pk=2, acronym="ICMPD", name="ICMPD")
HEAD, ADVISER = (
    VisitMember(pk=key, organisation=ICMPD, person=Person(pk=key, name=name, key=f"k{key}"), position=key)
    for key, name in ((1, "Anna Berg"), (2, "Timur Aliev"))
)
DIRECTOR = Counterpart.of(FIA, Post(pk=5, title="Director", organisation=FIA), None)
FIRST, LAST = date(2027, 3, 1), date(2027, 3, 5)


def at(text, zone=KARACHI):
    """A moment as the database gives it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def slot(starts, ends, *, zone=KARACHI, zone_until="", title="Talks", **more):
    return Slot(
        **{
            "kind": "meeting",
            "kind_label": "",
            "title": title,
            "language": "en",
            "starts_at": at(starts, zone),
            "ends_at": at(ends, zone_until or zone),
            "zone": zone,
            "zone_until": zone_until or zone,
            "place": "",
            "place_until": "",
            "members": (HEAD, ADVISER),
            "is_for_all": True,
            "counterparts": (),
            **more,
        }
    )


def found(*slots, days_off=lambda one: (), minutes=30):
    return conflicts.find(slots, first=FIRST, last=LAST, minutes_between=minutes, days_off=days_off)


def kinds(*slots, **more):
    return [conflict.kind for conflict in found(*slots, **more)]


TEN = slot("2027-03-01T10:00", "2027-03-01T12:00")
ONLY_HEAD = {"members": (HEAD,), "is_for_all": False}
ONLY_ADVISER = {"members": (ADVISER,), "is_for_all": False}
TOO_LITTLE, TWO_PLACES = [ConflictKind.TOO_LITTLE_TIME], [ConflictKind.TWO_PLACES]
BETWEEN = {
    "with time enough": (TEN, slot("2027-03-01T12:30", "2027-03-01T13:00"), []),
    "a minute short": (TEN, slot("2027-03-01T12:29", "2027-03-01T13:00"), TOO_LITTLE),
    "one right after the other": (TEN, slot("2027-03-01T12:00", "2027-03-01T13:00"), TOO_LITTLE),
    "at one place": (
        slot("2027-03-01T10:00", "2027-03-01T12:00", place="FIA, Islamabad"),
        slot("2027-03-01T12:00", "2027-03-01T13:00", place="fia, islamabad "),
        [],
    ),
    "with a drive between": (TEN, slot("2027-03-01T12:00", "2027-03-01T12:20", kind="transport"), []),
    "with time of one's own": (TEN, slot("2027-03-01T12:00", "2027-03-01T14:00", kind="free_time"), []),
    "at the same time": (TEN, slot("2027-03-01T11:00", "2027-03-01T12:30"), TWO_PLACES),
    "within one another": (TEN, slot("2027-03-01T10:30", "2027-03-01T11:00"), TWO_PLACES),
    "for two parts of the delegation": (
        slot("2027-03-01T10:00", "2027-03-01T12:00", **ONLY_HEAD),
        slot("2027-03-01T10:00", "2027-03-01T12:00", **ONLY_ADVISER),
        [],
    ),
    # 12:00 in Islamabad is 11:30 in Kabul, and 12:00 in Tashkent.
    "by two clocks, time enough": (TEN, slot("2027-03-01T12:00", "2027-03-01T13:00", zone=KABUL), []),
    "by two clocks, too little": (TEN, slot("2027-03-01T11:45", "2027-03-01T13:00", zone=KABUL), TOO_LITTLE),
    "by two clocks, at once": (TEN, slot("2027-03-01T11:15", "2027-03-01T13:00", zone=KABUL), TWO_PLACES),
    "by two clocks that show the same": (TEN, slot("2027-03-01T12:00", "2027-03-01T13:00", zone=TASHKENT), TOO_LITTLE),
    "over midnight, too little": (
        slot("2027-03-01T22:00", "2027-03-01T23:50"), slot("2027-03-02T00:10", "2027-03-02T01:00"), TOO_LITTLE,
    ),
    "over midnight, at once": (
        slot("2027-03-01T22:00", "2027-03-02T00:30"), slot("2027-03-02T00:10", "2027-03-02T01:00"), TWO_PLACES,
    ),
    # A flight lands before it leaves by the clocks: 10:00 in Islamabad, 09:30 in Vienna, is four hours and a half.
    "during a flight to the west": (
        slot("2027-03-01T10:00", "2027-03-01T10:30", zone=KARACHI, zone_until=VIENNA, kind="transport"),
        slot("2027-03-01T13:00", "2027-03-01T13:30"),
        TWO_PLACES,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BETWEEN)
def test_of_two_things_one_after_the_other(case):
    one, other, expected = BETWEEN[case]
    assert kinds(one, other) == expected
    assert kinds(other, one) == expected, "in whichever order they are handed in"


def test_the_night_on_which_clocks_are_put_forward_is_an_hour_shorter():
    # 01:30 and 03:10 on the clock of Vienna are forty minutes apart on 28 March 2027.
    before = slot("2027-03-28T00:30", "2027-03-28T01:30", zone=VIENNA)
    after = slot("2027-03-28T03:10", "2027-03-28T04:00", zone=VIENNA)
    [conflict, *_outside] = [one for one in found(before, after, minutes=60) if one.kind != ConflictKind.OUTSIDE]
    assert "40 minutes" in conflict.text


def test_a_conflict_says_for_whom_and_when():
    one = slot("2027-03-01T10:00", "2027-03-01T12:00", title="Talks", **ONLY_HEAD)
    other = slot("2027-03-01T11:30", "2027-03-01T12:30", title="Tour", members=(HEAD, ADVISER))
    [conflict] = found(one, other)
    assert conflict.text == "Anna Berg: “Talks” lasts until 12:00, and “Tour” begins at 11:30."
    [whole] = found(TEN, slot("2027-03-01T11:30", "2027-03-01T12:30", title="Tour"))
    assert whole.text.startswith("The delegation:")


def test_a_counterpart_receives_two_parts_of_the_delegation_one_after_the_other():
    here = slot("2027-03-01T10:00", "2027-03-01T12:00", counterparts=(DIRECTOR,), **ONLY_HEAD)
    there = slot("2027-03-01T11:00", "2027-03-01T12:30", counterparts=(DIRECTOR,), **ONLY_ADVISER)
    later = slot("2027-03-01T12:00", "2027-03-01T12:30", counterparts=(DIRECTOR,), **ONLY_ADVISER)
    assert kinds(here, there) == [ConflictKind.DOUBLE_BOOKED]
    assert kinds(here, later) == []
    as_a_whole = Counterpart.of(FIA, None, None)
    assert kinds(*(slot("2027-03-01T10:00", "2027-03-01T11:00", counterparts=(as_a_whole,), **only)
                   for only in (ONLY_HEAD, ONLY_ADVISER))) == [], "an organisation has many people"  # fmt: skip


def test_a_holiday_is_told_once_with_its_name_and_only_for_what_is_work():
    def off(one):
        return [DayOff(day, "Pakistan", "Pakistan Day") for day in one.days if day == date(2027, 3, 2)]

    night = slot("2027-03-01T22:00", "2027-03-02T01:00")
    drive = slot("2027-03-02T09:00", "2027-03-02T10:00", kind="transport")
    talks = slot("2027-03-02T10:00", "2027-03-02T11:00")
    [conflict] = [one for one in found(night, drive, talks, days_off=off) if one.kind == ConflictKind.DAY_OFF]
    assert conflict.slots == (night, talks)
    assert "Pakistan Day" in conflict.text and "2" in conflict.text


def test_what_is_outside_the_days_of_the_visit_by_the_clock_of_its_place():
    inside = slot("2027-03-05T23:00", "2027-03-06T00:00")
    assert kinds(inside) == [], "what ends at midnight is of the day before"
    assert kinds(slot("2027-03-05T23:00", "2027-03-06T00:10")) == [ConflictKind.OUTSIDE]
    # Still 28 February in Greenwich.
    assert kinds(slot("2027-03-01T02:00", "2027-03-01T03:00")) == []


def test_days_hold_what_begins_on_them_and_tell_what_is_not_over():
    train = slot("2027-03-01T22:00", "2027-03-02T06:10", kind="transport")
    days = days_of([train], FIRST, LAST)
    assert [day.day for day in days] == [FIRST + timedelta(days=number) for number in range(5)]
    assert (days[0].slots, days[1].slots, days[1].carried) == ([train], [], [train])
    assert train.clock == "22:00–06:10 (2 March)"
    long = days_of([train], FIRST, FIRST + timedelta(days=40))
    assert [day.day for day in long] == [date(2027, 3, 1), date(2027, 3, 2)], "a month shows only what is on"


def test_times_are_typed_by_the_clocks_of_both_places():
    starts, ends = moments(datetime(2027, 3, 1, 10), datetime(2027, 3, 1, 10, 30), KARACHI, VIENNA)
    assert ends - starts == timedelta(hours=4, minutes=30)
    with pytest.raises(ValidationError) as refusal:
        moments(datetime(2027, 3, 27, 22), datetime(2027, 3, 28, 2, 30), KARACHI, VIENNA)
    assert list(refusal.value.error_dict) == ["ends_at"], "the clocks of Vienna leap over that time"
