"""How long things are kept, and what a legal hold keeps: rules, the thirty days before, who puts and lifts holds."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from wagtail.tasks import delete_file_from_storage_task

from coordination import access, holds, selectors, services
from coordination.models import Action, AuditEntry, LegalHold, Marking, RetentionRule
from coordination.retention import END_OF_SPACE, kinds
from discussion import services as discussion
from discussion.models import Notification, Thread
from knowledge.models import File
from search.models import Entry
from tests.factories import (
    join,
    make_action,
    make_file,
    make_meeting,
    make_message,
    make_resource,
    make_space,
    make_thread,
    make_user,
    mark,
)  # fmt: skip

pytestmark = [pytest.mark.django_db]
NOON = datetime(2027, 6, 7, 12, tzinfo=UTC)
REASON = "A court has asked for it."


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def auditor(fia):
    return make_user("Auditor", fia, platform_role="auditor")


def rule(kind, outcome="delete", days=30, moment=None):
    return {
        kind: RetentionRule(kind=kind, outcome=outcome, days=days, moment=moment or next(iter(kinds[kind].moments)))
    }


def pass_days(clock, number):
    clock.shift(timedelta(days=number))


def test_what_is_due_is_shown_thirty_days_and_goes_with_all_that_hangs_on_it(
    clock, space, chair, liaison, fia, django_capture_on_commit_callbacks
):
    """The ledger, files and notifications follow; the trail keeps that it went, and nothing of what it said."""
    closed = make_action(space, fia, title="Canary closed", state="done")
    standing = make_action(space, fia, title="Canary open")
    mark(make_action(space, fia, title="Canary narrow", state="done"), Marking.RED, users=[liaison])
    narrow = Action.objects.get(title="Canary narrow")
    thread = make_message(closed, liaison).thread
    file = make_file(space)
    file.attach(closed)
    services.set_retention(chair, space, rule("actions"))
    pass_days(clock, 29)
    assert services.carry_out_retention() == 0
    [shown] = selectors.falling_due(space, chair)
    assert [obj for obj, _at in shown.rows] == [closed]  # and the narrow one to whom it is for
    assert {obj for obj, _at in selectors.falling_due(space, liaison)[0].rows} == {closed, narrow}
    pass_days(clock, 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.carry_out_retention() == 2
    assert list(Action.objects.all()) == [standing]
    assert not Thread.objects.filter(pk=thread.pk).exists() and not File.objects.exists()
    [cleared] = DBTaskResult.objects.filter(task_path=delete_file_from_storage_task.module_path)
    assert cleared.args_kwargs["args"][1] == file.file.name
    assert not Entry.objects.standing().filter(title__contains="Canary closed").exists()
    entry = AuditEntry.objects.get(verb="deleted by retention", object_id=closed.pk)
    assert entry.actor is None and "Canary" not in f"{entry.after}{entry.reason}"
    assert services.carry_out_retention() == 0


@pytest.mark.both_stacks
def test_an_archive_is_for_the_chairs_once_and_a_space_decides_before_the_installation(
    clock, space, chair, liaison, secretary, fia
):
    elsewhere = make_space("Without rules")
    here, there = make_meeting(space), make_meeting(elsewhere)
    join(liaison, elsewhere, "contributor")
    services.set_retention(secretary, None, rule("meetings", "archive"))
    services.set_retention(chair, space, rule("meetings", "keep"))
    pass_days(clock, 400)
    services.carry_out_retention()
    for meeting in (here, there):
        meeting.refresh_from_db()
    assert access.may_read(liaison, here) and not access.may_read(liaison, there)
    assert Entry.objects.standing().get(object_id=there.pk, kind="meeting").audience == there.audience
    there.own_audience = there.default_audience()  # as a chair opens it again
    access.settle(there)
    assert services.carry_out_retention() == 0
    with pytest.raises(ValidationError):
        services.set_retention(chair, space, rule("meetings", "delete"))


@pytest.mark.both_stacks
@pytest.mark.parametrize(
    ("kind", "moment"),
    [("uploads", "replaced"), ("notifications", None), ("discussions", "message"), ("discussions", END_OF_SPACE)],
)
def test_each_kind_ends_by_its_moments(kind, moment, clock, space, chair, liaison):
    resource = make_resource(space, files=[make_file(space)])
    [old] = File.objects.all()
    pass_days(clock, 1)
    newer = make_file(space, name="newer.txt", lineage=old.first_version)
    newer.attach(resource)
    discussion.post_message(liaison, make_thread(space, subject="Subject"), "@chair what was said", uuid4())
    ended = {"notifications": Notification.objects.all(), "discussions": Thread.objects.all()}.get(
        kind, File.objects.filter(pk=old.pk)
    )
    chair_told = Notification.objects.filter(user=chair).exists()
    assert ended.exists() or (kind == "notifications" and not chair_told)
    services.set_retention(chair, space, rule(kind, moment=moment))
    if moment == END_OF_SPACE:
        pass_days(clock, 100)
        assert services.carry_out_retention() == 0
        services.set_end_of_space(chair, space, date(2027, 7, 1))
    pass_days(clock, 65)
    services.carry_out_retention()
    assert not ended.exists() and File.objects.filter(pk=newer.pk).exists()


def put_on(what, space, chair, action, auditor):
    if what == "by an auditor":
        return services.put_hold(auditor, space, name="Inquiry", reason=REASON)
    return services.put_hold(chair, space, name="Inquiry", reason=REASON, obj=action if what == "thing" else None)


@pytest.mark.parametrize("what", ["space", "thing", "by an auditor"])
def test_a_hold_stops_every_deletion_until_it_is_lifted(what, clock, space, chair, liaison, auditor, fia, client):
    action = make_action(space, fia, title="Kept", state="done")
    message = make_message(action, liaison)
    file = make_file(space)
    file.attach(action)
    hold = put_on(what, space, chair, action, auditor)
    services.set_retention(chair, space, rule("actions"))
    pass_days(clock, 100)
    assert services.carry_out_retention() == 0
    deeds = [
        lambda: discussion.delete_message(liaison, message),
        lambda: file.delete(),
        lambda: Action.objects.filter(pk=action.pk).delete(),
        lambda: Thread.objects.all().delete(),
    ]
    for deed in deeds:
        with pytest.raises(holds.Held), transaction.atomic():
            deed()
    with pytest.raises(holds.Held):
        holds.refuse_erasure(liaison if what != "thing" else chair)
    # A page without a form of its own for refusals says it all the same.
    client.force_login(chair)
    answer = client.post(f"/files/{file.key}/remove/")
    assert answer.status_code == 409 and "legal hold" in answer.content.decode()
    # Whoever has put it says who lifts it; both deeds are told to the chairs.
    lifter = chair
    if what == "by an auditor":
        with pytest.raises(PermissionDenied):
            services.lift_hold(chair, hold, reason=REASON)
        lifter = auditor
    with pytest.raises(PermissionDenied):
        services.lift_hold(liaison, hold, reason=REASON)
    services.lift_hold(lifter, hold, reason="The court has closed the case.")
    told = {"legal hold put", "legal hold lifted"}
    assert set(AuditEntry.objects.filter(verb__in=told).values_list("verb", flat=True)) == told
    if lifter == auditor:
        assert set(Notification.objects.filter(user=chair).values_list("kind", flat=True)) >= {
            "hold_put",
            "hold_lifted",
        }
    assert services.carry_out_retention() == 1


@pytest.mark.parametrize(
    ("reader", "status", "reads_why"),
    [("chair", 200, True), ("other chair", 404, False), ("liaison", 404, False), ("auditor", 200, False)],
)
def test_who_reads_of_a_hold_on_what_is_narrow(reader, status, reads_why, space, chair, liaison, auditor, moi, client):
    action = make_action(space, moi, title="Narrow canary")
    mark(action, Marking.RED, users=[chair])
    hold = services.put_hold(chair, space, name="Inquiry", reason="Why canary", obj=action)
    readers = {"chair": chair, "liaison": liaison, "auditor": auditor, "other chair": make_user("Another", moi)}
    join(readers["other chair"], space, "chair")
    client.force_login(readers[reader])
    answer = client.get(hold.get_absolute_url())
    assert answer.status_code == status
    assert ("Why canary" in answer.content.decode()) == reads_why
    if reader == "auditor":
        assert "canary" not in client.get("/holds/").content.decode()
        client.post(
            "/holds/", {"space": space.get_absolute_url(), "name": "All", "reason": REASON, "submission": uuid4()}
        )
        assert LegalHold.objects.running().filter(object_id=None, in_office=True).exists()


def test_rules_are_set_on_the_page_and_refused_beside_their_fields(space, chair, liaison, client):
    client.force_login(chair)
    address = f"/spaces/{space.key}/retention/"
    wrong = client.post(address, {"actions-outcome": "delete", "actions-days": "3", "actions-moment": "closed"})
    assert wrong.status_code == 200 and not RetentionRule.objects.exists()
    sent = {"actions-outcome": "delete", "actions-days": "365", "actions-moment": "closed"}
    assert client.post(address, sent).status_code == 302
    assert RetentionRule.objects.get().days == 365
    assert client.post(f"/spaces/{space.key}/end/", {"on": "2020-01-01"}).status_code == 302
    client.force_login(liaison)
    assert "365" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 404 and RetentionRule.objects.exists()
