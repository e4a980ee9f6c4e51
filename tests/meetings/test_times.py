"""Times typed by the clock of the place, in the hours that the clocks leap over or show twice."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError

from meetings.times import TimesOfThePlaceMixin, WallClockField, at_the_place

FIRST, SECOND = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


class Form(TimesOfThePlaceMixin, forms.Form):
    starts_at = WallClockField(label="Starts")
    ends_at = WallClockField(label="Ends")
    time_zone = forms.CharField()

    def __init__(self, *args, present=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.present = present or {}


def sent(starts_at, ends_at="2027-10-31T05:00", present=None, **more):
    return Form({"starts_at": starts_at, "ends_at": ends_at, "time_zone": "Europe/Vienna", **more}, present=present)


def test_an_hour_that_the_clocks_leap_over_is_refused():
    form = sent("2027-03-28T02:30")
    assert not form.is_valid() and "put forward" in form.errors["starts_at"][0]


def test_an_hour_that_the_clocks_show_twice_is_asked_about_and_the_answer_taken():
    form = sent("2027-10-31T02:30")
    assert not form.is_valid() and list(form.errors) == ["starts_at"]
    # The question stands right after its field, with both answers, and nothing that was typed is lost.
    assert list(form.fields) == ["starts_at", "starts_at_which", "ends_at", "time_zone"]
    assert [value for value, _label in form.fields["starts_at_which"].choices] == ["0", "1"]
    assert "+0200" in form.fields["starts_at_which"].choices[0][1]
    assert form["starts_at"].value() == "2027-10-31T02:30"
    for answer, moment in (("0", FIRST), ("1", SECOND)):
        form = sent("2027-10-31T02:30", starts_at_which=answer)
        assert form.is_valid() and form.cleaned_data["starts_at"] == moment
        assert set(form.cleaned_data) == {"starts_at", "ends_at", "time_zone"}
    assert not sent("2027-10-31T02:30", starts_at_which="2").is_valid()


def test_a_time_that_was_left_as_it_is_is_not_asked_about_again():
    form = sent("2027-10-31T02:30", present={"starts_at": SECOND})
    assert form.is_valid() and form.cleaned_data["starts_at"] == SECOND


def test_where_nothing_can_be_asked_such_an_hour_is_refused():
    form = sent("2027-10-31T02:30")
    form.asks_which = False
    assert not form.is_valid() and "show this time twice" in form.errors["starts_at"][0]
    with pytest.raises(ValidationError):
        at_the_place(datetime(2027, 10, 31, 2, 30), "Europe/Vienna")
