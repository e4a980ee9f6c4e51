"""Three nodes of Elasticsearch, one of which is killed while searches and indexing go on.

    . var/services/env; .venv/bin/python benchmarks/search_nodes.py

Starts the nodes itself, from the published jars (tests/elasticsearch_node), on loopback, with half a gigabyte each; the
database is one of its own. While changes are made and sent, readers search without pause; after a while the node that
holds the primary copy is killed with -9, and started again later. It says how long searches took before, while and
after, how many were answered by the ledger, and whether any was wrong. NODES_SECONDS is the length of each stretch.
"""

import contextlib
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS = int(os.environ.get("NODES_SECONDS", "20"))
THINGS, READERS = 200, 2
# What a search may take: its time-out, and what the page does besides, on a busy machine.
MORE_SECONDS = 2.0

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> int:
    from tests.elasticsearch_node import SearchNode, free_port
    from tests.servers import PostgresDatabase

    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        print("Searches and changes at once are tried on PostgreSQL: DATABASE_URL names none.")
        return 0
    database, folder = PostgresDatabase(server), Path(tempfile.mkdtemp(prefix="accord-nodes-"))
    ports = [free_port() for _node in range(3)]
    together = {
        "discovery__seed_hosts": ",".join(f"127.0.0.1:{port}" for port in ports),
        "cluster__initial_master_nodes": "n0,n1,n2",
    }
    nodes = [
        SearchNode(folder / f"n{number}", node__name=f"n{number}", transport__port=str(port), **together)
        for number, port in enumerate(ports)
    ]
    for node in nodes:
        node.folder.mkdir()
    os.environ |= {
        "SECRET_KEY": "only-for-benchmarks",
        "DATABASE_URL": database.url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ELASTICSEARCH_URL": ",".join(node.url for node in nodes),
        "ELASTICSEARCH_INDEX": "nodes",
        "LOG_LEVEL": "CRITICAL",
    }
    import django

    django.setup()
    try:
        with ThreadPoolExecutor(3) as starting:  # each waits for the others
            list(starting.map(lambda node: node.start(), nodes))
        database.create()
        return try_it(nodes)
    finally:
        from django.db import connections

        connections.close_all()
        for node in nodes:
            node.kill()
        with contextlib.suppress(Exception):
            database.drop()


def try_it(nodes) -> int:
    from django.conf import settings

    from search import replication
    from search.engines import elastic
    from tests.factories import make_action, make_member, make_space

    space, closed = make_space("Open"), make_space("Closed")
    reader = make_member(space)
    actions = [make_action(space, title=f"Harbour {number}") for number in range(THINGS)]
    for number in range(THINGS):
        make_action(closed, title=f"Harbour closed {number}")
    stop = threading.Event()
    worker = threading.Thread(target=replication.run, args=(stop,))
    worker.start()
    wait_for(lambda: not waiting(), "The index is not filled.")
    client = elastic.client(elastic.WRITE_SECONDS)
    client.cluster.health(index=settings.ELASTICSEARCH_INDEX, wait_for_status="green", timeout="60s")
    searches = Searches(reader, space, stop)
    threads = [threading.Thread(target=searches.run) for _reader in range(READERS)]
    for thread in threads:
        thread.start()
    held_by = primary(client)
    chance, changed = random.Random(1), 0
    for stretch in ("three nodes", "one killed", "started again"):
        searches.stretch = stretch
        victim = nodes[int(held_by[1:])]
        if stretch == "one killed":
            victim.kill()
        if stretch == "started again":
            threading.Thread(target=victim.start).start()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            changed += 1
            action = chance.choice(actions)
            action.title = f"Harbour {changed} changed"
            action.save()
            time.sleep(0.05)
    wait_for(lambda: not waiting(), "Something still waits.")
    stop.set()
    for thread in [worker, *threads]:
        thread.join()
    wait_for(lambda: equal(replication), "Ledger and index differ.")
    print(f"{changed} changes; the node that held the primary copy, {held_by}, was killed; ledger and index are equal.")
    return searches.say(elastic.SEARCH_SECONDS + MORE_SECONDS)


class Searches:
    """Asked for all of what is open, again and again: there are always as many, whatever becomes of Elasticsearch."""

    def __init__(self, reader, space, stop) -> None:
        self.reader, self.space, self.stop = reader, space, stop
        self.stretch = "three nodes"
        self.taken: dict[str, list[tuple[float, bool]]] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        from django.db import connection

        from search import selectors
        from search.queries import Query

        while not self.stop.is_set():
            began, stretch = time.monotonic(), self.stretch
            try:
                results = selectors.search(Query(text="harbour"), self.reader)
            except Exception as failure:
                self.wrong.append(f"{stretch}: failed with {type(failure).__name__}")
                continue
            self.taken.setdefault(stretch, []).append((time.monotonic() - began, results.from_ledger_instead))
            # An old title may be found for a moment, never another's.
            spaces = {hit.entry.space_id for hit in results.hits} - {self.space.pk}
            if results.total != THINGS or spaces:
                self.wrong.append(f"{stretch}: {results.total} hits, other spaces: {spaces}")
            time.sleep(0.02)
        connection.close()

    def say(self, longest: float) -> int:
        too_long = 0
        for stretch, taken in self.taken.items():
            seconds = sorted(each for each, _instead in taken)
            late = seconds[len(seconds) * 95 // 100]
            too_long += sum(each > longest for each in seconds)
            print(
                f"{stretch}: {len(seconds)} searches, median {statistics.median(seconds) * 1000:.0f} ms, "
                f"95 % {late * 1000:.0f} ms, longest {seconds[-1]:.2f} s, "
                f"by the ledger instead: {sum(instead for _seconds, instead in taken)}"
            )
        print(f"wrong or failed: {len(self.wrong)}; longer than {longest:.0f} s: {too_long}")
        for sentence in sorted(set(self.wrong))[:10]:
            print("  ", sentence)
        return int(bool(self.wrong or too_long))


def primary(client) -> str:
    """The name of the node that holds the primary copy."""
    shards = client.cat.shards(index="nodes", format="json")
    return next(shard["node"] for shard in shards if shard["prirep"] == "p")


def waiting() -> bool:
    from search.models import Entry

    return Entry.objects.waiting().exists()


def equal(replication) -> bool:
    with contextlib.suppress(Exception):
        return not replication.differences()
    return False


def wait_for(happened, sentence: str, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            raise SystemExit(sentence)
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
