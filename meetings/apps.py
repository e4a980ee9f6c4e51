from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        """Tell the access rule what hangs on visits and meetings besides what these name themselves."""
        from coordination import access
        from meetings.models.briefing import hung_on

        access.child_providers.append(hung_on)
        self._keep_what_was_agreed()
        self._tell_calendars()

    def _keep_what_was_agreed(self) -> None:
        """The database refuses to change an agreed record; what is made in a section is marked along with it."""
        from coordination import append_only, audit
        from meetings import frozen
        from meetings.services.circulation import narrow_what_was_made

        post_migrate.connect(frozen.install_after_migrating, sender=self, dispatch_uid="meetings.frozen")
        append_only.besides.append(frozen.suspended)
        audit.happened.connect(narrow_what_was_made, dispatch_uid="meetings.narrow_what_was_made")

    def _tell_calendars(self) -> None:
        """Those who are invited have it in their calendars by mail, which answer, and all readers in their feeds."""
        from coordination import audit, feeds, replies
        from meetings import calendar_feeds
        from meetings.replies import mailbox_of
        from meetings.services.calendar_mails import notice_change

        audit.happened.connect(notice_change, dispatch_uid="meetings.calendar_mails")
        feeds.sources.append(calendar_feeds.events_in)
        replies.finders.append(mailbox_of)
