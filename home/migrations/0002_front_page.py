"""The front page takes the place of Wagtail's welcome page: spaces are made below it."""

from django.db import migrations


def make_front_page(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    HomePage = apps.get_model("home", "HomePage")

    Site.objects.all().delete()
    Page.objects.filter(depth=2).delete()
    root = Page.objects.get(depth=1)
    locale, _created = Locale.objects.get_or_create(language_code="en")
    content_type, _created = ContentType.objects.get_or_create(app_label="home", model="homepage")
    page = HomePage.objects.create(
        title="Accord",
        draft_title="Accord",
        slug="accord",
        content_type=content_type,
        path=f"{root.path}0001",
        depth=2,
        numchild=0,
        url_path="/accord/",
        locale=locale,
    )
    Page.objects.filter(pk=root.pk).update(numchild=1)
    site = {"hostname": "localhost", "port": 80, "site_name": "Accord"}
    Site.objects.create(**site, root_page=page, is_default_site=True)


def remove_front_page(apps, schema_editor):
    HomePage = apps.get_model("home", "HomePage")
    Site = apps.get_model("wagtailcore", "Site")
    Page = apps.get_model("wagtailcore", "Page")
    Site.objects.all().delete()
    HomePage.objects.all().delete()
    Page.objects.filter(depth=1).update(numchild=0)


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("wagtailcore", "0002_initial_data"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_front_page, remove_front_page)]
