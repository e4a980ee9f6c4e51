"""The step of Wagtail's workflow in which a page waits for its review (coordination.review)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState


class TopicOwnersReview(Task):
    """Waits for the owners of the page's topics. Who may review, and so open the page, is said by the access rule."""

    class Meta:
        verbose_name = _("review by the owners of the topics")
        verbose_name_plural = _("reviews by the owners of the topics")

    @classmethod
    def waiting(cls) -> QuerySet:
        """The states of the pages that wait now."""
        return TaskState.objects.filter(task__in=cls.objects.all(), status=TaskState.STATUS_IN_PROGRESS)

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return self._may_review(obj, user)

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        """What is reviewed is what is published: until then only reviewers change it. Its author can take it back."""
        return not self._may_review(obj, user)

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        if not self._may_review(obj, user):
            return []
        return [("reject", _("Send back with a comment"), True), ("approve", _("Approve and publish"), False),
                ("approve", _("Approve and publish, with a comment"), True)]  # fmt: skip

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet:
        """None by Wagtail's lists: the first page of the editors' side asks `coordination.review.waiting_for`."""
        return TaskState.objects.none()

    @classmethod
    def get_description(cls) -> Any:
        return _("The owners of the page's topics review it; where there are none, those who publish in the space.")

    @staticmethod
    def _may_review(obj: Any, user: Any) -> bool:
        from coordination import access

        return access.can(user, "review_page", obj.specific)
