"""Elasticsearch away, workers killed: nothing is lost, nothing is left over, and no save notices."""

import contextlib
import itertools
import multiprocessing
import os
import queue
import random
import statistics
import threading
import time

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from coordination.models import Action, Agreement, Marking
from search import replication
from search.engines import elastic
from search.models import Entry, Replica
from tests.elasticsearch_node import SearchNode
from tests.factories import make_action, make_agreement, make_member, make_organisation, make_space, mark
from tests.faults.proxy import FaultyProxy
from tests.servers import forget_connection, wait_until

pytestmark = [pytest.mark.full, pytest.mark.slow]

DEGRADED = "data-search-degraded"
CHANGES = int(os.environ.get("SEARCH_CHANGES", "250"))
KILLS, ROUNDS_OF_FAULTS = (2, 1) if CHANGES < 2000 else (CHANGES // 500, 4)
PROCESSES = 2 if CHANGES < 2000 else 4
FAULTS = ("through", "slow", "deleted", "busy", "away")


@pytest.fixture
def index(stack, settings):
    """The index of this test, for the processes and for the test's own Django."""
    settings.ELASTICSEARCH_INDEX = stack.env["ELASTICSEARCH_INDEX"]
    elastic.breaker.close()
    yield
    elastic.breaker.close()


def equal():
    """Whether the worker has brought the index to where the ledger is."""
    return not Entry.objects.waiting().exists() and not replication.differences()


def found(client, query):
    response = client.get(reverse("search"), {"q": query})
    assert response.status_code == 200
    return response.content.decode()


def test_elasticsearch_stopped_and_started_again(stack, index, settings, client, tmp_path):
    with SearchNode(tmp_path / "node") as node:
        stack.env["ELASTICSEARCH_URL"] = settings.ELASTICSEARCH_URL = node.url
        space = make_space("Border management")
        client.force_login(make_member(space))
        stack.forked_worker()
        before = make_action(space, title="Harbour before")
        wait_until(equal, "The worker has not sent what was there.")
        # The first question to a node that has just started may take longer than a reader waits.
        wait_until(lambda: DEGRADED not in found(client, "harbour"), "The page answers from the ledger.")

        node.stop()
        began = time.monotonic()
        during = [make_action(space, title=f"Harbour during {number}") for number in range(20)]
        before.delete()
        during[0].title = "Renamed"
        during[0].save()
        assert time.monotonic() - began < 10  # about half a second each, on a busy machine, is no waiting for anybody
        page = found(client, "harbour")
        assert DEGRADED in page
        assert ">19 results<" in page
        assert elastic.breaker.is_open, "The next reader waits for what is away."

        node.start()
        wait_until(equal, "Elasticsearch was not brought to where the ledger is.", seconds=120)
        wait_until(lambda: DEGRADED not in found(client, "harbour"), "The page still answers from the ledger.")
        page = found(client, "harbour")
        assert ">19 results<" in page


@pytest.mark.timeout(240 + CHANGES // 4)
def test_mixed_changes_lose_nothing_while_elasticsearch_fails_in_every_way_and_workers_die(stack, index, settings):
    """With SEARCH_CHANGES=20000 in the environment (and -s) it says how long saves took under each fault.

    Each change is a save, a publishing or a deletion of a model, made by one of several processes.
    """
    chance = random.Random(20201006)
    proxy = FaultyProxy(settings.ELASTICSEARCH_URL)
    stack.env["ELASTICSEARCH_URL"] = settings.ELASTICSEARCH_URL = proxy.url
    worker, worlds = stack.worker(), [Changes(random.Random(number)) for number in range(PROCESSES)]
    kills = sorted(chance.sample(range(CHANGES // 10, CHANGES), KILLS))
    step, mode, starting, told = CHANGES // ROUNDS_OF_FAULTS // len(FAULTS), -1, None, 0
    changing = Changing(worlds, CHANGES // PROCESSES)
    while changing.goes_on():
        made = changing.made.value
        if made // step > mode:
            mode += 1
            fault = changing.fault.value = mode % len(FAULTS)
            proxy.mode = "through" if FAULTS[fault] == "deleted" else FAULTS[fault]
            if FAULTS[fault] == "deleted":
                wait_until(delete_the_index, "There is no index to delete.")
        if kills and made >= kills[0]:
            kills.pop(0)
            if starting:
                starting.join()
            worker.kill()
            starting = threading.Thread(target=worker.start)
            starting.start()
        if made >= told + 1000:
            told = made
            print(f"{made} changes, {FAULTS[mode % len(FAULTS)]}", flush=True)
        time.sleep(0.02)
    proxy.mode = "through"
    if starting:
        starting.join()
    began = time.monotonic()
    wait_until(lambda: not Entry.objects.waiting().exists(), "Something still waits.", seconds=120 + CHANGES // 50)
    caught_up = time.monotonic() - began
    differences = replication.differences()
    assert not differences, differences
    assert documents() == {entry.pk: as_sent(entry) for entry in worlds[0].entries()}
    proxy.close()
    for fault, seconds in changing.taken().items():
        seconds.sort()
        median, late = statistics.median(seconds), seconds[len(seconds) * 99 // 100]
        print(f"{fault}: {len(seconds)} saves, {median * 1000:.0f} ms, 99 % {late * 1000:.0f} ms, {seconds[-1]:.2f} s")
    print(f"{changing.made.value} changes by {PROCESSES} processes, {KILLS - len(kills)} workers killed; ", end="")
    print(f"{differences.held} entries, equal {caught_up:.0f} s after the last change.")


class Changing:
    """Processes that make changes, each in a space of its own, as quickly as they can."""

    def __init__(self, worlds, number):
        fork = multiprocessing.get_context("fork")
        self.made, self.fault, self.number = fork.Value("i", 0), fork.Value("i", 0), number
        self._taken, self._received = fork.Queue(), []
        forget_connection()  # no two processes share one
        self.children = [fork.Process(target=self._change, args=(world,)) for world in worlds]
        for child in self.children:
            child.start()

    def goes_on(self):
        with contextlib.suppress(queue.Empty):
            while True:
                self._received.append(self._taken.get_nowait())
        assert not any(child.exitcode for child in self.children), "A save failed."
        return len(self._received) < len(self.children)

    def taken(self):
        """How long each change took, by what was wrong with Elasticsearch when it began."""
        by_fault = {}
        for fault, seconds in itertools.chain.from_iterable(self._received):
            by_fault.setdefault(FAULTS[fault], []).append(seconds)
        return by_fault

    def _change(self, world):
        elastic._client = asked_by_a_save  # so that no save waits for Elasticsearch, or fails with it
        taken = []
        for _number in range(self.number):
            fault, began = self.fault.value, time.perf_counter()
            world.make_one()
            taken.append((fault, time.perf_counter() - began))
            with self.made.get_lock():
                self.made.value += 1
        self._taken.put(taken)


def asked_by_a_save(url):
    raise AssertionError("A save asks Elasticsearch.")


def delete_the_index():
    name = Replica.objects.filter(alias=django_settings.ELASTICSEARCH_INDEX).values_list("index", flat=True).first()
    return name and elastic.client(elastic.WRITE_SECONDS).options(ignore_status=404).indices.delete(index=name)


def test_two_workers_at_once_send_the_same_once_over(stack, index):
    changes = Changes(random.Random(7))
    workers = [stack.forked_worker(), stack.forked_worker()]
    for _number in range(400):
        changes.make_one()
    wait_until(lambda: not Entry.objects.waiting().exists(), "Something still waits.", seconds=120)
    assert all(worker.is_running for worker in workers)
    assert not replication.differences()
    assert documents() == {entry.pk: as_sent(entry) for entry in changes.entries()}
    assert "stumbled" not in "".join(worker.log for worker in workers)


class Changes:
    """Actions and agreements made, changed, narrowed, withdrawn, published again and deleted, by chance."""

    def __init__(self, chance):
        self.chance = chance
        self.space = make_space("Busy")
        self.member = make_member(self.space)
        self.owner = make_organisation()
        self.made = 0
        self.keys = {Action: [], Agreement: []}

    def make_one(self):
        self.made += 1
        steps = [self.add] * 4 + [self.change] * 4 + [self.narrow, self.withdraw, self.delete]
        self.chance.choice(steps)()

    def add(self):
        if self.chance.random() < 0.2:
            made = make_agreement(self.space, title=f"Agreement {self.made}")
        else:
            made = make_action(self.space, self.owner, title=f"Action {self.made}")
        self.keys[type(made)].append(made.pk)

    def change(self):
        if action := self.any_of(Action):
            action.title = f"Changed {self.made}"
            action.save()

    def narrow(self):
        if action := self.any_of(Action):
            mark(action, self.chance.choice([Marking.RED, Marking.AMBER, Marking.GREEN]), users=[self.member])

    def withdraw(self):
        if agreement := self.any_of(Agreement):
            agreement.unpublish() if agreement.live else agreement.save_revision().publish()

    def delete(self):
        if action := self.any_of(Action):
            self.keys[Action].remove(action.pk)
            action.delete()

    def any_of(self, model):
        keys = self.keys[model]
        return model.objects.get(pk=self.chance.choice(keys)) if keys else None

    def entries(self):
        return Entry.objects.standing().select_related("audience")


def as_sent(entry):
    return (entry.version, elastic.document_of(entry)["title"], sorted(entry.audience.tokens))


def documents():
    from elasticsearch.helpers import scan

    client = elastic.client(elastic.WRITE_SECONDS)
    hits = scan(client, index=django_settings.ELASTICSEARCH_INDEX, query={"version": True})
    return {
        int(hit["_id"]): (hit["_version"], hit["_source"]["title"], hit["_source"].get("audience", [])) for hit in hits
    }
