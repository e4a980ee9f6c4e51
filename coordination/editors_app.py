"""Wagtail's admin as it is set up here."""

from wagtail.admin.apps import WagtailAdminAppConfig


class EditorsAppConfig(WagtailAdminAppConfig):
    def ready(self) -> None:
        """Without Wagtail's mails about reviews: they hold titles, and ask no access rule. Our notifier tells of them
        (coordination.notifications)."""
        from wagtail.models import TaskState, WorkflowState
        from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted

        from coordination.editors_widgets import without_scripts

        super().ready()
        without_scripts()
        deeds = (("submitted", workflow_submitted), ("approved", workflow_approved), ("rejected", workflow_rejected))
        for deed, signal in deeds:
            signal.disconnect(sender=WorkflowState, dispatch_uid=f"workflow_state_{deed}_email_notification")
        task_submitted.disconnect(sender=TaskState, dispatch_uid="group_approval_task_submitted_email_notification")
