"""Commitments: written down, changed, reported on."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit
from coordination.models import (
    Article,
    Audience,
    Commitment,
    CommitmentState,
    Organisation,
    ProgressReport,
    Space,
)
from coordination.services.shared import change, check_days, day, latest, require, save_once, state_reported

COMMITMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    CommitmentState.NOT_STARTED: frozenset(CommitmentState) - {CommitmentState.NOT_STARTED},
    CommitmentState.ON_TRACK: frozenset(CommitmentState) - {CommitmentState.ON_TRACK, CommitmentState.NOT_STARTED},
    CommitmentState.AT_RISK: frozenset(CommitmentState) - {CommitmentState.AT_RISK, CommitmentState.NOT_STARTED},
    CommitmentState.OFF_TRACK: frozenset(CommitmentState) - {CommitmentState.OFF_TRACK, CommitmentState.NOT_STARTED},
    CommitmentState.ACHIEVED: frozenset({CommitmentState.ON_TRACK, CommitmentState.AT_RISK}),
    CommitmentState.WITHDRAWN: frozenset({CommitmentState.NOT_STARTED}),
}


@transaction.atomic
def make_commitment(
    actor: User,
    space: Space,
    *,
    title: str,
    party: Organisation,
    article: Article | None = None,
    source: Any = None,
    submission: UUID | None = None,
    audience: Audience | None = None,
    **fields: Any,
) -> Commitment:
    """Write down what `party` undertook, under an article or in a paragraph of a record. Sent twice, it is one."""
    require(actor, "record", space)
    if submission and (sent_before := Commitment.objects.filter(submission=submission, created_by=actor).first()):
        return sent_before
    for origin in (article, source):
        if origin is not None:
            require(actor, "read", origin)
    commitment = Commitment(
        space=space,
        title=title,
        party=party,
        article=article,
        source=source,
        submission=submission,
        created_by=actor,
        **fields,
    )
    check_days(commitment)
    if audience is not None:
        commitment.own_audience = audience
    commitment.clean_fields(exclude=["own_audience", "audience"])
    if not save_once(commitment):
        return Commitment.objects.get(submission=submission, created_by=actor)
    audit.record(
        actor,
        "commitment made",
        commitment,
        after={"title": title, "party": party.pk, "due_on": day(commitment.due_on)},
    )
    return commitment


@transaction.atomic
def edit_commitment(actor: User, commitment: Commitment, *, version: int, **changes: Any) -> Commitment:
    """Change the wording, indicator, target or days; those who write records only."""
    commitment = latest(commitment, version)
    require(actor, "record", commitment)
    return change(actor, commitment, "commitment changed", changes)


@transaction.atomic
def report_progress(
    actor: User,
    commitment: Commitment,
    *,
    text: str,
    state: str,
    seen_state: str = "",
    evidence_url: str = "",
    submission: UUID | None = None,
) -> ProgressReport:
    """Report how a commitment goes. Sent twice, it is one report. `seen_state` is the state that the form showed."""
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if submission and (sent_before := ProgressReport.objects.filter(submission=submission, author=actor).first()):
        return sent_before
    require(actor, "follow_up", commitment)
    if not text.strip():
        raise ValidationError({"text": _("Say what has been done.")})
    state = state_reported(commitment.state, state, seen_state)
    if state != commitment.state and state not in COMMITMENT_TRANSITIONS[commitment.state]:
        raise ValidationError({"state": _("The commitment cannot go from its state to this one.")})
    report = ProgressReport(
        commitment=commitment,
        author=actor,
        text=text.strip(),
        evidence_url=evidence_url,
        state_before=commitment.state,
        state_after=state,
        submission=submission,
    )
    report.clean_fields()
    report.save()
    commitment.state = state
    commitment.version += 1
    commitment.save()
    audit.record(
        actor,
        "progress reported",
        commitment,
        before={"state": report.state_before},
        after={"state": state},
        details={"report": report},
    )
    return report
