"""How long a search takes at 10,000 entries (BENCH_ENTRIES): ledger, Elasticsearch, and what the audience filter costs.

    .venv/bin/python benchmarks/search.py           (or: make bench)

Only ratios taken in one run are comparable; they are what is printed last. It works on a database of its own.
Elasticsearch is measured where ELASTICSEARCH_URL is set.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ENTRIES, SPACES, ROUNDS = int(os.environ.get("BENCH_ENTRIES", "10000")), 50, 5
QUERIES = ("training", "border police", "соглашение", "readmission karachi")
WORDS = [
    *("training", "border", "police", "agreement", "readmission", "karachi", "almaty", "labour", "mobility", "visa"),
    *("centre", "migrants", "return", "reintegration", "counter", "trafficking", "research", "skills", "delegation"),
    *("соглашение", "граница", "обучение", "تربیت", "سرحد", "مرکز", "record"),
]

folder = tempfile.mkdtemp(prefix="accord-bench-")
os.environ |= {
    "SECRET_KEY": "only-for-benchmarks",
    "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "ELASTICSEARCH_INDEX": f"bench-{os.getpid()}",
    "LOG_LEVEL": "ERROR",
}
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from search.engines import elastic, embedded

    call_command("migrate", verbosity=0)
    member, everywhere = fill()
    ledger = measure(embedded.search, member)
    print(f"ledger, a member of one of {SPACES} spaces: {ledger * 1000:.1f} ms")
    unfiltered = measure(embedded.search, everywhere)
    print(f"ledger, a member of all of them: {unfiltered * 1000:.1f} ms")
    print(f"ratio of the narrow reader to the wide one: {ledger / unfiltered:.2f}")
    print(f"what the audience filter costs the wide reader: {filter_cost(everywhere):.2f} times the same without it")
    if not settings.ELASTICSEARCH_URL:
        print("Elasticsearch is not measured: ELASTICSEARCH_URL is not set.")
        return
    send_all()
    try:
        engine = measure(elastic.search, everywhere)
        print(f"Elasticsearch, a member of all spaces: {engine * 1000:.1f} ms")
        print(f"ratio of the ledger to Elasticsearch: {unfiltered / engine:.2f}")
    finally:
        client = elastic.client(elastic.WRITE_SECONDS)
        for index in client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}*"):
            client.indices.delete(index=index)


def fill():
    """Actions in many spaces; a reader who is in one space, and one who is in all."""
    from django.db import transaction

    from coordination.models import Action
    from tests.factories import join, make_member, make_organisation, make_space, make_user

    chance = random.Random(1)
    began = time.perf_counter()
    with transaction.atomic():
        spaces, owner = [make_space() for _number in range(SPACES)], make_organisation()
        for number in range(ENTRIES):
            title = " ".join(chance.choices(WORDS, k=5))
            description = " ".join(chance.choices(WORDS, k=60))
            Action.objects.create(
                space=spaces[number % SPACES], owner=owner, title=f"{title} {number}", description=description
            )
    print(f"{ENTRIES} actions written with their entries: {(time.perf_counter() - began) / ENTRIES * 1000:.2f} ms each")
    everywhere = make_user()
    for space in spaces:
        join(everywhere, space)
    return make_member(spaces[0]), everywhere


def measure(search, user) -> float:
    """The median time of one search, over all queries, in seconds."""
    from search.queries import Query

    times = []
    for _round in range(ROUNDS):
        for text in QUERIES:
            began = time.perf_counter()
            search(Query(text=text), user)
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def filter_cost(user) -> float:
    """The same page of hits, with and without asking for the reader's audiences."""
    from search.engines import embedded
    from search.models import Entry

    def page(entries) -> float:
        began = time.perf_counter()
        list(embedded._ranked(embedded._matches(["training"], []), entries).values_list("number")[:20])
        return time.perf_counter() - began

    with_filter = statistics.median(page(Entry.objects.standing().readable_by(user)) for _round in range(ROUNDS))
    without = statistics.median(page(Entry.objects.standing()) for _round in range(ROUNDS))
    return with_filter / without


def send_all() -> None:
    from django.conf import settings

    from search import replication
    from search.engines import elastic

    began = time.perf_counter()
    while replication.send_round():
        pass
    elastic.client(elastic.WRITE_SECONDS).indices.refresh(index=settings.ELASTICSEARCH_INDEX)
    print(f"{ENTRIES} entries sent to Elasticsearch: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
