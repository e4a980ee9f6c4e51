"""The editors’ side is headed by the name of the site, which was that of its host."""

from django.db import migrations


def name_site(apps, schema_editor):
    apps.get_model("wagtailcore", "Site").objects.filter(site_name="").update(site_name="Accord")


class Migration(migrations.Migration):
    dependencies = [("home", "0002_front_page")]

    operations = [migrations.RunPython(name_site, migrations.RunPython.noop)]
