import accounts.models
import accounts.text
import coordination.models.marking
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import knowledge.models.files
import modelcluster.fields
import modelsearch.index
import taggit.managers
import wagtail.fields
import wagtail.images.models
import wagtail.models.media
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('coordination', '0001_initial'),
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountryProfile',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Russian'), ('ur', 'Urdu')], default='en', max_length=10, verbose_name='language of the text')),
                ('illustrative', models.BooleanField(default=False, help_text='Goes beyond what has been reported; shown with a mark.', verbose_name='illustrative')),
                ('summary', models.TextField(blank=True, max_length=3000, verbose_name='summary')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='text')),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profiles', to='coordination.country', verbose_name='country')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='%(class)ss', to='coordination.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'country profile',
                'verbose_name_plural': 'country profiles',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='CountryFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('label', models.CharField(max_length=150, validators=[accounts.text.validate_plain_text], verbose_name='what')),
                ('value', models.CharField(max_length=150, validators=[accounts.text.validate_plain_text], verbose_name='value')),
                ('source', models.CharField(max_length=200, validators=[accounts.text.validate_plain_text], verbose_name='source')),
                ('source_url', models.URLField(blank=True, verbose_name='address of the source')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('profile', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='knowledge.countryprofile')),
            ],
            options={
                'verbose_name': 'fact',
                'verbose_name_plural': 'facts',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('file_size', models.PositiveBigIntegerField(editable=False, null=True)),
                ('file_hash', models.CharField(blank=True, editable=False, max_length=40)),
                ('file', models.FileField(upload_to=knowledge.models.files.place_of_file, verbose_name='file')),
                ('attached_id', models.PositiveBigIntegerField(editable=False, null=True)),
                ('came_with', models.PositiveBigIntegerField(editable=False, null=True)),
                ('text', models.TextField(blank=True, editable=False, verbose_name='text')),
                ('text_state', models.CharField(choices=[('pending', 'its text is being read'), ('read', 'its text can be searched'), ('unreadable', 'its text could not be read'), ('none', 'has no text that is read')], default='pending', editable=False, max_length=20, verbose_name='text')),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('attached_type', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='contenttypes.contenttype')),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('collection', models.ForeignKey(default=wagtail.models.media.get_root_collection_id, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.collection', verbose_name='collection')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('tags', taggit.managers.TaggableManager(blank=True, help_text=None, through='taggit.TaggedItem', to='taggit.Tag', verbose_name='tags')),
                ('uploaded_by_user', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='uploaded by user')),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
                'permissions': [('choose_file', 'Can choose a file')],
                'abstract': False,
                'indexes': [models.Index(fields=['attached_type', 'attached_id'], name='knowledge_f_attache_00d75d_idx')],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='GlossaryTerm',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Russian'), ('ur', 'Urdu')], default='en', max_length=10, verbose_name='language of the text')),
                ('illustrative', models.BooleanField(default=False, help_text='Goes beyond what has been reported; shown with a mark.', verbose_name='illustrative')),
                ('definition', models.TextField(max_length=2000, verbose_name='definition')),
                ('term_ru', models.CharField(blank=True, max_length=255, validators=[accounts.text.validate_plain_text], verbose_name='term in Russian')),
                ('definition_ru', models.TextField(blank=True, max_length=2000, verbose_name='definition in Russian')),
                ('term_ur', models.CharField(blank=True, max_length=255, validators=[accounts.text.validate_plain_text], verbose_name='term in Urdu')),
                ('definition_ur', models.TextField(blank=True, max_length=2000, verbose_name='definition in Urdu')),
                ('source', models.CharField(blank=True, max_length=200, validators=[accounts.text.validate_plain_text], verbose_name='source')),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='%(class)ss', to='coordination.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'glossary term',
                'verbose_name_plural': 'glossary terms',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('file', wagtail.images.models.WagtailImageField(height_field='height', upload_to=wagtail.images.models.get_upload_to, verbose_name='file', width_field='width')),
                ('description', models.CharField(blank=True, default='', max_length=255, verbose_name='description')),
                ('width', models.IntegerField(editable=False, verbose_name='width')),
                ('height', models.IntegerField(editable=False, verbose_name='height')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='created at')),
                ('focal_point_x', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_y', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_width', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_height', models.PositiveIntegerField(blank=True, null=True)),
                ('file_size', models.PositiveIntegerField(editable=False, null=True)),
                ('file_hash', models.CharField(blank=True, db_index=True, editable=False, max_length=40)),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('collection', models.ForeignKey(default=wagtail.models.media.get_root_collection_id, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.collection', verbose_name='collection')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('tags', taggit.managers.TaggableManager(blank=True, help_text=None, through='taggit.TaggedItem', to='taggit.Tag', verbose_name='tags')),
                ('uploaded_by_user', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='uploaded by user')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'permissions': [('choose_picture', 'Can choose a picture')],
                'abstract': False,
            },
            bases=(wagtail.images.models.ImageFileMixin, modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='NewsItem',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Russian'), ('ur', 'Urdu')], default='en', max_length=10, verbose_name='language of the text')),
                ('illustrative', models.BooleanField(default=False, help_text='Goes beyond what has been reported; shown with a mark.', verbose_name='illustrative')),
                ('published_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='date')),
                ('summary', models.TextField(blank=True, max_length=1000, verbose_name='summary')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='text')),
                ('source_url', models.URLField(blank=True, verbose_name='address of the source')),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('countries', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='news', to='coordination.country', verbose_name='countries')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='%(class)ss', to='coordination.topic', verbose_name='topics')),
                ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.picture', verbose_name='picture')),
            ],
            options={
                'verbose_name': 'news item',
                'verbose_name_plural': 'news',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='Rendition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filter_spec', models.CharField(db_index=True, max_length=255)),
                ('file', wagtail.images.models.WagtailImageField(height_field='height', storage=wagtail.images.models.get_rendition_storage, upload_to=wagtail.images.models.get_rendition_upload_to, width_field='width')),
                ('width', models.IntegerField(editable=False)),
                ('height', models.IntegerField(editable=False)),
                ('focal_point_key', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renditions', to='knowledge.picture')),
            ],
            options={
                'unique_together': {('image', 'filter_spec', 'focal_point_key')},
            },
            bases=(wagtail.images.models.ImageFileMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Russian'), ('ur', 'Urdu')], default='en', max_length=10, verbose_name='language of the text')),
                ('illustrative', models.BooleanField(default=False, help_text='Goes beyond what has been reported; shown with a mark.', verbose_name='illustrative')),
                ('kind', models.CharField(choices=[('study', 'study'), ('guideline', 'guideline'), ('training', 'training material'), ('awareness', 'awareness material'), ('legal', 'legal text'), ('data', 'data'), ('audio_video', 'audio or video')], default='study', max_length=20, verbose_name='kind')),
                ('abstract', models.TextField(blank=True, max_length=3000, verbose_name='abstract')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='text')),
                ('authors', models.CharField(blank=True, max_length=255, validators=[accounts.text.validate_plain_text], verbose_name='authors')),
                ('publisher', models.CharField(blank=True, max_length=255, validators=[accounts.text.validate_plain_text], verbose_name='publisher')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1850), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('source_url', models.URLField(blank=True, verbose_name='address of the original')),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('countries', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='resources', to='coordination.country', verbose_name='countries')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='%(class)ss', to='coordination.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'resource',
                'verbose_name_plural': 'resources',
                'constraints': [models.CheckConstraint(condition=models.Q(('year__isnull', True), ('year__range', (1850, 2100)), _connector='OR'), name='a_resource_is_of_a_year_that_can_be')],
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='ResourceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='place', to='knowledge.file', verbose_name='file')),
                ('resource', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='knowledge.resource')),
            ],
            options={
                'verbose_name': 'file of a resource',
                'verbose_name_plural': 'files of resources',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ServicePoint',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('ru', 'Russian'), ('ur', 'Urdu')], default='en', max_length=10, verbose_name='language of the text')),
                ('illustrative', models.BooleanField(default=False, help_text='Goes beyond what has been reported; shown with a mark.', verbose_name='illustrative')),
                ('city', models.CharField(blank=True, max_length=100, validators=[accounts.text.validate_plain_text], verbose_name='city')),
                ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('open', 'open'), ('closed', 'closed')], default='open', max_length=20, verbose_name='state')),
                ('summary', models.TextField(blank=True, max_length=3000, verbose_name='summary')),
                ('body', wagtail.fields.RichTextField(blank=True, verbose_name='text')),
                ('spoken_languages', models.CharField(blank=True, max_length=255, validators=[accounts.text.validate_plain_text], verbose_name='languages spoken')),
                ('phone', models.CharField(blank=True, max_length=100, validators=[accounts.text.validate_plain_text], verbose_name='telephone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.validate_time_zone], verbose_name='time zone of the opening hours')),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_points', to='coordination.country', verbose_name='country')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='service_points', to='coordination.organisation', verbose_name='organisation')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('space', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='%(class)ss', to='coordination.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'service point',
                'verbose_name_plural': 'service points',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('text', models.CharField(max_length=200, validators=[accounts.text.validate_plain_text], verbose_name='service')),
                ('service_point', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='services', to='knowledge.servicepoint')),
            ],
            options={
                'verbose_name': 'service',
                'verbose_name_plural': 'services',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='day of the week')),
                ('opens', models.TimeField(verbose_name='opens')),
                ('closes', models.TimeField(verbose_name='closes')),
                ('service_point', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='knowledge.servicepoint')),
            ],
            options={
                'verbose_name': 'opening hours',
                'verbose_name_plural': 'opening hours',
                'ordering': ['weekday', 'opens'],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='a_service_point_closes_after_it_opens')],
            },
        ),
    ]
