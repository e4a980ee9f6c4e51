from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DiscussionConfig(AppConfig):
    name = "discussion"

    def ready(self) -> None:
        from coordination import access, attachments, audit, replies
        from discussion import files, mailed_answers, notifier, signals, threads
        from discussion.models import Thread
        from discussion.services.notifications import notice_what_is_gone

        autodiscover_modules("notifications", "live")
        access.child_providers.append(threads.below)
        attachments.limits[Thread] = files.limit_of
        audit.happened.connect(notifier.tell, dispatch_uid="discussion.notifier")
        audit.happened.connect(notice_what_is_gone, dispatch_uid="discussion.gone")
        replies.finders.append(mailed_answers.find)
        signals.connect()
