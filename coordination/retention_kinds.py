"""What of coordination ends: actions that are closed, and agreements that are over, which are kept for the chairs."""

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from coordination.models import Action, Agreement, AgreementState, RetentionOutcome, Space
from coordination.models.actions import CLOSED_ACTION_STATES
from coordination.retention import Kind, register

BOTH = (RetentionOutcome.DELETE, RetentionOutcome.ARCHIVE)
OVER = (AgreementState.EXPIRED, AgreementState.TERMINATED)


def _actions(space: Space) -> QuerySet:
    closing = Q(updates__state_after__in=CLOSED_ACTION_STATES)
    rows = Action.objects.filter(space=space.pk, state__in=CLOSED_ACTION_STATES)
    return rows.annotate(closed_at=Coalesce(Max("updates__created_at", filter=closing), F("updated_at")))


def _agreements(space: Space) -> QuerySet:
    rows = Agreement.objects.filter(space=space.pk, state__in=OVER)
    return rows.annotate(ended_at=Coalesce(Max("moves__created_at"), F("latest_revision_created_at")))


register(
    Kind(
        name="actions",
        label=_("Actions that are done or cancelled"),
        rows=_actions,
        moments={"closed": (_("when it was closed"), "closed_at"), "change": (_("last change"), "updated_at")},
        outcomes=BOTH,
        order=20,
    )
)
register(
    Kind(
        name="agreements",
        label=_("Agreements that have expired or were terminated"),
        rows=_agreements,
        moments={"ended": (_("when it ended"), "ended_at")},
        # What was agreed is not deleted.
        outcomes=(RetentionOutcome.ARCHIVE,),
        order=60,
    )
)
