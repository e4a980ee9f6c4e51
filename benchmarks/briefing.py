"""How long it takes until a briefing pack of some sixty pages is ready as PDF, with its progress seen from beside.

    .venv/bin/python benchmarks/briefing.py           (or: make bench)

On PostgreSQL where DATABASE_URL names one, else on SQLite; in a database of its own. A visit with six meetings; before
each of them one with a record, with what was said and agreed; open items, an agreement, a profile, and texts in each
section. The worker's task makes the paper in one thread, as the worker would, while another asks for the progress as
the waiting page does. Sizes: BENCH_MEETINGS, BENCH_WORDS (of each written text).
"""

import os
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from sys import path
from typing import Any

MEETINGS = int(os.environ.get("BENCH_MEETINGS", "6"))
WORDS = int(os.environ.get("BENCH_WORDS", "300"))
GOAL_SECONDS, GOAL_PAGES = 15, 60
path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    from benchmarks.worlds.own_database import database

    with database() as called:
        reader, pack = fill()
        measure(called, reader, pack)


def fill() -> tuple[Any, Any]:
    from django.utils import timezone

    from coordination.models import Article, Person, Post
    from meetings import services
    from meetings.models import SECTIONS_OF_A_MEETING, AgendaItem, Attendance, VisitMeeting, VisitMember
    from tests import factories as make

    ours, theirs = make.make_organisation("ICMPD", None), make.make_organisation("FIA")
    space = make.make_space()
    officer = make.make_member(space, "chair", ours, name="Anna Officer")
    visit = make.make_visit(space, organisation=ours, purpose=text_of(60), country_id="PK")
    VisitMember.objects.create(visit=visit, organisation=ours, person=Person.objects.create(name="A", user=officer))
    profile = make.make_country_profile(space, summary=text_of(200), body=f"<p>{text_of(300)}</p>")
    assert profile.country_id == "PK"
    now = timezone.now()
    pack = services.begin_briefing(officer, visit)
    for number in range(MEETINGS):
        person = Person.objects.create(name=f"Director {number}")
        post = Post.objects.create(organisation=theirs, title=f"Director of section {number}", person=person)
        agreement = make.make_agreement(space, state="in_force")
        for article in range(1, 9):
            Article.objects.create(
                agreement=agreement, number=str(article), title="On it", body=f"<p>{text_of(60)}</p>"
            )
        starts = now + timedelta(hours=4 * number + 1)
        meeting = make.make_meeting(space, organiser=theirs, starts_at=starts, purpose=text_of(50))
        before = make.make_meeting(space, organiser=theirs, starts_at=now - timedelta(days=30 + number))
        record = make.make_record(before)
        for each in (meeting, before):
            Attendance.objects.create(meeting=each, organisation=theirs, post=post)
        for paragraph in range(24):
            said = {"kind": "statement", "speaker_post": post} if paragraph % 2 else {"kind": "decision"}
            make.make_paragraph(record, 1 + paragraph % 4, text=text_of(45), **said)
        for item in range(5):
            AgendaItem.objects.create(
                meeting=meeting, title=f"Item {item}", description=text_of(30), agreement=None if item else agreement,
                expected_outcome=text_of(12),
            )  # fmt: skip
        make.make_commitment(space, theirs, title=text_of(10)[:200], owed_to=ours, due_on=date(2025, 1, 1))
        make.make_action(space, theirs, title=text_of(9)[:200])
        VisitMeeting.objects.create(visit=visit, meeting=meeting, sort_order=number)
        for section in SECTIONS_OF_A_MEETING:
            services.write_in_briefing(officer, pack, section=section, meeting=meeting, text=text_of(WORDS // 6))
    return officer, pack


def text_of(words: int) -> str:
    some = "the delegation asks how the officers were trained, which lists are kept and who reads them at the border "
    return " ".join((some * (words // 18 + 1)).split()[:words]).capitalize() + "."


def measure(called: str, reader: Any, pack: Any) -> None:
    from django.db import connection

    from meetings import services
    from meetings.models import BriefingPaper

    # The first drawing of a process looks for its faces; the worker has been running for days.
    for is_counted in (False, True):
        paper = services.ask_for_briefing_paper(reader, pack)
        seen: list[tuple[float, int, int]] = []
        over = threading.Event()

        def watch(started: float, key: str = paper.key, seen: list = seen, over: threading.Event = over) -> None:
            while not over.wait(0.25):
                done, total = BriefingPaper.objects.values_list("done", "total").get(key=key)
                if not seen or seen[-1][1:] != (done, total):
                    seen.append((time.monotonic() - started, done, total))
            connection.close()

        started = time.monotonic()
        watcher = threading.Thread(target=watch, args=(started,))
        watcher.start()
        services.make_briefing_paper.call(paper.key)
        took = time.monotonic() - started
        over.set()
        watcher.join()
        paper.refresh_from_db()
        if is_counted:
            steps = [f"{done}/{total} after {at:.1f} s" for at, done, total in seen]
            print(f"Briefing pack on {called}: {paper.pages} pages, {len(paper.content) // 1024} KiB, {took:.1f} s.")
            print(f"Progress seen beside it, {len(seen)} steps: {'; '.join(steps)}.")
            is_met = paper.pages >= GOAL_PAGES and took < GOAL_SECONDS
            print(f"Goal, {GOAL_PAGES} pages in {GOAL_SECONDS} s: {'met' if is_met else 'not met'}.")


if __name__ == "__main__":
    main()
