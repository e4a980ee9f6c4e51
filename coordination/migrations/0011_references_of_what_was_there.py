import secrets

from django.db import migrations

PREFIXES = {"action": "ACT", "commitment": "COM", "agreement": "AGR"}
DIGITS = 5


def give_references(apps, schema_editor):
    """What was written down before there were references gets one of its year, as `Referenced.save` gives it."""
    for name, prefix in PREFIXES.items():
        rows = apps.get_model("coordination", name).objects.filter(short_reference=None)
        for row in rows.iterator():
            made = getattr(row, "created_at", None) or row.first_published_at or row.latest_revision_created_at
            year = made.year if made else 2026
            while row.short_reference is None or rows.model.objects.filter(short_reference=row.short_reference).exists():
                row.short_reference = f"{prefix}-{year}-{secrets.randbelow(10**DIGITS):0{DIGITS}}"
            rows.model.objects.filter(pk=row.pk).update(short_reference=row.short_reference)


class Migration(migrations.Migration):
    dependencies = [("coordination", "0010_imports_started")]

    operations = [migrations.RunPython(give_references, migrations.RunPython.noop, elidable=True)]
