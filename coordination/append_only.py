"""Triggers that let the audit trail grow and nothing else, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

TABLE = "coordination_auditentry"
REFUSAL = "The audit trail only grows."

# What else stands aside while a whole database is emptied: each package enters its own triggers.
besides: list[Callable[[Any], AbstractContextManager[None]]] = []

SQLITE_TRIGGERS = {
    f"{TABLE}_no_{deed}": f"CREATE TRIGGER {TABLE}_no_{deed} BEFORE {deed} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for deed in ("update", "delete")
}
POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""
POSTGRESQL_TRIGGER = f"""
CREATE TRIGGER {TABLE}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()
"""


def install(connection) -> None:
    """Make the table append-only."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in SQLITE_TRIGGERS.values():
                cursor.execute(trigger)
        else:
            cursor.execute(POSTGRESQL_FUNCTION)
            cursor.execute(POSTGRESQL_TRIGGER)


def remove(connection) -> None:
    """Take the triggers away again: for going back before the migration, and for emptying a whole database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in SQLITE_TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_only_grows ON {TABLE}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_refuse()")


@contextmanager
def suspended(connection) -> Iterator[None]:
    """For `manage.py flush` only, which empties every table."""
    remove(connection)
    try:
        with ExitStack() as stack:
            for suspended_too in besides:
                stack.enter_context(suspended_too(connection))
            yield
    finally:
        install(connection)
