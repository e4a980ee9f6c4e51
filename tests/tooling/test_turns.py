"""A server works on few requests at once: config.turns."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from config.turns import InTurn, takes_no_turn
from tests.factories import make_member, make_space
from tests.servers import wait_until


async def greatest_number_at_once(path, many=12, at_once=3):
    """How many of so many requests were worked on at the same time; in which order they were begun."""
    working, seen, begun = 0, [], []

    async def application(scope, receive, send):
        nonlocal working
        begun.append(scope["number"])
        working += 1
        seen.append(working)
        await asyncio.sleep(0.01)
        working -= 1
        if scope["number"] == 0:
            raise RuntimeError("Its turn is given back all the same.")

    in_turn = InTurn(application, at_once)
    asked = [in_turn({"path": path, "number": number}, None, None) for number in range(many)]
    await asyncio.gather(*asked, return_exceptions=True)
    return max(seen), begun


async def test_so_many_requests_are_worked_on_at_once_and_the_others_come_in_their_order():
    assert await greatest_number_at_once("/desk/") == (3, list(range(12)))


async def test_who_waits_for_news_and_who_asks_whether_the_process_is_up_waits_for_nobody():
    for path in (reverse("thread_wait", args=["4x9k"]), reverse("healthz")):
        assert takes_no_turn(path)
        assert (await greatest_number_at_once(path))[0] == 12
    assert not takes_no_turn(reverse("thread_messages", args=["4x9k"]))


@pytest.mark.slow
@pytest.mark.full
def test_a_crowd_is_answered_over_few_connections_to_the_database(stack):
    member, server = make_member(make_space()), stack.server()

    def ask(_number):
        try:
            return server.get("/desk/", member).status
        finally:
            connection.close()  # of this test's own thread, which has signed in

    with ThreadPoolExecutor(24) as crowd:
        assert set(crowd.map(ask, range(48))) == {200}
    with connection.cursor() as cursor:

        def connections() -> int:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            return cursor.fetchone()[0]

        # The crowd's own have only just ended.
        wait_until(lambda: 1 < connections() <= 8, "Not those of the test, of four turns and of threads beside them.")
        cursor.execute("SHOW join_collapse_limit")
        assert cursor.fetchone() == ("4",), "what the settings say has reached PostgreSQL"
