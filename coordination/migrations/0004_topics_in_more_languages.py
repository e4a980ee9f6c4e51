from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coordination", "0003_audit_trail_only_grows")]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="description_ru",
            field=models.TextField(blank=True, verbose_name="description in Russian"),
        ),
        migrations.AddField(
            model_name="topic",
            name="description_ur",
            field=models.TextField(blank=True, verbose_name="description in Urdu"),
        ),
    ]
