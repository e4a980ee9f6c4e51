"""What each user of benchmarks/load.py does, for Locust, which runs this file in a process of its own.

Of twenty users ten read, four search, three write and three talk by socket; each looks at a page for a while before the
next. Whoever talks follows a discussion by socket, hears all that is said there, and says something now and then.
"""

import json
import os
import random
import time
import uuid
from pathlib import Path

import gevent
from locust import FastHttpUser, User, events, task

CROWD = json.loads(Path(os.environ["CROWD"]).read_text())
THINK = CROWD["think"]
CSRF = "c" * 32
WORDS = ("border", "training", "readmission", "visa", "agreement", "study", "police", "migrants", "meeting", "report")
ANSWER_SECONDS = 60
_cookies = iter(CROWD["cookies"])
_hosts = iter(CROWD["hosts"] * len(CROWD["cookies"]))


def think(_user: User) -> float:
    return random.uniform(0.5, 1.5) * THINK


class Somebody(FastHttpUser):
    """Signed in, at one of the servers, as behind a proxy that keeps whoever comes at the server of before."""

    abstract = True
    host = ""
    wait_time = think
    network_timeout = connection_timeout = ANSWER_SECONDS

    def __init__(self, *args, **kwargs) -> None:
        self.host = next(_hosts)
        super().__init__(*args, **kwargs)
        self.cookie = f"sessionid={next(_cookies)}; csrftoken={CSRF}"
        self.said = {"Cookie": self.cookie, "Origin": self.host, "Accept-Encoding": "gzip"}

    def open(self, name: str, path: str) -> None:
        with self.client.get(path, name=name, headers=self.said, catch_response=True) as reply:
            if reply.status_code != 200:
                reply.failure(f"answered with {reply.status_code}")

    def send(self, name: str, path: str, fields: dict, wanted: int) -> None:
        fields = {**fields, "submission": str(uuid.uuid4()), "csrfmiddlewaretoken": CSRF}
        with self.client.post(
            path, fields, name=name, headers=self.said, allow_redirects=False, catch_response=True
        ) as reply:
            if reply.status_code == wanted:
                reply.success()
            else:
                reply.failure(f"answered with {reply.status_code}")


class Reader(Somebody):
    weight = 10

    @task
    def read(self) -> None:
        name = random.choice([name for name, paths in CROWD["pages"].items() if paths])
        self.open(name, random.choice(CROWD["pages"][name]))


class Searcher(Somebody):
    weight = 4

    @task
    def search(self) -> None:
        words = " ".join(random.sample(WORDS, random.choice([1, 1, 2])))
        self.open("search", f"/search/?q={words.replace(' ', '+')}")


class Writer(Somebody):
    weight = 3

    @task
    def write_action(self) -> None:
        fields = {
            "title": "Ask what is planned",
            "owner": random.choice(CROWD["owners"]),
            "language": "en",
            "priority": 2,
        }
        self.send("action written", f"/spaces/{random.choice(CROWD['spaces'])}/actions/new/", fields, 302)

    @task
    def write_message(self) -> None:
        thread = random.choice(CROWD["threads"])
        fields = {"text": "The officers of the **second** group have begun."}
        self.send("message written", f"/threads/about/{thread['name']}/say/", fields, 201)

    @task(2)
    def read(self) -> None:
        self.open("actions", "/actions/")


class Talker(User):
    """By socket; what an answer to a message takes counts as a request of the kind WS."""

    weight = 3
    wait_time = think

    def on_start(self) -> None:
        import websocket

        self.thread = random.choice(CROWD["threads"])["key"]
        host = next(_hosts)
        self.waiting: dict[str, float] = {}
        self.socket = websocket.create_connection(
            host.replace("http", "ws") + "/socket/", cookie=f"sessionid={next(_cookies)}", origin=host,
            timeout=ANSWER_SECONDS,
        )  # fmt: skip
        self.socket.send(json.dumps({"type": "subscribe", "thread": self.thread, "after": 0}))
        self.listening = gevent.spawn(self.listen)
        self.beating = gevent.spawn(self.beat)

    def on_stop(self) -> None:
        gevent.killall([self.listening, self.beating])
        self.socket.close()

    def beat(self) -> None:
        while True:
            gevent.sleep(25 * random.uniform(0.8, 1.0))
            self.socket.send('{"type": "ping"}')

    def listen(self) -> None:
        try:
            while True:
                text = self.socket.recv()
                kind = text[10 : text.index('"', 10)]
                if kind == "mark":
                    self.socket.send(text)
                elif kind in ("sent", "error"):
                    self.answered(json.loads(text))
        except Exception as failure:  # whatever ends a socket before its time is an error of this measurement
            note("socket", time.perf_counter(), failure)

    def answered(self, frame: dict) -> None:
        begun = self.waiting.pop(frame.get("key", ""), time.perf_counter())
        note("message", begun, None if frame["type"] == "sent" else ValueError(frame["code"]))

    @task
    def say(self) -> None:
        key = str(uuid.uuid4())
        self.waiting[key] = time.perf_counter()
        self.socket.send(json.dumps({"type": "send", "thread": self.thread, "text": "We have heard it.", "key": key}))


def note(name: str, begun: float, failure: Exception | None) -> None:
    events.request.fire(
        request_type="WS", name=name, response_time=(time.perf_counter() - begun) * 1000, response_length=0,
        exception=failure, context={},
    )  # fmt: skip
