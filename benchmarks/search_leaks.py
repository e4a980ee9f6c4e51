"""What search tells 200 readers by 500 questions, held against the rule of access; and how long "no" takes.

    . var/services/env; .venv/bin/python benchmarks/search_leaks.py

On a database of its own, with both engines: the ledger, and Elasticsearch where ELASTICSEARCH_URL is set. Readers,
things and questions are random by a seed that is printed; LEAK_SEED repeats a run. Sizes: LEAK_READERS, LEAK_QUERIES,
LEAK_THINGS. An answer depends on its reader by what is kept of them in `World.standing` alone; so one of those who
stand alike is asked all questions, and the others a random fiftieth of them, to see that it is so. Questions come in
random order, and after LEAK_SECONDS for each engine (by default an hour) no more are asked; LEAK_PROCESSES ask at once.
LEAK_ENGINES names one of the two where the other is not wanted; LEAK_PAIRS=0 leaves the times out.

Then response times: pages for a word that is nowhere are asked for in turn with pages for a word that only closed
things have, the order within each pair by chance (LEAK_PAIRS of them). The pairs are compared by Wilcoxon's signed-rank
test; what is printed beside its p is the median difference with its 95 % interval, and the difference that these pairs
would have shown four times in five (2.8 standard errors).
"""

import math
import multiprocessing
import os
import random
import statistics
import sys
import time
from pathlib import Path

SEED = int(os.environ.get("LEAK_SEED", "20201129"))
READERS = int(os.environ.get("LEAK_READERS", "200"))
QUERIES = int(os.environ.get("LEAK_QUERIES", "500"))
THINGS = int(os.environ.get("LEAK_THINGS", "600"))
ENGINES = os.environ.get("LEAK_ENGINES", "ledger elasticsearch").split()
SHARE_OF_ALIKE = 0.02
SECONDS = float(os.environ.get("LEAK_SECONDS", "3600"))
PROCESSES = int(os.environ.get("LEAK_PROCESSES", str(os.cpu_count() or 1)))
TOGETHER = 10  # questions that one process asks of all readers before it takes the next
PAIRS = int(os.environ.get("LEAK_PAIRS", "400"))
SHOWN = 20

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> int:
    from benchmarks.worlds.own_database import database

    with database(index="leaks"):
        from django.conf import settings

        has_elasticsearch = bool(settings.ELASTICSEARCH_URL)
        try:
            return look(has_elasticsearch)
        finally:
            if has_elasticsearch:
                delete_indices()


def look(has_elasticsearch: bool) -> int:
    from django.conf import settings
    from django.db import connection

    from search.engines import elastic, embedded
    from tests.search.leaking import World

    elastic.SEARCH_SECONDS = 60  # on a busy machine too, it is Elasticsearch's answers that are looked at
    began = time.perf_counter()
    world = World(SEED, THINGS, READERS)
    print(
        f"seed {SEED}: {len(world.entries)} entries, {READERS} readers, in {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    engines = {}
    if "ledger" in ENGINES:
        engines[f"ledger on {connection.vendor}"] = (embedded, "")
    if "elasticsearch" in ENGINES and has_elasticsearch:
        send_all()
        engines["Elasticsearch"] = (elastic, settings.ELASTICSEARCH_URL)
    queries, wrong = world.queries(QUERIES), 0
    for name, (engine, url) in engines.items():
        settings.ELASTICSEARCH_URL = url
        wrong += ask(name, engine, world, queries)
    for name, (_engine, url) in engines.items() if PAIRS else ():
        settings.ELASTICSEARCH_URL = url
        compare_times(name, world)
    return int(bool(wrong))


class Walk:
    """Asks some questions of one reader of each standing, and now and then of another; in several processes."""

    def __init__(self, engine, world) -> None:
        from tests.search.leaking import Looking

        self.looking, self.until = Looking(world, engine), time.monotonic() + SECONDS
        self.alike: dict[object, list] = {}
        for reader in world.readers:
            self.alike.setdefault(world.standing(reader), []).append(reader)

    def ask(self, numbered) -> tuple[int, int, list]:
        """How many answers were looked at, for how many pairs of reader and question they stand; what is wrong."""
        number, queries = numbered
        chance, asked, stood_for, wrong = random.Random(SEED + number), 0, 0, []
        for first, *others in self.alike.values():
            if time.monotonic() > self.until:
                break
            wrong += self.looking.problems_of(first, queries)
            for other in others:
                some = [query for query in queries if chance.random() < SHARE_OF_ALIKE]
                wrong += self.looking.problems_of(other, some)
                asked += len(some)
            asked += len(queries)
            stood_for += len(queries) * (1 + len(others))
        return asked, stood_for, wrong


def ask(name: str, engine, world, queries) -> int:
    from django.db import connections
    from tqdm import tqdm

    from search.engines import elastic

    global _walk
    _walk = Walk(engine, world)
    parts = list(enumerate(queries[first : first + TOGETHER] for first in range(0, len(queries), TOGETHER)))
    # Each process has connections of its own.
    connections.close_all()
    elastic._client.cache_clear()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        told = list(tqdm(pool.imap_unordered(_ask_part, parts), desc=name, total=len(parts), mininterval=10))
    asked, stood_for = sum(part[0] for part in told), sum(part[1] for part in told)
    wrong = [problem for part in told for problem in part[2]]
    print(
        f"{name}: {asked:,} answers, for {stood_for:,} of {len(world.readers) * len(queries):,} pairs of reader and "
        f"question ({len(_walk.alike)} standings), {len(wrong)} that go beyond the rule or fall short of it",
        flush=True,
    )
    for problem in wrong[:SHOWN]:
        print("  ", *problem)
    return len(wrong)


_walk: Walk | None = None


def _ask_part(numbered) -> tuple[int, int, list]:
    return _walk.ask(numbered)


# --- how long "no" takes -------------------------------------------------------------------------------------------
def compare_times(name: str, world) -> None:
    """A stranger asks for a word that is nowhere, and for one that one closed thing has, or many of them."""
    from django.test import Client
    from django.urls import reverse
    from tqdm import tqdm

    from tests.factories import make_user
    from tests.search.leaking import CANARY

    chance, browser, stranger = random.Random(SEED), Client(), make_user()
    browser.force_login(stranger)
    # Of the very shape of those that are nowhere: what a page does with a word depends on its letters too.
    hidden = sorted(word for word in world.hidden_words(world.readable(stranger)) if not CANARY.fullmatch(word))

    def page(word: str) -> float:
        began = time.perf_counter()
        answer = browser.get(reverse("search"), {"q": word})
        assert answer.status_code == 200
        return (time.perf_counter() - began) * 1000

    for _time in range(10):
        page(world.word())
    differences = []
    for _pair in tqdm(range(PAIRS), desc=f"times, {name}", mininterval=10):
        asked = [("nowhere", world.word()), ("closed", chance.choice(hidden))]
        chance.shuffle(asked)
        taken = {what: page(word) for what, word in asked}
        differences.append(taken["closed"] - taken["nowhere"])
    print(f"{name}: {in_words(differences)}")


def in_words(differences: list[float]) -> str:
    ordered, many = sorted(differences), len(differences)
    # The interval of the median, by order statistics; a standard error from its width.
    half = 1.96 * math.sqrt(many) / 2
    low, high = ordered[max(0, int(many / 2 - half))], ordered[min(many - 1, int(many / 2 + half))]
    seen = 2.8 * (high - low) / 3.92
    return (
        f'"not for you" less "does not exist", {many} pairs: median {statistics.median(ordered):+.2f} ms '
        f"({low:+.2f} to {high:+.2f}), p = {signed_rank(differences):.2f}; {seen:.2f} ms would have been seen"
    )


def signed_rank(differences: list[float]) -> float:
    """Wilcoxon's test, two-sided, by the normal approximation."""
    by_size = sorted((abs(each), each > 0) for each in differences if each)
    many = len(by_size)
    upwards = sum(rank for rank, (_size, is_up) in enumerate(by_size, 1) if is_up)
    spread = math.sqrt(many * (many + 1) * (2 * many + 1) / 24)
    return math.erfc(abs(upwards - many * (many + 1) / 4) / spread / math.sqrt(2))


# --- Elasticsearch -------------------------------------------------------------------------------------------------
def send_all() -> None:
    from django.conf import settings

    from search import replication
    from search.engines import elastic

    while replication.send_round():
        pass
    elastic.client(elastic.WRITE_SECONDS).indices.refresh(index=settings.ELASTICSEARCH_INDEX)


def delete_indices() -> None:
    from django.conf import settings

    from search.engines import elastic

    client = elastic._client(os.environ["ELASTICSEARCH_URL"])
    for index in client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}*"):
        client.indices.delete(index=index)


if __name__ == "__main__":
    sys.exit(main())
