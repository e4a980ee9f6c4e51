"""How long list, board and scoreboard take with 200,000 actions, and what it costs to ask who may read what.

    . var/services/env; . scripts/memory; .venv/bin/python benchmarks/follow_up.py           (or: make bench)

On PostgreSQL, in two databases of its own that are dropped at the end: the same 400 spaces, 2,000 users and 30,000
grants, with 200,000 actions and with 2,000. Both are asked in turn: what else the machine does falls on both alike.
Then guardian's own way is measured beside ours: the same actions for the same users, by grants on each action, to users
and to groups as the grants on spaces are.

Sizes: BENCH_ACTIONS, BENCH_FEW_ACTIONS, BENCH_SPACES, BENCH_USERS, BENCH_GRANTS, BENCH_REQUESTS, BENCH_OBJECT_GRANTS.
BENCH_KEEP=name keeps the two databases, as name_few and name_many, and uses them as they are the next time.
BENCH_PAGES names some of the pages where not all are to be measured; BENCH_SHOW_QUERIES=1 shows the slowest queries.
"""

import gc
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ACTIONS = int(os.environ.get("BENCH_ACTIONS", "200000"))
FEW_ACTIONS = int(os.environ.get("BENCH_FEW_ACTIONS", "2000"))
SPACES = int(os.environ.get("BENCH_SPACES", "400"))
USERS = int(os.environ.get("BENCH_USERS", "2000"))
GRANTS = int(os.environ.get("BENCH_GRANTS", "30000"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "200"))
# Grants of other users on single actions, as filling of guardian's table; in full they would be eight million.
OBJECT_GRANTS = int(os.environ.get("BENCH_OBJECT_GRANTS", "500000"))
KEPT = os.environ.get("BENCH_KEEP", "")
# So many requests in one database before the other is asked.
IN_A_ROW = 20
SELECTIONS = 25
ROWS_OF_A_PAGE = 50
ADDRESSES = {"list": "/actions/", "board": "/actions/?view=board", "scoreboard": "/scoreboard/"}
PAGES = {name: ADDRESSES[name] for name in os.environ.get("BENCH_PAGES", " ".join(ADDRESSES)).split()}

# The seconds that each request took, by the number of actions.
Times = dict[int, list[float]]


def main() -> None:
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        print("The follow-up of 200,000 actions is measured on PostgreSQL: DATABASE_URL names none.")
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.servers import PostgresDatabase

    few, many = PostgresDatabase(server), PostgresDatabase(server)
    if KEPT:
        for database, size in ((few, "few"), (many, "many")):
            database.name = f"{KEPT}_{size}"
            database.url = f"{database.server}/{database.name}"
    is_there = bool(KEPT and few._execute("SELECT 1 FROM pg_database WHERE datname = %s", many.name))
    os.environ |= {
        "SECRET_KEY": "only-for-benchmarks",
        "SECOND_FACTOR_FOR": "nobody",
        "REQUESTS_A_MINUTE": "1000000",
        "DATABASE_URL": few.url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ALLOWED_HOSTS": "testserver",
        "ELASTICSEARCH_URL": "",
        "LOG_LEVEL": "ERROR",
    }
    try:
        import django

        django.setup()
        if not is_there:
            few.create()
            fill(few, many)
        use(many.name)
        measure_selection()
        measure_pages(few.name, many.name)
    finally:
        close()
        if not KEPT:
            few.drop()
            many.drop()


def fill(few: Any, many: Any) -> None:
    """The frame once, copied; then the work in each."""
    from benchmarks.worlds import follow_up as world

    began = time.perf_counter()
    world.make_frame(world.Sizes(SPACES, USERS, GRANTS))
    close()
    many._execute(f'CREATE DATABASE "{many.name}" TEMPLATE "{few.name}"')
    for database, actions in ((few, FEW_ACTIONS), (many, ACTIONS)):
        use(database.name)
        world.make_work(actions)
        print(world.counts())
    print(f"made in {time.perf_counter() - began:.0f} s")


def use(name: str) -> None:
    """From here on, Django asks the database of this name."""
    from django.db import connection

    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name


def close() -> None:
    from django.db import connections

    connections.close_all()


# --- pages -----------------------------------------------------------------------------------------------------------
def measure_pages(few: str, many: str) -> None:
    """Requests through the whole of Django, without the network; the databases take turns."""
    # As a server does when it has begun (config/asgi.py).
    gc.collect()
    gc.freeze()
    clients = {name: {kind: signed_in(name, kind) for kind in users_of(name)} for name in (few, many)}
    for page, address in PAGES.items():
        for kind in clients[few]:
            times: Times = {FEW_ACTIONS: [], ACTIONS: []}
            for _turn in range(max(1, REQUESTS // IN_A_ROW)):
                for size, name in ((FEW_ACTIONS, few), (ACTIONS, many)):
                    use(name)
                    client = clients[name][kind]
                    ask(client, address)
                    times[size] += [ask(client, address) for _request in range(min(IN_A_ROW, REQUESTS))]
            use(many)
            print(f"{page}, {kind}: {queries(clients[many][kind], address)} queries")
            tell(page, kind, times)


def users_of(name: str) -> dict[str, Any]:
    from benchmarks.worlds import follow_up as world

    use(name)
    return world.measured_users(SPACES)


def signed_in(name: str, kind: str) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(users_of(name)[kind], backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(client: Any, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    taken = time.perf_counter() - began
    assert answer.status_code == 200, (address, answer.status_code)
    return taken


def queries(client: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        ask(client, address)
    if os.environ.get("BENCH_SHOW_QUERIES"):
        for query in sorted(captured.captured_queries, key=lambda query: -float(query["time"]))[:4]:
            print(f"    {query['time']} s: {query['sql'][:150]} ... {query['sql'][-150:]}")
    return len(captured)


def tell(page: str, kind: str, times: Times) -> None:
    many, few = times[ACTIONS], times[FEW_ACTIONS]
    print(
        f"{page}, {kind}: median {ms(statistics.median(many))}, 95th percentile {ms(percentile(many))}; "
        f"with {FEW_ACTIONS} actions {ms(statistics.median(few))}, {ms(percentile(few))}; "
        f"ratio of the medians {statistics.median(many) / statistics.median(few):.2f}",
        flush=True,
    )


def percentile(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]


def ms(seconds: float, places: int = 1) -> str:
    return f"{seconds * 1000:.{places}f} ms"


# --- by token, and by guardian ---------------------------------------------------------------------------------------
def measure_selection() -> None:
    """The first page of what a user may read, and how much there is, by both ways in turn; both find the same."""
    from guardian.shortcuts import get_objects_for_user

    from benchmarks.worlds import follow_up as world
    from coordination import access
    from coordination.models import Action

    users = world.measured_users(SPACES)
    to_users, to_groups = world.make_object_grants(list(users.values()), OBJECT_GRANTS)
    print(f"guardian holds {to_users} grants on actions to users and {to_groups} to groups")
    for kind, user in users.items():
        ways = {
            "token": lambda user=user: access.readable_at_once(Action.objects.all(), user),
            "guardian": lambda user=user: get_objects_for_user(user, "coordination.view_action"),
        }
        for what, selection in (("first page", first_page), ("count", how_many)):
            found = {way: selection(make()) for way, make in ways.items()}
            assert found["token"] == found["guardian"], (kind, what)
            taken: dict[str, list[float]] = {way: [] for way in ways}
            for _round in range(min(SELECTIONS, REQUESTS)):
                for way, make in ways.items():
                    taken[way].append(clocked(lambda make=make, selection=selection: selection(make())))
            token, guardian = (statistics.median(taken[way]) for way in ways)
            print(
                f"{what}, {kind}: token {ms(token)}, guardian {ms(guardian)}, {guardian / token:.1f} times as long",
                flush=True,
            )

        inside = {way: plans(make) for way, make in ways.items()}
        for what, parts in (("executed", ["Execution"]), ("planned and executed", ["Planning", "Execution"])):
            token, guardian = (median_of(inside[way], parts) for way in ways)
            print(
                f"first page within PostgreSQL, {kind}, {what}: token {ms(token, 2)}, guardian {ms(guardian, 2)}, "
                f"{guardian / token:.1f} times as long",
                flush=True,
            )


def first_page(actions: Any) -> list[int]:
    return list(first_rows(actions))


def first_rows(actions: Any) -> Any:
    """The keys of what a list shows first: what is still to be done, by its due date."""
    return actions.standing().order_by("due_on", "pk").values_list("pk", flat=True)[:ROWS_OF_A_PAGE]


def plans(make: Callable[[], Any]) -> list[str]:
    """What PostgreSQL says of its first pages, time after time: the plan, and how long each part took it."""
    return [first_rows(make()).explain(analyze=True) for _round in range(min(SELECTIONS, REQUESTS))]


def median_of(told: list[str], parts: list[str]) -> float:
    """The seconds that PostgreSQL itself needed for these parts: without Python and without waiting."""
    return statistics.median(
        sum(float(re.search(rf"{part} Time: ([\d.]+) ms", plan)[1]) for part in parts) / 1000 for plan in told
    )


def how_many(actions: Any) -> int:
    return actions.order_by().count()


def clocked(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
