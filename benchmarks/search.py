"""How long searches take at 10,000 entries, half of them closed to the reader; how soon a change is found; a rebuild.

    . var/services/env; .venv/bin/python benchmarks/search.py           (or: make bench)

On a database of its own. BENCH_ENTRIES="10000 100000 1000000" grows the same collection and measures at each size, so
that the growth is that of one run. Printed for each size: median and 95th percentile of the whole page and of the query
alone, in turn with the bare query without the audience filter, and the speed of a rebuild beside the bare bulk helper
with the same documents, while a reader searches without pause. At last, how long a change takes from saved to findable
at BENCH_CHANGES of them a second. Only ratios taken in one run are comparable. Elasticsearch is measured where
ELASTICSEARCH_URL is set; the ledger always.

Other sizes: BENCH_ROUNDS questions of each engine, for at most BENCH_MOST_SECONDS; BENCH_SECONDS of changes by
BENCH_SAVERS processes, BENCH_BULK documents for the bare helper.
"""

import contextlib
import itertools
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SIZES = [int(size) for size in os.environ.get("BENCH_ENTRIES", "10000").split()]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
CHANGES = int(os.environ.get("BENCH_CHANGES", "50"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "20"))
SAVERS = int(os.environ.get("BENCH_SAVERS", "2"))
MOST_SECONDS = int(os.environ.get("BENCH_MOST_SECONDS", "60"))
BULK = int(os.environ.get("BENCH_BULK", "50000"))
SPACES, BATCH = 50, 5_000
# The key of the first entry that is not an action's own.
FIRST = 1_000_000
ASKED = [
    *("training", "border", "police", "agreement", "readmission", "karachi", "almaty", "labour", "mobility", "visa"),
    *("centre", "migrants", "return", "reintegration", "counter", "trafficking", "research", "skills", "delegation"),
    *("соглашение", "граница", "обучение", "تربیت", "سرحد", "مرکز", "record"),
]
# As often as words are in texts, by Zipf: those that are asked for stand in a third of all entries to a twentieth, the
# rare ones in one of two hundred.
VOCABULARY = [
    f"{first}{middle}{last}"
    for first in ("kal", "ber", "tos", "vin", "mar", "дол", "пер", "shu", "gre", "lam")
    for middle in ("an", "om", "ush", "il", "ер", "ка", "et", "or", "ud", "ip")
    for last in (
        *("da", "ir", "ko", "git", "ов", "ния", "ment", "ed", "ing", "sal"),
        *("ter", "ны", "a", "ost", "le", "ak", "en", "u", "ram", "is"),
    )
]
for place, word in enumerate(ASKED):
    VOCABULARY.insert(20 + 8 * place, word)
RARE = VOCABULARY[-500:]
OFTEN = list(itertools.accumulate(1 / (place + 10) for place in range(len(VOCABULARY))))

Times = list[float]

folder = tempfile.mkdtemp(prefix="accord-bench-")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    from benchmarks.worlds.own_database import database

    with database(index="bench"):
        from django.conf import settings

        from search.engines import elastic

        elastic.SEARCH_SECONDS = 60  # what takes long is to be seen, and not to be broken off
        try:
            world = World()
            measured = {size: measure(world, size, bool(settings.ELASTICSEARCH_URL)) for size in SIZES}
            if len(SIZES) > 1:
                for name, seconds in measured[SIZES[-1]].items():
                    ratio = seconds / measured[SIZES[0]][name]
                    print(f"{name}: {ratio:.2f} times as long with {SIZES[-1]:,} entries as with {SIZES[0]:,}")
            if settings.ELASTICSEARCH_URL:
                measure_changes(world)
        finally:
            if settings.ELASTICSEARCH_URL:
                delete_indices()


# --- what is searched ----------------------------------------------------------------------------------------------
class World:
    """Entries in fifty spaces, written as the ledger writes them; the reader is a member of half of the spaces."""

    def __init__(self) -> None:
        from django.contrib.contenttypes.models import ContentType

        from coordination import access
        from coordination.models import Action
        from tests.factories import join, make_organisation, make_space, make_user

        self.chance = random.Random(1)
        self.spaces = [make_space() for _number in range(SPACES)]
        self.owners = [make_organisation() for _number in range(20)]
        self.reader = make_user()
        for space in self.spaces[::2]:
            join(self.reader, space)
        self.of_actions = ContentType.objects.get_for_model(Action).pk
        self.audiences = [access.intern({access.space_token(space.pk)}).pk for space in self.spaces]
        self.size = 0

    def grow_to(self, size: int) -> None:
        from django.db import connection
        from tqdm import tqdm

        from benchmarks.worlds import entries

        began, before = time.perf_counter(), self.size
        batches = [range(first, min(first + BATCH, size)) for first in range(before, size, BATCH)]
        with tqdm(total=size - before, desc=f"to {size:,} entries", mininterval=5) as bar:
            entries.write(batches, self._entries, bar.update)
        self.size = size
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        each = (time.perf_counter() - began) / max(1, size - before) * 1000
        print(f"{size:,} entries, half of them closed to the reader (written in {each:.2f} ms each)", flush=True)

    def _entries(self, places: range) -> list[Any]:
        from search.models import Entry

        chance, entries = random.Random(places.start), []
        for place in places:
            space = place % SPACES
            entry = Entry(
                pk=FIRST + place, content_type_id=self.of_actions, object_id=10_000_000 + place, language="en",
                kind="action", title=f"{text(chance, 5)} {place}", body=text(chance, 60), url="/actions/",
                audience_id=self.audiences[space], space_id=self.spaces[space].pk, digest=str(place),
                date=date(2026, 11, 1) - timedelta(days=place % 2000), confirmed_version=1,
            )  # fmt: skip
            entry.organisation = str(chance.choice(self.owners).pk)
            entries.append(entry)
        return entries

    def questions(self) -> list[Any]:
        from search.queries import Query

        texts = [
            *(" ".join(self.chance.sample(ASKED, 2)) for _number in range(ROUNDS // 3)),
            *(self.chance.choice(RARE) for _number in range(ROUNDS // 3)),
            *(f"{self.chance.choice(RARE)} {self.chance.choice(ASKED)}" for _number in range(ROUNDS // 3)),
        ]
        self.chance.shuffle(texts)
        return [Query(text=text) for text in texts]


def text(chance: random.Random, number: int) -> str:
    return " ".join(chance.choices(VOCABULARY, cum_weights=OFTEN, k=number))


# --- searches ------------------------------------------------------------------------------------------------------
def measure(world: World, size: int, has_elasticsearch: bool) -> dict[str, float]:
    """The medians at this size, by what was measured."""
    from search.engines import elastic, embedded

    world.grow_to(size)
    engines: dict[str, Any] = {"ledger": embedded}
    if has_elasticsearch:
        measure_rebuild(world)
        engines["Elasticsearch"] = elastic
    medians: dict[str, float] = {}
    for name, engine in engines.items():
        filtered, bare, page = ask(world, engine)
        say(f"{name}: query", filtered)
        say(f"{name}: the same without the audience filter", bare)
        say(f"{name}: whole page", page)
        medians |= {f"{name}: query": statistics.median(filtered), f"{name}: page": statistics.median(page)}
        both = sorted(one / other for one, other in zip(filtered, bare, strict=True))
        more = statistics.median(page) - statistics.median(filtered)
        cost = f"with the filter {statistics.median(both):.2f} times without"
        print(f"{name}: {cost}; page {more * 1000:.0f} ms above query")
    return medians


def ask(world: World, engine: Any) -> tuple[Times, Times, Times]:
    """Each question with the filter, without it, and as a page, one after the other."""
    from django.conf import settings
    from django.test import Client, override_settings
    from django.urls import reverse

    from search.engines import elastic

    browser = Client()
    browser.force_login(world.reader)
    url = settings.ELASTICSEARCH_URL if engine is elastic else ""

    def page(query: Any) -> None:
        assert browser.get(reverse("search"), {"q": query.text}).status_code == 200

    times: tuple[Times, Times, Times] = ([], [], [])
    with override_settings(ELASTICSEARCH_URL=url):
        began = time.perf_counter()
        for number, query in enumerate([*world.questions()[:6], *world.questions()]):
            if time.perf_counter() - began > MOST_SECONDS and len(times[0]) >= 10:
                print(f"asked {len(times[0])} questions in {MOST_SECONDS} seconds")
                break
            taken = [clocked(engine.search, query, world.reader)]
            with without_filter():
                taken.append(clocked(engine.search, query, world.reader))
            taken.append(clocked(page, query))
            if number >= 6:  # the first ones warm up
                for kept, seconds in zip(times, taken, strict=True):
                    kept.append(seconds)
    return times


@contextlib.contextmanager
def without_filter():
    """As if everybody might read everything: in both engines."""
    from elasticsearch.dsl import Q

    from search.engines import elastic
    from search.models import EntryQuerySet

    kept = elastic._readable_by, EntryQuerySet.readable_by
    elastic._readable_by, EntryQuerySet.readable_by = lambda user: Q("match_all"), lambda entries, user: entries
    try:
        yield
    finally:
        elastic._readable_by, EntryQuerySet.readable_by = kept


def clocked(function: Callable[..., Any], *arguments: Any) -> float:
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def say(name: str, seconds: Times) -> None:
    late = sorted(seconds)[len(seconds) * 95 // 100]
    print(f"{name}: median {statistics.median(seconds) * 1000:.1f} ms, 95 % {late * 1000:.1f} ms", flush=True)


# --- rebuild -------------------------------------------------------------------------------------------------------
def measure_rebuild(world: World) -> None:
    """Fill the index from the ledger with a reader searching, then a bare one with documents that lie ready."""
    from django.db import connection
    from django.db.models import F
    from elasticsearch.helpers import bulk, parallel_bulk
    from tqdm import tqdm

    from search import replication
    from search.engines import elastic
    from search.models import Entry, Replica
    from search.queries import Query

    client = elastic.client(elastic.WRITE_SECONDS)
    if not replication.the_replica().index:
        # As after a first rebuild: everything is confirmed, and there is an index to search meanwhile.
        list(replication.rebuild())
    stop, answers = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            answers.append(elastic.search(Query(text="training"), world.reader).total)
            time.sleep(0.2)
        connection.close()

    reader = threading.Thread(target=search)
    reader.start()
    began, cpu = time.perf_counter(), time.process_time()
    with tqdm(desc="rebuild", total=replication.left_to_send(), mininterval=5) as bar:
        for number in replication.rebuild():
            bar.update(number)
    ours, each = bar.n / (time.perf_counter() - began), (time.process_time() - cpu) / bar.n * 1000
    stop.set()
    reader.join()
    Entry.objects.waiting().update(confirmed_version=F("version"))
    documents = []
    for entry in Entry.objects.order_by("pk").select_related("audience").prefetch_related("facets")[:BULK]:
        documents.append({"_id": str(entry.pk), "_source": elastic.document_of(entry)})
    name, bare = f"{Replica.objects.get().alias}-bare", {}
    for way, send in (("bulk", bulk), ("parallel_bulk", parallel_bulk)):
        elastic.make_index(client, name)
        elastic.only_fill(client, name)
        began = time.perf_counter()
        answers_of = send(client, documents, index=name, chunk_size=500)
        if way != "bulk":
            deque(answers_of, maxlen=0)
        bare[way] = len(documents) / (time.perf_counter() - began)
        client.indices.delete(index=name)
    print(
        f"rebuild: {ours:,.0f} entries a second from the ledger ({each:.2f} ms of our processor each); with documents "
        f"that lie ready, bulk sends {bare['bulk']:,.0f} a second and parallel_bulk {bare['parallel_bulk']:,.0f} "
        f"(ours at {ours / bare['bulk']:.0%} and {ours / bare['parallel_bulk']:.0%}); "
        f"{len(answers)} searches meanwhile, {answers.count(0)} without results",
        flush=True,
    )


# --- from saved to findable ----------------------------------------------------------------------------------------
def measure_changes(world: World) -> None:
    """Actions are saved at a steady rate, by processes as a server has several, while a worker sends them; each is
    looked for until it is found."""
    from django.db import connections

    global _world
    _world, beat = world, Path(folder) / "beat"
    beat.unlink(missing_ok=True)
    connections.close_all()  # each process has one of its own
    with (
        multiprocessing.get_context("fork").Pool(SAVERS) as savers,
        subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"], cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "WORKER_HEARTBEAT": str(beat)}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as worker,
    ):  # fmt: skip
        looking = Looking(world)
        try:
            while not beat.exists():
                time.sleep(0.2)
            time.sleep(2)
            looking.start()
            began = time.perf_counter() + 0.5
            saved = [each for some in savers.map(_save_some, [(one, began) for one in range(SAVERS)]) for each in some]
            rate = len(saved) / (max(ended for _number, _taken, ended in saved) - began)
            looking.finish(len(saved))
        finally:
            worker.terminate()
    say(f"a save, at {rate:.0f} a second", [taken for _number, taken, _ended in saved])
    found = sorted(looking.found[number] - ended for number, _taken, ended in saved if number in looking.found)
    late = found[len(found) * 95 // 100]
    print(
        f"from saved to findable at {rate:.0f} changes a second: median {statistics.median(found):.2f} s, "
        f"95 % {late:.2f} s, longest {found[-1]:.2f} s, never {len(saved) - len(found)}"
    )


_world: World | None = None


def _save_some(of_all: tuple[int, float]) -> list[tuple[int, float, float]]:
    """What one process saves: the number of each change, how long it took, and when it was over. Its clock is that of
    the machine, which all processes share."""
    from tests.factories import make_action

    one, began = of_all
    saved = []
    for number in range(one, CHANGES * SECONDS, SAVERS):
        time.sleep(max(0.0, began + number / CHANGES - time.perf_counter()))
        taken = clocked(lambda number=number: make_action(_world.spaces[0], _world.owners[0], title=f"Fresh {number}"))
        saved.append((number, taken, time.perf_counter()))
    return saved


class Looking(threading.Thread):
    """Asks Elasticsearch again and again which of the new ones it finds, as a search of the reader would."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.found = world, {}
        self.awaited = sys.maxsize
        self.until = math.inf

    def run(self) -> None:
        from django.conf import settings

        from search.engines import elastic

        client = elastic.client(10)
        body = {
            "bool": {
                "filter": [elastic._readable_by(self.world.reader).to_dict()],
                "must": {"match": {"title": "fresh"}},
            }
        }
        # Only the newest, and no more than a moment's work: looking is not to hold up what it looks at.
        newest: Any = [{"number": "desc"}]
        while len(self.found) < self.awaited and time.perf_counter() < self.until:
            answer = client.search(
                index=settings.ELASTICSEARCH_INDEX, query=body, sort=newest, size=500, source=["title"]
            )
            now = time.perf_counter()
            for hit in answer["hits"]["hits"]:
                number = int(next(word for word in hit["_source"]["title"].split() if word.isdecimal()))
                self.found.setdefault(number, now)
            time.sleep(0.1)

    def finish(self, awaited: int) -> None:
        """Wait for what is still to be found, but not for ever."""
        self.until = time.perf_counter() + 30
        self.awaited = awaited
        self.join()


def delete_indices() -> None:
    from django.conf import settings

    from search.engines import elastic

    client = elastic._client(settings.ELASTICSEARCH_URL)
    for index in client.options(ignore_status=404).indices.get(index=f"{settings.ELASTICSEARCH_INDEX}*"):
        client.indices.delete(index=index)


if __name__ == "__main__":
    main()
