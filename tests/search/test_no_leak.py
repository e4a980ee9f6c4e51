"""Nothing that search says to anybody goes beyond what they may read; in full by benchmarks/search_leaks.py."""

import pytest

from search.engines import elastic, embedded
from tests.search.leaking import Looking, World

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
SEED = 20201129


def test_random_readers_learn_of_nothing_closed_by_random_questions(engine):
    world = World(SEED, things=60, readers=10)
    engine.catch_up()
    looking = Looking(world, embedded if engine.name == "ledger" else elastic)
    queries = world.queries(8)
    closed = [len(world.entries) - len(world.readable(reader)) for reader in world.readers]
    assert min(closed) > 5, "Everybody may read nearly everything: this would show nothing."
    problems = [problem for reader in world.readers for problem in looking.problems_of(reader, queries)]
    assert not problems, f"seed {SEED}: {problems[:5]}"
