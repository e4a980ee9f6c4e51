"""What is done with a whole thread: who may, what it shows then, and what it refuses."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from coordination.models import AuditEntry, Marking, Role
from discussion import delivery, selectors, services
from discussion.frames import FrameError
from discussion.models import Interest, Message, ReadMark, Thread
from discussion.sessions import Caller
from search.models import Entry
from tests.factories import (
    make_action,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_thread,
    mark,
)

pytestmark = pytest.mark.django_db

ALL = {"reader", "contributor", "rapporteur", "chair"}
LONG_AGO = timezone.now() - timedelta(days=3)


@pytest.fixture
def people(space):
    """One in each role, and the chair of another space."""
    found = {role: make_member(space, role) for role in Role.values}
    return {**found, "chair of another space": make_member(make_space(), Role.CHAIR)}


@dataclass
class Deed:
    """Where it is sent, with what; the service behind it; who may; its verb in the trail; what pages show then."""

    address: str
    service: object
    may: set[str]
    verb: str = ""
    shows: str = ""
    sent: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)


def _managing(name, **more):
    return Deed(f"deed/{name}/", more.pop("service"), {"chair"}, **more)


def _own(name, service):
    return Deed(f"mine/{name}/", service, ALL)


DEEDS = {
    "close": Deed(
        "change/close/", services.close_thread, {"chair"}, "thread closed", "It is settled.",
        sent={"reason": "It is settled."},
    ),
    "reopen": _managing(
        "reopen", service=services.reopen_thread, verb="thread reopened", before={"closed_at": LONG_AGO}
    ),
    "pin": _managing("pin", service=services.pin_thread, verb="thread pinned", shows="> pinned<"),
    "unpin": _managing("unpin", service=services.unpin_thread, verb="thread unpinned", before={"pinned_at": LONG_AGO}),
    "rename": Deed(
        "change/subject/", lambda actor, thread: services.rename_thread(actor, thread, "Visit in June"), {"chair"},
        "thread renamed", 'data-title="Visit in June"', sent={"subject": "Visit in June"},
    ),
    "slow": Deed(
        "change/slow/", lambda actor, thread: services.slow_down(actor, thread, 60), {"chair"}, "slow mode changed",
        "one message each in 1 minute", sent={"seconds": "60"},
    ),
    "read-only": Deed(
        "change/read-only/", lambda actor, thread: services.make_read_only(actor, thread, timezone.now()), {"chair"},
        "read-only times changed", "Only those who chair the space write here", sent={"starts": "2026-01-01T10:00"},
    ),
    "write again": _managing(
        "write-again", service=services.lift_read_only, verb="read-only times changed",
        before={"read_only_from": LONG_AGO},
    ),
    "Chatham House": Deed(
        "change/chatham-house/", services.keep_under_chatham_house, {"chair"},
        "thread kept under the Chatham House Rule", "under the Chatham House Rule",
    ),
    "ask": _managing(
        "ask", service=services.ask_acknowledgement, verb="acknowledgement asked for", shows="bi-megaphone",
    ),
    "ask no more": _managing(
        "ask-no-more", service=services.ask_no_acknowledgement, verb="acknowledgement no longer asked for",
        before={"asks_acknowledgement": True},
    ),
    "sum up": Deed(
        "summary/", lambda actor, thread: services.write_summary(actor, thread, "All **agree**.", 0),
        {"rapporteur", "chair"}, "summary written", "All <strong>agree</strong>.",
        sent={"text": "All **agree**.", "version": "0"},
    ),
    "acknowledge": Deed(
        "mine/acknowledge/", services.acknowledge, ALL, "announcement acknowledged", "You have acknowledged this",
        before={"asks_acknowledgement": True},
    ),
    "favourite": _own("favourite", services.make_favourite),
    "mute": _own("mute", lambda actor, thread: services.take_interest(actor, thread, Interest.MUTED)),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_done_by_those_who_may_and_is_shown_and_noted_once(client, space, people, name):
    deed = DEEDS[name]
    for role, user in people.items():
        thread = make_thread(space, subject="Visit in May", **deed.before)
        before, address = thread.last_change, thread.get_absolute_url()
        client.force_login(user)
        may = role in deed.may
        # Sent twice it is done once; but a summary of an older version is asked about.
        answers = [client.post(address + deed.address, deed.sent).status_code for _time in range(2)]
        assert answers == ([302, 200 if name == "sum up" else 302] if may else [404, 404]), role
        thread.refresh_from_db()
        is_told = may and bool(deed.verb)
        noted = AuditEntry.objects.filter(verb=deed.verb, object_id=thread.pk, actor=user)
        assert (noted.count(), thread.last_change - before) == ((1, 1) if is_told else (0, 0)), role
        if is_told:
            told = client.get(f"{address}messages/?after={before}")
            assert "data-accord-head" in told.content.decode() and deed.shows in told.content.decode()
            assert int(told["Accord-Change"]) == thread.last_change
            if role == "chair":
                assert deed.shows in client.get(address).content.decode()
            up_to_date = client.get(f"{address}messages/?after={thread.last_change}")
            assert "data-accord-head" not in up_to_date.content.decode()
        if not may:
            with pytest.raises(PermissionDenied):
                deed.service(user, thread)
            if deed.address.startswith(("change/", "summary/")):
                assert client.get(address + deed.address).status_code == 404
        elif deed.address.startswith(("change/", "summary/")):
            assert client.get(address + deed.address).status_code == 200


def test_a_button_shows_the_way_back_to_a_page_of_ours_only(client, space, people):
    thread = make_thread(space, subject="Visit in May")
    client.force_login(people["chair"])
    for wanted, leads_to in [("/threads/?which=unread", "/threads/?which=unread"), ("//elsewhere.example/", None)]:
        answer = client.post(f"{thread.get_absolute_url()}deed/pin/", {"next": wanted})
        assert answer.url == (leads_to or thread.get_absolute_url())
    assert client.post(f"{thread.get_absolute_url()}deed/destroy/").status_code == 404


REFUSING = {
    "closed": (lambda: {"closed_at": timezone.now()}, "This discussion is closed.", {"contributor", "chair"}),
    "merged": (lambda: {"merged_into": Thread.objects.last()}, "merged into another", {"contributor", "chair"}),
    "read only": (lambda: {"read_only_from": LONG_AGO}, "only the chairs write here", {"contributor"}),
    "slow": (lambda: {"slow_seconds": 60}, "you can write again in", {"contributor"}),
}


@pytest.mark.parametrize("state, sentence, refused", REFUSING.values(), ids=REFUSING)
def test_what_cannot_be_said_now_is_refused_with_a_sentence_and_kept(client, space, people, state, sentence, refused):
    thread = make_thread(space, subject="Visit in May")
    for role in ("contributor", "chair"):
        services.post_message(people[role], thread, "Before", uuid.uuid4())
    make_thread(space, subject="Another")
    Thread.objects.filter(pk=thread.pk).update(**state())
    for role in ("contributor", "chair"):
        client.force_login(people[role])
        answer = client.post(thread.get_absolute_url(), {"text": "What I think", "submission": uuid.uuid4()})
        assert answer.status_code == (200 if role in refused else 302), role
        if role in refused:
            page = answer.content.decode()
            assert sentence in page and "What I think" in page and "data-kept" in page
            socket = Caller(people[role].pk, client.session.session_key, None)
            with pytest.raises(FrameError) as refusal:
                delivery.send(socket, thread.key, "What I think", str(uuid.uuid4()))
            assert sentence in refusal.value.text
    assert Message.objects.filter(text="What I think").count() == 2 - len(refused)


def test_times_pass_and_a_send_that_came_before_the_end_is_answered_as_before(client, space, people):
    thread = make_thread(space, subject="Visit in May")
    chair, contributor = people["chair"], people["contributor"]
    sent = uuid.uuid4()
    first = services.post_message(contributor, thread, "In time", sent)
    services.slow_down(chair, thread, 60)
    services.make_read_only(chair, thread, timezone.now(), timezone.now() + timedelta(hours=1))
    assert services.post_message(contributor, thread, "In time", sent) == first
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        services.post_message(contributor, thread, "Afterwards", uuid.uuid4())
        client.force_login(contributor)
        page = client.get(thread.get_absolute_url()).content.decode()
        assert "data-refuses" not in page and "Only those who chair" not in page
    assert Message.objects.count() == 2


def test_a_summary_is_not_written_over_by_whoever_has_not_seen_it(client, space, people):
    thread = make_thread(space, subject="Visit in May")
    services.write_summary(people["chair"], thread, "The first words", 0)
    client.force_login(people["rapporteur"])
    address = f"{thread.get_absolute_url()}summary/"
    page = client.post(address, {"text": "Other words", "version": "0"})
    assert "The first words" in page.content.decode() and "Other words" in page.content.decode()
    version = re.search(r'name="version" value="(\d+)"', page.content.decode())[1]
    assert client.post(address, {"text": "Other words", "version": version}).status_code == 302
    thread.refresh_from_db()
    assert (thread.summary, thread.summary_by) == ("Other words", people["rapporteur"])
    services.write_summary(people["chair"], thread, "", services.summary_version(thread))
    assert "Other words" not in client.get(thread.get_absolute_url()).content.decode()


def test_under_the_chatham_house_rule_every_message_is_sent_again_without_who_said_it(client, space, people):
    thread = make_thread(space, subject="Visit in May")
    speaker = make_member(space, Role.CONTRIBUTOR, name="Nigar Canary")
    for number in range(3):
        make_message(thread, speaker, f"No. {number}")
    client.force_login(people["reader"])
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "Nigar Canary" in page
    seen = re.search(r'data-after="(\d+)"', page)[1]
    services.keep_under_chatham_house(people["chair"], thread)
    told = client.get(f"{thread.get_absolute_url()}messages/?after={seen}").content.decode()
    assert [f"No. {number}<" in told for number in range(3)] == [True] * 3
    desk = client.get(reverse("desk")).content.decode()
    assert "Visit in May" in desk
    for shown in (told, desk, client.get(thread.get_absolute_url()).content.decode()):
        assert "Nigar Canary" not in shown


# --- announcements -------------------------------------------------------------------------------------------------
def test_who_has_acknowledged_is_told_to_those_who_manage_and_only_readers_are_asked(client, space, people):
    thread = make_thread(space, subject="New rules", asks_acknowledgement=True, created_by=people["chair"])
    named = [people[role] for role in ("reader", "contributor", "chair")]
    mark(thread, Marking.RED, users=named)
    services.acknowledge(people["reader"], thread)
    client.force_login(people["chair"])
    assert "1 of 2 have acknowledged" in client.get(thread.get_absolute_url()).content.decode()
    page = client.get(f"{thread.get_absolute_url()}acknowledgements/").content.decode()
    waiting, done = page.split(">Acknowledged ", 1)
    assert people["contributor"].name in waiting and people["reader"].name in done
    assert people["rapporteur"].name not in page
    client.force_login(people["contributor"])
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "I have read this" in page and "have acknowledged" not in page
    assert client.get(f"{thread.get_absolute_url()}acknowledgements/").status_code == 404
    # Whoever reads it without being of the space is not asked.
    mark(thread, Marking.GREEN)
    mark(space, Marking.GREEN)
    client.force_login(people["chair of another space"])
    assert "I have read this" not in client.get(thread.get_absolute_url()).content.decode()
    assert client.post(f"{thread.get_absolute_url()}mine/acknowledge/").status_code == 404


def test_many_acknowledgements_are_counted_and_listed_in_as_many_queries_as_few(
    client, space, people, django_assert_max_num_queries
):
    thread = make_thread(space, subject="New rules", asks_acknowledgement=True)
    client.force_login(people["chair"])
    client.get(thread.get_absolute_url())
    counts = []
    for number in (1, 3):
        for _time in range(number):
            services.acknowledge(make_member(space, Role.READER, make_organisation()), thread)
            make_member(space, Role.READER, make_organisation())
        for address in (thread.get_absolute_url(), f"{thread.get_absolute_url()}acknowledgements/"):
            with django_assert_max_num_queries(35) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


# --- names ---------------------------------------------------------------------------------------------------------
def test_messages_are_found_under_the_present_name_of_what_is_discussed(space, people):
    def titles():
        return set(Entry.objects.filter(kind="message").values_list("title", flat=True))

    thread = make_thread(space, subject="Visit in May")
    make_message(thread)
    services.rename_thread(people["chair"], thread, "Visit in June")
    assert titles() == {"Visit in June"}
    meeting = make_meeting(space, title="Talks")
    for about in (meeting, make_paragraph(make_record(meeting))):
        make_message(about)
    meeting.title = "Consultations"
    meeting.save()
    assert titles() == {"Visit in June", "Consultations", "Record of Consultations, item 1"}


# --- unread --------------------------------------------------------------------------------------------------------
def test_a_thread_opens_at_the_first_unread_message_and_counts_as_unread_from_any(client, space, people):
    thread = make_thread(space, subject="Visit in May")
    author, reader = people["contributor"], people["reader"]
    messages = [
        Message(
            thread=thread, number=number, change=number, author=author, text=f"No. {number}", submission=uuid.uuid4()
        )
        for number in range(1, 121)
    ]
    Message.objects.bulk_create(messages)
    Thread.objects.filter(pk=thread.pk).update(last_number=120, last_change=120)
    ReadMark.objects.create(user=reader, thread=thread, number=60)
    client.force_login(reader)
    page = client.get(thread.get_absolute_url()).content.decode()
    assert f'href="#first-unread-{thread.key}"' in page
    assert page.index("No. 60<") < page.index(f'id="first-unread-{thread.key}"') < page.index("No. 61<")
    assert "No. 101<" not in page
    assert ReadMark.objects.get().number == 100, "what is on the next page has not been read"
    assert "1 unread" not in page
    client.get(f"{thread.get_absolute_url()}?page=3")
    assert "first-unread" not in client.get(thread.get_absolute_url()).content.decode()
    third = Message.objects.get(number=3)
    assert client.post(f"/messages/{third.key}/unread/", follow=True).redirect_chain[0][0] == "/threads/"
    assert "118 unread" in client.get("/threads/").content.decode()
    client.force_login(people["chair of another space"])
    assert client.post(f"/messages/{third.key}/unread/").status_code == 404


# --- lists ---------------------------------------------------------------------------------------------------------
def test_the_list_of_a_space_has_the_pinned_first_and_those_that_are_over_apart(client, space, people):
    for subject, fields in [
        ("Old and pinned", {"pinned_at": LONG_AGO}), ("Ended", {"closed_at": LONG_AGO}), ("New", {}),
    ]:  # fmt: skip
        make_message(thread := make_thread(space, subject=subject))
        Thread.objects.filter(pk=thread.pk).update(**fields)
    client.force_login(people["reader"])
    page = client.get(f"/spaces/{space.key}/threads/").content.decode()
    assert page.index("Old and pinned") < page.index(">New<") and "Ended" not in page
    over = client.get(f"/spaces/{space.key}/threads/?show=over").content.decode()
    assert "Ended" in over and "Old and pinned" not in over


def test_ones_own_list_begins_with_favourites_and_is_narrowed_down(
    client, space, people, django_assert_max_num_queries
):
    reader, threads = people["reader"], {}
    for subject, fields in {
        "Starred": {"favourite": True, "number": 1}, "Muted": {"interest": Interest.MUTED},
        "Followed": {"interest": Interest.FOLLOWED, "number": 1}, "Unread": {},
    }.items():  # fmt: skip
        threads[subject] = make_message(make_thread(space, subject=f"About {subject}"), people["contributor"]).thread
        ReadMark.objects.create(user=reader, thread=threads[subject], **fields)
    client.force_login(reader)

    def listed(query=""):
        return re.findall(r"<bdi>About (\w+)</bdi>", client.get(f"/threads/{query}").content.decode())

    assert listed() == ["Starred", "Unread", "Followed", "Muted"]
    assert listed("?which=unread") == ["Unread"]
    assert listed("?which=favourites") == ["Starred"]
    assert listed("?which=followed") == ["Followed"]
    assert listed("?which=muted") == ["Muted"]
    assert listed(f"?space={space.key}&which=unread") == ["Unread"]
    assert listed("?which=nonsense&space=nonsense") == listed()
    assert selectors.unread_threads(reader) == 1, "what is muted does not count"
    counts = []
    for number in (1, 3):
        for _time in range(number):
            thread = make_message(make_action(space), people["contributor"]).thread
            ReadMark.objects.create(user=reader, thread=thread)
        with django_assert_max_num_queries(25) as queries:
            client.get("/threads/?which=unread")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- several -------------------------------------------------------------------------------------------------------
def test_three_threads_stand_side_by_side_and_what_is_closed_is_left_out(client, space, people):
    contributor = people["contributor"]
    threads = [make_message(make_thread(space, subject=f"No. {n}"), contributor).thread for n in range(5)]
    hidden = mark(make_message(make_thread(space, subject="Canary")).thread, Marking.RED, users=[people["chair"]])
    client.force_login(contributor)
    two = f"?t={hidden.key}&t={threads[0].key}&t={threads[0].key}&t={threads[1].key}&t=nothing"
    page = client.get(f"/threads/open/{two}").content.decode()
    assert re.findall(r'data-accord-thread="(\w+)"', page) == [threads[0].key, threads[1].key]
    assert "Canary" not in page
    assert f"?t={threads[0].key}&amp;t={threads[1].key}&amp;t={threads[4].key}" in page, "another of one's own"
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))
    four = "?" + "&".join(f"t={thread.key}" for thread in threads[:4])
    assert client.get(f"/threads/open/{four}").content.decode().count("data-accord-thread=") == 3
    address = f"/threads/open/?t={threads[0].key}&t={threads[1].key}"
    sent = {"text": "Here", "submission": uuid.uuid4()}
    assert client.post(f"{address}&to={threads[1].key}", sent).url.startswith(address)
    assert Message.objects.get(text="Here").thread == threads[1]
    services.close_thread(people["chair"], threads[0])
    page = client.post(f"{address}&to={threads[0].key}", sent | {"text": "Kept", "submission": uuid.uuid4()})
    assert page.content.decode().count("Kept") == 1 and "This discussion is closed." in page.content.decode()
    assert client.post(f"{address}&to={hidden.key}", sent).status_code == 404


# --- beginning -----------------------------------------------------------------------------------------------------
def test_a_discussion_may_begin_narrower_than_its_space_under_the_rule_or_as_an_announcement(client, space, people):
    fia = make_organisation("FIA")
    liaison, colleague = make_member(space, Role.CONTRIBUTOR, fia), make_member(space, Role.READER, fia)
    address = f"/spaces/{space.key}/threads/start/"

    def start(user, **fields):
        client.force_login(user)
        return client.post(address, {"subject": "Visit", "text": "Who comes?", "submission": uuid.uuid4(), **fields})

    page = start(liaison, marking=Marking.RED, users=[colleague.pk]).content.decode()
    assert "You could not read it yourself." in page and "Who comes?" in page
    assert "Name the organisations" in start(liaison, marking=Marking.AMBER_STRICT).content.decode()
    assert not Thread.objects.exists()
    start(liaison, marking=Marking.AMBER_STRICT, organisations=[fia.pk], chatham_house="on")
    thread = Thread.objects.get()
    assert (thread.marking, thread.chatham_house) == (Marking.AMBER_STRICT, True)
    client.force_login(colleague)
    assert client.get(thread.get_absolute_url()).status_code == 200
    client.force_login(people["chair"])
    assert client.get(thread.get_absolute_url()).status_code == 404
    start(liaison, asks_acknowledgement="on")
    start(people["chair"], asks_acknowledgement="on")
    assert [one.asks_acknowledgement for one in Thread.objects.order_by("pk")] == [False, False, True]
    with pytest.raises(PermissionDenied):
        services.start_thread(liaison, space, "Rules", "All read this", uuid.uuid4(), asks_acknowledgement=True)
