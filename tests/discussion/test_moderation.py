"""What readers report, and what chairs do with it: messages hidden, moved, split off, threads merged; what goes on."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import Action, AuditEntry, Marking, Role
from coordination.services import edit_action
from discussion import services
from discussion.models import Message, ReadMark, Thread
from search.models import Entry
from tests.factories import (
    join,
    make_action,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_record,
    make_space,
    make_thread,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR, make_organisation("MOI"), name="Ms Chair")


@pytest.fixture
def author(space):
    return make_member(space, Role.CONTRIBUTOR, make_organisation("FIA"), name="Ms Author")


@pytest.fixture
def thread(space):
    return make_thread(space, subject="Training")


def words(thread):
    return list(thread.messages.order_by("number").values_list("number", "text", "standing"))


# --- reports -------------------------------------------------------------------------------------------------------
def test_a_report_waits_with_its_reason_until_a_chair_leaves_or_hides_the_message(client, space, thread, author, chair):
    rude, fine = make_message(thread, author, "Canary zoq1x"), make_message(thread, author, "Canary zoq2x")
    reporter = make_member(space, Role.CONTRIBUTOR, name="Ms Reporter")
    mark(thread, Marking.RED, users=[author, chair, reporter])
    client.force_login(reporter)
    for message in (rude, fine):
        for _twice in range(2):
            sent = client.post(f"{message.get_absolute_url()}report/", {"reason": "It names <b>somebody</b>"})
            assert sent.status_code == 302
    assert "Say why." in client.post(f"{rude.get_absolute_url()}report/", {"reason": " "}).content.decode()
    reports = f"{space.get_absolute_url()}threads/reports/"
    assert client.get(reports).status_code == 404
    trail = AuditEntry.objects.filter(verb="message reported")
    assert trail.count() == 2 and "somebody" not in str(list(trail.values_list("after", "reason")))
    client.force_login(chair)
    page = client.get(reports).content.decode()
    assert AuditEntry.objects.filter(verb="read", object_id=thread.pk, actor=chair).count() == 1, "RED was read"
    assert page.count("Ms Reporter") == 2 and "It names &lt;b&gt;somebody" in page and "zoq1x" in page
    client.post(f"{fine.get_absolute_url()}report/settle/")
    client.post(f"{rude.get_absolute_url()}hide/", {"reason": "It names somebody"})
    page = client.get(reports).content.decode()
    assert "zoq1x" not in page and "zoq2x" not in page
    assert words(thread) == [(1, "", "hidden"), (2, "Canary zoq2x", "posted")]
    for user, sentence in [(author, "The chair has hidden your message."), (reporter, "Hidden by the chair.")]:
        client.force_login(user)
        page = client.get(thread.get_absolute_url()).content.decode()
        assert sentence in page and "It names somebody" in page
    client.force_login(chair)
    for _twice in range(2):
        client.post(f"{rude.get_absolute_url()}restore/")
    assert words(thread)[0] == (1, "Canary zoq1x", "posted") and not rude.versions.exists()
    assert Entry.objects.standing().filter(body__contains="zoq1x").exists()


# --- moved ---------------------------------------------------------------------------------------------------------
def test_what_is_moved_keeps_its_author_its_time_and_what_hangs_on_it(client, space, thread, author, chair):
    first, second = make_message(thread, author, "Canary zoq1x"), make_message(thread, author, "Canary zoq2x")
    answer = services.post_message(author, thread, "Canary zoq3x", uuid.uuid4(), answers=second)
    said = timezone.now() - timedelta(days=3)
    Message.objects.update(created_at=said)
    services.react(author, second, "agree", put=True)
    services.edit_message(author, second, "Canary zoq4x", version=0)
    task = make_action(space, source=second)
    target = make_thread(space, subject="Elsewhere")
    make_message(target, author, "Already there")
    client.force_login(chair)
    sent = {"which": "following", "target": target.key, "subject": ""}
    for _twice in range(2):
        assert client.post(f"{second.get_absolute_url()}move/", sent).status_code == 302
    assert words(thread) == [(1, "Canary zoq1x", "posted"), (2, "", "moved"), (3, "", "moved")]
    assert words(target) == [
        (1, "Already there", "posted"), (2, "Canary zoq4x", "posted"), (3, "Canary zoq3x", "posted")
    ]  # fmt: skip
    there, reply = target.messages.get(number=2), target.messages.get(number=3)
    assert (there.author, there.created_at, reply.answers) == (author, said, there)
    assert there.reactions.count() == there.versions.count() == 1 and not second.reactions.exists()
    assert Action.objects.get(pk=task.pk).source == there
    assert client.get(second.get_absolute_url()).url.endswith(f"?page=1#{there.anchor}"), "the old address leads on"
    assert client.get(answer.get_absolute_url()).url.endswith(f"#{reply.anchor}")
    assert [entry.after for entry in AuditEntry.objects.filter(verb="message moved")] == [{"messages": 2}]
    change = Thread.objects.get(pk=target.pk).last_change
    edit_action(chair, Action.objects.get(pk=task.pk), version=task.version, title="Another title")
    assert Message.objects.get(pk=there.pk).change == change + 1, "what is shown below it has changed"
    assert first.number == 1


def narrow(space, author, chair):
    return mark(make_thread(space, subject="Canary zoq9x"), Marking.RED, users=[author, chair])


def test_the_trace_of_what_was_moved_leads_on_those_alone_who_may_read_the_other(client, space, thread, author, chair):
    moved = make_message(thread, author, "Canary zoq1x")
    ReadMark.objects.create(user=(reader := make_member(space, name="Ms Reader")), thread=thread, number=1)
    target = narrow(space, author, chair)
    services.move_messages(chair, [moved], target)
    there = target.messages.get()
    for user, may in [(author, True), (reader, False)]:
        client.force_login(user)
        page = client.get(thread.get_absolute_url()).content.decode()
        assert "Moved to another discussion." in page and "zoq1x" not in page and "zoq9x" not in page
        assert (there.key in page, "Go there" in page) == (may, may)
        assert client.get(moved.get_absolute_url(), follow=True).content.decode().count("zoq1x") == int(may)
        assert client.get(there.get_absolute_url()).status_code == (302 if may else 404)
    assert set(target.read_marks.values_list("user", "number")) == {(author.pk, 1)}, "only who may read it takes part"
    assert "zoq9x" not in str(list(AuditEntry.objects.filter(object_id=thread.pk).values_list("after", "reason")))


REFUSED = {
    "wider": (lambda space, author, chair: make_thread(space, subject="Open"), "More people can read"),
    "closed": (
        lambda space, author, chair: mark(
            make_thread(space, subject="Over", closed_at=timezone.now()), Marking.RED, users=[author, chair]
        ),
        "Nothing more can be said",
    ),
    "elsewhere": (lambda space, author, chair: _of_another_space(chair), "in another space"),
    "with names": (lambda space, author, chair: narrow(space, author, chair), "it would show who spoke"),
}


def _of_another_space(chair):
    other = make_space()
    join(chair, other, Role.CHAIR)
    return make_thread(other, subject="There")


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_moved_to_where_it_would_be_read_by_more_or_with_names(client, space, author, chair, case):
    source = narrow(space, author, chair)
    if case == "with names":
        Thread.objects.filter(pk=source.pk).update(chatham_house=True)
    make_target, sentence = REFUSED[case]
    target, message = make_target(space, author, chair), make_message(source, author)
    for deed in (lambda: services.move_messages(chair, [message], target),
                 lambda: services.merge_threads(chair, Thread.objects.get(pk=source.pk), target)):  # fmt: skip
        with pytest.raises(ValidationError, match=sentence):
            deed()
    assert target.messages.count() == 0 and words(source)[0][2] == "posted"
    client.force_login(chair)
    assert target.key not in client.get(f"{message.get_absolute_url()}move/").content.decode(), "nor is it offered"


def test_a_discussion_that_is_split_off_has_the_readers_of_the_old_one(client, space, author, chair):
    task = mark(make_action(space), Marking.AMBER_STRICT, organisations=[author.organisation, chair.organisation])
    source = make_message(task, author, "One").thread
    message = make_message(source, author, "Two")
    client.force_login(chair)
    refused = client.post(f"{message.get_absolute_url()}move/", {"which": "this", "target": "", "subject": " "})
    assert "Say what it is about." in refused.content.decode()
    for _twice in range(2):
        client.post(f"{message.get_absolute_url()}move/", {"which": "this", "target": "", "subject": "Aside"})
    split = Thread.objects.get(subject="Aside")
    assert (split.audience, split.target, split.root) == (source.audience, task, task)
    assert words(split) == [(1, "Two", "posted")]
    with pytest.raises(PermissionDenied):
        services.split_thread(author, [source.messages.get(number=1)], "Mine")


def test_a_discussion_that_is_merged_goes_on_in_the_other_and_says_so(client, space, thread, author, chair):
    for text in ("One", "Two", "Three"):
        make_message(thread, author, text)
    services.delete_message(author, thread.messages.get(number=2))
    services.hide_message(chair, thread.messages.get(number=3), "Rude")
    target = make_thread(space, subject="Elsewhere")
    client.force_login(chair)
    for _twice in range(2):
        sent = client.post(f"{thread.get_absolute_url()}merge/", {"target": target.key})
        assert sent.url == target.get_absolute_url()
    assert words(thread) == [(1, "", "moved"), (2, "", "deleted"), (3, "", "moved")]
    assert words(target) == [(1, "One", "posted"), (2, "", "hidden")]
    thread.refresh_from_db()
    assert thread.merged_into == target and thread.head_change == thread.last_change
    services.restore_message(chair, target.messages.get(number=2))
    assert words(target)[1] == (2, "Three", "posted"), "its words came along"
    with pytest.raises(ValidationError, match="merged"):
        services.post_message(author, thread, "More", uuid.uuid4())
    of_an_object = make_message(make_action(space), author).thread
    with pytest.raises(ValidationError, match="stays with it"):
        services.merge_threads(chair, of_an_object, target)


# --- what it becomes -----------------------------------------------------------------------------------------------
def test_a_message_becomes_an_item_of_an_agenda_or_a_decision_where_no_more_people_read_it(
    client, space, thread, author, chair
):
    message = make_message(thread, author, "Buy **two** scanners.\n\nBefore spring.")
    coming, written = make_meeting(space, title="Coming"), make_meeting(space, title="Written")
    section = make_record(written, "draft").sections.create(number=1)
    make_meeting(space, title="Wider")
    mark(wider := make_meeting(space, title="Everybody's"), Marking.CLEAR)
    client.force_login(chair)
    page = client.get(f"{message.get_absolute_url()}make/").content.decode()
    assert wider.title not in page and wider.key not in page
    links = re.findall(r'href="(/[^"]*\?from=[^"#]*)', page)
    agenda = next(link for link in links if coming.key in link)
    draft = next(link for link in links if written.key in link and f"/{section.pk}/" in link)
    form = client.get(agenda).content.decode()
    assert 'value="Buy two scanners."' in form and "Before spring." in form
    client.post(agenda, {"title": "Two scanners", "submission": uuid.uuid4()})
    assert "Buy two scanners." in client.get(draft).content.decode()
    client.post(draft, {"kind": "decision", "text": "Two are bought.", "submission": uuid.uuid4()})
    assert client.get(agenda.replace(coming.key, wider.key)).content.decode().count("Before spring.") == 0
    item, decision = coming.agenda_items.get(), section.paragraphs.get()
    shown = client.get(thread.get_absolute_url()).content.decode()
    assert item.get_absolute_url() in shown and decision.get_absolute_url() in shown
    client.force_login(author)
    shown = client.get(thread.get_absolute_url()).content.decode()
    assert item.get_absolute_url() in shown and decision.get_absolute_url() not in shown, "a draft is not theirs"
    assert client.get(f"{message.get_absolute_url()}make/").status_code == 404
