"""How well what is asked for is found: Accord's engines beside Wagtail's own search, by judged questions.

    . var/services/env; .venv/bin/python benchmarks/relevance.py           (or: make bench)

The content is the demonstration, as one reader sees it, and text that installed packages ship (worlds/texts.py). The
questions and what is right for each are in worlds/questions.txt; every second one is for tuning, the others are only
reported. Wagtail's backends search the same titles and texts as Wagtail's manual shows it: a title counts twice, words
are joined by "or" and, in another line, by "and".

All lie in one database, on the PostgreSQL that DATABASE_URL names; a second process asks the embedded engine on SQLite
the same questions over the same content. Without DATABASE_URL all lie in SQLite, where Wagtail's database backend ranks
each row by a query of its own. Elasticsearch is measured where ELASTICSEARCH_URL is set. An engine that takes
longer than RELEVANCE_SECONDS for all questions is left out, and said to be.
RELEVANCE_MISSES=1 prints the tuning questions whose answer did not come first.
"""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

QUESTIONS = Path(__file__).resolve().parent / "worlds" / "questions.txt"
READ = 10  # how many results somebody looks at
HALVES = ("for tuning", "only reported")
MOST_SECONDS = float(os.environ.get("RELEVANCE_SECONDS", "600"))
ON_SQLITE = "--embedded-on-sqlite"

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

Search = Callable[[str], list[int]]


@dataclass(frozen=True)
class Question:
    group: str
    text: str
    right: frozenset[int]
    half: str


@dataclass(frozen=True)
class Mark:
    reciprocal_rank: float
    recall: float


Marks = dict[Question, Mark]


def main() -> None:
    from benchmarks.worlds.own_database import database

    if ON_SQLITE in sys.argv:
        with database():
            marks_here()
        return
    with database(index="relevance") as where, second_process(where) as other:
        reader, questions = make_content()
        has_elasticsearch = bool(os.environ["ELASTICSEARCH_URL"])
        try:
            if has_elasticsearch:
                send_all()
            accord = {"Accord, Elasticsearch": ask_elasticsearch(reader)} if has_elasticsearch else {}
            accord |= {f"Accord, embedded, {where}": ask_ledger(reader)}
            marks = mark_all(questions, accord)
            if other:
                marks |= {"Accord, embedded, SQLite": marks_of(other, questions)}
            marks |= mark_all(questions, ask_wagtail(reader, where))
            report(questions, marks)
        finally:
            if has_elasticsearch:
                forget_index()


def make_content() -> tuple[Any, list[Question]]:
    from django.core.management import call_command

    say("The content is being made.")
    call_command("load_demonstration", verbosity=0, stdout=sys.stderr)
    reader = the_widest_reader()
    questions = list(read_questions(add_shipped(), reader))
    say(f"{len(questions)} questions over {len(readable(reader))} entries")
    return reader, questions


def say(sentence: str) -> None:
    """To standard error: what a second process says on standard output is read by the first."""
    print(sentence, file=sys.stderr, flush=True)


# --- the embedded engine on the other database ----------------------------------------------------------------------
@contextmanager
def second_process(where: str) -> Iterator["subprocess.Popen[str] | None"]:
    """The embedded engine on SQLite, asked by a process of its own; none is needed where all lies on SQLite."""
    if where == "SQLite":
        yield None
        return
    others = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ELASTICSEARCH_URL")}
    command = [sys.executable, __file__, ON_SQLITE]
    with subprocess.Popen(command, env=others, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def marks_here() -> None:
    reader, questions = make_content()
    [marks] = mark_all(questions, {"Accord, embedded, SQLite": ask_ledger(reader)}).values()
    print(json.dumps([(question.text, astuple(its)) for question, its in marks.items()]))


def marks_of(process: "subprocess.Popen[str]", questions: list[Question]) -> Marks:
    written, _nothing = process.communicate()
    by_text = {text: Mark(*its) for text, its in json.loads(written.splitlines()[-1])}
    return {question: by_text[question.text] for question in questions}


# --- the content ---------------------------------------------------------------------------------------------------
def the_widest_reader() -> Any:
    from accounts.models import User
    from search.models import Entry

    return max(User.objects.filter(is_active=True), key=lambda user: Entry.objects.readable_by(user).count())


def readable(reader: Any) -> Any:
    from search.models import Entry

    return Entry.objects.standing().readable_by(reader)


def add_shipped() -> dict[tuple[str, str], list[int]]:
    """Put what packages ship into the ledger, for everyone to read; gives the entries of each name."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import transaction

    from benchmarks.worlds.texts import shipped
    from coordination.models import Audience
    from search.engines import embedded
    from search.models import Entry

    shared = {
        "content_type": ContentType.objects.get_for_model(Entry),
        "audience": Audience.objects.get(key="public"),
        "kind": "shipped",
        "url": "/",
    }
    texts = list(shipped())
    names: dict[tuple[str, str], list[int]] = defaultdict(list)
    with transaction.atomic():
        entries = [Entry(object_id=number, **shared, **_columns(text)) for number, text in enumerate(texts)]
        Entry.objects.bulk_create(entries, batch_size=500)
        for first in range(0, len(entries), 500):
            embedded.write(entries[first : first + 500])
    for text, entry in zip(texts, entries, strict=True):
        names[text.collection, text.name].append(entry.pk)
    return names


def _columns(text: Any) -> dict[str, str]:
    return {"title": text.title[:500], "body": text.body, "language": text.language}


def read_questions(names: dict[tuple[str, str], list[int]], reader: Any) -> Iterator[Question]:
    by_title: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for kind, title, pk in readable(reader).exclude(kind="shipped").values_list("kind", "title", "pk"):
        by_title[kind].append((title, pk))
    for (collection, name), keys in names.items():
        by_title[collection] += [(name, key) for key in keys]
    group, number = "", 0
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            group = line.strip("= ")
        elif line and not line.startswith("#"):
            text, answers = (part.strip() for part in line.split("|"))
            right = {key for answer in answers.split(" ; ") for key in _keys(answer.strip(), by_title)}
            if not right:
                print(f"No answer to {text!r} in this content: {answers}")
                continue
            yield Question(group, text, frozenset(right), HALVES[number % 2])
            number += 1


def _keys(answer: str, by_title: dict[str, list[tuple[str, int]]]) -> Iterator[int]:
    collection, _sign, begin = answer.partition("~")
    whole_name = collection == "manual"
    for title, key in by_title[collection]:
        if title == begin or (not whole_name and title.startswith(begin)):
            yield key


# --- who is asked --------------------------------------------------------------------------------------------------
def ask_ledger(reader: Any) -> Search:
    from django.test import override_settings

    from search import selectors
    from search.queries import Query

    def ask(text: str) -> list[int]:
        with override_settings(ELASTICSEARCH_URL=""):
            return [hit.entry.pk for hit in selectors.search(Query(text=text), reader).hits]

    return ask


def ask_elasticsearch(reader: Any) -> Search:
    from search import selectors
    from search.engines import elastic
    from search.queries import Query

    # What is measured are ranks and not times: on a busy machine nobody answers in its place.
    elastic.SEARCH_SECONDS = elastic.WRITE_SECONDS

    def ask(text: str) -> list[int]:
        results = selectors.search(Query(text=text), reader)
        assert not results.from_ledger_instead
        return [hit.entry.pk for hit in results.hits]

    return ask


def ask_wagtail(reader: Any, where: str) -> dict[str, Search]:
    """Wagtail's database backend, and its Elasticsearch backend where there is one, over titles and texts."""
    from wagtail.search.backends import get_search_backend

    Plain = plain_model()
    Plain.objects.bulk_create(
        [
            Plain(pk=pk, title=title, body=body)
            for pk, title, body in readable(reader).values_list("pk", "title", "body")
        ]
    )
    engines: dict[str, Search] = {}
    backends = {f"database, {where}": get_search_backend("default")}
    if url := os.environ.get("ELASTICSEARCH_URL"):
        from modelsearch.backends.elasticsearch9 import SearchBackend

        index = f"{os.environ['ELASTICSEARCH_INDEX']}-wagtail"
        backends["Elasticsearch"] = SearchBackend({"URLS": url.split(","), "INDEX_PREFIX": f"{index}-", "TIMEOUT": 30})
    for name, backend in backends.items():
        try:
            fill(backend, Plain)
        except Exception as failure:  # whatever stands in its way, the others are compared
            print(f"Wagtail's {name} backend cannot be set up here: {type(failure).__name__}: {failure}")
            continue
        for operator in ("or", "and"):
            engines[f"Wagtail, {name}, {operator}"] = _asking(backend, Plain, operator)
    return engines


def _asking(backend: Any, model: Any, operator: str) -> Search:
    return lambda text: [row.pk for row in backend.search(text, model, operator=operator)[:READ]]


def plain_model() -> Any:
    """A model as Wagtail's users write them: a title that counts twice, and a text."""
    from django.db import connection, models
    from modelsearch import index
    from modelsearch.abstract_models import TextIDGenericRelation
    from modelsearch.models import IndexEntry

    class Plain(index.Indexed, models.Model):
        title = models.TextField()
        body = models.TextField()
        search_fields = [index.SearchField("title", boost=2), index.SearchField("body")]
        search_auto_update = False

        class Meta:
            app_label = "search"

        def __str__(self) -> str:
            return self.title

    # As it is done at the start for all models that are there by then.
    TextIDGenericRelation(IndexEntry).contribute_to_class(Plain, "index_entries")
    with connection.schema_editor() as editor:
        editor.create_model(Plain)
    return Plain


def fill(backend: Any, model: Any) -> None:
    """Hand all rows to a backend; of the database's own index only ours are written, so that none is made anew."""
    rebuilder = backend.rebuilder_class(backend.get_index_for_model(model)) if backend.rebuilder_class else None
    is_replica = "elasticsearch" in type(backend).__module__
    index = rebuilder.start() if rebuilder and is_replica else backend.get_index_for_model(model)
    index.add_model(model)
    rows = list(model.objects.all())
    for first in range(0, len(rows), 500):
        index.add_items(model, rows[first : first + 500])
    if rebuilder and is_replica:
        rebuilder.finish()
        index.refresh()


def send_all() -> None:
    from django.conf import settings

    from search import replication
    from search.engines import elastic

    while replication.send_round():
        pass
    elastic.client(elastic.WRITE_SECONDS).indices.refresh(index=settings.ELASTICSEARCH_INDEX)


def forget_index() -> None:
    from django.conf import settings

    from search.engines import elastic

    client = elastic.client(elastic.WRITE_SECONDS)
    for index in client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}*"):
        client.indices.delete(index=index)


# --- figures -------------------------------------------------------------------------------------------------------
def mark(found: list[int], right: frozenset[int]) -> Mark:
    found = found[:READ]
    rank = next((place for place, key in enumerate(found, start=1) if key in right), None)
    return Mark(1 / rank if rank else 0.0, len(right & set(found)) / min(len(right), READ))


def mark_all(questions: list[Question], engines: dict[str, Search]) -> dict[str, Marks]:
    """What each engine has found; of one that takes too long, nothing."""
    marked = {}
    for name, ask in engines.items():
        began, marks = time.monotonic(), {}
        for question in questions:
            marks[question] = mark(ask(question.text), question.right)
            if time.monotonic() - began > MOST_SECONDS:
                print(f"{name}: left out, {len(marks)} of {len(questions)} questions in {MOST_SECONDS:.0f} s")
                break
        else:
            say(f"{name}: {time.monotonic() - began:.0f} s")
            marked[name] = marks
    return marked


def report(questions: list[Question], engines: dict[str, Marks]) -> None:
    print(f"{len(questions)} questions")
    for half in HALVES:
        of_half = [question for question in questions if question.half == half]
        print(f"\n{len(of_half)} questions {half}: mean reciprocal rank, recall at {READ}")
        for name in engines:
            _print_line(name, [engines[name][question] for question in of_half])
    print("\nby group, all questions")
    for group in dict.fromkeys(question.group for question in questions):
        of_group = [question for question in questions if question.group == group]
        print(f"{group} ({len(of_group)})")
        for name in engines:
            _print_line(f"  {name}", [engines[name][question] for question in of_group])
    if os.environ.get("RELEVANCE_MISSES"):
        for name in list(engines)[:2]:
            for question, its in engines[name].items():
                if question.half == HALVES[0] and (its.reciprocal_rank < 1 or its.recall < 1):
                    print(f"{name}: {its.reciprocal_rank:.2f} {its.recall:.2f} {question.text}")


def _print_line(name: str, marks: list[Mark]) -> None:
    rank, recall = fmean(each.reciprocal_rank for each in marks), fmean(each.recall for each in marks)
    print(f"{name:40} {rank:.3f}  {recall:.3f}")


if __name__ == "__main__":
    main()
