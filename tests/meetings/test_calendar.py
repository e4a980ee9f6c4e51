"""Meetings in the calendars of those who are invited, read back with a library that Accord does not write them with."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.core import mail as letters
from django.urls import reverse
from django.utils import timezone

from coordination import audit
from coordination import services as coordination
from coordination.models import Audience, Marking, Person, Role
from meetings import calendar, mails, recurrence, services
from meetings.models import Meeting, Series
from tests import factories as make

pytestmark = pytest.mark.django_db
VIENNA, KARACHI, ALMATY = "Europe/Vienna", "Asia/Karachi", "Asia/Almaty"
ADDRESS = "http://testserver/meetings/x/"
UNSAVED = {"key": "k", "audience": Audience(marking=Marking.GREEN)}


def read(content):
    """The one calendar in `content`, as the other library reads it."""
    [found] = vobject.readComponents(content.decode() if isinstance(content, bytes) else content)
    return found


@pytest.fixture
def room(db):
    """A working group in a space: FIA prepares, MoI is invited with one contributor, one reader besides."""
    space, fia, moi = make.make_space(), make.make_organisation("FIA"), make.make_organisation("MoI")
    make.join(moi, space, Role.READER)
    return {
        "space": space,
        "moi": moi,
        "fia": fia,
        "rapporteur": make.make_member(space, Role.RAPPORTEUR, fia),
        "contributor": make.make_member(space, Role.CONTRIBUTOR, moi),
        "reader": make.make_member(space, Role.READER, moi),
    }


def a_meeting(room, marking=Marking.GREEN, **fields) -> Meeting:
    meeting = make.make_meeting(room["space"], **{"title": "Border talks", "place": "Headquarters", **fields})
    make.mark(
        meeting, marking, organisations=[room["moi"], room["fia"]], users=[room["contributor"], room["rapporteur"]]
    )
    return Meeting.objects.get(pk=meeting.pk)


def sent():
    """Send what waits: the letters, each with its entry for the calendar."""
    letters.outbox.clear()
    mails.send_waiting.func()
    found = []
    for letter in letters.outbox:
        entries = [content for content, kind in letter.alternatives if kind.startswith("text/calendar")]
        found.append((letter, read(entries[0]) if entries else None))
    return found


# --- request, update, cancel ---------------------------------------------------------------------------------------
def test_an_invitation_comes_by_mail_is_updated_and_is_taken_back(room):
    meeting = a_meeting(room, starts_at=timezone.now().replace(microsecond=0) + timedelta(days=3), time_zone=KARACHI)
    services.invite(room["rapporteur"], meeting, [room["moi"]])
    [(letter, request)] = sent()
    assert letter.to == [room["contributor"].email] and "Border talks" in letter.subject
    assert request.method.value == "REQUEST"
    event = request.vevent
    assert event.uid.value == f"{meeting.key}@accord" and event.sequence.value == "0"
    assert event.dtstart.value == meeting.starts_at and event.dtend.value == meeting.ends_at
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == [KARACHI]
    assert event.location.value == "Headquarters" and event.status.value == "CONFIRMED"
    assert event.attendee.value == f"mailto:{room['contributor'].email}"
    assert event.organizer.value.startswith("mailto:")
    assert [kind for _name, _content, kind in letter.attachments] == ["application/ics; method=REQUEST"]
    assert not sent(), "an invitation goes out once"

    meeting = Meeting.objects.get(pk=meeting.pk)
    later = meeting.starts_at + timedelta(days=1)
    services.edit_meeting(
        room["rapporteur"], meeting, version=meeting.version, starts_at=later, ends_at=later + timedelta(hours=1)
    )
    [(letter, update)] = sent()
    assert letter.subject.startswith("Changed") and update.method.value == "REQUEST"
    assert update.vevent.uid.value == event.uid.value and int(update.vevent.sequence.value) == 1
    assert update.vevent.dtstart.value == later

    meeting = Meeting.objects.get(pk=meeting.pk)
    services.edit_meeting(room["rapporteur"], meeting, version=meeting.version, purpose="Another purpose")
    assert not sent(), "not every word is worth a mail"

    services.cancel_meeting(room["rapporteur"], Meeting.objects.get(pk=meeting.pk), reason="The minister is ill")
    [(letter, end)] = sent()
    assert end.method.value == "CANCEL" and end.vevent.status.value == "CANCELLED"
    assert end.vevent.uid.value == event.uid.value
    assert int(end.vevent.sequence.value) > int(update.vevent.sequence.value)
    assert not sent()


def test_who_is_no_longer_invited_or_may_no_longer_read_it_has_it_taken_out_of_the_calendar(room):
    meeting = a_meeting(room)
    services.invite(room["rapporteur"], meeting, [room["moi"]])
    sent()
    make.mark(meeting, Marking.RED, users=[room["rapporteur"]])
    audit.record(room["rapporteur"], "marking changed", Meeting.objects.get(pk=meeting.pk))
    [(letter, end)] = sent()
    assert end.method.value == "CANCEL" and "Border talks" not in str(letter.message())
    assert "Headquarters" not in str(letter.message())


def test_those_whom_an_organisation_sends_are_told_too_and_those_who_declined_are_left_alone(room):
    meeting = a_meeting(room)
    delegate = make.make_member(room["space"], Role.READER, room["moi"])
    [invitation] = services.invite(room["rapporteur"], meeting, [room["moi"]])
    person, _new = Person.objects.get_or_create(user=delegate, defaults={"name": delegate.name})
    services.name_delegate(room["contributor"], invitation, role="head", person=person)
    services.name_delegate(room["contributor"], invitation, role="member", person_name="Nobody's account")
    assert {letter.to[0] for letter, _entry in sent()} == {room["contributor"].email, delegate.email}
    invitation.refresh_from_db()
    services.answer_invitation(room["contributor"], invitation, version=invitation.version, answer="declined")
    [(_letter, end)] = [one for one in sent() if one[0].to == [delegate.email]]
    assert end.method.value == "CANCEL"


@pytest.mark.parametrize(
    ("marking", "says_when", "says_what"),
    [
        (Marking.CLEAR, True, True),
        (Marking.GREEN, True, True),
        (Marking.AMBER, True, False),
        (Marking.AMBER_STRICT, False, False),
        (Marking.RED, False, False),
    ],
)
def test_a_mail_says_no_more_than_the_marking_allows(room, marking, says_when, says_what):
    meeting = a_meeting(room, marking, purpose="Secret purpose", link="https://meet.example/secret")
    services.invite(room["rapporteur"], meeting, [room["moi"]])
    [(letter, entry)] = sent()
    assert (entry is not None) == says_when
    everything = letter.subject + letter.body + "".join(content for content, _kind in letter.alternatives)
    for word in ("Border talks", "Headquarters", "Secret purpose", "meet.example"):
        assert (word in everything.replace("\r\n ", "")) == says_what, word
    assert reverse("meeting_detail", kwargs={"key": meeting.key}) in letter.body


def test_a_mail_that_was_not_sent_is_sent_again_under_the_same_name(room, monkeypatch):
    services.invite(room["rapporteur"], a_meeting(room), [room["moi"]])
    names = []

    def refused(self, **_options):
        names.append(self.extra_headers["Message-ID"])
        raise OSError("the mail server is away")

    with monkeypatch.context() as away:
        away.setattr(letters.EmailMultiAlternatives, "send", refused)
        mails.send_waiting.func()
    [(letter, entry)] = sent()
    assert letter.extra_headers["Message-ID"] == names[0] and entry.vevent.sequence.value == "0"


def test_all_who_are_invited_get_a_letter_each_that_names_nobody_else(room, django_assert_max_num_queries):
    meeting = a_meeting(room)
    for _number in range(15):
        make.make_member(room["space"], Role.CONTRIBUTOR, room["moi"])
    with django_assert_max_num_queries(60):
        services.invite(room["rapporteur"], meeting, [room["moi"]])
    found = sent()
    assert len(found) == 16 and all(len(letter.to) == 1 for letter, _entry in found)
    assert all(len(entry.vevent.contents["attendee"]) == 1 for _letter, entry in found)


# --- zones ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("zone", [VIENNA, KARACHI, ALMATY])
@pytest.mark.parametrize("month", [1, 7])
def test_a_time_is_read_back_in_its_zone_as_it_was_set(zone, month):
    starts_at = datetime(2027, month, 12, 9, tzinfo=ZoneInfo(zone))
    meeting = Meeting(title="T", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), time_zone=zone, **UNSAVED)
    found = read(calendar.as_icalendar(meeting, ADDRESS)).vevent
    assert found.dtstart.value == starts_at and found.dtend.value == meeting.ends_at
    assert found.dtstart.value.utcoffset() == starts_at.utcoffset() and found.dtstart.value.hour == 9


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Vienna's clocks: forward on 28 March 2027, back on 31 October 2027.
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_around_a_change_of_the_clocks_the_moments_stay_what_they_are(first, second):
    meeting = Meeting(title="T", starts_at=first, ends_at=second, time_zone=VIENNA, **UNSAVED)
    found = read(calendar.as_icalendar(meeting, ADDRESS)).vevent
    assert (found.dtstart.value.astimezone(UTC), found.dtend.value.astimezone(UTC)) == (first, second)


def a_series(**fields) -> Series:
    return Series(**{
        "key": "s", "title": "Working group", "first_day": date(2027, 3, 23), "starts_at_time": time(10),
        "minutes": 90, "time_zone": VIENNA, "audience": UNSAVED["audience"],
        "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=4", **fields,
    })  # fmt: skip


def test_a_series_keeps_its_hour_over_both_changes_of_the_clocks():
    for first in (date(2027, 3, 23), date(2027, 10, 26)):
        series = a_series(first_day=first)
        [event] = read(calendar.series_as_icalendar(series, [], [], ADDRESS)).vevent_list
        days = [moment.astimezone(UTC) for moment in event.rruleset]
        planned = recurrence.planned(series, datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
        assert days == [each.starts_at for each in planned] and len({day.hour for day in days}) == 2


def test_a_series_with_one_day_moved_one_left_out_and_one_hidden(room):
    series = a_series(excluded=["2027-03-30"])
    moved = Meeting(
        title="Working group, moved", time_zone=VIENNA, series=series, **UNSAVED, sequence=2,
        recurrence_id=datetime(2027, 4, 6, 8, tzinfo=UTC),
        starts_at=datetime(2027, 4, 7, 12, tzinfo=UTC), ends_at=datetime(2027, 4, 7, 13, tzinfo=UTC),
    )  # fmt: skip
    letter = calendar.Correspondence("accord@example.org", "a@moi.example", "A")
    hidden = [datetime(2027, 4, 13, 8, tzinfo=UTC)]
    more = {"sequence": 1, "shown_by": calendar.SHOWN_BY_MAIL, "statuses": {}}
    found = read(calendar.request_series(series, [moved], hidden, ADDRESS, letter, **more))
    assert found.method.value == "REQUEST"
    master, exception = sorted(found.vevent_list, key=lambda event: "recurrence-id" in event.contents)
    assert {master.uid.value, exception.uid.value} == {"s@accord"}
    left = [moment.astimezone(UTC) for moment in master.rruleset]
    assert left == [datetime(2027, 3, 23, 9, tzinfo=UTC), datetime(2027, 4, 6, 8, tzinfo=UTC)]
    assert exception.recurrence_id.value.astimezone(UTC) == moved.recurrence_id
    assert exception.dtstart.value == moved.starts_at and exception.sequence.value == "2"


def test_an_invitation_to_one_day_of_a_series_changes_that_day_alone(room):
    first = timezone.localdate() + timedelta(days=1)
    series = services.begin_series(
        room["rapporteur"], room["space"], title="Weekly", first_day=first, starts_at_time=time(10), minutes=60,
        time_zone=VIENNA, rule=recurrence.rule_of("weekly", first), organiser=room["fia"],
    )  # fmt: skip
    meeting = series.meetings.get()
    make.mark(meeting, Marking.GREEN)
    services.invite(room["rapporteur"], Meeting.objects.get(pk=meeting.pk), [room["moi"]])
    [(_letter, entry)] = sent()
    assert entry.vevent.uid.value == f"{series.key}@accord"
    assert entry.vevent.recurrence_id.value == meeting.recurrence_id


def test_a_zone_that_changes_its_rules_leaves_the_meeting_at_its_hour(room):
    """In 2024 Kazakhstan put its clocks to one zone. A meeting in Almaty set before that was kept by UTC+6."""
    meeting = a_meeting(room, starts_at=datetime(2030, 5, 6, 5, tzinfo=UTC), time_zone=ALMATY)
    services.invite(room["rapporteur"], meeting, [room["moi"]])
    sent()
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=datetime(2030, 5, 6, 4, tzinfo=UTC), offset_minutes=360)
    assert services.follow_the_zones() == 1 and services.follow_the_zones() == 0
    meeting.refresh_from_db()
    assert meeting.starts_there.hour == 10 and meeting.starts_at == datetime(2030, 5, 6, 5, tzinfo=UTC)


# --- feeds and files -----------------------------------------------------------------------------------------------
def test_meetings_and_series_stand_in_the_feeds_as_their_owner_may_read_them(client, room):
    open_one, red = a_meeting(room, Marking.AMBER, title="Open"), a_meeting(room, Marking.RED, title="Named")
    hidden = make.make_meeting(room["space"], title="Hidden")
    make.mark(hidden, Marking.RED, users=[room["rapporteur"]])
    called_off = a_meeting(room, Marking.AMBER, title="Called off")
    services.cancel_meeting(room["rapporteur"], called_off, reason="No time")
    first = timezone.localdate() + timedelta(days=1)
    series = services.begin_series(
        room["rapporteur"], room["space"], title="Weekly", first_day=first, starts_at_time=time(10), minutes=60,
        time_zone=VIENNA, rule=recurrence.rule_of("weekly", first), organiser=room["fia"],
    )  # fmt: skip
    for space in (None, room["space"]):
        secret = coordination.renew_feed(room["contributor"], space)
        answer = client.get(reverse("calendar_feed", args=[secret]))
        found = read(answer.content).vevent_list
        summaries = sorted(event.summary.value for event in found)
        assert summaries == ["Meeting on Accord", "Open", "Weekly", "Weekly"]
        assert {event.uid.value for event in found} == {f"{key}@accord" for key in (open_one.key, red.key, series.key)}
        assert client.get(reverse("calendar_feed", args=[secret])).content == answer.content
    client.force_login(room["reader"])
    content = client.get(reverse("series_calendar", kwargs={"key": series.key})).content
    assert len(read(content).vevent_list) == 2


def test_a_feed_takes_the_same_queries_whatever_it_holds(client, room, django_assert_max_num_queries):
    first = timezone.localdate() + timedelta(days=1)
    secret = coordination.renew_feed(room["contributor"])
    for _round in range(2):
        for _number in range(3):
            a_meeting(room, Marking.AMBER)
            services.begin_series(
                room["rapporteur"], room["space"], title="Weekly", first_day=first, starts_at_time=time(10), minutes=60,
                time_zone=VIENNA, rule=recurrence.rule_of("weekly", first), organiser=room["fia"],
            )  # fmt: skip
        with django_assert_max_num_queries(14):
            client.get(reverse("calendar_feed", args=[secret]))
