"""What is hashed of an entry is salted. SQLite makes the table anew for that, without its triggers."""

from django.db import migrations, models

from coordination import append_only


def install(apps, editor):
    append_only.install(editor.connection, append_only.LINKS)


def remove(apps, editor):
    append_only.remove(editor.connection, append_only.LINKS)


class Migration(migrations.Migration):
    dependencies = [("coordination", "0006_administration")]

    operations = [
        migrations.RunPython(remove, install),
        migrations.AddField(
            model_name="auditlink",
            name="salt",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.RunPython(install, remove),
    ]
