"""Triggers that let the audit trail and its chain grow and nothing else, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

TABLE = "coordination_auditentry"
LINKS = "coordination_auditlink"
REFUSAL = "The audit trail only grows."

# What else stands aside while a whole database is emptied: each package enters its own triggers.
besides: list[Callable[[Any], AbstractContextManager[None]]] = []


def _sqlite_triggers(table: str) -> dict[str, str]:
    return {
        f"{table}_no_{deed}": f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for deed in ("update", "delete")
    }


def _postgresql_statements(table: str) -> tuple[str, str]:
    function = f"""
    CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
    """
    trigger = f"""
    CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()
    """
    return function, trigger


def install(connection, table: str = TABLE) -> None:
    """Make the table append-only."""
    statements = _sqlite_triggers(table).values() if connection.vendor == "sqlite" else _postgresql_statements(table)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(connection, table: str = TABLE) -> None:
    """Take the triggers away again: for going back before the migration, and for emptying a whole database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _sqlite_triggers(table):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_only_grows ON {table}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_refuse()")


@contextmanager
def suspended(connection) -> Iterator[None]:
    """For `manage.py flush` only, which empties every table."""
    for table in (TABLE, LINKS):
        remove(connection, table)
    try:
        with ExitStack() as stack:
            for suspended_too in besides:
                stack.enter_context(suspended_too(connection))
            yield
    finally:
        for table in (TABLE, LINKS):
            install(connection, table)
