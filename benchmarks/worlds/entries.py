"""A million entries for the ledger in minutes: on PostgreSQL they are copied in, and its indexes made afterwards."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

TABLES = ("search_entry", "search_entryfacet", "modelsearch_indexentry")
ENTRY = (
    *("id", "content_type_id", "object_id", "part", "language", "kind", "title", "body", "url", "audience_id"),
    *("space_id", "date", "places", "changed_at", "digest", "version", "audience_version", "deleted"),
    *("confirmed_version", "refused_version", "refusal"),
)
TEXTS_BECOME_ENTRIES = """
    INSERT INTO modelsearch_indexentry
        (content_type_id, object_id, title_norm, title, body, autocomplete, title_text, body_text)
    SELECT %s, id, 2.0, setweight(to_tsvector('simple', title), 'A'), setweight(to_tsvector('simple', body), 'D'),
        '', '', '' FROM texts
"""


def write(batches: list[Any], entries_of: Callable[[Any], list[Any]], told: Callable[[int], Any]) -> None:
    """Write the entries of all batches, each with `organisation`, the value of its facet, as the ledger would. They are
    as good as confirmed: a rebuild is what brings them to Elasticsearch."""
    from django.db import connection

    if connection.vendor != "postgresql":
        for batch in batches:
            told(_save(entries_of(batch)))
        return
    with _indexes_afterwards(), ThreadPoolExecutor(os.cpu_count()) as writers:
        for number in writers.map(lambda batch: _copy(entries_of(batch)), batches):
            told(number)
        list(writers.map(lambda _each: connection.close(), range(os.cpu_count() or 1)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('search_entry', 'id'), (SELECT max(id) FROM search_entry))"
        )


def _save(entries: list[Any]) -> int:
    from django.db import transaction

    from search.engines import embedded
    from search.models import Entry, EntryFacet

    with transaction.atomic():
        Entry.objects.bulk_create(entries)
        EntryFacet.objects.bulk_create(
            EntryFacet(entry=entry, name="organisation", value=entry.organisation) for entry in entries
        )
        embedded.write(entries)
    return len(entries)


def _copy(entries: list[Any]) -> int:
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction

    from search import full_text
    from search.models import Entry

    of_entries = ContentType.objects.get_for_model(Entry).pk
    with transaction.atomic(), connection.cursor() as cursor:
        _copy_rows(cursor, "search_entry", ENTRY, map(_values, entries))
        organisations = ((entry.pk, "organisation", entry.organisation) for entry in entries)
        _copy_rows(cursor, "search_entryfacet", ("entry_id", "name", "value"), organisations)
        cursor.execute("CREATE TEMPORARY TABLE texts (id bigint, title text, body text) ON COMMIT DROP")
        texts = ((entry.pk, full_text.of(entry.title, "en"), full_text.of(entry.body, "en")) for entry in entries)
        _copy_rows(cursor, "texts", ("id", "title", "body"), texts)
        cursor.execute(TEXTS_BECOME_ENTRIES, [of_entries])
    return len(entries)


def _values(entry: Any) -> tuple[Any, ...]:
    return (
        *(entry.pk, entry.content_type_id, entry.object_id, "", entry.language, entry.kind, entry.title, entry.body),
        *(entry.url, entry.audience_id, entry.space_id, entry.date, "[]", entry.changed_at, entry.digest),
        *(1, 0, "f", 1, 0, ""),
    )


def _copy_rows(cursor: Any, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """None of the values has a tab, a line's end or a stroke back in it."""
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write("".join("\t".join(map(str, row)) + "\n" for row in rows))


@contextmanager
def _indexes_afterwards() -> Iterator[None]:
    """Without those indexes that no rule of the tables needs; they are made again at the end."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS "
            "(SELECT FROM pg_constraint WHERE conname = indexname)",
            [list(TABLES)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")
