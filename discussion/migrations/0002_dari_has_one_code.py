"""Dari is `prs` everywhere: translations of messages knew it as `fa-AF`."""

from django.db import migrations


def _rename(before, after):
    def rename(apps, schema_editor):
        apps.get_model("discussion", "MessageTranslation").objects.filter(language=before).update(language=after)

    return rename


class Migration(migrations.Migration):
    dependencies = [("discussion", "0001_initial")]

    operations = [migrations.RunPython(_rename("fa-AF", "prs"), _rename("prs", "fa-AF"))]
