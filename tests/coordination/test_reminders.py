"""Reminders and escalations: whom they reach and whom not, what starts and stops them, who sets them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail as letters
from django.core.management import CommandError, call_command
from django.utils import timezone

from coordination import access, selectors, services
from coordination.models import (
    Action,
    AuditEntry,
    Holiday,
    Marking,
    Person,
    Reminder,
    ReminderPlan,
    ReminderRules,
    Role,
)
from coordination.services import reminders
from coordination.working_days import WorkingDays
from discussion import mail
from discussion import selectors as discussion
from discussion.models import Notification
from tests.factories import (
    join,
    make_action,
    make_agreement,
    make_commitment,
    make_member,
    make_organisation,
    make_space,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

# It begins at noon of a Monday; most of what there is to do is due on the Tuesday of the next week.
MONDAY = datetime(2027, 6, 7, 12, tzinfo=UTC)
DUE = date(2027, 6, 15)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        services.send_reminders()
        yield clock


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR)


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia, time_zone="Asia/Karachi")


def go_on(clock, *, days: float = 0, hours: float = 0) -> int:
    """Let the time pass with a worker that looks every six hours; how many reminders went out."""
    now, until, sent = timezone.now(), timezone.now() + timedelta(days=days, hours=hours), 0
    while now < until:
        now = min(now + timedelta(hours=6), until)
        clock.move_to(now, tick=False)
        sent += services.send_reminders()
    return sent


def until(clock, day: date, hour: int = 12) -> None:
    """To that day without a worker, then let it look once."""
    clock.move_to(datetime(day.year, day.month, day.day, hour, tzinfo=UTC), tick=False)
    services.send_reminders()


def told(user) -> list[tuple[str, int]]:
    """What was sent to a user, in its order."""
    return list(Reminder.objects.filter(recipient=user, outcome="sent").order_by("at").values_list("stage", "days"))


def mailed() -> list[str]:
    mail.send_waiting.func()
    return [letter.to[0] for letter in letters.outbox]


# --- who -----------------------------------------------------------------------------------------------------------
def test_everyone_who_contributes_for_the_owner_is_reminded_in_the_morning_there(clock, space, fia, liaison, chair):
    reader = make_member(space, Role.READER, fia)
    elsewhere = make_user(organisation=fia)
    other = make_member(space, Role.CONTRIBUTOR, make_organisation("MOI"))
    make_action(space, fia, due_on=DUE)
    go_on(clock, days=9)
    assert told(liaison) == [("ahead", -7), ("ahead", -1), ("day", 0)]
    sent_at = [row.at for row in Reminder.objects.filter(recipient=liaison).order_by("at")]
    # Eight in Karachi is three by UTC; this worker looks at six.
    assert sent_at[2] == datetime(2027, 6, 15, 6, tzinfo=UTC)
    assert told(reader) == told(elsewhere) == told(other) == told(chair) == []
    assert mailed() == [liaison.email]


def test_a_person_who_is_to_do_it_is_reminded_alone_while_there(clock, space, fia, liaison):
    colleague = make_member(space, Role.CONTRIBUTOR, fia)
    make_action(space, fia, owner_person=Person.objects.create(name="Colleague", user=colleague), due_on=DUE)
    go_on(clock, days=6)
    assert (told(colleague), told(liaison)) == ([("ahead", -7)], [])
    colleague.is_active = False
    colleague.save()
    go_on(clock, days=2)
    assert told(colleague) == [("ahead", -7)]
    assert told(liaison) == [("ahead", -1), ("day", 0)]


def test_commitments_are_reminded_of_like_actions(clock, space, fia, liaison):
    make_commitment(space, fia, due_on=DUE)
    go_on(clock, days=12)
    assert told(liaison) == [("ahead", -7), ("ahead", -1), ("day", 0), ("late", 3)]


def test_what_is_overdue_comes_to_the_focal_point_and_then_to_the_chairs(clock, space, fia, liaison, chair):
    focal_point = make_user(organisation=fia)
    services.name_focal_point(make_user(platform_role="secretariat"), fia, focal_point)
    action = make_action(space, fia, due_on=date(2027, 6, 8))
    mark(action, Marking.GREEN)
    go_on(clock, days=14)
    assert told(focal_point) == told(chair) == []
    go_on(clock, days=2)
    assert (told(focal_point), told(chair)) == ([("focal_point", 0)], [])
    go_on(clock, days=14)
    assert (told(focal_point), told(chair)) == ([("focal_point", 0)], [("chair", 0)])
    assert selectors.escalated_to(focal_point) == selectors.escalated_to(chair) == [action]
    assert selectors.escalated_to(liaison) == []
    [news] = discussion.told(discussion.notifications_of(chair), chair)
    assert news.subject.startswith("Overdue since 8 June 2027, and brought to you for that: Action ")


@pytest.mark.parametrize("gone", ["elsewhere", "closed account", "not a reader"])
def test_a_focal_point_who_has_gone_is_told_of_nothing(clock, space, fia, chair, gone):
    focal_point = make_user(organisation=fia)
    services.name_focal_point(make_user(platform_role="administrator"), fia, focal_point)
    if gone != "not a reader":
        join(focal_point, space)
    if gone == "elsewhere":
        focal_point.organisation = make_organisation("MOI")
    focal_point.is_active = gone != "closed account"
    focal_point.save()
    make_action(space, fia, due_on=date(2027, 6, 8))
    until(clock, date(2027, 6, 23))
    until(clock, date(2027, 7, 7))
    assert (told(focal_point), told(chair)) == ([], [("chair", 0)])


# --- what starts and stops them ------------------------------------------------------------------------------------
def test_a_due_date_that_is_moved_begins_anew(clock, space, fia, liaison, chair):
    action = make_action(space, fia, due_on=DUE)
    go_on(clock, days=9)
    services.edit_action(chair, action, version=action.version, due_on=DUE + timedelta(days=14))
    go_on(clock, days=14)
    assert told(liaison) == [("ahead", -7), ("ahead", -1), ("day", 0)] * 2


def test_closing_stops_reminders_and_the_mail_of_one_that_is_on_its_way(clock, space, fia, liaison):
    action = make_action(space, fia, due_on=DUE)
    assert go_on(clock, days=2, hours=0.5) == 1
    services.report_on_action(liaison, action, state="done")
    assert mailed() == []
    assert go_on(clock, days=30) == 0


def test_what_is_opened_again_is_reminded_of_from_then_on(clock, space, fia, liaison, chair):
    action = make_action(space, fia, due_on=DUE)
    go_on(clock, days=3)
    services.report_on_action(liaison, action, state="done")
    clock.move_to(datetime(2027, 7, 1, 12, tzinfo=UTC), tick=False)
    services.send_reminders()
    services.report_on_action(liaison, action, state="in_progress")
    assert services.send_reminders() == 0
    go_on(clock, days=3)
    assert told(liaison) == [("ahead", -7), ("late", 17)]
    assert told(chair) == []


def test_nobody_is_reminded_of_a_morning_before_there_was_a_due_date(clock, space, fia, liaison):
    make_action(space, fia, due_on=date(2027, 6, 8))
    assert services.send_reminders() == 0
    go_on(clock, days=1)
    assert told(liaison) == [("day", 0)]


def test_what_was_overdue_before_there_were_reminders_floods_nobody(space, fia, liaison):
    with time_machine.travel(MONDAY - timedelta(days=100), tick=False) as clock:
        for days in range(1, 60):
            make_action(space, fia, due_on=date(2027, 4, 1) + timedelta(days=days))
        clock.move_to(MONDAY, tick=False)
        assert services.send_reminders() == 0


def test_whoever_comes_later_is_not_told_of_all_that_was_before(clock, space, fia, liaison):
    make_action(space, fia, due_on=DUE)
    go_on(clock, days=17)
    newcomer = make_member(space, Role.CONTRIBUTOR, fia)
    go_on(clock, days=6)
    assert told(newcomer) == [("late", 10)]


def test_a_reminder_is_mailed_again_although_the_one_before_was_never_looked_at(clock, space, fia, liaison):
    make_action(space, fia, due_on=DUE)
    for day in (8, 14, 15, 18):
        until(clock, date(2027, 6, day))
        mail.send_waiting.func()
    assert len(letters.outbox) == 4
    assert len({letter.extra_headers["Message-ID"] for letter in letters.outbox}) == 4
    assert Notification.objects.filter(user=liaison).count() == 1


# --- confidentiality -----------------------------------------------------------------------------------------------
def _narrow(action, liaison, chair):
    mark(action, Marking.RED, users=[chair])


def _revoke(action, liaison, chair):
    access.revoke(liaison, action.space)


@pytest.mark.parametrize("end", [_narrow, _revoke])
@pytest.mark.parametrize("when", ["before the round", "before the mail"])
def test_whoever_may_not_read_it_any_more_is_not_told(clock, space, fia, liaison, chair, end, when):
    action = make_action(space, fia, title="zoq1x", due_on=DUE)
    if when == "before the round":
        end(action, liaison, chair)
    until(clock, date(2027, 6, 9))
    assert (told(liaison) == []) == (when == "before the round")
    end(action, liaison, chair)
    assert liaison.email not in mailed()
    assert discussion.told(discussion.notifications_of(liaison), liaison) == []


def test_a_mail_says_neither_what_it_is_about_nor_in_which_space(clock, fia, chair):
    space = make_space("zoq2x")
    member = make_member(space, Role.CONTRIBUTOR, fia, language="ur")
    make_action(space, fia, title="zoq3x", description="zoq4x", due_on=DUE)
    until(clock, date(2027, 6, 9))
    assert mailed() == [member.email]
    [letter] = letters.outbox
    said = letter.subject + letter.body
    assert not [word for word in ("zoq2x", "zoq3x", "zoq4x", " FIA") if word in said]
    assert letter.subject != "There is something new for you on Accord"


# --- faults --------------------------------------------------------------------------------------------------------
def test_of_what_was_missed_the_last_is_told_and_the_rest_is_noted(clock, space, fia, liaison):
    make_action(space, fia, due_on=DUE)
    until(clock, date(2027, 6, 20))
    assert services.send_reminders() == 0
    rows = Reminder.objects.order_by("pk").values_list("stage", "days", "outcome")
    assert list(rows) == [
        ("ahead", -7, "overtaken"), ("ahead", -1, "overtaken"), ("day", 0, "overtaken"), ("late", 3, "sent"),
    ]  # fmt: skip
    assert mailed() == [liaison.email]


def test_a_clock_that_goes_back_repeats_nothing_and_loses_nothing(clock, space, fia, liaison):
    make_action(space, fia, due_on=DUE)
    until(clock, date(2027, 6, 14))
    clock.move_to(datetime(2027, 6, 12, 12, tzinfo=UTC), tick=False)
    go_on(clock, days=8)
    assert told(liaison) == [("ahead", -1), ("day", 0), ("late", 3)]
    assert Reminder.objects.filter(recipient=liaison).count() == 4


def test_a_clock_that_was_ahead_for_a_moment_tells_nothing_twice_and_silences_nothing(clock, space, fia, liaison):
    make_action(space, fia, due_on=DUE)
    until(clock, DUE, 12)
    clock.move_to(MONDAY, tick=False)
    go_on(clock, days=13)
    rows = Reminder.objects.filter(recipient=liaison, outcome="sent").order_by("at").values_list("days", flat=True)
    assert list(rows) == [0, 3]
    assert ReminderPlan.objects.get().next_at < timezone.now() + timedelta(days=2)


def test_an_object_that_cannot_be_looked_at_keeps_nobody_from_the_others(clock, space, fia, liaison, monkeypatch):
    broken, sound = make_action(space, fia, due_on=DUE), make_action(space, fia, due_on=DUE)
    look, is_broken = reminders._object_of, True

    def object_of(plan):
        if is_broken and plan.object_id == broken.pk:
            raise RuntimeError("no such luck")
        return look(plan)

    monkeypatch.setattr(reminders, "_object_of", object_of)
    until(clock, date(2027, 6, 9))
    assert [row.object_id for row in Reminder.objects.all()] == [sound.pk]
    is_broken = False
    assert services.send_reminders() == 0
    go_on(clock, hours=1)
    assert {row.object_id for row in Reminder.objects.all()} == {sound.pk, broken.pk}


def test_whoever_moves_to_an_earlier_time_zone_misses_nothing(clock, space, fia):
    traveller = make_member(space, Role.CONTRIBUTOR, fia, time_zone="America/New_York")
    early = make_member(space, Role.CONTRIBUTOR, fia, time_zone="Asia/Karachi")
    make_action(space, fia, due_on=DUE)
    until(clock, DUE, 6)
    assert told(traveller)[-1:] != [("day", 0)]
    assert told(early)[-1] == ("day", 0)
    traveller.time_zone = "Asia/Karachi"
    traveller.save()
    go_on(clock, days=1)
    assert told(traveller)[-1] == ("day", 0)


def test_a_round_that_tells_of_nothing_asks_as_much_with_thirty_as_with_three(
    clock, space, fia, liaison, django_assert_max_num_queries
):
    for count in (3, 27):
        for _number in range(count):
            make_action(space, fia, due_on=DUE + timedelta(days=40))
        services.send_reminders()
        with django_assert_max_num_queries(16):
            assert services.send_reminders() == 0


# --- days off ------------------------------------------------------------------------------------------------------
def test_days_off_are_those_of_the_country_and_of_the_whole_world():
    make_organisation(country="PK")
    Holiday.objects.create(name="Pakistan day", day=date(2027, 3, 23), country_id="PK")
    Holiday.objects.create(name="Leap day", day=date(2024, 2, 29), yearly=True)
    days = WorkingDays.as_configured()
    assert days.before(date(2027, 3, 23), "PK") == date(2027, 3, 22)
    assert days.after(date(2027, 3, 23), None) == date(2027, 3, 23)
    assert days.after(date(2028, 2, 29), "PK") == date(2028, 3, 1)
    assert days.after(date(2027, 3, 1), "PK") == date(2027, 3, 1)
    assert (days.earliest(date(2027, 3, 23)), days.latest(date(2027, 3, 23))) == (date(2027, 3, 22), date(2027, 3, 24))
    assert days.before(date(2027, 3, 21), None) == date(2027, 3, 19)


def test_a_year_of_holidays_does_not_put_a_reminder_off_for_ever():
    make_organisation(country="PK")
    for number in range(40):
        Holiday.objects.create(name="Rest", day=date(2027, 3, 1) + timedelta(days=number), country_id="PK")
    assert WorkingDays.as_configured().after(date(2027, 3, 1), "PK") == date(2027, 3, 1)


@pytest.mark.parametrize(("added_after", "sent_on"), [(3, 11), (5, 13), (6, 13)])
def test_a_holiday_that_is_added_brings_forward_what_has_not_been_sent(
    clock, space, fia, liaison, added_after, sent_on
):
    make_action(space, fia, due_on=DUE)
    go_on(clock, days=added_after)
    Holiday.objects.create(name="Eid", day=date(2027, 6, 14), country_id="PK")
    go_on(clock, days=7 - added_after)
    assert told(liaison) == [("ahead", -7), ("ahead", -1)]
    # The Friday before; where it was added over the weekend, then.
    assert Reminder.objects.get(days=-1).at.day == sent_on


def test_the_secretariat_keeps_holidays_and_weekends_on_the_editors_side(client, fia, chair):
    client.force_login(make_user(platform_role="secretariat"))
    answer = client.post("/editors/holiday/new/", {"name": "Eid", "day": "2027-06-14", "country": "PK"})
    assert answer.status_code == 302
    assert Holiday.objects.get().country_id == "PK"
    again = client.post("/editors/holiday/new/", {"name": "Eid", "day": "someday", "country": ""})
    assert again.status_code == 200
    assert Holiday.objects.count() == 1
    page = client.get("/editors/country/edit/PK/").content.decode()
    assert "Friday and Saturday" in page
    client.force_login(chair)
    assert client.get("/editors/holiday/").status_code == 404


# --- agreements ----------------------------------------------------------------------------------------------------
def test_the_chairs_are_warned_of_the_end_of_a_term_by_the_notice_period(clock, space, chair, liaison):
    agreement = make_agreement(
        space, state="in_force", in_force_until=date(2027, 12, 31), notice_months=3, live=True, title="Accord of 2017"
    )
    # Notice by 30 September; the warning begins three months before.
    go_on(clock, days=27)
    assert told(chair) == [("ahead", -92)]
    [news] = discussion.told(discussion.notifications_of(chair), chair)
    assert "ends on 31 December 2027; notice can be given until 30 September 2027" in news.subject
    for day in (date(2027, 8, 31), date(2027, 9, 23), date(2027, 9, 30), date(2027, 12, 31)):
        until(clock, day)
    assert told(chair) == [("ahead", -92), ("ahead", -30), ("ahead", -7), ("day", 0)]
    assert told(liaison) == []
    assert AuditEntry.objects.filter(verb="end of term warned of", object_id=agreement.pk, actor=None).count() == 4


# --- rules ---------------------------------------------------------------------------------------------------------
RULES = {
    "ahead": "14, 2", "on_the_day": "", "late_first": "1", "late_every": "2", "late_until": "5", "focal_after": "",
    "chair_after": "6", "version": "0",
}  # fmt: skip


def test_a_chair_sets_when_the_space_reminds(client, clock, space, fia, liaison, chair):
    make_action(space, fia, due_on=date(2027, 6, 8))
    services.send_reminders()
    client.force_login(chair)
    address = f"/spaces/{space.key}/reminders/"
    page = client.get(address).content.decode()
    assert 'value="7, 1"' in page
    assert address in client.get(space.get_absolute_url()).content.decode()
    assert client.post(address, RULES).url == address
    go_on(clock, days=15)
    # The fifth day after is a Sunday, and the sixth the Monday to which it is put off.
    assert told(liaison) == [("late", 1), ("late", 3), ("late", 5)]
    assert told(chair) == [("chair", 0)]
    entry = AuditEntry.objects.get(verb="reminders changed")
    assert (entry.actor, entry.before["ahead"], entry.after["ahead"]) == (chair, "7, 1", "14, 2")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("ahead", "seven", "Write whole numbers of days with commas between them, such as 7, 1."),
        ("ahead", "7, 400", "Each number must lie between 1 and 60."),
        ("ahead", "-1", "Each number must lie between 1 and 60."),
        ("ahead", "1,2,3,4,5,6", "At most 5 numbers."),
        ("late_first", "0", "Ensure this value is greater than or equal to 1."),
        ("late_first", "", "Say after how many days the first of them goes out."),
        ("late_every", "x", "Enter a whole number."),
        ("late_until", "", "Say after how many days they end."),
        ("late_until", "1000", "Ensure this value is less than or equal to 365."),
        ("chair_after", "1.5", "Enter a whole number."),
    ],
)
def test_bad_rules_are_answered_beside_their_field_and_change_nothing(client, space, chair, field, value, sentence):
    client.force_login(chair)
    page = client.post(f"/spaces/{space.key}/reminders/", {**RULES, field: value}).content.decode()
    assert sentence in page
    assert not ReminderRules.objects.exists()


def test_an_end_before_the_beginning_is_refused(client, space, chair):
    client.force_login(chair)
    sent = {**RULES, "late_first": "9", "late_until": "5"}
    assert "This is before the first of them." in client.post(f"/spaces/{space.key}/reminders/", sent).content.decode()


def test_of_two_chairs_the_second_is_shown_what_the_first_has_set(client, space, chair):
    client.force_login(chair)
    address = f"/spaces/{space.key}/reminders/"
    client.post(address, RULES)
    page = client.post(address, {**RULES, "ahead": "3"})
    assert page.status_code == 200
    assert 'value="3"' in page.content.decode()
    assert "14, 2" in page.content.decode()
    assert ReminderRules.objects.get().ahead == "14, 2"


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR, Role.RAPPORTEUR, None])
def test_the_rules_are_the_chairs_alone(client, space, role):
    client.force_login(make_member(space, role) if role else make_user(platform_role="secretariat"))
    address = f"/spaces/{space.key}/reminders/"
    assert client.get(address).status_code == client.post(address, RULES).status_code == 404
    assert not ReminderRules.objects.exists()


# --- focal points --------------------------------------------------------------------------------------------------
def test_the_secretariat_names_a_focal_point_by_address(client, fia):
    officer, person = make_user(platform_role="secretariat"), make_user(organisation=fia)
    client.force_login(officer)
    address = f"/organisations/{fia.pk}/focal-point/"
    assert address in client.get(f"/organisations/{fia.pk}/").content.decode()
    for wrong in ("nobody@accord.example", make_user().email):
        page = client.post(address, {"email": wrong}).content.decode()
        assert "Nobody with this address has an account at this organisation." in page
        assert f'value="{wrong}"' in page
    client.post(address, {"email": person.email.upper()})
    fia.refresh_from_db()
    assert fia.focal_point == person
    client.post(address, {"email": ""})
    fia.refresh_from_db()
    assert fia.focal_point is None
    assert AuditEntry.objects.filter(verb="focal point named").count() == 2


def test_nobody_else_names_a_focal_point(client, space, fia, chair):
    client.force_login(chair)
    assert client.get(f"/organisations/{fia.pk}/focal-point/").status_code == 404
    assert "focal-point" not in client.get(f"/organisations/{fia.pk}/").content.decode()


def test_the_desk_shows_what_was_brought_to_its_reader_while_it_is_overdue(client, clock, space, fia, liaison, chair):
    action = make_action(space, fia, title="The list of crossings", due_on=date(2027, 6, 8))
    go_on(clock, days=1)
    until(clock, date(2027, 7, 6))
    client.force_login(chair)
    page = client.get("/desk/").content.decode()
    assert "Brought to me" in page
    assert "The list of crossings" in page
    services.report_on_action(chair, action, state="done")
    assert "Brought to me" not in client.get("/desk/").content.decode()


# --- operators -----------------------------------------------------------------------------------------------------
def test_an_operator_sends_by_hand_and_sees_when_the_worker_did(client, clock, space, fia, liaison, capsys):
    make_action(space, fia, due_on=DUE)
    clock.move_to(datetime(2027, 6, 9, 12, tzinfo=UTC), tick=False)
    call_command("send_reminders", at="2027-06-07T20:00")
    assert capsys.readouterr().out == "Reminders: 0. Mails of the day: 0.\n"
    call_command("send_reminders")
    assert capsys.readouterr().out == "Reminders: 1. Mails of the day: 0.\n"
    assert client.get("/readyz").json()["reminders_sent_until"] == "2027-06-09T12:00:00+00:00"
    for wrong in ("tomorrow", "2027-13-01T00:00", "2031-01-01T00:00"):
        with pytest.raises(CommandError):
            call_command("send_reminders", at=wrong)


def test_plans_of_what_is_closed_are_cleared_away(clock, space, fia, liaison):
    action = make_action(space, fia, due_on=DUE)
    services.send_reminders()
    Action.objects.filter(pk=action.pk).update(state="cancelled")
    go_on(clock, days=2)
    assert not ReminderPlan.objects.exists()
