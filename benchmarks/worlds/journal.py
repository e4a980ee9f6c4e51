"""A programme at work while something goes wrong, and a journal of what the servers acknowledged.

Writers say things by socket and by form, write down actions and a record, and add files; sockets listen; readers
search. They are as browsers are: what is not answered, or answered with a 5xx, they send again with the same key, to
the next server. At the end what was acknowledged is held against database, mails, audit trail, search ledger and index.
"""

import asyncio
import hashlib
import http.client
import random
import re
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.worlds.many_sockets import Plan, Tab, World

# `URLError` is one of the first, what http.client makes of half an answer one of the second.
BROKEN = (OSError, http.client.HTTPException)
# What a form that was taken is answered with.
TAKEN = {"message": 201, "file": 201, "action": 302, "paragraph": 200}
HARBOURS = 20
DEGRADED = "data-search-degraded"
# As long as a worker that died keeps what it had taken, and a little more (config.worker, coordination.outbox).
TAKEN_BY_THE_DEAD = timedelta(minutes=16)
CATCHING_UP = 180.0
BOUNDARY = "a-part-begins-here"


class Busy(World):
    """The writers, listeners and readers, at the servers that the fault has started."""

    def __init__(self, stack: Any, servers: list[Any], say: Callable[[str], None], pause: float, sockets: int) -> None:
        nothing = {"kill_server_at": None, "revoke_at": None, "restart_redis_at": None}
        super().__init__(stack, Plan(users=8, sockets=sockets, patience=CATCHING_UP, **nothing), say)
        self.servers, self.pause = servers, pause
        self.is_ending = False
        # By kind: the words of each deed that was acknowledged.
        self.acknowledged: dict[str, list[str]] = defaultdict(list)
        # By word of a file, what it holds.
        self.contents: dict[str, str] = {}
        self.answers: Counter[str] = Counter()  # by kind and status, instead of an acknowledgement
        self.broken = 0
        self.refused: list[str] = []  # what was answered with neither, and is not sent again
        self.longest = 0.0
        self.searches: Counter[str] = Counter()
        self.pages: Counter[int] = Counter()

    def arrange(self) -> None:
        """A space with those who write in it, an organisation that is told of its actions by mail, and a record."""
        from accounts.models import MailRhythm
        from coordination.models import Role
        from discussion import threads
        from meetings import services
        from meetings.models import AgendaItem
        from tests.factories import make_action, make_meeting, make_member, make_organisation, make_space, make_thread

        self.space, self.owner, own = make_space("At work"), make_organisation(), make_organisation()
        users = [make_member(self.space, Role.RAPPORTEUR, own) for _user in range(self.plan.users)]
        told = {"mail_rhythm": MailRhythm.AT_ONCE}
        self.told = [make_member(self.space, Role.CONTRIBUTOR, self.owner, **told) for _user in range(2)]
        self.thread = make_thread(make_action(self.space, own))
        self.thread_name = threads.name_of(self.thread)
        for number in range(HARBOURS):
            make_action(self.space, own, title=f"Harbour {number}")
        meeting = make_meeting(self.space)
        for number in range(3):
            AgendaItem.objects.create(meeting=meeting, title=f"Item {number}", sort_order=number)
        self.meeting = meeting.key
        self.sections = [section.pk for section in services.open_record(users[0], meeting).sections.all()]
        self.headers = [self.servers[0].headers(user) for user in users]

    # --- at work -----------------------------------------------------------------------------------------------------
    async def run_while(self, trouble: Callable[["Busy"], Awaitable[Any]], files: bool = False) -> None:
        """Work for as long as the trouble takes, send what has no answer yet until it has one, and let all catch up."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(32))
        self.tabs = [Tab(self, number, number % self.plan.users) for number in range(self.plan.sockets)]
        listening = [asyncio.create_task(self._start(tab)) for tab in self.tabs]
        while not all(tab.wire for tab in self.tabs):
            await asyncio.sleep(0.1)
        while not self.searches["by Elasticsearch"]:
            await self._search(0, 1)
            await asyncio.sleep(0.5)
        self.searches.clear()
        cutting = asyncio.create_task(self._cut())
        at_work = [asyncio.create_task(work) for work in self._works(files)]
        await trouble(self)
        self.is_ending = True
        _done, unanswered = await asyncio.wait(at_work, timeout=CATCHING_UP)
        for one in unanswered:
            one.cancel()
        self.refused += ["never answered"] * len(unanswered)
        cutting.cancel()
        self.result.posted = len(self.acknowledged["message"]) + len(self.acknowledged["file"])
        await self._wait_for_all()
        self.is_over = True
        for tab in self.tabs:
            if tab.wire:
                tab.wire.cut()
        await asyncio.gather(*listening)

    def _works(self, files: bool) -> Iterator[Any]:
        for number in range(3):
            yield self._keep_on(self._talk, number)
        for number in range(2):
            yield self._keep_on(self._post_form, number, "message")
            yield self._keep_on(self._post_form, number + 2, "action")
            yield self._keep_on(self._search, number)
        for number in range(len(self.sections)):
            yield self._keep_on(self._post_form, number + 4, "paragraph")
        if files:
            yield self._keep_on(self._post_form, 7, "file")

    async def _keep_on(self, deed: Callable[..., Awaitable[None]], who: int, *kind: str) -> None:
        number = 0
        while not self.is_ending:
            number += 1
            await deed(who, number, *kind)
            await asyncio.sleep(self.pause * random.uniform(0.5, 1.5))

    async def _talk(self, who: int, number: int) -> None:
        words, begun = f"socket {who} says {number}", time.monotonic()
        self._acknowledge("message", words, begun, await self.tabs[who].post(words))

    async def _post_form(self, who: int, number: int, kind: str) -> None:
        """Send it until there is an answer that is none of trouble: from then on it is committed."""
        words, begun = f"{kind} {number} of {who}", time.monotonic()
        path, fields = self._form(kind, who, words)
        files = self._file(words) if kind == "file" else {}
        at = who
        while True:
            at += 1
            server = self.servers[at % len(self.servers)]
            try:
                reply = await asyncio.to_thread(post, server, path, fields, files, self._cookie(who))
            except BROKEN:
                self.broken += 1
            else:
                if reply.status == TAKEN[kind]:
                    number_of_it = re.search(r'"number": (\d+)', reply.text)
                    self._acknowledge(kind, words, begun, int(number_of_it[1]) if number_of_it else None)
                    return
                self.answers[f"{kind} {reply.status}"] += 1
                if reply.status < 500:
                    if kind != "file":  # of files it is said why
                        self.refused.append(f"{kind}: {reply.status}")
                    return
            await asyncio.sleep(random.uniform(0.2, 0.6))

    def _cookie(self, who: int) -> dict[str, str]:
        """Alone: forms say of each server that they come from it."""
        return {"Cookie": self.headers[who]["Cookie"]}

    def _acknowledge(self, kind: str, words: str, begun: float, number: int | None) -> None:
        self.acknowledged[kind].append(words)
        self.longest = max(self.longest, time.monotonic() - begun)
        if number is not None:
            self.sent_at[number] = begun

    def _form(self, kind: str, who: int, words: str) -> tuple[str, dict[str, Any]]:
        fields: dict[str, Any] = {"submission": str(uuid.uuid4())}
        if kind in ("message", "file"):
            return f"/threads/about/{self.thread_name}/say/", {**fields, "text": words}
        if kind == "action":
            path = f"/spaces/{self.space.key}/actions/new/"
            return path, {**fields, "title": words, "owner": self.owner.pk, "language": "en", "priority": 2}
        section = self.sections[who - 4]
        path = f"/meetings/{self.meeting}/record/write/sections/{section}/"
        return path, {**fields, "kind": "summary", "text": words}

    def _file(self, words: str) -> dict[str, bytes]:
        """Of every third the size is such that Django writes it to the disk before it is looked at."""
        size = 3_000_000 if int(words.split()[1]) % 3 == 0 else 200_000
        content = f"{words}\n".encode() + b"What was seen at the quay.\n" * (size // 30)
        self.contents[words] = hashlib.sha256(content).hexdigest()
        return {f"{words}.txt": content}

    async def _search(self, who: int, number: int) -> None:
        """Each answer must be whole, whoever gives it."""
        server = self.servers[number % len(self.servers)]
        path = "/search/?q=harbour" if number % 2 else "/actions/"
        try:
            reply = await asyncio.to_thread(server.get, path, None, self._cookie(who))
        except BROKEN:
            self.pages[0] += 1
            return
        self.pages[reply.status] += 1
        if reply.status == 200 and number % 2:
            whole = f">{HARBOURS} results<" in reply.text
            by = "by the ledger" if DEGRADED in reply.text else "by Elasticsearch"
            self.searches[by if whole else f"{by}, not whole"] += 1


def post(server: Any, path: str, fields: dict[str, Any], files: dict[str, bytes], headers: dict[str, str]) -> Any:
    """As `Server.post` does, with files where there are any."""
    if not files:
        return server.post(path, fields, None, headers)
    from tests.servers import CSRF

    parts = [(f'name="{name}"', str(value).encode()) for name, value in {**fields, "csrfmiddlewaretoken": CSRF}.items()]
    parts += [(f'name="files"; filename="{name}"', content) for name, content in files.items()]
    lines = [
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + body + b"\r\n"
        for head, body in parts
    ]
    body = b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()
    return server.post_body(path, body, {**headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})


# --- the comparison ------------------------------------------------------------------------------------------------
def losses(busy: Busy) -> list[str]:
    """What of all that was acknowledged is not there exactly once, and what hangs on it: a sentence for each."""
    wrong = [f"{len(busy.refused)} deeds were refused: {Counter(busy.refused)}"] if busy.refused else []
    wrong += not_there_once(busy)
    wrong += _audited_otherwise()
    wrong += _told_otherwise(busy)
    wrong += _found_otherwise()
    wrong += _chain_broken()
    busy._judge()
    return wrong + busy.result.wrong


def not_there_once(busy: Busy) -> list[str]:
    from coordination.models import Action
    from discussion.models import Message
    from knowledge.models import File
    from meetings.models import Paragraph

    held = {
        "message": Message.objects.filter(thread=busy.thread).exclude(text__startswith="file "),
        "file": Message.objects.filter(thread=busy.thread, text__startswith="file "),
        "action": Action.objects.filter(owner=busy.owner),
        "paragraph": Paragraph.objects.all(),
    }
    wrong = []
    for kind, rows in held.items():
        there = Counter(rows.values_list("title" if kind == "action" else "text", flat=True))
        wanted = Counter(busy.acknowledged[kind])
        if there != wanted:
            lost, more = wanted - there, there - wanted
            wrong.append(f"{kind}: {lost.total()} lost, {more.total()} too many: {[*lost, *more][:5]}")
    numbers = list(Message.objects.filter(thread=busy.thread).order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        wrong.append("the numbers of messages have gaps")
    kept = {file.title: _digest(file) for file in File.objects.all()}
    if kept != {words: busy.contents[words] for words in busy.acknowledged["file"]}:
        wrong.append(f"{len(kept)} files are kept, {len(busy.acknowledged['file'])} were taken, or others")
    return wrong


def _digest(file: Any) -> str:
    with file.file.open("rb") as opened:
        return hashlib.sha256(opened.read()).hexdigest()


def _audited_otherwise() -> list[str]:
    """Each deed stands in the trail once."""
    from coordination.models import Action, AuditEntry
    from discussion.models import Message
    from meetings.models import Paragraph

    said = Counter(AuditEntry.objects.filter(verb="message posted").values_list("after__message", flat=True))
    wrong = [] if said == Counter(Message.objects.values_list("key", flat=True)) else ["messages in the trail"]
    for verb, rows in (
        ("action created", Action.objects.exclude(created_by=None)),
        ("paragraph written", Paragraph.objects),
    ):
        noted = Counter(AuditEntry.objects.filter(verb=verb).values_list("object_id", flat=True))
        if noted != Counter(rows.values_list("pk", flat=True)):
            wrong.append(f"“{verb}” in the trail")
    return wrong


def _told_otherwise(busy: Busy) -> list[str]:
    """Each of those who do an action has one piece of news of it, and one mail of each."""
    from coordination.models import Action
    from discussion.models import Notification

    actions = Action.objects.filter(owner=busy.owner).values_list("pk", flat=True)
    wanted = Counter((action, user.pk) for action in actions for user in busy.told)
    news = Notification.objects.filter(kind="action_assigned")
    told = Counter(news.values_list("object_id", "user_id"))
    wrong = [] if told == wanted else [f"{told.total()} pieces of news where {wanted.total()} are due"]
    let_the_dead_go()
    if not _in_time(lambda: not news.filter(mail_wanted=True, mail_done_at=None).exists()):
        wrong.append("mails that are still to be sent")
    # A file may hold two mails of the same second.
    sent = Counter(re.findall(r"^Message-ID: <(\w+)", "\n".join(busy.stack.mails()), re.MULTILINE))
    keys = set(news.filter(mail_wanted=True).values_list("key", flat=True))
    if missing := keys - set(sent):
        wrong.append(f"{len(missing)} mails of {len(keys)}")
    busy.mailed_twice = sum(sent[key] > 1 for key in keys)  # type: ignore[attr-defined]
    return wrong


def let_the_dead_go() -> None:
    """What a worker held that died is taken up again after minutes: as if they had passed."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from config.worker import take_up_abandoned
    from discussion import mail
    from discussion.models import Notification

    then = timezone.now() - TAKEN_BY_THE_DEAD
    Notification.objects.filter(mail_done_at=None, mail_taken_at__isnull=False).update(mail_taken_at=then)
    DBTaskResult.objects.running().update(started_at=then)
    take_up_abandoned()
    mail.send_waiting.enqueue()


def _found_otherwise() -> list[str]:
    """Ledger and index are equal, and the ledger is what is projected of the database as it stands."""
    from search import ledger, replication
    from search.models import Entry
    from search.projections import projectors

    def equal() -> bool:
        return not Entry.objects.waiting().exists() and not replication.differences()

    wrong = [] if _in_time(equal) else ["ledger and index differ"]
    before = dict(Entry.objects.values_list("pk", "version"))
    for model in projectors:
        for _key in ledger.project_all(model):
            pass
    if stale := dict(Entry.objects.values_list("pk", "version")).items() ^ before.items():
        wrong.append(f"{len(dict(stale))} entries of the ledger are not what is projected")
    return wrong


def _chain_broken() -> list[str]:
    from coordination import chain

    wrong = [] if _in_time(lambda: not chain.unlinked(all_of_them=True).exists()) else ["entries that are not linked"]
    broken = chain.verify()
    return [*wrong, broken.sentence] if broken else wrong


def _in_time(happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + CATCHING_UP
    while time.monotonic() < until:
        try:
            if happened():
                return True
        except Exception:  # whatever has just been taken away is coming back
            pass
        time.sleep(0.5)
    return False


def leftovers(busy: Busy) -> list[Path]:
    """Files on the disk that belong to nothing."""
    from knowledge.models import File

    folder = Path(busy.stack.env["MEDIA_ROOT"])
    kept = {folder / file.file.name for file in File.objects.all()}
    return [file for file in folder.rglob("*") if file.is_file() and file not in kept]
