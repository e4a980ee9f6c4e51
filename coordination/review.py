"""The review of pages before they are published: by the owners of their topics, else by those who publish in the space.

Wagtail keeps which page waits; who may review is said by `access` ("review_page"). Whoever submits a page, approves of
it or sends it back is in the trail, and the notifier tells by it (coordination.notifications).
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from wagtail.models import Workflow, WorkflowTask

from accounts.models import User
from coordination import access
from coordination.models import Topic

# Of the pages that wait, the first page of the editors' side looks at these, the oldest: whoever reviews sees the next.
LOOKED_AT = 100


def is_offered() -> bool:
    return bool(settings.WAGTAIL_WORKFLOW_ENABLED)


def workflow() -> Workflow:
    """The one workflow there is, made when it is first asked for."""
    from coordination.models import TopicOwnersReview

    task, _created = TopicOwnersReview.objects.get_or_create(name="Review by the owners of the topics")
    found: Workflow | None = Workflow.objects.filter(workflow_tasks__task=task).first()
    if found is None:
        found = Workflow.objects.create(name="Review before publication")
        WorkflowTask.objects.create(workflow=found, task=task)
    return found


def topics_of(page: Any) -> list[Topic]:
    """The topics of a page as it is submitted: of its latest version, which may name others than the published one."""
    latest = page.get_latest_revision_as_object()
    return list(latest.topics.all())


def owner_ids_of(page: Any) -> frozenset[int]:
    """The users who own a topic of the page, whatever they may read."""
    owners = Topic.owners.through.objects.filter(topic__in=topics_of(page))
    return frozenset(owners.values_list("user_id", flat=True))


def reviewers_of(page: Any) -> list[User]:
    """Whom a page that waits goes to: owners of its topics who may review it; where none can, who publishes there."""
    owners = _reviewing(User.objects.filter(pk__in=owner_ids_of(page), is_active=True), page)
    return owners or _reviewing(access.users_in([page.space_id]), page)


def _reviewing(users: Iterable[User], page: Any) -> list[User]:
    users = list(users)
    access.ask_for_many(users)
    return [user for user in users if access.can(user, "review_page", page)]


def waiting_for(user: User) -> list[Any]:
    """The pages that wait for the review of `user`, the oldest first."""
    from wagtail.models import Page

    from coordination import editors_permissions
    from coordination.models import TopicOwnersReview

    waiting = TopicOwnersReview.waiting().order_by("started_at")[:LOOKED_AT]
    keys = [int(key) for key in waiting.values_list("workflow_state__object_id", flat=True)]
    pages = {
        page.pk: page for page in editors_permissions.listed_pages(Page.objects.filter(pk__in=keys), user).specific()
    }
    return [pages[key] for key in keys if key in pages and access.can(user, "review_page", pages[key])]


def asked_for_by(page: Any) -> list[User]:
    """Who submitted the page the last time."""
    state = page.workflow_states.order_by("-created_at", "-pk").select_related("requested_by").first()
    return [state.requested_by] if state is not None and state.requested_by is not None else []
