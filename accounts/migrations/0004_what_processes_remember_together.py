"""The table of the cache that all server processes share."""

from django.core.management import call_command
from django.db import migrations

TABLE = "accounts_remembered"


def make(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_identity_provider")]

    operations = [migrations.RunPython(make, drop)]
