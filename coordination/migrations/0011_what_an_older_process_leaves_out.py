"""What a process of an earlier version does not know of and leaves out, the database fills in: both run side by side
while servers are restarted one after the other. SQLite makes tables anew for that, without their triggers."""

from django.db import migrations, models

from coordination import append_only


def install(apps, editor):
    append_only.install(editor.connection, append_only.LINKS)


def remove(apps, editor):
    append_only.remove(editor.connection, append_only.LINKS)


class Migration(migrations.Migration):
    dependencies = [("coordination", "0010_deeds_by_tokens")]

    operations = [
        migrations.RunPython(remove, install),
        migrations.AlterField(
            model_name="auditlink",
            name="salt",
            field=models.CharField(db_default="", default="", editable=False, max_length=64),
        ),
        migrations.RunPython(install, remove),
        migrations.AlterField(
            model_name="topic",
            name="description_ru",
            field=models.TextField(blank=True, db_default="", verbose_name="description in Russian"),
        ),
        migrations.AlterField(
            model_name="topic",
            name="description_ur",
            field=models.TextField(blank=True, db_default="", verbose_name="description in Urdu"),
        ),
    ]
