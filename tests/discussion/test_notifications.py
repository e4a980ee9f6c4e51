"""Who is told of what, in which words, and in how many queries."""

from datetime import timedelta

import pytest
from django.core import mail as letters
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coordination import access
from coordination import selectors as selectors_of
from coordination import services as coordination
from coordination.models import Marking, Person, Role
from coordination.outbox import TAKEN_FOR
from discussion import mail, selectors, services
from discussion.models import Notification
from meetings import services as meetings
from meetings.models import RecordState
from tests.factories import (
    make_action,
    make_meeting,
    make_member,
    make_message,
    make_paragraph,
    make_record,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db


def told(user) -> list[str]:
    return [news.subject for news in selectors.told(selectors.notifications_of(user), user)]


def assign(chair, space, fia, **fields):
    return coordination.create_action(chair, space, title="Draw up the list", owner=fia, **fields)


def test_an_action_is_told_to_the_organisation_that_owns_it(chair, space, fia, liaison):
    elsewhere = make_user(organisation=fia)
    assign(chair, space, fia)
    assert told(liaison) == ["For you to do: Draw up the list"]
    assert told(elsewhere) == told(chair) == []
    assert not Notification.objects.exclude(user=liaison).exists()


def test_an_action_with_a_person_is_told_to_that_person_alone(chair, space, fia, liaison):
    colleague = make_member(space, Role.CONTRIBUTOR, fia)
    assign(chair, space, fia, owner_person=Person.objects.create(name="Colleague", user=colleague))
    assert (told(colleague), told(liaison)) == (["For you to do: Draw up the list"], [])


@pytest.mark.parametrize("gone", ["closed account", "no member any more"])
def test_where_the_person_is_gone_all_of_the_owner_are_told(chair, space, fia, liaison, gone):
    colleague = make_member(space, Role.CONTRIBUTOR, fia)
    person = Person.objects.create(name="Colleague", user=colleague)
    action = assign(chair, space, fia, owner_person=person)
    if gone == "closed account":
        colleague.is_active = False
        colleague.save()
    else:
        coordination.revoke_membership(chair, space, colleague)
    due_on = timezone.localdate() + timedelta(days=9)
    coordination.edit_action(chair, action, version=action.version, due_on=due_on)
    assert [one.partition(":")[0] for one in told(liaison)] == ["Draw up the list"]
    assert selectors_of.doing_each([action]) == {liaison: [action]}
    assign(chair, space, fia, owner_person=Person.objects.get(pk=person.pk))
    assert "For you to do: Draw up the list" in told(liaison)


def test_a_party_is_told_that_a_commitment_is_written_down_and_changed(chair, space, fia, liaison):
    elsewhere = make_user(organisation=fia)
    commitment = coordination.make_commitment(chair, space, title="A list each month", party=fia, unit="lists")
    assert told(liaison) == ["Your organisation owes: A list each month"]
    today = timezone.localdate()

    def change(**changes):
        Notification.objects.all().delete()
        present = type(commitment).objects.get(pk=commitment.pk)
        coordination.edit_commitment(chair, present, version=present.version, **changes)
        return [one.partition(": ")[2].partition(" on ")[0] for one in told(liaison)]

    assert change(due_on=today + timedelta(days=30)) == ["now due"]
    assert change(target=12) == ["due date, target or recurrence has changed"]
    assert change(text="In another word.") == []
    assert told(chair) == told(elsewhere) == []


def test_an_accepted_date_is_told_to_the_party_and_once_to_whoever_reported_it(chair, space, fia, liaison):
    colleague, due_on = make_member(space, Role.CONTRIBUTOR, fia), timezone.localdate() + timedelta(days=90)
    commitment = coordination.make_commitment(chair, space, title="A list each month", party=fia)
    report = coordination.report_progress(
        liaison, commitment, text="It rains.", state="at_risk", reason="Rain.", new_due_on=due_on
    )
    Notification.objects.all().delete()
    coordination.review_report(chair, report, "accepted")
    assert told(liaison) == ["Accepted: your report on “A list each month”"]
    assert [one.partition(" on ")[0] for one in told(colleague)] == ["A list each month: now due"]


def test_what_is_done_about_an_action_is_told_to_whoever_wrote_it_down(chair, space, fia, liaison):
    action = assign(chair, space, fia)
    coordination.report_on_action(liaison, action, text="Half of it", state="in_progress")
    coordination.report_on_action(liaison, action, text="Ready", state="done")
    assert told(chair) == ["Draw up the list: now done"]


def test_progress_and_membership_are_told(chair, space, fia, liaison):
    commitment = coordination.make_commitment(chair, space, title="A list each month", party=fia)
    coordination.report_progress(liaison, commitment, text="Sent", state="on_track")
    assert told(chair) == ["Progress on “A list each month”: on track"]
    newcomer = make_user()
    coordination.grant_membership(chair, space, newcomer, Role.READER)
    assert told(newcomer) == ["You are a member of Border management"]


def test_an_answer_is_told_to_those_who_wrote_in_the_thread_once_until_they_look(chair, space, liaison):
    action = make_action(space, title="Draw up the list")
    thread = make_message(action, liaison).thread
    bystander = make_member(space)
    for _time in range(3):
        make_message(thread, chair)
    assert told(liaison) == ["New messages: Draw up the list"]
    assert told(chair) == told(bystander) == []
    services.mark_all_seen(liaison)
    make_message(thread, chair)
    assert told(liaison) == ["New messages: Draw up the list"] * 2


def _narrow(action, chair, liaison):
    mark(action, Marking.RED, users=[chair])


def _revoke(action, chair, liaison):
    access.revoke(liaison, action.space)


@pytest.mark.parametrize("end", [_narrow, _revoke])
def test_what_may_not_be_read_any_more_is_neither_named_nor_counted_nor_mailed(client, chair, space, fia, liaison, end):
    action = assign(chair, space, fia)
    assert selectors.unread_notifications(liaison) == 1
    address = f"/notifications/{Notification.objects.get().key}/"
    end(action, chair, liaison)
    client.force_login(liaison)
    page = client.get("/notifications/").content.decode()
    assert "Draw up the list" not in page
    assert "There is nothing new." in page
    assert client.get(address).status_code == 404
    assert selectors.unread_notifications(liaison) == 0
    mail.send_waiting.func()
    assert letters.outbox == []


def test_a_notification_opens_what_it_is_about_and_counts_no_longer(client, chair, space, fia, liaison):
    action = assign(chair, space, fia)
    address = f"/notifications/{Notification.objects.get().key}/"
    client.force_login(chair)
    assert client.get(address).status_code == 404
    client.force_login(liaison)
    assert client.get(address).url == action.get_absolute_url()
    assert selectors.unread_notifications(liaison) == 0


def test_all_are_marked_as_read_at_once(client, chair, space, fia, liaison):
    for _time in range(3):
        assign(chair, space, fia)
    client.force_login(liaison)
    assert client.get("/notifications/read/").status_code == 405
    client.post("/notifications/read/")
    assert selectors.unread_notifications(liaison) == 0
    assert "Draw up the list" in client.get("/notifications/").content.decode()


def test_the_page_groups_by_day_and_object_says_why_and_each_is_marked_by_itself(client, chair, space, fia, liaison):
    thread = make_message(assign(chair, space, fia), liaison).thread
    make_message(thread, chair)
    services.close_thread(chair, type(thread).objects.get(pk=thread.pk), "All is said")
    Notification.objects.filter(kind="action_assigned").update(created_at=timezone.now() - timedelta(days=1))
    client.force_login(liaison)
    answer = client.get("/notifications/")
    days = [[[news.notification.kind for news in group.news] for group in day.groups] for day in answer.context["days"]]
    assert days == [[["thread_closed", "message_posted"]], [["action_assigned"]]]
    assert "You get this because it is for your organisation to do." in answer.content.decode()
    address = f"/notifications/{Notification.objects.get(kind='thread_closed').key}/read/"
    client.post(address)
    assert selectors.unread_notifications(liaison) == 2
    client.force_login(chair)
    assert client.post(address).status_code == 404


def test_the_page_and_the_counts_take_as_many_queries_with_three_as_with_thirty(
    client, chair, space, fia, liaison, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(liaison)
    counts, thread = [], make_message(space, liaison).thread
    for number in (3, 27):
        for _time in range(number):
            assign(chair, space, fia)
        make_message(thread, chair)
        client.get("/notifications/")
        with django_assert_max_num_queries(20) as page:
            client.get("/notifications/")
        with django_assert_max_num_queries(7) as unread:
            selectors.unread_notifications(liaison)
            selectors.unread_threads(liaison)
        counts.append((len(page), len(unread)))
    assert counts[0] == counts[1]


def test_records_and_threads_are_told_in_as_many_queries_for_many_as_for_few(
    client, chair, space, liaison, django_assert_max_num_queries
):
    client.force_login(liaison)
    counts = []
    for number in (1, 6):
        for _time in range(number):
            record = make_record(make_meeting(space, title="Talks"), RecordState.DRAFT)
            make_paragraph(record)
            record = meetings.circulate_record(chair, record)
            for about in (record, make_paragraph(record), make_action(space)):
                make_message(make_message(about, liaison).thread, chair)
        with django_assert_max_num_queries(26) as queries:
            client.get("/notifications/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert told(liaison).count("New messages: Record of Talks, item 1") == 7


def test_nobody_who_is_not_signed_in_has_notifications(client):
    assert client.get("/notifications/").status_code == 302
    assert client.get("/threads/").status_code == 302


# --- mail ------------------------------------------------------------------------------------------------------------
def test_the_mail_says_that_there_is_something_new_and_no_more(chair, space, fia, liaison):
    assign(chair, space, fia)
    mail.send_waiting.func()
    [letter] = letters.outbox
    assert letter.to == [liaison.email]
    everything = letter.subject + letter.body
    for closed in ("Draw up the list", "Border management", chair.name, "FIA"):
        assert closed not in everything
    assert f"/notifications/{Notification.objects.get().key}/" in letter.body


def test_of_two_workers_one_takes_a_mail_since_the_row_itself_says_whether_it_is_free(chair, space, fia, liaison):
    """What a question within the update says of the row is free to the worker who waited for the lock as well."""
    assign(chair, space, fia)
    news = mail.outbox.free().get()
    with CaptureQueriesContext(connection) as taken:
        assert mail.outbox.take(news) and not mail.outbox.take(news)
    for update in (query["sql"] for query in taken if query["sql"].startswith("UPDATE")):
        where = update.partition(" WHERE ")[2]
        assert "mail_taken_at" in where and "SELECT" not in update and "JOIN" not in update
    assert len(taken) == 2


def test_each_mail_goes_out_once(chair, space, fia, liaison):
    assign(chair, space, fia)
    for _time in range(3):
        mail.send_waiting.func()
    assert len(letters.outbox) == 1


def test_a_mail_that_a_worker_died_over_is_taken_up_again(chair, space, fia, liaison, monkeypatch):
    assign(chair, space, fia)

    def die(news):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(mail, "_send", die)
        with pytest.raises(SystemExit):
            mail.send_waiting.func()
    mail.send_waiting.func()
    assert letters.outbox == []  # it may still be at it
    Notification.objects.update(mail_taken_at=timezone.now() - 2 * TAKEN_FOR)
    mail.send_waiting.func()
    assert len(letters.outbox) == 1


def test_a_mail_server_that_is_away_holds_up_one_mail_and_loses_none(chair, space, fia, liaison, monkeypatch):
    make_member(space, Role.CONTRIBUTOR, fia)
    assign(chair, space, fia)
    send, failed = mail._send, []

    def refuse_once(news):
        if not failed:
            failed.append(news)
            raise ConnectionRefusedError
        send(news)

    monkeypatch.setattr(mail, "_send", refuse_once)
    mail.send_waiting.func()
    assert len(letters.outbox) == 1
    mail.send_waiting.func()
    assert len(letters.outbox) == 2


def test_nothing_is_mailed_of_what_has_been_looked_at(chair, space, fia, liaison):
    assign(chair, space, fia)
    services.mark_all_seen(liaison)
    mail.send_waiting.func()
    assert letters.outbox == []


def test_a_deed_that_is_undone_leaves_neither_notification_nor_mail(chair, space, fia, liaison):
    from django.db import transaction
    from django_tasks_db.models import DBTaskResult

    before = DBTaskResult.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        assign(chair, space, fia)
        raise RuntimeError
    assert not Notification.objects.exists()
    assert DBTaskResult.objects.count() == before


def test_unread_threads_are_those_that_the_reader_takes_part_in(client, chair, space, liaison):
    thread = make_message(make_action(space), liaison).thread
    make_message(make_action(space), chair)
    assert selectors.unread_threads(liaison) == 0
    make_message(thread, chair)
    assert selectors.unread_threads(liaison) == 1
    client.force_login(liaison)
    assert "1 unread" in client.get("/threads/").content.decode()
    client.get(thread.get_absolute_url())
    assert selectors.unread_threads(liaison) == 0
    make_message(thread, chair)
    mark(thread.target, Marking.RED, users=[chair])
    assert selectors.unread_threads(liaison) == 0
    services.mark_read(chair, thread, 99)
