"""What search tells 200 readers by 500 questions, held against the rule of access; and how long "no" takes.

    . var/services/env; .venv/bin/python benchmarks/search_leaks.py

On a database of its own, with both engines: the ledger, and Elasticsearch where ELASTICSEARCH_URL is set. Readers,
things and questions are random by a seed that is printed; LEAK_SEED repeats a run. Sizes: LEAK_READERS, LEAK_QUERIES,
LEAK_THINGS. Of all pairs of reader and question a random fiftieth is asked, which takes some minutes for each engine:
every reader asks about ten questions. LEAK_SHARE=1 asks all pairs, in hours.

Then response times: pages for a word that is nowhere are asked for in turn with pages for a word that only closed
things have, the order within each pair by chance (LEAK_PAIRS of them). The pairs are compared by Wilcoxon's signed-rank
test; what is printed beside its p is the median difference with its 95 % interval, and the difference that these pairs
would have shown four times in five (2.8 standard errors).
"""

import math
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
SHARE = float(os.environ.get("LEAK_SHARE", "0.02"))
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
    engines = {f"ledger on {connection.vendor}": (embedded, "")}
    if has_elasticsearch:
        send_all()
        engines["Elasticsearch"] = (elastic, settings.ELASTICSEARCH_URL)
    queries, wrong = world.queries(QUERIES), 0
    for name, (engine, url) in engines.items():
        settings.ELASTICSEARCH_URL = url
        wrong += ask(name, engine, world, queries)
    for name, (_engine, url) in engines.items():
        settings.ELASTICSEARCH_URL = url
        compare_times(name, world)
    return int(bool(wrong))


def ask(name: str, engine, world, queries) -> int:
    from tqdm import tqdm

    from tests.search.leaking import Looking

    chance, looking, asked, wrong = random.Random(SEED), Looking(world, engine), 0, []
    for reader in tqdm(world.readers, desc=name, unit=" readers", mininterval=10):
        for query in queries:
            if chance.random() < SHARE:
                asked += 1
                wrong += [
                    (str(reader), query.text, dict(query.chosen), what) for what in looking.problems(reader, query)
                ]
    of_all = f"of {len(world.readers) * len(queries):,} pairs of reader and question"
    print(f"{name}: {asked:,} answers {of_all}, {len(wrong)} that go beyond the rule or fall short of it", flush=True)
    for problem in wrong[:SHOWN]:
        print("  ", *problem)
    return len(wrong)


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
