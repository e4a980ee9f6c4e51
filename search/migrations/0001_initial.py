import django.db.models.deletion
import modelsearch.index
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('coordination', '0002_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Replica',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alias', models.CharField(max_length=100, unique=True)),
                ('ledger', models.CharField(max_length=10)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('index', models.CharField(blank=True, max_length=150)),
                ('uuid', models.CharField(blank=True, max_length=60)),
                ('building', models.CharField(blank=True, max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.PositiveBigIntegerField()),
                ('part', models.CharField(blank=True, max_length=60)),
                ('language', models.CharField(max_length=10)),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('title', models.TextField(verbose_name='title')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('url', models.CharField(max_length=500)),
                ('date', models.DateField(null=True, verbose_name='date')),
                ('digest', models.CharField(max_length=64)),
                ('version', models.PositiveBigIntegerField(default=1)),
                ('audience_version', models.PositiveBigIntegerField(default=0)),
                ('deleted', models.BooleanField(default=False)),
                ('confirmed_version', models.PositiveBigIntegerField(default=0)),
                ('refused_version', models.PositiveBigIntegerField(default=0)),
                ('refusal', models.TextField(blank=True)),
                ('audience', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                ('space', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='coordination.space')),
            ],
            options={
                'indexes': [models.Index(fields=['audience', 'kind'], name='search_entr_audienc_818066_idx'), models.Index(fields=['date'], name='search_entr_date_583699_idx'), models.Index(condition=models.Q(('confirmed_version__lt', models.F('version'))), fields=['id'], name='entries_that_wait')],
                'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'part', 'language'), name='one_entry_per_part_and_language')],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='EntryFacet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('country', 'country'), ('organisation', 'organisation'), ('topic', 'topic')], max_length=15)),
                ('value', models.CharField(max_length=60)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facets', to='search.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['name', 'value'], name='search_entr_name_4c3fb5_idx')],
                'constraints': [models.UniqueConstraint(fields=('entry', 'name', 'value'), name='a_facet_has_a_value_once_per_entry')],
            },
        ),
    ]
