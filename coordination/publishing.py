"""How a page of knowledge comes to its readers without somebody who presses "publish": approved, or on its day.

Wagtail imports this while its own models are being made (WAGTAIL_FINISH_WORKFLOW_ACTION): it imports none of them.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

logger = logging.getLogger(__name__)


def publish_what_was_approved(state: Any, user: Any = None) -> None:
    """What happens at the end of a review: approving is the right to publish here.

    The version that was reviewed is the latest: meanwhile only those who review it may change it.
    """
    state.content_object.get_latest_revision().publish(user=user, skip_permission_checks=True)


def publish_what_is_due(now: datetime | None = None) -> int:
    """Publish what was to be published by now, withdraw what was to be withdrawn; how many pages that were. Called by
    the worker, round after round, so that nothing else needs a clock.

    Each page is a transaction of its own: one that cannot be published keeps no other back.
    """
    from wagtail.models import Page, Revision

    now = now or timezone.now()
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at").values_list("pk", flat=True)
    awaited = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    done = sum(_without_stopping(_withdraw, key, now) for key in list(expired))
    return done + sum(_without_stopping(_publish, key, now) for key in list(awaited.values_list("pk", flat=True)))


def _without_stopping(step: Callable[[int, datetime], bool], key: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return step(key, now)
    except Exception as error:  # whatever is wrong with one page; it is tried again in the next round
        logger.warning("A page could not be published or withdrawn on its day: %s", type(error).__name__)
        return False


def _withdraw(page_id: int, now: datetime) -> bool:
    """Locked and asked anew: another worker may have done it, an editor may have thought better of it."""
    from wagtail.models import Page

    page = Page.objects.select_for_update().filter(pk=page_id, live=True, expire_at__lte=now).first()
    if page is None:
        return False
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True


def _publish(revision_id: int, now: datetime) -> bool:
    from wagtail.models import Revision

    due = Revision.objects.select_for_update().filter(pk=revision_id, approved_go_live_at__lte=now).first()
    if due is None:
        return False
    due.publish(log_action="wagtail.publish.scheduled")
    return True
