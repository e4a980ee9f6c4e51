"""Commitments: written down, changed, reported on; and the reports accepted, or given back."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, attachments, audit
from coordination.bounds import beyond_the_calendar
from coordination.models import (
    Article,
    Audience,
    Commitment,
    CommitmentState,
    Organisation,
    ProgressReport,
    Space,
    Verdict,
)
from coordination.recurrence import next_due
from coordination.services.shared import (
    audience_of_sources,
    check_days,
    check_texts,
    day,
    latest,
    require,
    save_once,
    sent_before,
    state_reported,
)

# From each state to those that may follow. Whoever follows a commitment up may take these steps, but for the right
# that a state asks for besides.
COMMITMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    CommitmentState.NOT_STARTED: frozenset(CommitmentState) - {CommitmentState.NOT_STARTED},
    CommitmentState.ON_TRACK: frozenset(CommitmentState) - {CommitmentState.ON_TRACK, CommitmentState.NOT_STARTED},
    CommitmentState.AT_RISK: frozenset(CommitmentState) - {CommitmentState.AT_RISK, CommitmentState.NOT_STARTED},
    CommitmentState.OFF_TRACK: frozenset(CommitmentState) - {CommitmentState.OFF_TRACK, CommitmentState.NOT_STARTED},
    CommitmentState.ACHIEVED: frozenset({CommitmentState.ON_TRACK, CommitmentState.AT_RISK}),
    CommitmentState.WITHDRAWN: frozenset({CommitmentState.NOT_STARTED}),
}
# Nobody releases itself from what it undertook, nor takes that up again by itself: that is for those who keep the list.
RIGHT_TO_MOVE: dict[str, str] = {CommitmentState.WITHDRAWN: "record"}

# How well it stands in each state; a step down asks for a reason and, unless nothing is owed any more, for a new date.
STANDING: dict[str, int] = {
    CommitmentState.ACHIEVED: 5,
    CommitmentState.ON_TRACK: 4,
    CommitmentState.NOT_STARTED: 3,
    CommitmentState.AT_RISK: 2,
    CommitmentState.OFF_TRACK: 1,
    CommitmentState.WITHDRAWN: 0,
}

# A value that lies outside of baseline and target by more than half of the way between them is asked about: it has one
# digit too many more often than it is true.
FAR = Decimal("0.5")
MOST_FILES_OF_A_REPORT = 10


def gets_worse(before: str, after: str) -> bool:
    return STANDING[after] < STANDING[before]


def asks_for_a_date(before: str, after: str) -> bool:
    """Whether this step asks, besides a reason, by when it is to be expected now."""
    return gets_worse(before, after) and after != CommitmentState.WITHDRAWN


def right_to_move(before: str, after: str) -> str:
    """What it takes to report this step."""
    if before == after:
        return "follow_up"
    return RIGHT_TO_MOVE.get(after) or RIGHT_TO_MOVE.get(before) or "follow_up"


def plausible(commitment: Commitment) -> tuple[Decimal, Decimal] | None:
    """The least and the greatest value that nobody is asked about; None where no target says what to expect."""
    if commitment.target is None:
        return None
    low, high = sorted((commitment.start, commitment.target))
    margin = (high - low) * FAR or abs(high) * FAR
    return low - margin, high + margin


# --- written down and changed --------------------------------------------------------------------------------------
@transaction.atomic
def make_commitment(
    actor: User,
    space: Space,
    *,
    title: str,
    party: Organisation,
    article: Article | None = None,
    source: Any = None,
    partners: Iterable[Organisation] = (),
    submission: UUID | None = None,
    audience: Audience | None = None,
    **fields: Any,
) -> Commitment:
    """Write down what `party` undertook, under an article or in a paragraph of a record. Sent twice, it is one.

    It begins with no more readers than those have, unless `audience` says who.
    """
    require(actor, "record", space)
    if before := sent_before(Commitment, submission, created_by=actor):
        return before
    for origin in (article, source):
        if origin is not None:
            require(actor, "read", origin)
    audience = audience or audience_of_sources(space, article, source)
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
    helping = list(partners)
    _check(commitment, helping)
    commitment.counted_from = commitment.due_on
    if audience is not None:
        commitment.own_audience = audience
    check_texts(commitment)
    commitment.clean_fields(exclude=["own_audience", "audience"])
    if not save_once(commitment):
        return sent_before(Commitment, submission, created_by=actor)
    if helping:
        _set_partners(commitment, helping)
    audit.record(
        actor,
        "commitment made",
        commitment,
        after={"title": title, "party": party.pk, "due_on": day(commitment.due_on)},
    )
    return commitment


@transaction.atomic
def edit_commitment(
    actor: User,
    commitment: Commitment,
    *,
    version: int,
    partners: Iterable[Organisation] | None = None,
    **changes: Any,
) -> Commitment:
    """Change the wording, indicator, numbers, days or partners; those who write records only."""
    commitment = latest(commitment, version)
    require(actor, "record", commitment)
    due_before, recurrence_before = commitment.due_on, commitment.recurrence
    helping = list(commitment.partners.all() if partners is None else partners)
    for name, value in changes.items():
        setattr(commitment, name, value)
    _check(commitment, helping)
    if (commitment.due_on, commitment.recurrence) != (due_before, recurrence_before):
        commitment.counted_from = commitment.due_on
    return _changed(actor, commitment, changes, None if partners is None else helping)


def _changed(
    actor: User, commitment: Commitment, changes: dict[str, Any], partners: list[Organisation] | None
) -> Commitment:
    """Write the change, and what stood there before, in one entry of the trail."""
    present = Commitment.objects.get(pk=commitment.pk)
    before = {name: audit.plain(getattr(present, name)) for name in changes}
    after = {name: audit.plain(getattr(commitment, name)) for name in changes}
    check_texts(commitment, changes)
    commitment.clean_fields(exclude=["own_audience", "audience"])
    commitment.version += 1
    if partners is not None and set(partners) != set(present.partners.all()):
        before["partners"] = sorted(one.pk for one in present.partners.all())
        after["partners"] = sorted(one.pk for one in partners)
        _set_partners(commitment, partners)
    else:
        commitment.save()
    audit.record(actor, "commitment changed", commitment, before=before, after=after)
    return commitment


def _set_partners(commitment: Commitment, partners: list[Organisation]) -> None:
    """And save: what is found of it names them, and a relation alone tells nobody that it has changed."""
    commitment.partners.set(partners)
    commitment.save()


def _check(commitment: Commitment, partners: list[Organisation]) -> None:
    check_days(commitment)
    if (commitment.baseline is not None or commitment.target is not None) and not commitment.unit.strip():
        raise ValidationError({"unit": _("Say what the baseline and the target count or measure.")})
    if commitment.is_recurring and commitment.due_on is None:
        raise ValidationError({"due_on": _("Say when it is due for the first time.")})
    if commitment.party in partners:
        raise ValidationError({"partners": _("Whoever undertook it is no partner besides.")})


# --- reported on ---------------------------------------------------------------------------------------------------
@transaction.atomic
def report_progress(
    actor: User,
    commitment: Commitment,
    *,
    text: str,
    state: str,
    seen_state: str = "",
    value: Decimal | None = None,
    confidence: str = "",
    evidence_url: str = "",
    files: Iterable[Any] = (),
    reason: str = "",
    new_due_on: date | None = None,
    is_sure: bool = False,
    submission: UUID | None = None,
) -> ProgressReport:
    """Report how a commitment goes, with the evidence. It moves the commitment at once, and waits for acceptance.

    Sent twice, it is one report. `seen_state` is the state that the form showed. `is_sure` says that a value far from
    baseline and target is meant. A state that gets worse asks for `reason` and `new_due_on`.
    """
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if before := sent_before(ProgressReport, submission, author=actor):
        return before
    require(actor, "follow_up", commitment)
    report = ProgressReport(
        commitment=commitment,
        author=actor,
        text=text.strip(),
        value=value,
        evidence_url=evidence_url,
        state_before=commitment.state,
        state_after=state_reported(commitment.state, state, seen_state),
        confidence=confidence,
        reason=reason.strip(),
        new_due_on=new_due_on,
        period=commitment.period,
        due_on=commitment.due_on,
        submission=submission,
    )
    _check_report(actor, report, is_sure)
    report.clean_fields()
    report.save()
    before = {"state": commitment.state, "confidence": commitment.confidence}
    commitment.state = report.state_after
    commitment.confidence = confidence or commitment.confidence
    commitment.version += 1
    commitment.save()
    audit.record(
        actor,
        "progress reported",
        commitment,
        before=before,
        after={
            "state": commitment.state,
            "confidence": commitment.confidence,
            "value": audit.plain(report.value),
            "new_due_on": day(report.new_due_on),
        },
        reason=report.reason,
        details={"report": report},
    )
    # Last, since what has been stored on the disk is not taken back with the transaction.
    attachments.keeper().attach(actor, commitment, "follow_up", list(files), came_with=report.pk)
    return report


def _check_report(actor: User, report: ProgressReport, is_sure: bool) -> None:
    """Refuse, beside its field, what a report must not say or must not leave out."""
    if not report.text:
        raise ValidationError({"text": _("Say what has been done.")})
    before, after = report.state_before, report.state_after
    if after != before and after not in COMMITMENT_TRANSITIONS[before]:
        raise ValidationError({"state": _("The commitment cannot go from its state to this one.")})
    if not access.can(actor, right_to_move(before, after), report.commitment):
        raise ValidationError({"state": _("Only those who write the records of the space withdraw a commitment.")})
    _check_step(report)
    _check_value(report, is_sure)


def _check_step(report: ProgressReport) -> None:
    """A step down gives its reason and a new date; no other report moves the date."""
    errors: dict[str, Any] = {}
    before, after, commitment = report.state_before, report.state_after, report.commitment
    if gets_worse(before, after) and not report.reason:
        errors["reason"] = _("It gets worse: say why.")
    if not asks_for_a_date(before, after):
        report.new_due_on = None
    elif report.new_due_on is None:
        errors["new_due_on"] = _("It gets worse: say by when it is to be expected now.")
    elif report.new_due_on < timezone.localdate():
        errors["new_due_on"] = _("This day has passed.")
    elif problem := beyond_the_calendar(report.new_due_on):
        errors["new_due_on"] = problem
    elif commitment.starts_on and report.new_due_on < commitment.starts_on:
        errors["new_due_on"] = _("This is before the day on which it starts.")
    if not gets_worse(before, after):
        report.reason = ""
    if errors:
        raise ValidationError(errors)


def _check_value(report: ProgressReport, is_sure: bool) -> None:
    commitment, value = report.commitment, report.value
    if value is None:
        return
    if not commitment.is_measured:
        raise ValidationError({"value": _("This commitment has no unit to count or measure in.")})
    expected = plausible(commitment)
    if expected is not None and not expected[0] <= value <= expected[1] and not is_sure:
        raise ValidationError({"value": FarValue()})


class FarValue(ValidationError):
    """The value may be right: whoever typed it is asked once more."""

    def __init__(self) -> None:
        super().__init__(_("This is far from the baseline and the target. Is it right?"), code="far")


# --- accepted or returned ------------------------------------------------------------------------------------------
def may_review(user: access.Reader, report: ProgressReport) -> bool:
    """Whether `user` may accept or return this report: whoever reviews the commitment, and did not write it."""
    return report.author_id != user.pk and access.can(user, "review", report.commitment)


@transaction.atomic
def review_report(actor: User, report: ProgressReport, verdict: str, *, reason: str = "") -> ProgressReport:
    """Accept a report, or return it with a reason. Of two who do so at once, the second is told of the first.

    Accepted, a new date becomes the due date, and a period that is achieved makes room for the next. Returned, what the
    report moved is moved back, unless something has been reported since that stands.
    """
    commitment = Commitment.objects.select_for_update().get(pk=report.commitment_id)
    report = ProgressReport.objects.select_for_update().get(pk=report.pk)
    report.commitment = commitment
    if not may_review(actor, report):
        raise PermissionDenied(_("You do not have the right to do this."))
    if not report.is_pending:
        return _reviewed_before(actor, report, verdict)
    if verdict not in (Verdict.ACCEPTED, Verdict.RETURNED):
        raise ValidationError({"verdict": _("Accept the report, or return it.")})
    if verdict == Verdict.RETURNED and not reason.strip():
        raise ValidationError({"reason": _("Say what is missing, or what is to be put right.")})
    before = {"state": commitment.state, "due_on": day(commitment.due_on), "verdict": report.verdict}
    if verdict == Verdict.RETURNED:
        _move_back(report)
    report.verdict, report.verdict_reason = verdict, reason.strip()
    report.verdict_by, report.verdict_at = actor, timezone.now()
    report.clean_fields()
    report.save()
    if verdict == Verdict.ACCEPTED:
        _move_due_date(report)
    commitment.version += 1
    commitment.save()
    audit.record(
        actor,
        "report accepted" if verdict == Verdict.ACCEPTED else "report returned",
        commitment,
        before=before,
        after={"state": commitment.state, "due_on": day(commitment.due_on), "verdict": verdict},
        reason=report.verdict_reason,
        details={"report": report},
    )
    if verdict == Verdict.ACCEPTED:
        _open_next_period(actor, report)
    return report


def _reviewed_before(actor: User, report: ProgressReport, verdict: str) -> ProgressReport:
    """The same click twice is one; another's verdict stands."""
    if report.verdict_by_id == actor.pk and report.verdict == verdict:
        return report
    said = {
        Verdict.ACCEPTED: _("%(name)s has accepted this report in the meantime."),
        Verdict.RETURNED: _("%(name)s has returned this report in the meantime."),
    }[Verdict(report.verdict)]
    raise ValidationError(said, code="reviewed", params={"name": report.verdict_by})


def _move_back(report: ProgressReport) -> None:
    """The state that the reports which stand in this period lead to; what somebody moved otherwise since, stays."""
    commitment = report.commitment
    told = list(commitment.reports.filter(period=report.period).order_by("pk"))
    standing = [one for one in told if one.verdict != Verdict.RETURNED]
    if commitment.period != report.period or commitment.state != standing[-1].state_after:
        return
    left = [one for one in standing if one.pk != report.pk]
    commitment.state = left[-1].state_after if left else told[0].state_before
    commitment.confidence = next((one.confidence for one in reversed(left) if one.confidence), "")


def _move_due_date(report: ProgressReport) -> None:
    """A new date that is accepted is the due date from now on, unless the date has been changed since."""
    commitment = report.commitment
    if report.new_due_on is None or commitment.period != report.period:
        return
    if _is_the_date_before(report) and not _is_closed_for_good(report):
        commitment.due_on = report.new_due_on


def _is_the_date_before(report: ProgressReport) -> bool:
    """Whether what is due is due as this report knew it, or as another says that was written before and accepted."""
    due_on = report.commitment.due_on
    earlier = report.commitment.reports.filter(period=report.period, verdict=Verdict.ACCEPTED, pk__lt=report.pk)
    return due_on == report.due_on or earlier.filter(new_due_on=due_on).exists()


def _is_closed_for_good(report: ProgressReport) -> bool:
    """Closed, and not by a report alone that waits: were that one returned, the date would be owed again."""
    commitment = report.commitment
    later = commitment.reports.pending().filter(period=report.period, pk__gt=report.pk)
    return commitment.is_closed and not later.filter(state_after=commitment.state).exists()


def _open_next_period(actor: User, report: ProgressReport) -> None:
    """What is owed again is owed anew once a period is achieved, and that is accepted."""
    commitment = report.commitment
    is_achieved = commitment.state == report.state_after == CommitmentState.ACHIEVED
    if not commitment.is_recurring or not is_achieved or commitment.period != report.period:
        return
    due_before = commitment.due_on
    assert due_before is not None  # the database asks it of whatever is owed again
    due_on = next_due(commitment.counted_from or due_before, commitment.recurrence, after=due_before)
    if due_on is None:
        return
    before = {"due_on": day(due_before), "state": commitment.state}
    commitment.due_on, commitment.state, commitment.confidence = due_on, CommitmentState.NOT_STARTED, ""
    commitment.period += 1
    commitment.version += 1
    commitment.save()
    after = {"due_on": day(due_on), "state": commitment.state}
    audit.record(actor, "next period opened", commitment, before=before, after=after)
