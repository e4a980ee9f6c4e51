"""Threads and messages as every kind of reader finds them, with scripts off."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from coordination import services as coordination
from coordination.models import Article, AuditEntry, Marking, Role
from discussion import services, threads
from discussion.models import MESSAGE_LENGTH, MESSAGES_PER_PAGE, Message, Thread
from tests.factories import (
    make_action,
    make_agreement,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_thread,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def liaison(space):
    return make_member(space, Role.CONTRIBUTOR, make_organisation("FIA"))


def post(client, address, text="Good morning", submission=None, **kwargs):
    return client.post(address, {"text": text, "submission": submission or uuid.uuid4()}, **kwargs)


def test_the_first_message_begins_the_thread_of_an_object(client, space, liaison):
    action = make_action(space)
    client.force_login(liaison)
    page = post(client, f"/threads/about/{threads.name_of(action)}/", "We have **begun**.", follow=True)
    assert "We have <strong>begun</strong>." in page.content.decode()
    thread = Thread.objects.get()
    assert (thread.target, thread.root, thread.space, thread.last_number) == (action, action, space, 1)
    assert AuditEntry.objects.filter(verb="message posted", object_id=thread.pk, actor=liaison).count() == 1
    post(client, thread.get_absolute_url(), "And gone on.")
    assert [message.number for message in Message.objects.all()] == [1, 2]


def test_a_thread_that_is_closed_to_a_reader_stays_unknown_when_that_reader_says_something_there(
    client, space, liaison
):
    action = make_action(space)
    closed = mark(make_thread(action), Marking.RED, users=[make_member(space, Role.CHAIR)])
    client.force_login(liaison)
    assert "Nothing has been said yet." in client.get(action.get_absolute_url()).content.decode()
    page = post(client, f"/threads/about/{threads.name_of(action)}/", "We begin.", follow=True)
    assert "We begin." in page.content.decode()
    own = Thread.objects.exclude(pk=closed.pk).get()
    assert (own.last_number, Thread.objects.get(pk=closed.pk).last_number) == (1, 0)
    post(client, f"/threads/about/{threads.name_of(action)}/", "And go on.")
    assert Thread.objects.count() == 2
    assert own.messages.count() == 2


@pytest.mark.parametrize("marking", Marking.values)
def test_a_thread_is_read_by_the_readers_of_its_object_who_are_of_its_space(client, space, liaison, marking):
    action = mark(make_action(space), marking, organisations=[liaison.organisation], users=[liaison])
    message = make_message(action, liaison, "Canary")
    member, stranger = make_member(space), make_member(make_space(), Role.CHAIR, liaison.organisation)
    narrow = marking in (Marking.AMBER_STRICT, Marking.RED)
    addresses = [
        message.thread.get_absolute_url(),
        f"{message.thread.get_absolute_url()}messages/?after=0",
        message.get_absolute_url(),
    ]
    for reader, may_read in [
        (liaison, True),
        (member, not narrow),
        (stranger, False),
        (make_user(), False),
        (None, False),
    ]:
        client.logout()
        if reader:
            client.force_login(reader)
        for address in addresses:
            page = client.get(address, follow=True)
            assert page.status_code == (200 if may_read else 404), (reader, address)
            assert ("Canary" in page.content.decode()) == may_read
        assert post(client, addresses[0]).status_code == (302 if reader == liaison else 404)


def test_marking_an_agreement_anew_reaches_the_thread_on_its_article(client, space, liaison):
    article = Article.objects.create(agreement=make_agreement(space), number="4", body="<p>Each party</p>")
    thread = make_message(article, liaison).thread
    member = make_member(space)
    client.force_login(member)
    assert client.get(thread.get_absolute_url()).status_code == 200
    chair = make_member(space, Role.CHAIR)
    coordination.change_marking(chair, article.agreement, Marking.RED, users=[chair, liaison])
    assert client.get(thread.get_absolute_url()).status_code == 404
    client.force_login(liaison)
    assert client.get(thread.get_absolute_url()).status_code == 200


def test_reading_a_red_thread_is_noted_wherever_its_messages_are_shown(client, space, liaison):
    action = make_action(space)
    thread = mark(make_message(action, liaison).thread, Marking.RED, users=[liaison])
    client.force_login(liaison)
    noted = AuditEntry.objects.filter(verb="read", object_id=thread.pk, actor=liaison)
    client.get(action.get_absolute_url())
    assert noted.count() == 1
    client.get(f"{thread.get_absolute_url()}messages/?after=1")
    assert noted.count() == 1, "nothing new was shown"
    client.get(f"{thread.get_absolute_url()}messages/?after=0")
    assert noted.count() == 2
    client.force_login(make_member(space))
    client.get(action.get_absolute_url())
    assert AuditEntry.objects.filter(verb="read").count() == 2


def test_a_reader_without_the_right_to_contribute_reads_and_does_not_write(client, space):
    reader, thread = make_member(space, Role.READER), make_message(make_action(space)).thread
    client.force_login(reader)
    assert "data-accord-write" not in client.get(thread.get_absolute_url()).content.decode()
    assert post(client, thread.get_absolute_url()).status_code == 404
    with pytest.raises(PermissionDenied):
        services.post_message(reader, thread, "But I may not", uuid.uuid4())
    assert Message.objects.count() == 1


def test_a_send_that_is_repeated_is_one_message(client, space, liaison):
    thread, submission = make_thread(make_action(space)), uuid.uuid4()
    client.force_login(liaison)
    for _time in range(3):
        assert post(client, thread.get_absolute_url(), submission=submission).status_code == 302
    assert Message.objects.count() == 1
    assert Thread.objects.get().last_number == 1


REFUSED = {
    "nothing": ("", "Write a message first."),
    "blanks": (" \n\t ", "Write a message first."),
    "what is not seen": ("\u200b\u200e", "Write a message first."),
    "too much": ("x" * 100_000, "this one has 100000"),
    "one too many": ("x" * (MESSAGE_LENGTH + 1), f"this one has {MESSAGE_LENGTH + 1}"),
    "an override": ("pay \u202e001 now", "turn the direction"),
    "an isolate": ("pay \u2067001 now", "turn the direction"),
    "a control": ("ring \x07 twice", "control characters"),
}


@pytest.mark.parametrize("text, sentence", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_message_is_refused_with_a_sentence_and_kept_in_the_form(client, space, liaison, text, sentence):
    thread = make_thread(make_action(space))
    client.force_login(liaison)
    page = post(client, thread.get_absolute_url(), text)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert page.context["form"]["text"].value() == text
    assert not Message.objects.exists()
    with pytest.raises(ValidationError):
        services.post_message(liaison, thread, text, uuid.uuid4())


HARMFUL = {
    "a script": ("<script>alert(1)</script>", "<script"),
    "a picture": ("![x](https://elsewhere.example/x.png)", "<img"),
    "a dangerous link": ("[x](javascript:alert(1))", "<a"),
    "a handler": ('<b onclick="alert(1)">x</b>', "<b "),
    "data": ("[x](data:text/html,x)", "<a"),
}


@pytest.mark.parametrize("text, never", HARMFUL.values(), ids=HARMFUL.keys())
def test_nothing_harmful_comes_out_of_a_message(space, liaison, text, never):
    from discussion.text import as_html

    assert never not in as_html(text)


def test_a_long_thread_is_read_page_by_page_in_as_many_queries_as_a_short_one(
    client, space, liaison, django_assert_max_num_queries
):
    thread = make_thread(make_action(space))
    client.force_login(liaison)
    counts = []
    for up_to in (5, 2 * MESSAGES_PER_PAGE + 5):
        author = make_member(space)
        Message.objects.bulk_create(
            Message(thread=thread, number=number, author=author, text=f"No. {number}", submission=uuid.uuid4())
            for number in range(thread.last_number + 1, up_to + 1)
        )
        Thread.objects.filter(pk=thread.pk).update(last_number=up_to)
        thread.refresh_from_db()
        last = f"{thread.get_absolute_url()}?page=9"
        client.get(last)
        with django_assert_max_num_queries(30) as queries:
            page = client.get(last).content.decode()
        counts.append(len(queries))
        assert f"No. {up_to}<" in page
    assert counts[0] == counts[1]
    assert "No. 50<" not in page
    assert "No. 50<" in client.get(thread.get_absolute_url() + "?page=1").content.decode()
    message = Message.objects.get(number=60)
    assert client.get(message.get_absolute_url()).url.endswith(f"?page=2#message-{message.key}")


def test_discussions_of_a_space_begin_under_a_subject(client, space, liaison):
    client.force_login(liaison)
    address = f"/spaces/{space.key}/threads/start/"
    page = client.post(address, {"subject": " ", "text": "", "submission": uuid.uuid4()})
    assert "Say what it is about." in page.content.decode()
    assert "Write a message first." in page.content.decode()
    fields = {"subject": "Visit in May", "text": "Who comes?", "submission": uuid.uuid4()}
    for _time in range(2):
        assert client.post(address, fields).status_code == 302
    assert [thread.subject for thread in Thread.objects.all()] == ["Visit in May"]
    assert "Visit in May" in client.get(f"/spaces/{space.key}/threads/").content.decode()
    for subject in ("x" * 300, "turned \u202e round"):
        assert client.post(address, fields | {"subject": subject, "submission": uuid.uuid4()}).status_code == 200
    assert Thread.objects.count() == 1


def test_the_list_of_a_space_shows_what_its_reader_may_read(client, space, liaison, django_assert_max_num_queries):
    client.force_login(liaison)
    hidden = mark(make_action(space, title="Canary"), Marking.RED, users=[make_member(space, Role.CONTRIBUTOR)])
    make_message(hidden, hidden_author(hidden))
    counts = []
    for number in (2, 20):
        for _time in range(number):
            make_message(make_action(space, title="Open to all"))
        with django_assert_max_num_queries(30) as queries:
            page = client.get(f"/spaces/{space.key}/threads/").content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("Open to all") == 22
    assert "Canary" not in page
    client.force_login(make_user())
    assert client.get(f"/spaces/{space.key}/threads/").status_code == 404


def test_threads_on_records_and_paragraphs_are_listed_in_as_many_queries_for_many_as_for_few(
    client, space, liaison, django_assert_max_num_queries
):
    client.force_login(liaison)
    counts = []
    for number in (1, 6):
        for _time in range(number):
            record = make_record(make_meeting(space, title="Talks"))
            for about in (record, make_paragraph(record), record.meeting):
                make_message(about, liaison)
        for address in (f"/spaces/{space.key}/threads/", "/threads/"):
            with django_assert_max_num_queries(30) as queries:
                page = client.get(address).content.decode()
            counts.append(len(queries))
    assert page.count("Record of Talks, item 1") == 7
    assert counts[:2] == counts[2:]


def hidden_author(obj):
    from coordination import access

    return access.who_can_see(obj).users[0]


def test_the_page_of_an_object_shows_its_discussion_to_the_members_of_the_space(client, space, liaison):
    action = make_action(space)
    client.force_login(liaison)
    assert "Write the first message." in client.get(action.get_absolute_url()).content.decode()
    make_message(action, text="Canary")
    assert "Canary" in client.get(action.get_absolute_url()).content.decode()
    mark(action, Marking.GREEN)
    client.force_login(make_user())
    page = client.get(action.get_absolute_url())
    assert page.status_code == 200
    assert "Canary" not in page.content.decode()
    assert "data-accord-write" not in page.content.decode()


def test_an_article_has_a_discussion_of_its_own(client, space, liaison):
    article = Article.objects.create(agreement=make_agreement(space), number="4", body="<p>Each party</p>")
    client.force_login(liaison)
    address = f"/threads/about/{threads.name_of(article)}/"
    assert "Article 4" in client.get(address).content.decode()
    assert "Write a message first." in post(client, address, "").content.decode()
    assert post(client, address).status_code == 302
    assert client.get(address).url == Thread.objects.get().get_absolute_url()


@pytest.mark.parametrize("name", ["1", "WzEsMV0:1abcde:x", "not-signed"])
def test_a_name_that_no_page_has_given_leads_nowhere(client, liaison, name):
    client.force_login(liaison)
    assert client.get(f"/threads/about/{name}/").status_code == 404
    assert post(client, f"/threads/about/{name}/").status_code == 404


def test_the_name_of_an_object_opens_it_to_its_readers_only(client, space):
    action = make_action(space)
    client.force_login(make_user())
    address = f"/threads/about/{threads.name_of(action)}/"
    assert client.get(address).status_code == 404
    assert post(client, address).status_code == 404
    assert not Thread.objects.exists()


def test_messages_are_found_by_their_words_and_only_by_those_who_read_the_thread(space, liaison):
    from search.models import Entry

    message = make_message(make_action(space), liaison, "The **roster** of officers")
    entry = Entry.objects.get(kind="message")
    assert (entry.url, entry.audience) == (message.get_absolute_url(), message.thread.audience)
    assert "The roster of officers" in entry.body
    mark(message.thread.target, Marking.RED, users=[liaison])
    message.thread.refresh_from_db()
    assert Entry.objects.get(kind="message").audience == message.thread.audience


def test_a_draft_is_not_discussed_since_everybody_would_read_it_once_it_is_circulated(client):
    space = make_space("Border management")
    rapporteur = make_member(space, Role.RAPPORTEUR)
    record = make_record(make_meeting(space), "draft")
    with pytest.raises(ValidationError):
        services.post_message(rapporteur, record, "Shall we leave this out?", uuid.uuid4())
    client.force_login(rapporteur)
    assert "Your message" not in client.get(record.get_absolute_url()).content.decode()


def test_a_page_that_was_withdrawn_is_not_named_by_its_discussion():
    space = make_space("Border management")
    meeting = make_meeting(space, title="Canary")
    message = make_message(meeting)
    type(meeting).objects.filter(pk=meeting.pk).update(live=False)
    assert "Canary" not in str(Thread.objects.get(pk=message.thread_id))
