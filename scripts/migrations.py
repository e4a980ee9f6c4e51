"""Whether a process of the version before survives each new migration: both run side by side while servers are
restarted one after the other (docs/operators.md, "Updating").

New is what came after the last release. What an older process cannot do without is not taken away, and what it does not
know of must not stop it from writing. Where a migration does such a thing all the same, and nothing goes wrong, it says
why in a line of its class: `old_processes = "…"`. Which version that is, and why it is looked at in this way:
docs/decisions/0034.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OWN = ("accounts", "coordination", "discussion", "home", "knowledge", "meetings", "search")
# By package, the last migration of the last release, moved with each. Before the first: the ones that began it.
RELEASED: dict[str, str] = {}
TAKES_AWAY = ("RemoveField", "DeleteModel", "RenameField", "RenameModel", "AlterModelTable")
REFUSES_MORE = ("AddConstraint", "AlterUniqueTogether")


def problems(loader: Any, released: dict[str, str] = RELEASED) -> list[str]:
    """A sentence for each operation that an older process may not survive."""
    after = loader.project_state()
    new = sorted(key for key, migration in loader.graph.nodes.items() if _is_new(*key, migration, released))
    begun = {(key[0], one.name.lower()) for key in new for one in _operations(loader, key) if _is(one, "CreateModel")}
    return [
        f"{app}.{name}: {sentence}"
        for app, name in new
        if not getattr(loader.graph.nodes[app, name], "old_processes", "")
        for operation in _operations(loader, (app, name))
        for sentence in _problems_of(operation, app, after, begun)
    ]


def _is_new(app: str, name: str, migration: Any, released: dict[str, str]) -> bool:
    if app not in OWN:
        return False
    return name > released[app] if app in released else not migration.initial


def _operations(loader: Any, key: tuple[str, str]) -> list[Any]:
    return list(loader.graph.nodes[key].operations)


def _is(operation: Any, *kinds: str) -> bool:
    return type(operation).__name__ in kinds


def _problems_of(operation: Any, app: str, after: Any, begun: set[tuple[str, str]]) -> Iterator[str]:
    model = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
    said = operation.describe()
    if not operation.reversible:
        yield f"“{said}” cannot be undone: give its way back."
    if (app, model) in begun:
        return  # no older process has it
    if _is(operation, *TAKES_AWAY):
        yield f"“{said}” takes away what an older process asks for: stop using it now, take it away a release later."
    elif _is(operation, *REFUSES_MORE):
        yield f"“{said}” may refuse what an older process writes."
    elif _is(operation, "AddField") and _must_be_said(after, app, model, operation.name):
        yield f"“{said}”: an older process leaves it out. Give it db_default, or null=True."


def _must_be_said(after: Any, app: str, model: str, name: str) -> bool:
    """Whether a row cannot be added without it, when all new migrations are applied."""
    found = after.models.get((app, model))
    field = found.fields.get(name) if found else None
    return field is not None and not (field.many_to_many or field.null or field.has_db_default())


def main() -> int:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    found = problems(MigrationLoader(None, ignore_no_migrations=True))
    for sentence in found:
        print(sentence)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
