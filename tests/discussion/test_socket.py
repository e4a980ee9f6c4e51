"""The socket: what it carries, to whom, and what it answers to nonsense. In this process, on either channel layer."""

import json
import uuid
from functools import partial

import pytest
from asgiref.sync import sync_to_async

from coordination import services as coordination
from coordination.models import AuditEntry, Marking, Role
from discussion import delivery, frames, limits, services
from discussion.models import Message, ReadMark, Thread
from home import services as home_services
from tests.discussion.tabs import Closed, TabHere, tab_of
from tests.factories import make_action, make_member, make_organisation, make_space, make_thread, make_user, mark

pytestmark = pytest.mark.both_stacks


class Room:
    """A space with a thread on an action, a chair, and two liaisons of an organisation."""

    def __init__(self) -> None:
        self.space, self.fia = make_space("Border management"), make_organisation("FIA")
        self.chair = make_member(self.space, Role.CHAIR, name="Chair")
        self.liaison = make_member(self.space, Role.CONTRIBUTOR, self.fia, name="Liaison")
        self.reader = make_member(self.space, Role.READER, name="Reader")
        self.action = make_action(self.space)
        self.thread = make_thread(self.action)

    def say(self, text: str = "Good morning", author=None) -> Message:
        return services.post_message(author or self.chair, self.thread, text, uuid.uuid4())


@pytest.fixture
def room(stack):
    return Room()


async def later(function, *args, **kwargs):
    """Do it as a page would: in another thread than the socket's loop."""
    return await sync_to_async(function)(*args, **kwargs)


async def test_a_message_reaches_those_who_have_the_thread_open_as_the_page_shows_it(stack, room):
    async with tab_of(stack, room.liaison) as liaison, tab_of(stack, room.reader) as reader:
        await liaison.follow(room.thread)
        await reader.follow(room.thread)
        key = str(uuid.uuid4())
        await liaison.say(room.thread, "We have **begun**.", key)
        sent = await liaison.until("sent")
        assert (sent["thread"], sent["key"], sent["number"]) == (room.thread.key, key, 1)
        [message] = (await reader.until("messages"))["messages"]
        assert (message["number"], message["change"]) == (1, 1)
        assert "We have <strong>begun</strong>." in message["html"]
        assert (await liaison.until("messages"))["messages"][0]["key"] == message["key"]
    entry = await later(AuditEntry.objects.get, verb="message posted")
    assert entry.address == "192.0.2.7"


async def test_a_message_posted_by_a_page_reaches_the_socket(stack, room):
    async with tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread)
        await later(room.say, "From a page")
        assert "From a page" in (await reader.until("messages"))["messages"][0]["html"]


async def test_a_send_that_is_repeated_is_one_message_with_one_answer_each(stack, room):
    async with tab_of(stack, room.liaison) as liaison:
        key = str(uuid.uuid4())
        for _time in range(3):
            await liaison.say(room.thread, "Once", key)
            assert (await liaison.until("sent"))["number"] == 1
    assert await later(Message.objects.count) == 1


async def test_whoever_comes_back_gets_the_rest_in_pages_in_order_and_none_twice(stack, room):
    await later(lambda: [room.say(f"No. {number}") for number in range(1, 231)])
    async with tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread, after=20)
        numbers, more = [], True
        while more:
            page = await reader.until("messages")
            assert len(page["messages"]) <= delivery.MESSAGES_IN_A_FRAME
            numbers += [message["number"] for message in page["messages"]]
            more = page["more"]
        assert numbers == list(range(21, 231))
        await later(room.say)
        assert [m["number"] for m in (await reader.until("messages"))["messages"]] == [231]


async def test_whoever_asks_for_numbers_to_come_gets_the_next_one(stack, room):
    async with tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread, after=1_000_000)
        await later(room.say)
        assert (await reader.until("messages"))["messages"][0]["number"] == 1


async def test_the_anonymous_and_other_sites_get_no_socket(stack, room):
    assert (await TabHere(None).open())[0] is False
    assert await TabHere(None).open() == (False, 4401)
    key = await later(stack.session_cookie, room.reader)
    for origin in (b"https://elsewhere.example", b"null", b"http://[", b""):
        elsewhere = TabHere(key, origin=origin)
        assert (await elsewhere.open())[0] is False
        assert elsewhere.communicator.future.done(), "whoever is refused is not listened to"
    assert (await TabHere("a" * 32).open())[0] is False


async def test_unknown_and_forbidden_threads_are_answered_alike(stack, room):
    stranger = await later(make_user)
    unknown = "2" * 10
    async with tab_of(stack, stranger) as tab:
        for frame in (
            {"type": "subscribe", "after": 0},
            {"type": "send", "text": "Hello", "key": str(uuid.uuid4())},
            {"type": "typing"},
            {"type": "read", "number": 1},
        ):
            answers = []
            for key in (room.thread.key, unknown):
                await tab.send(**frame, thread=key)
                answers.append(await tab.until("error"))
            assert answers[0] == answers[1]
            assert (answers[0]["code"], answers[0]["field"]) == ("not_found", "thread")
        await later(room.say)
        assert all(frame["type"] in ("unread", "notifications") for frame in await tab.frames_for())
    assert await later(Message.objects.count) == 1
    assert not await later(ReadMark.objects.filter(user=stranger).exists)


async def test_a_reader_is_told_that_writing_is_not_theirs(stack, room):
    async with tab_of(stack, room.reader) as reader:
        await reader.say(room.thread, "But I may not")
        refusal = await reader.until("error")
        assert (refusal["code"], refusal["field"]) == ("forbidden", "thread")
    assert await later(Message.objects.count) == 0


# --- access that ends while the socket is open -----------------------------------------------------------------------
def _revoke(room, user):
    coordination.revoke_membership(room.chair, room.space, user)


def _revoke_silently(room, user):
    """As if the channel layer had lost the poke."""
    from coordination import access

    access.revoke(user, room.space)


def _mark_red(room, user):
    coordination.change_marking(room.chair, room.action, Marking.RED, users=[room.chair])


def _mark_the_parent_silently(room, user):
    mark(room.action, Marking.RED, users=[room.chair])


@pytest.mark.parametrize("end", [_revoke, _revoke_silently, _mark_red, _mark_the_parent_silently])
async def test_the_next_message_does_not_reach_whoever_lost_access(stack, room, end):
    async with tab_of(stack, room.liaison) as liaison, tab_of(stack, room.chair) as chair:
        await liaison.follow(room.thread)
        await chair.follow(room.thread)
        await later(room.say, "Before")
        await liaison.until("messages")
        await later(end, room, room.liaison)
        await later(room.say, "Canary")
        await chair.say(room.thread, "Canary too")
        await chair.send(type="typing", thread=room.thread.key)
        frames_since = await liaison.frames_until("closed")
        assert "Canary" not in json.dumps(frames_since)
        assert [frame["type"] for frame in frames_since if frame["type"] in ("messages", "typing")] == []
        assert {"type": "closed", "thread": room.thread.key} in frames_since
        await liaison.send(type="subscribe", thread=room.thread.key, after=0)
        assert (await liaison.until("error"))["code"] == "not_found"


@pytest.mark.parametrize("end", [_revoke, _mark_red])
async def test_a_thread_closes_at_once_without_any_message(stack, room, end):
    async with tab_of(stack, room.liaison) as liaison:
        await liaison.follow(room.thread)
        await later(end, room, room.liaison)
        assert (await liaison.until("closed"))["thread"] == room.thread.key


async def test_a_thread_closes_for_an_emergency_access_that_ends(stack, room):
    administrator = await later(make_user, platform_role="administrator")
    begin = partial(coordination.begin_emergency, administrator, room.space, reason="Nobody else is here.", hours=1)
    emergency = await later(begin)
    async with tab_of(stack, administrator) as tab:
        await tab.follow(room.thread)
        await later(coordination.end_emergency, room.chair, emergency)
        await tab.until("closed")
    noted = AuditEntry.objects.filter(actor=administrator, verb="read in an emergency").values_list(
        "object_id", flat=True
    )
    assert await later(list, noted) == [room.thread.pk]


async def test_a_thread_closes_for_the_users_of_an_organisation_that_leaves(stack, room):
    mofa = await later(make_organisation, "MoFA")
    await later(coordination.grant_membership, room.chair, room.space, mofa, Role.READER)
    guest = await later(make_user, organisation=mofa)
    async with tab_of(stack, guest) as tab:
        await tab.follow(room.thread)
        await later(coordination.revoke_membership, room.chair, room.space, mofa)
        await tab.until("closed")


async def test_a_thread_closes_for_whoever_changes_organisation(stack, room):
    mofa = await later(make_organisation, "MoFA")
    await later(coordination.grant_membership, room.chair, room.space, mofa, Role.READER)
    guest = await later(make_user, organisation=mofa)
    async with tab_of(stack, guest) as tab:
        await tab.follow(room.thread)
        guest.organisation = None
        await later(guest.save)
        await tab.until("closed")


def _sign_out(client_session, user):
    from django.contrib.sessions.backends.db import SessionStore

    SessionStore(client_session).flush()


def _deactivate(client_session, user):
    user.is_active = False
    user.save()


def _change_password(client_session, user):
    user.set_password("another horse battery")
    user.save()


def _close_account(client_session, user):
    home_services.close_account(None, user)


@pytest.mark.parametrize("end", [_sign_out, _deactivate, _close_account, _change_password])
async def test_the_socket_closes_with_the_session(stack, room, end):
    session = await later(stack.session_cookie, room.liaison)
    tab = TabHere(session)
    await tab.open()
    await tab.follow(room.thread)
    await later(end, session, room.liaison)
    with pytest.raises(Closed) as closed:
        await tab.until("never")
    assert closed.value.args == (4401,)
    await tab.close()


async def test_signing_out_at_the_page_closes_the_socket(stack, room, async_client):
    await async_client.aforce_login(room.liaison)
    tab = TabHere(async_client.cookies["sessionid"].value)
    await tab.open()
    await async_client.post("/account/logout/")
    with pytest.raises(Closed) as closed:
        await tab.until("never")
    assert closed.value.args == (4401,)
    await tab.close()


# --- company ---------------------------------------------------------------------------------------------------------
async def test_presence_and_typing_are_told_to_those_on_the_thread(stack, room):
    async with tab_of(stack, room.liaison) as liaison:
        await liaison.follow(room.thread)
        async with tab_of(stack, room.chair) as chair:
            await chair.follow(room.thread)
            assert (await liaison.until("presence", names=["Chair"]))["thread"] == room.thread.key
            await chair.send(type="typing", thread=room.thread.key)
            assert (await liaison.until("typing"))["names"] == ["Chair"]
            await chair.send(type="unsubscribe", thread=room.thread.key)
            await liaison.until("presence", names=[])


async def test_a_poke_that_was_lost_is_made_up_for_with_the_next_sign_of_life(stack, room):
    async with tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread)
        await reader.frames_for()

        def say_unheard():
            Message.objects.create(
                thread=room.thread, number=1, change=1, author=room.chair, text="Unheard", submission=uuid.uuid4()
            )
            Thread.objects.filter(pk=room.thread.pk).update(last_number=1, last_change=1)

        await later(say_unheard)
        await reader.send(type="ping")
        await reader.until("pong")
        assert "Unheard" in (await reader.until("messages"))["messages"][0]["html"]


async def test_unread_threads_and_notifications_are_counted_as_they_come(stack, room):
    await later(room.say, "Mine", room.liaison)
    async with tab_of(stack, room.liaison) as liaison:
        assert (await liaison.until("unread"))["threads"] == 0
        assert (await liaison.until("notifications"))["unread"] == 0
        await later(room.say)
        assert (await liaison.until("unread"))["threads"] == 1
        assert (await liaison.until("notifications"))["unread"] == 1
        await liaison.send(type="read", thread=room.thread.key, number=2)
        assert (await liaison.until("unread"))["threads"] == 0


async def test_a_channel_layer_that_is_down_fails_no_message(stack, room, monkeypatch):
    from channels.layers import get_channel_layer

    async def refuse(*args):
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(get_channel_layer(), "group_send", refuse)
    message = await later(room.say)
    assert await later(Message.objects.filter(pk=message.pk).exists)


async def test_many_pokes_are_one_fetch(stack, room, monkeypatch):
    fetches, fetch = [], delivery.fetch

    def counted(*args):
        fetches.append(1)
        return fetch(*args)

    monkeypatch.setattr(delivery, "fetch", counted)
    async with tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread)
        await reader.frames_for()
        fetches.clear()
        await later(lambda: [room.say(str(number)) for number in range(30)])
        numbers = []
        while len(numbers) < 30:
            numbers += [message["number"] for message in (await reader.until("messages"))["messages"]]
        assert numbers == list(range(1, 31))
        assert len(fetches) <= 31


# --- nonsense --------------------------------------------------------------------------------------------------------
THREAD, KEY = "2" * 10, str(uuid.uuid4())
NONSENSE = {
    "no JSON": ("{", "malformed", "frame"),
    "empty": ("", "malformed", "frame"),
    "a list": ("[]", "malformed", "frame"),
    "a number": ("7", "malformed", "frame"),
    "not a number": ("NaN", "malformed", "frame"),
    "deeply nested": ("[" * 100_000, "malformed", "frame"),
    "too large": ('{"type": "ping", "x": "' + "x" * frames.FRAME_LENGTH + '"}', "too_large", "frame"),
    "no type": ("{}", "unknown", "type"),
    "an unknown type": ('{"type": "subscribe_all"}', "unknown", "type"),
    "a handler's name": ('{"type": "poke.messages", "thread": 1}', "unknown", "type"),
    "a list as type": ('{"type": ["ping"]}', "unknown", "type"),
    "a field too many": ('{"type": "ping", "user": 1}', "unknown", "user"),
    "a missing field": ({"type": "subscribe", "thread": THREAD}, "missing", "after"),
    "a thread by number": ({"type": "subscribe", "thread": 1, "after": 0}, "invalid", "thread"),
    "a group's name": ({"type": "subscribe", "thread": "user.1", "after": 0}, "invalid", "thread"),
    "before the first": ({"type": "subscribe", "thread": THREAD, "after": -1}, "invalid", "after"),
    "true": ({"type": "subscribe", "thread": THREAD, "after": True}, "invalid", "after"),
    "a fraction": ({"type": "subscribe", "thread": THREAD, "after": 1.5}, "invalid", "after"),
    "beyond all numbers": ({"type": "read", "thread": THREAD, "number": 10**30}, "invalid", "number"),
    "no key": ({"type": "send", "thread": THREAD, "text": "x"}, "missing", "key"),
    "a key that is none": ({"type": "send", "thread": THREAD, "text": "x", "key": "1"}, "invalid", "key"),
    "text that is none": ({"type": "send", "thread": THREAD, "text": {}, "key": KEY}, "invalid", "text"),
}


@pytest.mark.parametrize("frame, code, field", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_answered_by_naming_the_field(frame, code, field):
    text = frame if isinstance(frame, str) else json.dumps(frame)
    with pytest.raises(frames.FrameError) as refusal:
        frames.parse(text)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert str(refusal.value.text)


async def test_nonsense_harms_neither_the_socket_nor_its_neighbours(stack, room, monkeypatch):
    monkeypatch.setattr(limits, "BAD_FRAMES", len(NONSENSE) + 2)
    async with tab_of(stack, room.liaison) as noisy, tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread)
        for frame, code, field in NONSENSE.values():
            await noisy.send_text(frame if isinstance(frame, str) else json.dumps(frame))
            answer = await noisy.until("error")
            assert (answer["code"], answer["field"]) == (code, field)
        await noisy.communicator.send_to(bytes_data=b"\x00\xff")
        assert (await noisy.until("error"))["field"] == "frame"
        await noisy.say(room.thread, "Still here")
        assert (await noisy.until("sent"))["number"] == 1
        await reader.until("messages")


BAD_TEXTS = {"empty": " ", "100,000 characters": "x" * 100_000, "an override": "pay \u202e001", "half a pair": "\ud800"}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
async def test_what_is_no_message_is_refused_with_a_sentence_and_the_key_of_the_send(stack, room, text):
    async with tab_of(stack, room.liaison) as liaison:
        key = str(uuid.uuid4())
        await liaison.say(room.thread, text, key)
        refusal = await liaison.until("error")
        assert (refusal["code"], refusal["field"], refusal["key"]) == ("invalid", "text", key)
        assert refusal["text"]
    assert await later(Message.objects.count) == 0


async def test_too_many_bad_frames_close_the_socket(stack, room):
    async with tab_of(stack, room.liaison) as tab:
        for _time in range(limits.BAD_FRAMES):
            await tab.send_text("{")
        with pytest.raises(Closed) as closed:
            await tab.until("never")
        assert closed.value.args == (4400,)


async def test_a_flood_is_told_to_slow_down_then_closed_and_its_neighbours_do_not_feel_it(stack, room):
    async with tab_of(stack, room.liaison) as flood, tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread)
        for _time in range(5000):
            await flood.send(type="unsubscribe", thread=THREAD)
        await later(room.say)
        await reader.until("messages")
        assert (await flood.until("error"))["code"] == "slow_down"
        with pytest.raises(Closed) as closed:
            await flood.until("never")
        assert closed.value.args == (4429,)


async def test_an_allowance_fills_up_again():
    now = [0.0]
    allowance = limits.Allowance(3, 2, clock=lambda: now[0])
    assert [allowance.take() for _time in range(4)] == [True, True, True, False]
    now[0] += 1
    assert [allowance.take() for _time in range(3)] == [True, True, False]


async def test_a_frame_that_fails_on_our_side_is_answered_and_the_socket_stays(stack, room, monkeypatch):
    def stumble(*args):
        raise RuntimeError("stumbled")

    async with tab_of(stack, room.liaison) as liaison:
        with monkeypatch.context() as patched:
            patched.setattr(delivery, "send", stumble)
            await liaison.say(room.thread, "Hello")
            assert (await liaison.until("error"))["code"] == "failed"
        await liaison.say(room.thread, "Hello")
        await liaison.until("sent")


async def test_a_tab_follows_a_limited_number_of_threads(stack, room, monkeypatch):
    from discussion import consumers

    monkeypatch.setattr(consumers, "THREADS_OF_A_SOCKET", 1)
    other = await later(lambda: make_thread(make_action(room.space)))
    async with tab_of(stack, room.reader) as reader:
        await reader.follow(room.thread)
        await reader.follow(room.thread)
        await reader.send(type="subscribe", thread=other.key, after=0)
        assert (await reader.until("error"))["code"] == "too_many"


async def test_a_silent_client_is_let_go(stack, room, monkeypatch):
    from discussion import consumers, hub

    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.25)
    monkeypatch.setattr(consumers, "SILENCE_SECONDS", 0.2)
    async with tab_of(stack, room.reader) as tab:
        with pytest.raises(Closed) as closed:
            await tab.until("never")
        assert closed.value.args == (4408,)
