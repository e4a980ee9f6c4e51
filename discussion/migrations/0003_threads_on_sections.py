from django.db import migrations


def hang_under_their_sections(apps, schema_editor):
    """A thread on a paragraph of a record follows the marking of its section, which may be narrower than the record."""
    types = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="meetings")
    paragraph, section = types.filter(model="paragraph").first(), types.filter(model="section").first()
    threads = apps.get_model("discussion", "Thread").objects
    if paragraph is None or section is None:
        return
    held = dict(apps.get_model("meetings", "Paragraph").objects.values_list("pk", "section_id"))
    for thread in threads.filter(target_type_id=paragraph.pk, target_id__in=held):
        threads.filter(pk=thread.pk).update(root_type_id=section.pk, root_id=held[thread.target_id])


class Migration(migrations.Migration):
    dependencies = [
        ("discussion", "0002_digest_marks"),
        ("meetings", "0005_circulation"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(hang_under_their_sections, migrations.RunPython.noop, elidable=True)]
