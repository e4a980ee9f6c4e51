from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DiscussionConfig(AppConfig):
    name = "discussion"

    def ready(self) -> None:
        from coordination import access, audit
        from discussion import notifier, signals, threads

        autodiscover_modules("notifications", "live")
        access.child_providers.append(threads.below)
        audit.happened.connect(notifier.tell, dispatch_uid="discussion.notifier")
        signals.connect()
