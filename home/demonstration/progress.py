"""Illustrative numbers of commitments, and what was reported on them over the last months."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile

from coordination import services
from coordination.models import Commitment, CommitmentState, Confidence, ProgressReport, Recurrence, Verdict
from coordination.recurrence import months_later
from home.demonstration import times


class Told(NamedTuple):
    """A report: so many days ago; accepted unless it says otherwise. `reason` is that of a step down."""

    days_ago: int
    value: float | None
    text: str
    state: str = CommitmentState.ON_TRACK
    confidence: str = Confidence.MEDIUM
    reason: str = ""
    verdict: str = Verdict.ACCEPTED
    verdict_reason: str = ""
    file: str = ""


class Measured(NamedTuple):
    """The indicator of a commitment in numbers, by the title of the commitment."""

    baseline: int | None
    target: int
    unit: str
    reports: list[Told]
    partners: tuple[str, ...] = ()
    recurrence: str = Recurrence.NONE
    # How many periods lie behind, where it is owed again.
    periods: int = 0


MEASURED: dict[str, Measured] = {
    "Train eighty officers at second-line inspection": Measured(
        0,
        80,
        "officers",
        [
            Told(118, 12, "The first course was held in the academy."),
            Told(84, 25, "The second course was held; two officers repeat the test."),
            Told(
                57,
                52,
                "The third course was held.",
                confidence=Confidence.HIGH,
                verdict=Verdict.RETURNED,
                verdict_reason="The list of participants has thirty-eight names. Please count those who passed.",
            ),
            Told(50, 38, "Thirty-eight officers have passed; the list is attached.", file="participants.txt"),
            Told(6, 44, "The first forty are named, four more have joined.", verdict=Verdict.PENDING),
        ],
        partners=("MoI",),
    ),
    "Survey nine crossing points": Measured(
        0,
        9,
        "crossing points",
        [
            Told(96, 2, "Two points were surveyed on the way to the meeting."),
            Told(61, 4, "Four points are surveyed, with photographs."),
            Told(
                9,
                5,
                "Five points are surveyed. Two cannot be reached before the thaw.",
                CommitmentState.AT_RISK,
                Confidence.LOW,
                "The road to two of the points is under snow.",
                Verdict.PENDING,
            ),
        ],
    ),
    "Waiting time measured by one method": Measured(
        1,
        9,
        "crossing points",
        [
            Told(80, 2, "The method is agreed; a second point measures."),
            Told(46, 3, "Three points measure."),
            Told(12, 4, "Four points measure.", confidence=Confidence.HIGH),
        ],
        partners=("FIA",),
    ),
    "Name what each figure on irregular migration counts": Measured(
        0,
        6,
        "tables",
        [
            Told(110, 1, "The first table has its definitions."),
            Told(
                64,
                2,
                "Two tables are done.",
                CommitmentState.AT_RISK,
                Confidence.MEDIUM,
                "The provinces count in ways of their own.",
                Verdict.PENDING,
            ),
            Told(
                8,
                2,
                "Two tables are done; the others wait for the provinces.",
                CommitmentState.OFF_TRACK,
                Confidence.LOW,
                "Two provinces have not answered.",
                Verdict.PENDING,
            ),
        ],
        partners=("FIA", "MoFA"),
    ),
    "Two mornings a week for returnees": Measured(
        None,
        60,
        "returnees counselled",
        [
            Told(74, 61, "Sixty-one were counselled.", CommitmentState.ACHIEVED),
            Told(43, 66, "Sixty-six were counselled.", CommitmentState.ACHIEVED, Confidence.HIGH),
            Told(12, 64, "Sixty-four were counselled last month.", CommitmentState.ACHIEVED, Confidence.HIGH),
            Told(2, 31, "Thirty-one so far this month.", verdict=Verdict.PENDING),
        ],
        recurrence=Recurrence.MONTHLY,
        periods=3,
    ),
    "One page with emergency numbers for each mission": Measured(
        0,
        24,
        "missions",
        [Told(60, 6, "Six missions have answered."), Told(8, 13, "Thirteen missions have answered.")],
    ),
    "Visit twelve technical institutes": Measured(
        0, 12, "institutes", [Told(41, 1, "The first visit was made."), Told(8, 3, "Three visits were made.")]
    ),
    "Second visit to every household": Measured(
        0,
        120,
        "households",
        [
            Told(75, 18, "Eighteen households have been visited twice."),
            Told(40, 34, "Thirty-four households have been visited twice."),
            Told(8, 51, "Fifty-one households have been visited twice."),
        ],
    ),
    "Передать учебные материалы": Measured(
        0,
        5,
        "материалов",
        [
            Told(63, 1, "Передан первый комплект."),
            Told(
                15,
                2,
                "Переданы два из пяти.",
                CommitmentState.OFF_TRACK,
                Confidence.LOW,
                "Типография закрыта на ремонт.",
                Verdict.PENDING,
            ),
        ],
    ),
    "Обучить сотрудников приёма": Measured(
        0, 30, "сотрудников", [Told(50, 8, "Первая группа обучена."), Told(10, 14, "Обучены две группы.")]
    ),
}
# Why a step down is taken where the table gives no numbers, by language.
IT_TAKES_LONGER = {"en": "It takes longer than was planned.", "ru": "Требуется больше времени, чем предполагалось."}
# By how much what gets worse is put off.
LATER = 35


def numbers_of(cast: Any, title: str, due: int) -> dict[str, Any]:
    """What `make_commitment` is told of the indicator; nothing for what is said in words."""
    measured = MEASURED.get(title)
    if measured is None:
        return {}
    first_due = months_later(times.day(due), -measured.periods)
    return {
        "baseline": measured.baseline,
        "target": measured.target,
        "unit": measured.unit,
        "target_in_words": "",
        "recurrence": measured.recurrence,
        "due_on": first_due,
        "partners": [cast.organisations[one] for one in measured.partners],
    }


def report_on(cast: Any, commitment: Commitment, party: str, plain: Told | None) -> None:
    """The reports of the table, else `plain` alone, by the party's account; those of a verdict with that one."""
    measured = MEASURED.get(commitment.title)
    for told in measured.reports if measured else filter(None, [plain]):
        commitment.refresh_from_db()
        report = _report(cast, commitment, party, told)
        when = times.days_ago(told.days_ago)
        cast.past.note(report, when)
        _give_verdict(cast, report, told)
        verdict_at = min(when + timedelta(days=2), times.days_ago(0))
        ProgressReport.objects.filter(pk=report.pk, verdict_at__isnull=False).update(verdict_at=verdict_at)


def _report(cast: Any, commitment: Commitment, party: str, told: Told) -> ProgressReport:
    worse = services.gets_worse(commitment.state, told.state)
    due_on = max(commitment.due_on or times.day(0), times.day(0))
    files = [SimpleUploadedFile(told.file, _CONTENT.encode())] if told.file else []
    return services.report_progress(
        cast.user_of(party),
        commitment,
        text=told.text,
        state=told.state,
        value=Decimal(str(told.value)) if told.value is not None else None,
        confidence=told.confidence,
        reason=(told.reason or IT_TAKES_LONGER[commitment.language]) if worse else "",
        new_due_on=due_on + timedelta(days=LATER) if worse else None,
        files=files,
        submission=uuid.uuid4(),
    )


def _give_verdict(cast: Any, report: ProgressReport, told: Told) -> None:
    """By the secretariat, or by the account of whoever it is owed to. A new date waits: it would hide what is late."""
    if told.verdict == Verdict.PENDING or report.new_due_on:
        return
    reviewer = next((user for user in cast.users.values() if services.may_review(user, report)), None)
    if reviewer is not None:
        services.review_report(reviewer, report, told.verdict, reason=told.verdict_reason)


_CONTENT = """Illustrative list of participants (no real person is named).
Course 1: 12 officers
Course 2: 13 officers
Course 3: 13 officers
"""
