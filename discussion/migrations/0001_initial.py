import accounts.text
import coordination.models.marking
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_initial'),
        ('accounts', '__first__'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('coordination', '0002_initial'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestMark',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField()),
                ('week', models.DateField(null=True)),
                ('taken_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('begins', models.TimeField(blank=True, null=True, verbose_name='from')),
                ('ends', models.TimeField(blank=True, null=True, verbose_name='until')),
                ('days_off', models.BooleanField(default=False, verbose_name='on weekends and holidays too, all day')),
            ],
        ),
        migrations.CreateModel(
            name='SpaceRules',
            fields=[
                ('space', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='coordination.space')),
                ('change_minutes', models.PositiveIntegerField(null=True)),
                ('open_history', models.BooleanField(default=False)),
                ('quoted_in_mail', models.CharField(blank=True, choices=[('CLEAR', 'TLP:CLEAR'), ('GREEN', 'TLP:GREEN')], max_length=20, verbose_name='what mails may say')),
            ],
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('target_id', models.PositiveBigIntegerField(editable=False)),
                ('root_id', models.PositiveBigIntegerField(editable=False)),
                ('subject', models.CharField(blank=True, max_length=255, validators=[accounts.text.validate_plain_text], verbose_name='subject')),
                ('last_number', models.PositiveIntegerField(default=0, editable=False)),
                ('last_change', models.PositiveIntegerField(default=0, editable=False)),
                ('head_change', models.PositiveIntegerField(default=0, editable=False)),
                ('last_message_at', models.DateTimeField(db_index=True, editable=False, null=True)),
                ('illustrative', models.BooleanField(default=False, verbose_name='illustrative')),
                ('pinned_at', models.DateTimeField(editable=False, null=True)),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
                ('closed_reason', models.CharField(blank=True, editable=False, max_length=255, verbose_name='reason')),
                ('summary', models.TextField(blank=True, editable=False, verbose_name='summary')),
                ('summary_at', models.DateTimeField(editable=False, null=True)),
                ('slow_seconds', models.PositiveIntegerField(default=0, editable=False, verbose_name='seconds between two messages')),
                ('read_only_from', models.DateTimeField(editable=False, null=True)),
                ('read_only_until', models.DateTimeField(editable=False, null=True)),
                ('chatham_house', models.BooleanField(default=False, editable=False, verbose_name='under the Chatham House Rule')),
                ('asks_acknowledgement', models.BooleanField(default=False, editable=False, verbose_name='asks to be acknowledged')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussion.thread')),
                ('own_audience', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.audience')),
                ('root_type', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.space', verbose_name='space')),
                ('summary_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target_type', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
            ],
            options={
                'verbose_name': 'thread',
                'verbose_name_plural': 'threads',
                'indexes': [models.Index(fields=['root_type', 'root_id'], name='discussion__root_ty_410512_idx')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('number', models.PositiveIntegerField(editable=False)),
                ('text', models.TextField(max_length=10000, verbose_name='message')),
                ('change', models.PositiveIntegerField(default=0, editable=False)),
                ('standing', models.CharField(choices=[('posted', 'posted'), ('deleted', 'deleted by its author'), ('hidden', 'hidden by the chair'), ('moved', 'moved to another discussion')], default='posted', editable=False, max_length=10, verbose_name='standing')),
                ('standing_reason', models.CharField(blank=True, editable=False, max_length=255, verbose_name='reason')),
                ('edited_at', models.DateTimeField(editable=False, null=True)),
                ('submission', models.UUIDField(editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('answers', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussion.message')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('moved_to', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussion.message')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='discussion.thread')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['thread', 'number'],
                'indexes': [models.Index(fields=['thread', 'change'], name='discussion__thread__7ef202_idx')],
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='one_message_of_a_number'), models.UniqueConstraint(fields=('author', 'submission'), name='one_message_of_a_submission')],
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(blank=True, max_length=20)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coordination.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='discussion.message')),
            ],
        ),
        migrations.CreateModel(
            name='MessageVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('replaced_at', models.DateTimeField(auto_now_add=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='discussion.message')),
            ],
            options={
                'ordering': ['message', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(default=0)),
                ('interest', models.CharField(choices=[('muted', 'nothing, unless I am named'), ('normal', 'answers, where I have written'), ('followed', 'every message')], default='normal', max_length=10, verbose_name='what I want to be told')),
                ('favourite', models.BooleanField(default=False, verbose_name='favourite')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to='discussion.thread')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'thread'), name='one_read_mark_of_a_user')],
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='discussion.thread')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('thread', 'user'), name='one_acknowledgement_of_a_user')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=100)),
                ('text', models.TextField()),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'about'), name='one_draft_of_a_user')],
            },
        ),
        migrations.CreateModel(
            name='MessageReplyAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(editable=False, max_length=40, unique=True)),
                ('given_at', models.DateTimeField()),
                ('used_for', models.UUIDField(editable=False, null=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='discussion.message')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('used_for', None)), fields=('user', 'message'), name='one_open_reply_address_of_a_message')],
            },
        ),
        migrations.CreateModel(
            name='MessageReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, validators=[accounts.text.validate_plain_text], verbose_name='reason')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='discussion.message')),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('message', 'reporter'), name='one_open_report_of_a_reader')],
            },
        ),
        migrations.CreateModel(
            name='MessageTranslation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('text', models.TextField(max_length=10000, verbose_name='translation')),
                ('made_at', models.DateTimeField(auto_now=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='discussion.message')),
                ('translator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['language'],
                'constraints': [models.UniqueConstraint(fields=('message', 'language'), name='one_translation_of_a_language')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('kind', models.CharField(max_length=60)),
                ('object_id', models.PositiveBigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('mail_wanted', models.BooleanField(default=False)),
                ('mail_rhythm', models.CharField(blank=True, max_length=10)),
                ('mail_taken_at', models.DateTimeField(null=True)),
                ('mail_done_at', models.DateTimeField(null=True)),
                ('mail_not_before', models.DateTimeField(null=True)),
                ('push_wanted', models.BooleanField(default=False)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coordination.auditentry')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='discussion.message')),
                ('object_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['user', 'seen_at'], name='discussion__user_id_31a7cf_idx'), models.Index(fields=['mail_wanted', 'mail_done_at'], name='discussion__mail_wa_1ddf7e_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('seen_at__isnull', True)), fields=('user', 'kind', 'object_type', 'object_id'), name='one_unseen_notification_of_an_object')],
            },
        ),
        migrations.CreateModel(
            name='NotificationChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('way', models.CharField(blank=True, choices=[('nothing', 'not at all'), ('page', 'in Accord only'), ('weekly', 'in the mail of the week'), ('daily', 'in the mail of the day'), ('at_once', 'by mail at once')], max_length=10)),
                ('push', models.BooleanField(null=True)),
                ('space', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coordination.space')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'space'), name='one_choice_of_a_kind_in_a_space'), models.UniqueConstraint(condition=models.Q(('space', None)), fields=('user', 'kind'), name='one_choice_of_a_kind_everywhere')],
            },
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=coordination.models.marking.new_key, editable=False, max_length=10, unique=True)),
                ('endpoint', models.CharField(max_length=1000, unique=True)),
                ('p256dh', models.CharField(max_length=150)),
                ('auth', models.CharField(max_length=50)),
                ('browser', models.CharField(blank=True, max_length=60)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('waiting_since', models.DateTimeField(null=True)),
                ('wanted_at', models.DateTimeField(null=True)),
                ('taken_at', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField(null=True)),
                ('pushed_at', models.DateTimeField(null=True)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sessions.session')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('wanted_at__isnull', False)), fields=['wanted_at'], name='pushes_that_wait')],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sign', models.CharField(max_length=20)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='discussion.message')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('message', 'user', 'sign'), name='one_reaction_of_a_sign')],
            },
        ),
    ]
