"""From here on the database itself refuses to change the audit trail."""

from django.db import migrations

from coordination import append_only


class Migration(migrations.Migration):
    dependencies = [("coordination", "0002_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: append_only.install(editor.connection),
            lambda apps, editor: append_only.remove(editor.connection),
        )
    ]
