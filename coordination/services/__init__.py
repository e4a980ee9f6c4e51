"""What changes state in coordination. Each function takes the acting user first, checks the right, changes the rows and
writes the audit entry, in one transaction."""

from coordination.services.actions import (
    ACTION_TRANSITIONS,
    create_action,
    edit_action,
    reassign_action,
    report_on_action,
)
from coordination.services.commitments import COMMITMENT_TRANSITIONS, edit_commitment, make_commitment, report_progress
from coordination.services.markings import change_marking, may_mark
from coordination.services.shared import (
    StaleVersion,
    change,
    check_days,
    check_person,
    day,
    latest,
    require,
    save_once,
    state_reported,
)
from coordination.services.spaces import (
    add_space,
    create_space,
    edit_space,
    grant_membership,
    revoke_membership,
    space_version,
)

__all__ = [
    "ACTION_TRANSITIONS",
    "COMMITMENT_TRANSITIONS",
    "StaleVersion",
    "add_space",
    "change",
    "change_marking",
    "check_days",
    "check_person",
    "create_action",
    "create_space",
    "day",
    "edit_action",
    "edit_commitment",
    "edit_space",
    "grant_membership",
    "latest",
    "make_commitment",
    "may_mark",
    "reassign_action",
    "report_on_action",
    "report_progress",
    "require",
    "revoke_membership",
    "save_once",
    "space_version",
    "state_reported",
]
