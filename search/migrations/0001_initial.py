import accounts.text
import coordination.models.marking
import django.db.models.deletion
import django.utils.timezone
import modelsearch.index
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('coordination', '0002_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
                ('sent_to', models.PositiveBigIntegerField(default=0)),
                ('send_until', models.PositiveBigIntegerField(default=0)),
                ('projecting', models.CharField(blank=True, max_length=100)),
                ('projected_to', models.PositiveBigIntegerField(default=0)),
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
                ('places', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
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
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='EntryFacet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('country', 'country'), ('organisation', 'organisation'), ('topic', 'topic'), ('by', 'author')], max_length=15)),
                ('value', models.CharField(max_length=60)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facets', to='search.entry')),
            ],
        ),
        migrations.CreateModel(
            name='RecentSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('query', models.CharField(max_length=2000)),
                ('at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('name', models.CharField(max_length=100, validators=[accounts.text.validate_plain_text], verbose_name='name')),
                ('query', models.CharField(max_length=2000)),
                ('alert', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('never', 'never')], default='daily', max_length=10, verbose_name='tell me of what is new')),
                ('looked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('tokens', models.CharField(blank=True, editable=False, max_length=64)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('owner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved search',
                'verbose_name_plural': 'saved searches',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Find',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.PositiveBigIntegerField()),
                ('found_at', models.DateTimeField(null=True)),
                ('search', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='finds', to='search.savedsearch')),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('engine', models.CharField(max_length=20, verbose_name='engine')),
                ('outcome', models.CharField(choices=[('slow', 'slow'), ('failed', 'failed')], max_length=10, verbose_name='outcome')),
                ('number', models.PositiveIntegerField(default=0, verbose_name='number')),
                ('longest_ms', models.PositiveIntegerField(default=0, verbose_name='longest, in milliseconds')),
            ],
            options={
                'ordering': ['-day', 'engine', 'outcome'],
                'constraints': [models.UniqueConstraint(fields=('day', 'engine', 'outcome'), name='one_tally_a_day')],
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['audience', 'kind'], name='search_entr_audienc_818066_idx'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['date'], name='search_entr_date_583699_idx'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('confirmed_version__lt', models.F('version'))), fields=['id'], name='entries_that_wait'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('content_type', 'object_id', 'part', 'language'), name='one_entry_per_part_and_language'),
        ),
        migrations.AddIndex(
            model_name='entryfacet',
            index=models.Index(fields=['name', 'value'], name='search_entr_name_4c3fb5_idx'),
        ),
        migrations.AddConstraint(
            model_name='entryfacet',
            constraint=models.UniqueConstraint(fields=('entry', 'name', 'value'), name='a_facet_has_a_value_once_per_entry'),
        ),
        migrations.AddIndex(
            model_name='recentsearch',
            index=models.Index(fields=['user', '-at'], name='search_rece_user_id_0d4d32_idx'),
        ),
        migrations.AddIndex(
            model_name='savedsearch',
            index=models.Index(condition=models.Q(('alert', 'never'), _negated=True), fields=['next_at'], name='searches_to_look_at'),
        ),
        migrations.AddIndex(
            model_name='find',
            index=models.Index(fields=['search', 'found_at'], name='search_find_search__bdf844_idx'),
        ),
        migrations.AddConstraint(
            model_name='find',
            constraint=models.UniqueConstraint(fields=('search', 'entry'), name='a_search_finds_an_entry_once'),
        ),
    ]
