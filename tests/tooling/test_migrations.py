"""New migrations that a process of the version before would not survive are named."""

import pytest
from django.db import migrations, models
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.state import ProjectState

from scripts.migrations import problems

TITLE = models.CharField(max_length=10)


class Loader:
    """One package with a table of before, and a new migration that does `operation`."""

    def __init__(self, operation, **said):
        self.graph = MigrationGraph()
        old = migrations.CreateModel("Old", [("id", models.AutoField(primary_key=True))])
        first = type("Migration", (migrations.Migration,), {
            "initial": True, "operations": [old],
        })("0001_initial", "home")  # fmt: skip
        new = type("Migration", (migrations.Migration,), {
            "dependencies": [("home", "0001_initial")], "operations": [operation], **said,
        })("0002_new", "home")  # fmt: skip
        for migration in (first, new):
            self.graph.add_node(("home", migration.name), migration)
        self.graph.add_dependency(new, ("home", "0002_new"), ("home", "0001_initial"))

    def project_state(self):
        state = ProjectState()
        for _key, migration in sorted(self.graph.nodes.items()):
            migration.mutate_state(state, preserve=False)
        return state


@pytest.mark.parametrize(
    ("operation", "said", "word"),
    [
        (migrations.AddField("Old", "title", TITLE), {}, "db_default"),
        (migrations.AddField("Old", "title", models.CharField(max_length=10, db_default="")), {}, ""),
        (migrations.AddField("Old", "title", models.CharField(max_length=10, null=True)), {}, ""),
        (migrations.AddField("Old", "title", TITLE), {"old_processes": "Nothing writes there yet."}, ""),
        (migrations.DeleteModel("Old"), {}, "a release later"),
        (migrations.AddConstraint("Old", models.UniqueConstraint(fields=["id"], name="x")), {}, "may refuse"),
        (migrations.RunPython(migrations.RunPython.noop), {}, "cannot be undone"),
        (migrations.CreateModel("New", [("id", models.AutoField(primary_key=True)), ("title", TITLE)]), {}, ""),
    ],
)
def test_what_an_old_process_does_not_survive_is_said(operation, said, word):
    found = problems(Loader(operation, **said))
    assert (word in " ".join(found)) if word else not found
