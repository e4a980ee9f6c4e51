"""Every kind of frame that the socket takes, as every reader, about threads of all five markings.

In this process and in the transaction of the world: the socket's own work with the database is done in the same thread.
"""

import asyncio
import json
import uuid

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator

from coordination import access
from discussion import frames
from discussion.consumers import SIGNED_OUT, SocketConsumer
from discussion.models import Message, ReadMark
from discussion.routing import SignedIn
from tests.leaks.looking import canaries
from tests.leaks.test_walk import READERS, rows

pytestmark = pytest.mark.django_db
SIGNED_IN = READERS[1:]
# How each kind of frame is filled for a thread. A kind that is missing here fails the run.
FILLED = {
    "subscribe": lambda thread: {"thread": thread, "after": 0},
    "unsubscribe": lambda thread: {"thread": thread},
    "send": lambda thread: {"thread": thread, "text": "Was I here?", "key": str(uuid.uuid4())},
    "typing": lambda thread: {"thread": thread},
    "read": lambda thread: {"thread": thread, "number": 1},
    "mark": lambda thread: {"number": 1},
    "ping": lambda thread: {},
    "record.follow": lambda key: {"record": key, "has": {}},
    "record.leave": lambda key: {"record": key},
    "record.take": lambda key: {"record": key, "section": 1},
    "record.release": lambda key: {"record": key, "section": 1},
    "record.ask": lambda key: {"record": key, "section": 1},
    "record.keep": lambda key: {"record": key, "section": 1},
    "record.type": lambda key: {
        "record": key,
        "section": 1,
        "key": str(uuid.uuid4()),
        "paragraph": "",
        "kind": "summary",
        "text": "Was I here?",
        "number": 1,
    },
    "record.drop": lambda key: {"record": key, "key": str(uuid.uuid4())},
}
NO_THREAD = "z" * 10


def test_every_kind_of_frame_is_walked():
    assert set(FILLED) == set(frames.FRAMES)


def socket_of(walk, reader):
    """As the browser of `reader` asks for one."""
    cookie = f"sessionid={walk.browsers[reader].session.session_key}"
    tab = WebsocketCommunicator(SignedIn(SocketConsumer.as_asgi()), "/socket/", headers=[(b"cookie", cookie.encode())])
    tab.scope["client"] = ("192.0.2.7", 1)
    return tab


def talk(walk, reader, sent, awaited=None):
    """What the socket of `reader` sends back to these frames, with what it has to say by itself; after the first of
    them a frame of the kind `awaited` is waited for."""
    tab = socket_of(walk, reader)

    async def conversation():
        connected, _code = await tab.connect()
        if not connected:
            return None
        heard = []
        for frame in [*sent, {"type": "ping"}]:
            await tab.send_to(text_data=json.dumps(frame))  # they are taken one after the other
            while awaited and not any(told["type"] == awaited for told in heard):
                heard.append(json.loads((await tab.receive_output(timeout=10))["text"]))
        # Frames are dealt with in their order; the counts come by themselves.
        pings = 1 + sum(frame["type"] == "ping" for frame in sent)
        while kinds(heard).count("pong") < pings or "notifications" not in kinds(heard):
            heard.append(json.loads((await tab.receive_output(timeout=10))["text"]))
        heard += await until_silent(tab)
        await tab.disconnect()
        return heard

    return async_to_sync(conversation)()


def kinds(heard):
    return [frame["type"] for frame in heard]


async def until_silent(tab):
    heard = []
    while not await tab.receive_nothing(timeout=0.15, interval=0.02):
        heard.append(json.loads((await tab.receive_output())["text"]))
        await asyncio.sleep(0)
    return heard


def test_nobody_has_a_socket_without_having_signed_in(walk):
    assert async_to_sync(socket_of(walk, "anonymous").connect)() == (False, SIGNED_OUT)


@pytest.mark.parametrize("reader", SIGNED_IN)
def test_no_frame_tells_of_a_thread_that_its_reader_may_not_read(walk, reader):
    world = walk.world
    threads = {(one.marking, one.may): one for one in _threads(walk, reader)}
    nothing = told(talk(walk, reader, [{"type": kind, **fill(NO_THREAD)} for kind, fill in FILLED.items()]))
    for one in sorted(threads.values(), key=lambda one: one.may):  # what is open is read, and counts less after that
        thread = one.planted.key
        sent = [{"type": kind, **fill(thread)} for kind, fill in FILLED.items()]
        before, marks = rows(), ReadMark.objects.count()
        heard = talk(walk, reader, sent, awaited="messages" if one.may else None)
        answers = json.dumps(heard).encode()
        leaked = {world.by_canary[number] for number in canaries(answers) if number in world.by_canary}
        assert {str(found) for found in leaked if not world.may_read(reader, found)} == set()
        if one.may:
            said = {found.kind for found in leaked if found.root == one.planted.obj}
            # Most hangs on what is said in the discussion with a subject.
            more = {"translation", "said in answer", "reason of hiding", "file"} if one.planted.obj.subject else set()
            assert said >= {"message", *more}
            assert any(frame["type"] == "subscribed" for frame in heard), one.planted
            assert any(frame["type"] == "messages" for frame in heard), one.planted
        else:
            assert rows() == before and ReadMark.objects.count() == marks
            assert not Message.objects.filter(thread=one.planted.obj, text="Was I here?").exists()
            assert told(heard) == nothing


class OfReader:
    def __init__(self, planted, may):
        self.planted, self.marking, self.may = planted, planted.marking, may


def _threads(walk, reader):
    return [OfReader(one, walk.world.may_read(reader, one)) for one in walk.world.of_kind("thread")]


def told(heard):
    """The frames without what differs from one time to the next."""
    return [{name: value for name, value in frame.items() if name not in ("key", "thread")} for frame in heard]


@pytest.mark.parametrize("reader", ["signed in without a space", "contributor", "auditor"])
def test_the_counts_of_a_socket_count_what_its_reader_may_read(walk, reader):
    world = walk.world
    user = world.readers[reader]
    marks = ReadMark.objects.filter(user=user).select_related("thread__audience")
    unread = sum(
        mark.number < mark.thread.last_number and not access.principals(user).isdisjoint(access.audience(mark.thread))
        for mark in marks
    )
    told = [frame["threads"] for frame in talk(walk, reader, [{"type": "ping"}]) if frame["type"] == "unread"]
    assert told[-1] == unread
    assert unread < marks.count()
