"""Numbers without gaps and nothing twice, with many at once and connections that break; on real servers."""

import asyncio
import contextlib
import random
import threading
import uuid
from collections import Counter

import pytest
import websockets
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from coordination import access
from coordination import services as coordination
from coordination.models import Role
from discussion import services
from discussion.models import Message, Thread
from knowledge import services as knowledge
from knowledge.models import Resource
from tests.discussion.tabs import Closed, tab_at
from tests.factories import make_action, make_member, make_space, make_thread

pytestmark = [pytest.mark.slow, pytest.mark.both_stacks]


@pytest.fixture
def server(stack):
    """Begun before the loop of the test, which a fork would take along."""
    return stack.forked_server()


@pytest.fixture
def servers(stack):
    return stack.forked_server(), stack.forked_server()


def all_at_once(jobs) -> None:
    """Run the jobs in threads that begin together, each with its own connection; what one raises, this raises."""
    start, failures = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            start.wait()
            job()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_messages_posted_at_the_same_moment_are_numbered_without_gaps(stack):
    space = make_space()
    thread = make_thread(make_action(space))
    authors = [make_member(space, Role.CONTRIBUTOR) for _number in range(6)]

    def post_ten(author):
        for number in range(10):
            services.post_message(author, thread, f"{author.name} {number}", uuid.uuid4())

    all_at_once([lambda author=author: post_ten(author) for author in authors])
    assert list(Message.objects.values_list("number", flat=True)) == list(range(1, 61))
    assert Thread.objects.get().last_number == 60


def test_the_same_send_at_the_same_moment_is_one_message_in_one_thread(stack):
    space = make_space()
    action, author, submission = make_action(space), make_member(space, Role.CONTRIBUTOR), uuid.uuid4()
    all_at_once([lambda: services.post_message(author, action, "Once", submission)] * 6)
    assert [message.number for message in Message.objects.all()] == [1]
    assert Thread.objects.count() == 1


def test_the_same_forms_at_the_same_moment_make_one_discussion_one_resource_and_one_file(stack):
    space, submission = make_space(), uuid.uuid4()
    writer = make_member(space, Role.CONTRIBUTOR)

    def publish():
        file = SimpleUploadedFile("report.txt", b"Lines of a report.", "text/plain")
        knowledge.publish_resource(writer, space, title="Report", kind="study", file=file, submission=submission)

    def attach():
        file = SimpleUploadedFile("annex.txt", b"Lines of an annex.", "text/plain")
        knowledge.attach_file(writer, resource, file, submission=annex)

    all_at_once([lambda: services.start_thread(writer, space, "Visit", "Who comes?", submission)] * 6)
    all_at_once([publish] * 6)
    resource, annex = Resource.objects.get(), uuid.uuid4()
    all_at_once([attach] * 6)
    assert Thread.objects.count() == Message.objects.count() == 1
    assert [part.sort_order for part in resource.files.all()] == [0, 1]


def test_two_who_begin_the_thread_of_an_object_at_the_same_moment_meet_in_it(stack):
    space = make_space()
    action, authors = make_action(space), [make_member(space, Role.CONTRIBUTOR) for _number in range(4)]
    all_at_once([lambda author=author: services.post_message(author, action, "I", uuid.uuid4()) for author in authors])
    assert Thread.objects.get().last_number == 4


# --- five clients whose sockets break --------------------------------------------------------------------------------
CLIENTS, MESSAGES_EACH = 5, 100
CUTS_EACH = 6


class Client:
    """A tab as the browser's modules are: it comes back, catches up by number, and sends again what has no answer."""

    def __init__(self, server, user, thread, number: int) -> None:
        self.server, self.user, self.thread = server, user, thread
        self.to_send = [(str(uuid.uuid4()), f"{number}-{which}") for which in range(MESSAGES_EACH)]
        self.answered = asyncio.Event()
        self.keys: list[str] = []
        self.last = 0
        self.random = random.Random(number)
        self.cuts = sorted(self.random.sample(range(20, 480), CUTS_EACH))

    async def run(self) -> None:
        while self.last < CLIENTS * MESSAGES_EACH:
            with contextlib.suppress(Closed, websockets.ConnectionClosed, OSError, websockets.InvalidHandshake):
                async with tab_at(self.server, self.user) as tab:
                    await tab.follow(self.thread, self.last)
                    writing = asyncio.create_task(self._write(tab))
                    try:
                        await self._read(tab)
                    finally:
                        writing.cancel()

    async def _write(self, tab) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            while self.to_send:
                self.answered.clear()
                await tab.say(self.thread, self.to_send[0][1], self.to_send[0][0])
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.answered.wait(), 10)

    async def _read(self, tab) -> None:
        while self.last < CLIENTS * MESSAGES_EACH:
            frame = await tab.receive(60)
            if frame["type"] == "messages":
                self._take(frame["messages"])
                if frame["more"]:
                    await tab.send(type="subscribe", thread=self.thread.key, after=self.last)
            elif frame["type"] == "sent":
                self.to_send = [waiting for waiting in self.to_send if waiting[0] != frame["key"]]
                self.answered.set()
            elif frame["type"] == "error":
                assert frame["code"] in ("slow_down", "failed"), frame
            if self.cuts and self.last >= self.cuts[0]:
                self.cuts.pop(0)
                tab.connection.transport.abort()  # no farewell: as when the network goes

    def _take(self, messages) -> None:
        for message in messages:
            assert message["number"] == self.last + 1, "a gap, or one twice"
            self.last = message["number"]
            self.keys.append(message["key"])


async def test_five_hundred_messages_by_five_clients_whose_sockets_are_cut(stack, server):
    """Every client ends with the same 500, in the same order, none twice."""

    def arrange():
        space = make_space()
        users = [make_member(space, Role.CONTRIBUTOR) for _number in range(CLIENTS)]
        return make_thread(make_action(space)), users

    thread, users = await sync_to_async(arrange)()
    clients = [Client(server, user, thread, number) for number, user in enumerate(users)]
    async with asyncio.timeout(500):
        await asyncio.gather(*(client.run() for client in clients))
    assert all(not client.cuts for client in clients), "every socket was cut as often as planned"
    kept = await sync_to_async(lambda: list(Message.objects.order_by("number").values_list("key", "text")))()
    assert [client.keys for client in clients] == [[key for key, _text in kept]] * CLIENTS
    assert Counter(text for _key, text in kept) == Counter(
        f"{client}-{which}" for client in range(CLIENTS) for which in range(MESSAGES_EACH)
    )


# --- two servers -----------------------------------------------------------------------------------------------------
def _revoked(space, chair, liaison):
    coordination.revoke_membership(chair, space, liaison)


def _revoked_unheard(space, chair, liaison):
    access.revoke(liaison, space)


@pytest.mark.full
@pytest.mark.parametrize("end", [_revoked, _revoked_unheard])
async def test_a_revoked_member_gets_nothing_more_through_another_server(stack, servers, end):
    def arrange():
        space = make_space()
        chair, liaison = make_member(space, Role.CHAIR), make_member(space, Role.CONTRIBUTOR)
        return space, chair, liaison, make_thread(make_action(space))

    one, other = servers
    space, chair, liaison, thread = await sync_to_async(arrange)()
    async with tab_at(one, liaison) as open_tab, tab_at(other, chair) as writer:
        await open_tab.follow(thread)
        await writer.say(thread, "Before")
        assert "Before" in (await open_tab.until("messages"))["messages"][0]["html"]
        await sync_to_async(end)(space, chair, liaison)
        await writer.say(thread, "Canary")
        await writer.until("sent", number=2)
        came = await open_tab.frames_for(3)
        assert {"type": "closed", "thread": thread.key} in came
        assert "Canary" not in str(came)


@pytest.mark.full
async def test_signing_out_at_one_server_closes_the_socket_at_the_other(stack, servers):
    one, other = servers
    member = await sync_to_async(lambda: make_member(make_space()))()
    headers = await sync_to_async(one.headers)(member)
    origin = headers.pop("Origin")
    async with websockets.connect(
        one.socket_url("/socket/"), additional_headers=headers, origin=origin, proxy=None
    ) as tab:
        await tab.recv()
        cookies = {"Cookie": headers["Cookie"]}
        reply = await sync_to_async(other.post)("/account/logout/", {}, None, cookies)
        assert reply.status == 302
        async with asyncio.timeout(10):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await tab.recv()
        assert tab.close_code == 4401


@pytest.mark.full
async def test_redis_that_goes_and_comes_back_fails_no_message_and_the_socket_catches_up(stack):
    def arrange():
        redis = stack.redis()
        space = make_space()
        author = make_member(space, Role.CONTRIBUTOR)
        return redis, author, make_thread(make_action(space)), stack.server()

    redis, author, thread, server = await sync_to_async(arrange)()
    async with tab_at(server, author) as tab:
        await tab.follow(thread)
        await sync_to_async(redis.kill)()
        reply = await sync_to_async(server.post)(
            thread.get_absolute_url(), {"text": "While it is away", "submission": uuid.uuid4()}, author
        )
        assert reply.status == 302
    await sync_to_async(redis.start)()
    caught_up = False
    async with asyncio.timeout(30):
        while not caught_up:  # connections of the server's own that broke may cost a first attempt
            with contextlib.suppress(Closed, websockets.InvalidHandshake, OSError):
                async with tab_at(server, author) as tab:
                    await tab.follow(thread)
                    [message] = (await tab.until("messages"))["messages"]
                    caught_up = "While it is away" in message["html"]
