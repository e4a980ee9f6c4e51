from coordination.models.actions import Action, ActionState, ActionUpdate
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
    "ActionState",
    "ActionUpdate",
    "Agreement",
    "AgreementKind",
    "AgreementState",
    "Article",
    "Audience",
    "AudienceToken",
    "AuditEntry",
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
    "ProgressReport",
    "Role",
    "Space",
    "SpaceGroupPermission",
    "SpaceKind",
    "SpaceUserPermission",
    "Topic",
]
