"""`manage.py migrate`, for the databases of tests: the same migrations and tables in two fifths of the time.

    python -m tests.migrating

For each new model Django makes all models anew that are related to it, however distantly: in the end two hundred, each
time. What is made here is only the new one; that changes nothing about the tables (a benchmark, an installation and
`make run` migrate in Django's own way).
"""

import os

import django
from django.core.management import call_command
from django.db.migrations.state import ModelState, ProjectState


def add_model_alone(state: ProjectState, model: ModelState) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in vars(state):
        with state.apps.bulk_update():
            model.render(state.apps)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    ProjectState.add_model = add_model_alone  # type: ignore[method-assign]
    call_command("migrate", verbosity=0, skip_checks=True)
