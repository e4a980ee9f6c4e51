"""What calendar programs answer, whole series in calendars, and members of delegations without an account."""

from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination import replies
from coordination.models import Marking, Role
from meetings import recurrence, services
from meetings.models import CalendarMail, DelegateMail, Invitation, Meeting, SeriesMail
from tests import factories as make
from tests.meetings.test_calendar import VIENNA, a_meeting, room, sent

pytestmark = pytest.mark.django_db
__all__ = ["room"]


@pytest.fixture(autouse=True)
def receiving(settings):
    settings.REPLY_DOMAIN = "replies.accord.example"


def answer_to(entry, status="ACCEPTED", *, sender=None, at=0, method="REPLY", **changes):
    """The mail that a calendar program sends to the organiser of what it got."""
    attendee = entry.attendee.value.removeprefix("mailto:")
    said = {
        "UID": entry.uid.value, "SEQUENCE": entry.sequence.value,
        "DTSTAMP": f"{datetime.now(UTC) + timedelta(seconds=at):%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={status}": f"mailto:{attendee}", **changes,
    }  # fmt: skip
    lines = [f"{name}:{value}" for name, value in said.items()]
    content = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"METHOD:{method}", "BEGIN:VEVENT", *lines,
                           "END:VEVENT", "END:VCALENDAR", ""])  # fmt: skip
    letter = EmailMessage()
    letter["From"], letter["To"] = sender or attendee, entry.organizer.value.removeprefix("mailto:")
    letter["Message-ID"], letter["Auto-Submitted"] = (
        f"<{timezone.now().timestamp()}@ministry.example>",
        "auto-generated",
    )
    letter.set_content("Yes.")
    letter.add_alternative(content.encode(), "text", "calendar", params={"method": method})
    return letter.as_bytes()


def invited(room):
    """The meeting, the invitation, and the entry that the contributor's calendar has of it."""
    meeting = a_meeting(room)
    [invitation] = services.invite(room["rapporteur"], meeting, [room["moi"]])
    [(_letter, request)] = sent()
    return meeting, invitation, request.vevent


@pytest.mark.parametrize(
    ("status", "own", "of_the_organisation"),
    [("ACCEPTED", "accepted", "accepted"), ("DECLINED", "declined", "declined"), ("TENTATIVE", "tentative", "pending")],
)
def test_a_button_answers_for_oneself_and_where_one_speaks_for_it_for_the_organisation(
    room, client, status, own, of_the_organisation
):
    _meeting, invitation, entry = invited(room)
    assert entry.attendee.params["RSVP"] == ["TRUE"]
    raw = answer_to(entry, status)
    assert replies.receive(raw).made and not replies.receive(raw).made  # delivered twice
    invitation.refresh_from_db()
    assert (CalendarMail.objects.get().reply, invitation.answer) == (own, of_the_organisation)
    client.force_login(room["contributor"])
    assert "each for oneself" in client.get(invitation.get_absolute_url()).content.decode()
    client.force_login(room["reader"])
    assert "each for oneself" not in client.get(invitation.get_absolute_url()).content.decode()


def test_whoever_speaks_for_nobody_or_comes_after_another_answers_for_oneself_alone(room):
    meeting = a_meeting(room)
    colleague = make.make_member(room["space"], Role.CONTRIBUTOR, room["moi"])
    [invitation] = services.invite(room["rapporteur"], meeting, [room["moi"]])
    entries = {letter.to[0]: request.vevent for letter, request in sent()}
    services.answer_invitation(colleague, invitation, version=1, answer="accepted")
    replies.receive(answer_to(entries[room["contributor"].email], "DECLINED"))
    invitation.refresh_from_db()
    assert invitation.answer == "accepted"
    assert CalendarMail.objects.get(user=room["contributor"]).reply == "declined"
    # The later one counts, whichever comes in first.
    replies.receive(answer_to(entries[room["contributor"].email], "ACCEPTED", at=-60))
    assert CalendarMail.objects.get(user=room["contributor"]).reply == "declined"


def moved(room, meeting):
    later = meeting.starts_at + timedelta(days=1)
    meeting = Meeting.objects.get(pk=meeting.pk)
    services.edit_meeting(
        room["rapporteur"], meeting, version=meeting.version, starts_at=later, ends_at=later + timedelta(hours=1)
    )


def test_what_is_forged_passed_on_unknown_or_out_of_date_changes_nothing(room):
    meeting, invitation, entry = invited(room)
    unknown = answer_to(entry).replace(b"reply-", b"reply-x")
    for raw, why in (
        (answer_to(entry, sender="thief@elsewhere.example"), "sender"),
        (answer_to(entry, **{"ATTENDEE;PARTSTAT=ACCEPTED": "mailto:friend@elsewhere.example"}), "for whom"),
        (answer_to(entry, **{"ATTENDEE;PARTSTAT=DELEGATED": "mailto:friend@elsewhere.example"}), "for whom"),
        (answer_to(entry, "NEEDS-ACTION"), "yes, no"),
        (answer_to(entry, UID="another@accord"), "does not have"),
        (answer_to(entry, DTSTAMP="yesterday"), "or not when"),
        (answer_to(entry, method="PUBLISH"), "no answer"),
        (unknown, "a machine"),  # for nobody it is taken from machines
    ):
        assert why in replies.receive(raw).ignored
    assert "page of the meeting" in replies.receive(answer_to(entry, method="COUNTER")).problems[0]
    by_hand = answer_to(entry).replace(b"text/calendar", b"text/x-nothing").replace(b"Auto-Submitted", b"X-Nothing")
    assert "with the buttons" in replies.receive(by_hand).problems[0]
    moved(room, meeting)
    assert "latest one" in replies.receive(answer_to(entry)).problems[0]  # before the mail of it has gone out
    [(_letter, update)] = sent()
    assert "latest one" in replies.receive(answer_to(entry)).problems[0]
    assert update.vevent.organizer.value == entry.organizer.value  # or no program would take the change
    invitation.refresh_from_db()
    assert invitation.answer == "pending" and CalendarMail.objects.get().reply == ""
    assert replies.receive(answer_to(update.vevent)).made
    moved(room, Meeting.objects.get(pk=meeting.pk))
    assert CalendarMail.objects.get().reply == ""  # who accepted ten o'clock has not accepted noon
    [(_letter, update)] = sent()
    services.withdraw_invitation(room["rapporteur"], Invitation.objects.get(pk=invitation.pk))
    assert "not invited" in replies.receive(answer_to(update.vevent)).problems[0]


# --- series --------------------------------------------------------------------------------------------------------
def a_series(room):
    first = timezone.localdate() + timedelta(days=1)
    rule = recurrence.rule_of("weekly", first)
    series = services.begin_series(
        room["rapporteur"], room["space"], title="Weekly", first_day=first, starts_at_time=time(10), minutes=60,
        time_zone=VIENNA, rule=rule, organiser=room["fia"],
    )  # fmt: skip
    make.mark(series, Marking.GREEN)
    services.invite_to_series(room["rapporteur"], series, [room["moi"]])
    series.refresh_from_db()
    return series


def parts(calendar):
    found = calendar.vevent_list
    [master] = [event for event in found if "recurrence-id" not in event.contents]
    return master, [event for event in found if event is not master]


def test_a_series_comes_as_one_object_is_updated_and_is_taken_back(room):
    series = a_series(room)
    [(letter, request)] = sent()
    master, [first] = parts(request)
    assert request.method.value == "REQUEST" and "Weekly" in letter.subject
    assert master.rrule.value == series.rule and master.uid.value == first.uid.value == f"{series.key}@accord"
    assert master.organizer.value == first.organizer.value and not sent(), "it comes once"

    second = series.first_day + timedelta(days=7)
    meeting = services.prepare_occurrence(room["rapporteur"], series, second)
    assert [each.organisation for each in meeting.invitations.all()] == [room["moi"]]
    [(_letter, update)] = sent()
    assert len(parts(update)[1]) == 2 and int(parts(update)[0].sequence.value) > int(master.sequence.value)
    moved(room, meeting)
    [(_letter, update)] = sent()
    assert max(each.dtstart.value for each in parts(update)[1]) == Meeting.objects.get(pk=meeting.pk).starts_at
    services.cancel_meeting(room["rapporteur"], Meeting.objects.get(pk=meeting.pk))
    series = services.leave_out_day(room["rapporteur"], series, second + timedelta(days=7))
    [(_letter, update)] = sent()
    master, own = parts(update)
    assert len(own) == 1 and {day.date() for day in master.exdate.value} == {second, second + timedelta(days=7)}

    services.end_series(room["rapporteur"], series, last_day=second)
    [(_letter, update)] = sent()
    assert "UNTIL" in parts(update)[0].rrule.value
    services.invite_to_series(room["rapporteur"], series, [])
    [(letter, end)] = sent()
    assert end.method.value == "CANCEL" and "recurrence-id" not in end.vevent.contents
    assert "Weekly" not in str(letter.message()) and not sent()


def test_a_day_that_is_closed_to_a_reader_is_left_out_and_its_changes_send_nothing(room):
    series = a_series(room)
    meeting = series.meetings.get()
    sent()
    make.mark(meeting, Marking.RED, users=[room["rapporteur"]])
    services.edit_meeting(room["rapporteur"], meeting, version=Meeting.objects.get(pk=meeting.pk).version, title="Hush")
    [(letter, update)] = sent()
    assert len(update.vevent_list) == 1 and "Hush" not in str(letter.message())
    meeting = Meeting.objects.get(pk=meeting.pk)
    services.edit_meeting(room["rapporteur"], meeting, version=meeting.version, title="Hush, hush")
    assert not sent()


@pytest.mark.both_stacks
def test_the_answer_for_a_series_is_one_for_each_day_that_is_prepared_or_for_one_day(room):
    series = a_series(room)
    second = services.prepare_occurrence(room["rapporteur"], series, series.first_day + timedelta(days=7))
    [(_letter, request)] = sent()
    master = parts(request)[0]
    one = {"RECURRENCE-ID": f"{second.recurrence_id:%Y%m%dT%H%M%SZ}"}
    assert replies.receive(answer_to(master, "DECLINED", **one)).made
    assert second.invitations.get().answer == "declined"
    [(_letter, update)] = sent()
    assert len(parts(update)[1]) == 1  # that day is out
    assert replies.receive(answer_to(parts(update)[0], at=5)).made
    assert [each.invitations.get().answer for each in series.meetings.order_by("starts_at")] == ["accepted", "declined"]
    assert SeriesMail.objects.get().reply == "accepted"
    other = {"RECURRENCE-ID": f"{second.recurrence_id + timedelta(days=7):%Y%m%dT%H%M%SZ}"}
    assert "not prepared" in replies.receive(answer_to(parts(update)[0], at=9, **other)).problems[0]


# --- without an account --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("marking", "confirmed", "says_what"),
    [
        (Marking.GREEN, False, True), (Marking.AMBER, False, False), (Marking.AMBER, True, True),
        (Marking.AMBER_STRICT, False, None), (Marking.AMBER_STRICT, True, True), (Marking.RED, True, None),
    ],
)  # fmt: skip
def test_a_delegate_without_an_account_is_told_what_the_marking_lets_out(room, marking, confirmed, says_what):
    meeting = a_meeting(room, marking, purpose="Secret purpose", link="https://meet.example/secret")
    [invitation] = services.invite(room["rapporteur"], meeting, [room["moi"]])
    delegate = services.name_delegate(room["contributor"], invitation, role="member", person_name="Ayesha Karim")
    sent()
    sending = {"address": "ayesha@home.example", "confirmed": confirmed}
    with pytest.raises(PermissionDenied):
        services.write_to_delegate(room["contributor"], delegate, **sending)
    if says_what is None:
        with pytest.raises(ValidationError):
            services.write_to_delegate(room["rapporteur"], delegate, **sending)
        return
    services.write_to_delegate(room["rapporteur"], delegate, **sending)
    [(letter, entry)] = sent()
    everything = (letter.subject + letter.body + letter.alternatives[0][0]).replace("\r\n ", "")
    assert letter.to == ["ayesha@home.example"] and entry.vevent.dtstart.value
    assert [word in everything for word in ("Border talks", "Headquarters")] == [says_what] * 2
    assert "Secret" not in everything and "meet.example" not in everything and "http:" not in everything
    services.remove_delegate(room["contributor"], delegate)
    [(letter, end)] = sent()
    assert end.method.value == "CANCEL" and "Border talks" not in str(letter.message())
    assert DelegateMail.objects.get().told == "" and not sent()


def test_the_forms_of_a_series_and_of_a_delegate_are_for_those_who_prepare_meetings(room, client):
    series = a_series(room)
    [invitation] = Invitation.objects.all()
    delegate = services.name_delegate(room["contributor"], invitation, role="member", person_name="Ayesha Karim")
    for address, form, told in (
        (f"{series.get_absolute_url()}invitations/", {"organisations": [room["moi"].pk]}, "told by mail"),
        (f"/delegations/{invitation.key}/{delegate.pk}/mail/", {"address": "a@b.example", "language": "ur"}, "is sent"),
    ):
        client.force_login(room["contributor"])
        assert client.get(address).status_code == 404
        client.force_login(room["rapporteur"])
        assert client.get(address).status_code == 200
        assert told in client.post(address, form, follow=True).content.decode()
    assert DelegateMail.objects.get().language == "ur"
