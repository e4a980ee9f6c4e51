from coordination.models.actions import (
    Action,
    ActionDependency,
    ActionFollower,
    ActionState,
    ActionUpdate,
    ChecklistItem,
    Priority,
    ReplyAddress,
)
from coordination.models.agreements import Agreement, AgreementKind, AgreementState, Article, Party
from coordination.models.audit import AuditEntry
from coordination.models.commitments import Commitment, CommitmentState, ProgressReport
from coordination.models.marking import Audience, AudienceToken, Marked, MarkedQuerySet, Marking
from coordination.models.organisations import Country, Organisation, OrganisationKind, Person, Post
from coordination.models.spaces import (
    Content,
    ContentPage,
    Role,
    Space,
    SpaceGroupPermission,
    SpaceKind,
    SpaceUserPermission,
    Topic,
)

__all__ = [
    "Action",
    "ActionDependency",
    "ActionFollower",
    "ActionState",
    "ActionUpdate",
    "Agreement",
    "AgreementKind",
    "AgreementState",
    "Article",
    "Audience",
    "AudienceToken",
    "AuditEntry",
    "ChecklistItem",
    "Commitment",
    "CommitmentState",
    "Content",
    "ContentPage",
    "Country",
    "Marked",
    "MarkedQuerySet",
    "Marking",
    "Organisation",
    "OrganisationKind",
    "Party",
    "Person",
    "Post",
    "Priority",
    "ProgressReport",
    "ReplyAddress",
    "Role",
    "Space",
    "SpaceGroupPermission",
    "SpaceKind",
    "SpaceUserPermission",
    "Topic",
]
