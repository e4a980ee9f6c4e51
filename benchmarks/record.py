"""How quickly a record of 300 paragraphs opens for its writing, how long a typed block takes to reach a second
rapporteur, and whether every committed word is there once after minutes of writing with connections that are cut.

    .venv/bin/python benchmarks/record.py             (or: make bench)

In a database, a folder and a server process of its own, on the stack that the tests are on (tests/servers.py). Sizes:
BENCH_PARAGRAPHS, BENCH_OPENINGS, BENCH_BLOCKS, BENCH_MINUTES (of two rapporteurs, then as many of five; 0: not at all).
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

PARAGRAPHS = int(os.environ.get("BENCH_PARAGRAPHS", "300"))
OPENINGS = int(os.environ.get("BENCH_OPENINGS", "30"))
BLOCKS = int(os.environ.get("BENCH_BLOCKS", "100"))
MINUTES = float(os.environ.get("BENCH_MINUTES", "5"))
SECTIONS, RAPPORTEURS, GOAL_MS, CUT_EVERY = 10, 5, 300, 4.0
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SECRET_KEY", "of no use outside of this measurement")
    import django

    django.setup()
    from tests.servers import Stack, connected

    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder))
        try:
            stack.database.create()
            with connected(stack):
                measure(stack)
        finally:
            stack.end()


def fill() -> tuple[Any, list[Any]]:
    """A record of ten sections, and five rapporteurs."""
    from coordination.models import Role
    from meetings import services
    from meetings.models import AgendaItem, Paragraph
    from tests.factories import make_meeting, make_member, make_space

    space = make_space("Border management")
    users = [make_member(space, Role.RAPPORTEUR, name=f"Rapporteur {number}") for number in range(RAPPORTEURS)]
    meeting = make_meeting(space)
    for number in range(SECTIONS):
        AgendaItem.objects.create(meeting=meeting, title=f"Item {number}", sort_order=number)
    record = services.open_record(users[0], meeting)
    sections = list(record.sections.all())
    Paragraph.objects.bulk_create(
        Paragraph(section=sections[n % SECTIONS], position=n, kind="summary", text=f"Paragraph {n}. " + "word " * 60)
        for n in range(PARAGRAPHS)
    )
    return record, users


def measure(stack: Any) -> None:
    record, users = fill()
    server = stack.server()
    address = f"/meetings/{record.meeting.key}/record/write/"
    server.get(address, users[0])  # templates are compiled once
    report(
        f"a record of {PARAGRAPHS} paragraphs opens", [seconds_of(server, address, users[0]) for _n in range(OPENINGS)]
    )
    sections = list(record.sections.values_list("pk", flat=True))
    report("a typed block reaches a second rapporteur", asyncio.run(typed(server, record.meeting.key, sections, users)))
    if MINUTES:
        for count in (2, RAPPORTEURS):
            write(server, record, list(zip(users[:count], sections, strict=False)))


def seconds_of(server: Any, address: str, user: Any) -> float:
    begun = time.perf_counter()
    assert server.get(address, user).status == 200
    return time.perf_counter() - begun


async def typed(server: Any, meeting: str, sections: list[int], users: list[Any]) -> list[float]:
    """From the sending of the frame to its arrival in the other's tab."""
    from tests.discussion.tabs import tab_at

    took = []
    async with tab_at(server, users[0]) as one, tab_at(server, users[1]) as other:
        for tab in (one, other):
            await tab.send(type="record.follow", record=meeting, has={})
            more = True
            while more:
                more = (await tab.until("record.paragraphs"))["more"]
        key = str(uuid.uuid4())
        for number in range(BLOCKS):
            begun = time.perf_counter()
            await one.send(
                type="record.type", record=meeting, section=sections[0], key=key, paragraph="", kind="summary",
                text=f"Typed {number}", number=number + 1,
            )  # fmt: skip
            while (await other.until("record.drafts"))["drafts"][0]["text"] != f"Typed {number}":
                pass
            took.append(time.perf_counter() - begun)
            await asyncio.sleep(0.1)
    return took


def write(server: Any, record: Any, places: list[tuple[Any, int]]) -> None:
    from meetings.models import Paragraph
    from tests.meetings.rapporteurs import write_for

    before = set(Paragraph.objects.values_list("pk", flat=True))
    rapporteurs = asyncio.run(write_for(server, record.meeting.key, places, MINUTES * 60, CUT_EVERY))
    committed = Counter(word for one in rapporteurs for word in one.committed)
    found = Counter(Paragraph.objects.exclude(pk__in=before).values_list("text", flat=True))
    cuts = sum(one.cuts for one in rapporteurs)
    print(
        f"{len(places)} rapporteurs, {MINUTES:g} minutes, {cuts} cuts: {committed.total()} paragraphs committed, "
        f"{found.total()} in the record, {'each once' if found == committed else 'NOT EACH ONCE'}"
    )


def report(what: str, seconds: list[float]) -> None:
    middle, last = statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000
    print(f"{what}: median {middle:.0f} ms, 95th percentile {last:.0f} ms (goal {GOAL_MS}), {len(seconds)} times")


if __name__ == "__main__":
    main()
