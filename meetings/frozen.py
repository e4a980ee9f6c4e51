"""Triggers that keep an agreed record as it was agreed, whichever way somebody tries to change it: on SQLite and on
PostgreSQL. Versions and corrigenda only grow.

They are laid anew after every migration: on SQLite a table that is altered is made anew, without its triggers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REFUSAL = "An agreed record is not changed: write a corrigendum."

# Set by `suspended` for one connection: PostgreSQL drops no trigger while rows of the transaction wait to be checked.
_THAWED = "coalesce(current_setting('accord.thawed', true), '') = 'on'"
_STATE = "SELECT state FROM meetings_record WHERE id = {row}.record_id"
_STATE_BY_SECTION = (
    "SELECT r.state FROM meetings_record r JOIN meetings_section s ON s.record_id = r.id WHERE s.id = {row}.section_id"
)
_SPEAKERS = ("speaker_post_id", "speaker_person_id", "speaker_organisation_id", "on_behalf_of_id")


def _is_frozen(state: str, row: str) -> str:
    return f"({state.format(row=row)}) IN ('agreed', 'published')"


def _changes(*columns: str) -> dict[str, str]:
    """That one of these columns gets another value, as each of the two databases says it."""
    return {
        "sqlite": "(" + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns) + ")",
        "postgresql": "(" + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns) + ")",
    }


_OF_PARAGRAPHS = _changes("section_id", "key", "position", "kind", "text", *_SPEAKERS)
_OF_SECTIONS = _changes("record_id", "number", "title")
_OF_RECORDS = _changes("language", "meeting_id", "space_id")
_OF_VERSIONS = _changes("round_id", "section_id", "section_number", "section_title", "key", "kind", "text", *_SPEAKERS)
_OF_CORRIGENDA = _changes("paragraph_id", "before", "text", "reason")


def _rules(vendor: str) -> dict[str, tuple[str, str, str]]:
    """For each trigger: the table, the deed, and when it is refused."""
    by_section, by_record = _STATE_BY_SECTION, _STATE
    either = f"({_is_frozen(by_section, 'OLD')} OR {_is_frozen(by_section, 'NEW')})"
    goes_back = "OLD.state IN ('agreed', 'published') AND (NEW.state NOT IN ('agreed', 'published')"
    return {
        "paragraph_insert": ("paragraph", "INSERT", _is_frozen(by_section, "NEW")),
        "paragraph_update": ("paragraph", "UPDATE", f"{_OF_PARAGRAPHS[vendor]} AND {either}"),
        "paragraph_delete": ("paragraph", "DELETE", _is_frozen(by_section, "OLD")),
        "section_insert": ("section", "INSERT", _is_frozen(by_record, "NEW")),
        "section_update": ("section", "UPDATE", f"{_OF_SECTIONS[vendor]} AND {_is_frozen(by_record, 'OLD')}"),
        "section_delete": ("section", "DELETE", _is_frozen(by_record, "OLD")),
        "record_update": (
            "record",
            "UPDATE",
            f"{goes_back} OR (OLD.state = 'published' AND NEW.state = 'agreed') OR {_OF_RECORDS[vendor]})",
        ),
        "record_delete": ("record", "DELETE", "OLD.state IN ('agreed', 'published')"),
        # What was promised to those who spoke is not taken back, whatever the state.
        "record_promise": ("record", "UPDATE", "OLD.chatham_house AND NOT NEW.chatham_house"),
        "versionparagraph_update": ("versionparagraph", "UPDATE", _OF_VERSIONS[vendor]),
        "versionparagraph_delete": ("versionparagraph", "DELETE", ""),
        "corrigendum_update": ("corrigendum", "UPDATE", _OF_CORRIGENDA[vendor]),
        "corrigendum_delete": ("corrigendum", "DELETE", ""),
    }


def install(connection: Any) -> None:
    """Lay the triggers, in place of those that are there."""
    remove(connection)
    with connection.cursor() as cursor:
        for name, (table, deed, condition) in _rules(connection.vendor).items():
            cursor.execute(_trigger(connection.vendor, name, table, deed, condition))


def _trigger(vendor: str, name: str, table: str, deed: str, condition: str) -> str:
    head = f"CREATE TRIGGER meetings_frozen_{name} BEFORE {deed} ON meetings_{table} FOR EACH ROW"
    if vendor == "sqlite":
        return f"{head} WHEN {condition or '1'} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    # PostgreSQL allows no subquery in WHEN: the function asks.
    gone = "OLD" if deed == "DELETE" else "NEW"
    return (
        f"CREATE OR REPLACE FUNCTION meetings_frozen_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT {_THAWED} AND ({condition or 'true'}) THEN RAISE EXCEPTION '{REFUSAL}'; END IF; "
        f"RETURN {gone}; END $$; "
        f"{head} EXECUTE FUNCTION meetings_frozen_{name}()"
    )


def remove(connection: Any) -> None:
    """Take the triggers away again: for emptying a whole database, and before they are laid anew."""
    with connection.cursor() as cursor:
        for name, (table, _deed, _condition) in _rules(connection.vendor).items():
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS meetings_frozen_{name}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS meetings_frozen_{name} ON meetings_{table}")


def install_after_migrating(sender: Any, using: str, apps: Any, **_signal: Any) -> None:
    """On `post_migrate`: not while only a part of the tables is there."""
    from django.db import connections

    connection = connections[using]
    tables = {f"meetings_{table}" for table, _deed, _condition in _rules(connection.vendor).values()}
    if tables <= set(connection.introspection.table_names()):
        install(connection)


@contextmanager
def suspended(connection: Any) -> Iterator[None]:
    """For `manage.py flush`, which empties every table, and for tests that make agreed records out of nothing."""
    if connection.vendor == "sqlite":
        remove(connection)
    else:
        _thaw(connection, "on")
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            install(connection)
        else:
            _thaw(connection, "off")


def _thaw(connection: Any, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('accord.thawed', %s, false)", [value])
