"""What a socket costs at most: clients that do not read, a hundred tabs of one user, requests that wait for news."""

import asyncio
import contextlib
import json

import pytest
from asgiref.sync import ThreadSensitiveContext
from channels.layers import get_channel_layer

from coordination.models import Role
from discussion import consumers, ending, hub, limits, window
from discussion.views import waiting
from tests.discussion.tabs import PATIENCE, Closed, tab_of
from tests.discussion.test_socket import Room, later
from tests.factories import make_action, make_member, make_message, make_space, make_thread

pytestmark = pytest.mark.both_stacks


@pytest.fixture
def room(stack):
    return Room()


async def test_a_client_that_does_not_read_is_sent_little_is_told_and_catches_up(stack, room, monkeypatch):
    monkeypatch.setattr(window, "MARK_EVERY", 2000)
    monkeypatch.setattr(window, "WINDOW", 6000)
    async with tab_of(stack, room.reader) as asleep, tab_of(stack, room.liaison) as awake:
        await asleep.follow(room.thread)
        await awake.follow(room.thread)
        asleep.is_asleep = True
        numbers = []
        for number in range(30):
            await later(room.say, f"Message {number}")
            numbers += [message["number"] for message in (await awake.until("messages"))["messages"]]
        assert numbers == list(range(1, 31)), "others do not feel it"
        lying = await asleep.frames_for()
        assert sum(len(json.dumps(frame)) for frame in lying) < 6000 + 20_000
        had = [message["number"] for frame in lying for message in frame.get("messages", ())]
        assert len(had) < 30
        asleep.is_asleep = False
        await asleep.send(**[frame for frame in lying if frame["type"] == "mark"][-1])
        await asleep.until("behind")
        while len(had) < 30:
            had += [message["number"] for message in (await asleep.until("messages"))["messages"]]
        assert had == list(range(1, 31))


async def test_whoever_stays_behind_is_let_go_and_may_be_told_meanwhile_that_a_thread_is_closed(
    stack, room, monkeypatch
):
    from coordination import services as coordination

    monkeypatch.setattr(window, "MARK_EVERY", 100)
    monkeypatch.setattr(window, "WINDOW", 1000)
    monkeypatch.setattr(window, "BEHIND_SECONDS", 2)
    monkeypatch.setattr("discussion.hub.HEARTBEAT_SECONDS", 1)
    async with tab_of(stack, room.liaison) as asleep:
        asleep.is_asleep = True
        await asleep.follow(room.thread)
        await later(room.say, "A message that is long enough " * 20)
        await asleep.until("messages")
        await later(room.say, "Another")
        await later(coordination.revoke_membership, room.chair, room.space, room.liaison)
        frames = []
        with pytest.raises(Closed) as closed:
            while True:
                frames.append(await asyncio.wait_for(asleep.receive(10), 10))
        assert closed.value.args == (consumers.SILENT,)
        assert {"type": "closed", "thread": room.thread.key} in frames
        assert all(frame["type"] != "messages" for frame in frames)


async def test_all_tabs_of_a_user_share_what_may_be_sent_and_are_not_endless(stack, room, monkeypatch):
    monkeypatch.setattr(limits, "USER_FRAMES_AT_ONCE", 5)
    monkeypatch.setattr(limits, "USER_FRAMES_A_SECOND", 0)
    monkeypatch.setattr(limits, "SOCKETS_OF_A_USER", 2)
    async with (
        tab_of(stack, room.liaison) as one,
        tab_of(stack, room.liaison) as other,
        tab_of(stack, room.chair) as chair,
    ):
        for tab in (one, other):
            for _time in range(3):
                await tab.send(type="ping")
        assert (await other.until("error"))["code"] == "slow_down"
        await chair.send(type="ping")
        await chair.until("pong")
        async with tab_of(stack, room.liaison) as third:
            with pytest.raises(Closed) as closed:
                await third.until("welcome")
            assert closed.value.args == (consumers.TOO_MANY_FRAMES,)


async def test_nobody_is_told_of_whoever_wants_that_or_speaks_without_a_name(stack, room):
    def hide():
        room.chair.shows_presence = False
        room.chair.save()
        return make_thread(make_action(room.space), chatham_house=True)

    without_names = await later(hide)
    async with (
        tab_of(stack, room.reader) as reader,
        tab_of(stack, room.chair) as chair,
        tab_of(stack, room.liaison) as liaison,
    ):
        for tab in (reader, chair, liaison):
            await tab.follow(room.thread)
            await tab.follow(without_names)
        await chair.send(type="typing", thread=room.thread.key)
        await liaison.send(type="typing", thread=without_names.key)
        told = await reader.frames_for(5)  # who is there is told a second later
        named = {name for frame in told for name in frame.get("names", ())}
        assert named == {"Liaison"}
        assert not [frame for frame in told if frame["type"] == "typing"]


# --- without a socket ------------------------------------------------------------------------------------------------
async def test_a_request_waits_for_news_and_asks_who_may_read_when_it_answers(stack, room, async_client, monkeypatch):
    from coordination import services as coordination

    await async_client.aforce_login(room.liaison)
    address = f"/threads/{room.thread.key}/wait/?after="

    async def ask(after: int):
        """In a thread of its own, as a server does."""
        async with ThreadSensitiveContext():
            return await async_client.get(f"{address}{after}")

    asked = asyncio.create_task(ask(0))
    await asyncio.sleep(0.5)
    assert not asked.done()
    await later(room.say, "At last")
    answer = await asked
    assert "At last" in answer.content.decode() and answer["Accord-Change"] == "1"
    monkeypatch.setattr(waiting, "WAIT_SECONDS", 0.1)
    assert (await ask(1)).content.decode().strip() == ""
    monkeypatch.setattr(waiting, "WAIT_SECONDS", 20)
    asked = asyncio.create_task(ask(1))
    await asyncio.sleep(0.5)
    monkeypatch.setattr(limits, "WAITING_OF_A_USER", 1)
    assert (await ask(1)).status_code == 429
    await later(coordination.revoke_membership, room.chair, room.space, room.liaison)
    assert (await asked).status_code == 404


async def test_the_hub_ends_with_its_last_socket_though_the_channel_layer_answers_that_with_an_error(
    stack, room, monkeypatch
):
    layer, receive = get_channel_layer(), get_channel_layer().receive

    async def fails_when_cancelled(channel):
        try:
            return await receive(channel)
        except asyncio.CancelledError:
            raise AssertionError("a lock is still held") from None

    monkeypatch.setattr(layer, "receive", fails_when_cancelled)
    monkeypatch.setattr(hub, "AGAIN_AFTER", 0)
    async with tab_of(stack, room.reader):
        here = hub.here()
    _done, going_on = await asyncio.wait([here._listening, *here._tasks], timeout=PATIENCE)
    for task in going_on:
        task.cancel()  # so that this loop can end
    assert not going_on, going_on


def test_what_is_made_for_many_is_made_once_and_anew_for_those_whom_it_concerns(db, django_assert_max_num_queries):
    """As many queries and pieces of HTML for twenty readers as for three, but for the one who wrote it."""
    from discussion import delivery
    from tests.discussion.test_deeds_and_frames import caller_of

    space = make_space()
    thread = make_thread(make_action(space))
    author = make_member(space, Role.CONTRIBUTOR, name="Author")
    make_message(thread, author, "One")
    make_message(thread, author, "Two")
    readers = [make_member(space, Role.CONTRIBUTOR) for _number in range(20)]
    asks = [delivery.Ask(caller_of(user), [thread.pk], {thread.pk: 0}) for user in (author, *readers)]
    delivery.fetch(asks, {})  # sessions are looked at closely once
    with django_assert_max_num_queries(60) as few:
        delivery.fetch(asks[:4], {})
    with django_assert_max_num_queries(len(few)):
        shares = delivery.fetch(asks, {})
    texts = [share.frames[0][1] for share in shares]
    assert len({id(text) for text in texts[1:]}) == 1, "made once"
    assert all(share.sent_up_to == {thread.pk: 2} for share in shares)


def test_where_each_reader_wrote_one_of_the_messages_it_takes_no_queries_for_each(db, django_assert_max_num_queries):
    """So it is with every client that comes back after a while: on a page of a hundred messages all are concerned."""
    from discussion import delivery
    from tests.discussion.test_deeds_and_frames import caller_of

    def served(authors):
        space = make_space()
        thread = make_thread(make_action(space))
        people = [make_member(space, Role.CONTRIBUTOR) for _number in range(authors)]
        for author in people:
            make_message(thread, author, "Words")
        asks = [delivery.Ask(caller_of(user), [thread.pk], {thread.pk: 0}) for user in people]
        delivery.fetch(asks, {})  # sessions are looked at closely once
        return asks

    few_of_them, many_of_them = served(3), served(12)
    with django_assert_max_num_queries(60) as few:
        delivery.fetch(few_of_them, {})
    with django_assert_max_num_queries(len(few)):
        shares = delivery.fetch(many_of_them, {})
    assert len({id(share.frames[0][1]) for share in shares}) == 12, "made anew for each"


class Connecting:
    """What waits and misses the first time that it is cancelled, as a client of Redis that is connecting may."""

    has_ended = False

    async def __call__(self):
        try:
            for _time in range(2):
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(60)
        finally:
            self.has_ended = True


async def test_what_misses_that_it_is_cancelled_is_not_waited_for_longer_than_asked(monkeypatch):
    monkeypatch.setattr(ending, "AGAIN_AFTER", 0.05)
    connecting = Connecting()
    with pytest.raises(TimeoutError):
        await ending.within(0.05, connecting())
    assert connecting.has_ended
    assert await ending.within(PATIENCE, asyncio.sleep(0, "in time")) == "in time"
