"""Commitments: the reports on them, what they say at a glance, and those that wait for somebody's verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from coordination import access
from coordination.charts import Chart, chart_of
from coordination.models import Commitment, ProgressReport


@dataclass
class Reported:
    """A report as its reader sees it: its files, and whether the reader may accept or return it."""

    report: ProgressReport
    files: list[Any]
    may_review: bool


@dataclass(frozen=True)
class Outlook:
    """How a commitment goes, at a glance: the latest value of this period, and the reports that are drawn."""

    latest: ProgressReport | None
    percent: int | None
    chart: Chart | None
    waiting: int

    @property
    def bar(self) -> int:
        """The percent that a bar can show."""
        return max(0, min(100, self.percent or 0))


def reports_on(commitment: Commitment, user: access.Reader, files: Iterable[Any]) -> list[Reported]:
    """The reports on `commitment`, the oldest first, each with those of its `files` that came with it."""
    reviews = access.can(user, "review", commitment)
    came_with: dict[int | None, list[Any]] = {}
    for file in files:
        came_with.setdefault(file.came_with, []).append(file)
    reports = list(commitment.reports.select_related("author__organisation", "verdict_by"))
    for report in reports:
        report.commitment = commitment
    return [
        Reported(report, came_with.get(report.pk, []), reviews and report.is_pending and report.author_id != user.pk)
        for report in reports
    ]


def outlook_of(commitment: Commitment, reports: Iterable[ProgressReport]) -> Outlook:
    reports = list(reports)
    measured = [one for one in reports if one.value is not None and one.stands and one.period == commitment.period]
    latest = measured[-1] if measured else None
    return Outlook(
        latest=latest,
        percent=commitment.percent_of_target(latest.value) if latest else None,
        chart=chart_of(commitment, reports),
        waiting=sum(one.is_pending for one in reports),
    )


def reports_to_review(user: access.Reader) -> QuerySet[ProgressReport]:
    """The reports that wait for the verdict of `user`: `access.can(user, "review", …)` in SQL, less the user's own."""
    if not user.is_authenticated:
        return ProgressReport.objects.none()
    held = access.memberships(user)
    keeps = [space for space, permissions in held.items() if "record_space" in permissions]
    takes_part = [space for space, permissions in held.items() if "contribute_space" in permissions]
    concerned = Q(commitment__space__in=keeps)
    if user.organisation_id is not None:
        concerned |= Q(commitment__space__in=takes_part, commitment__owed_to=user.organisation_id)
    waiting = ProgressReport.objects.pending().readable_by(user).filter(concerned).exclude(author=user.pk)
    if user.organisation_id is not None:
        waiting = waiting.exclude(commitment__party=user.organisation_id)
    return waiting


def with_reports_to_review(commitments: QuerySet[Commitment], user: access.Reader) -> QuerySet[Commitment]:
    """Those of `commitments` on which a report waits for the verdict of `user`."""
    return commitments.filter(pk__in=reports_to_review(user).values("commitment"))


def reviewers_of(commitment: Commitment) -> list[User]:
    """Those members of its space who accept or return reports on `commitment`, if they may read it."""
    space = commitment.space_id
    members = access.users_in([space])
    return [user for user, held in members.items() if access.reviews_with(held[space], user, commitment)]
