from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0004_actions_whole'),
    ]

    operations = [
        migrations.RenameField(
            model_name='commitment',
            old_name='target',
            new_name='target_in_words',
        ),
    ]
