"""What the calendar costs a user with 5,000 meetings in 200 spaces: the number of queries, and the time.

    .venv/bin/python benchmarks/month.py           (or: make bench)

On PostgreSQL where DATABASE_URL names one, else on SQLite; in a database of its own. The month, the list of what is
coming and of what is past, over all spaces and of one. Sizes: BENCH_MEETINGS, BENCH_SPACES, BENCH_REQUESTS.
"""

import os
import statistics
import time
from datetime import timedelta
from pathlib import Path
from sys import path
from typing import Any

MEETINGS = int(os.environ.get("BENCH_MEETINGS", "5000"))
SPACES = int(os.environ.get("BENCH_SPACES", "200"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "20"))
MOST_QUERIES = 20
# The meetings of two years, so that a month holds two hundred.
DAYS = 730
path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    from benchmarks.worlds.own_database import database

    with database() as called:
        user, space = fill()
        measure(called, user, space)


def fill() -> tuple[Any, Any]:
    from tests import factories as make

    organisation = make.make_organisation("ICMPD", None)
    user = make.make_user("Anna Officer", organisation)
    spaces = []
    for number in range(SPACES):
        space = make.make_space()
        make.join(user if number % 2 else organisation, space, "reader")
        spaces.append(space)
    user.groups.add(organisation.group)
    write_meetings(spaces, organisation)
    return user, spaces[0]


def write_meetings(spaces: list, organiser: Any) -> None:
    """In bulk: page by page through the tree, five thousand would take minutes."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction
    from django.db.models import sql
    from django.utils import timezone
    from wagtail.models import Locale, Page

    from coordination import access
    from meetings.models import Meeting

    kind, locale = ContentType.objects.get_for_model(Meeting), Locale.get_default()
    now, meetings = timezone.now(), []
    audiences = {space.pk: access.intern({access.space_token(space.pk)}) for space in spaces}
    for number in range(MEETINGS):
        space = spaces[number % len(spaces)]
        starts = now + timedelta(minutes=number * DAYS * 1440 // MEETINGS - DAYS * 720)
        meeting = Meeting(
            title=f"Meeting {number}", space=space, organiser=organiser, starts_at=starts,
            ends_at=starts + timedelta(hours=2), time_zone="Asia/Karachi", own_audience=audiences[space.pk],
            audience=audiences[space.pk], content_type=kind, locale=locale, live=True, depth=space.depth + 1,
            path=Page._get_path(space.path, space.depth + 1, number // len(spaces) + 1),
        )  # fmt: skip
        meeting.slug, meeting.draft_title = meeting.key, meeting.title
        meeting.url_path = f"{space.url_path}{meeting.slug}/"
        meetings.append(meeting)
    with transaction.atomic():
        parents = [Page(**{f.attname: getattr(one, f.attname) for f in Page._meta.concrete_fields if f.name != "id"})
                   for one in meetings]  # fmt: skip
        Page.objects.bulk_create(parents, 500)
        keys = dict(Page.objects.filter(content_type=kind).values_list("path", "pk"))
        for first in range(0, MEETINGS, 30):
            some = meetings[first : first + 30]
            for one in some:
                one.page_ptr_id = one.pk = keys[one.path]
            query = sql.InsertQuery(Meeting)
            query.insert_values(Meeting._meta.local_concrete_fields, some)
            query.get_compiler(connection=connection).execute_sql()
    assert Meeting.objects.count() == MEETINGS


def measure(called: str, user: Any, space: Any) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    client = Client()
    client.force_login(user)
    month, meetings = reverse("meeting_month"), reverse("meeting_list")
    addresses = {
        "the month, all spaces": month,
        "the month, one space": f"{month}?space={space.key}",
        "the list of what comes": meetings,
        "the list of what is past": f"{meetings}?when=past",
        "the list, one space": f"{meetings}?space={space.key}",
    }
    print(f"The calendar of a user with {MEETINGS} meetings in {SPACES} spaces, on {called}:")
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        asked = len(queries)  # each further request empties the log
        assert answer.status_code == 200, (address, answer.status_code)
        times = []
        for _request in range(REQUESTS):
            started = time.monotonic()
            client.get(address)
            times.append((time.monotonic() - started) * 1000)
        centiles = statistics.quantiles(times, n=20)
        verdict = "met" if asked <= MOST_QUERIES else "not met"
        print(
            f"  {name}: {asked} queries (at most {MOST_QUERIES}: {verdict}), {len(answer.content) // 1024} KiB, "
            f"median {statistics.median(times):.0f} ms, 95th percentile {centiles[-1]:.0f} ms"
        )


if __name__ == "__main__":
    main()
