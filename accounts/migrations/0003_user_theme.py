from django.db import migrations, models

import accounts.text


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="theme",
            field=models.CharField(
                choices=[("light", "Light"), ("dark", "Dark"), ("auto", "As my system")],
                default="auto",
                max_length=10,
                verbose_name="theme",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(
                max_length=150, validators=[accounts.text.validate_plain_text], verbose_name="name"
            ),
        ),
    ]
