"""What is owed again: on which days, and when the next period opens."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError

from coordination import services
from coordination.models import AuditEntry, Commitment, CommitmentState, Recurrence, Verdict
from coordination.recurrence import next_due


# --- the days ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "recurrence", "days"),
    [
        ("2026-01-31", "monthly", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2024-01-30", "monthly", ["2024-02-29", "2024-03-30"]),
        ("2026-12-31", "monthly", ["2027-01-31", "2027-02-28"]),
        ("2025-11-30", "quarterly", ["2026-02-28", "2026-05-30", "2026-08-30"]),
        ("2026-08-31", "half_yearly", ["2027-02-28", "2027-08-31"]),
        ("2024-02-29", "yearly", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2025-02-28", "yearly", ["2026-02-28", "2027-02-28", "2028-02-28"]),
    ],
)
def test_the_days_are_counted_from_the_first(first, recurrence, days):
    due = date.fromisoformat(first)
    for expected in days:
        due = next_due(date.fromisoformat(first), recurrence, after=due)
        assert due == date.fromisoformat(expected)


def test_a_day_that_was_moved_beyond_the_next_takes_its_place():
    first = date(2026, 1, 31)
    assert next_due(first, Recurrence.MONTHLY, after=date(2026, 2, 10)) == date(2026, 2, 28)
    assert next_due(first, Recurrence.MONTHLY, after=date(2026, 3, 5)) == date(2026, 3, 31)
    assert next_due(first, Recurrence.MONTHLY, after=date(2026, 1, 3)) == date(2026, 2, 28)


def test_the_series_ends_with_the_calendar():
    assert next_due(date(9999, 6, 30), Recurrence.YEARLY, after=date(9999, 6, 30)) is None


# --- the periods ---------------------------------------------------------------------------------------------------
@pytest.fixture
def monthly(db, space, fia, chair):
    return services.make_commitment(
        chair, space, title="Send the figures", party=fia, due_on=date(2026, 1, 31), recurrence="monthly"
    )


def achieve(commitment, liaison, text="The figures are sent."):
    return services.report_progress(liaison, commitment, text=text, state=CommitmentState.ACHIEVED, confidence="high")


@pytest.mark.both_stacks
def test_the_next_period_opens_once_an_achieved_one_is_accepted(monthly, liaison, chair):
    for due_on, period in [(date(2026, 2, 28), 2), (date(2026, 3, 31), 3)]:
        report = achieve(monthly, liaison)
        monthly.refresh_from_db()
        assert (monthly.state, monthly.period) == ("achieved", period - 1), "not before it is accepted"
        services.review_report(chair, report, Verdict.ACCEPTED)
        monthly.refresh_from_db()
        assert (monthly.state, monthly.due_on, monthly.period) == ("not_started", due_on, period)
        assert monthly.confidence == "" and not monthly.is_closed
    entry = AuditEntry.objects.filter(verb="next period opened").latest("pk")
    assert (entry.before["due_on"], entry.after["due_on"]) == ("2026-02-28", "2026-03-31")


@pytest.mark.both_stacks
def test_a_report_on_an_earlier_period_moves_nothing_in_the_next(monthly, liaison, chair):
    early = services.report_progress(liaison, monthly, text="Half of them.", state=CommitmentState.ON_TRACK)
    services.review_report(chair, achieve(monthly, liaison), Verdict.ACCEPTED)
    services.review_report(chair, early, Verdict.RETURNED, reason="Which half?")
    monthly.refresh_from_db()
    assert (monthly.state, monthly.period) == ("not_started", 2)


@pytest.mark.both_stacks
def test_two_reports_of_one_achievement_open_one_period(monthly, liaison, chair):
    first, second = achieve(monthly, liaison), achieve(monthly, liaison, "The corrected figures are sent.")
    for report in (first, second):
        services.review_report(chair, report, Verdict.ACCEPTED)
    monthly.refresh_from_db()
    assert (monthly.due_on, monthly.period) == (date(2026, 2, 28), 2)


@time_machine.travel("2026-01-20T08:00Z")
@pytest.mark.both_stacks
def test_a_new_date_that_is_accepted_moves_this_period_alone(monthly, liaison, chair):
    late = services.report_progress(
        liaison, monthly, text="The server is down.", state="at_risk", reason="No power.", new_due_on=date(2026, 2, 9)
    )
    services.review_report(chair, late, Verdict.ACCEPTED)
    monthly.refresh_from_db()
    assert monthly.due_on == date(2026, 2, 9)
    services.review_report(chair, achieve(monthly, liaison), Verdict.ACCEPTED)
    monthly.refresh_from_db()
    assert monthly.due_on == date(2026, 2, 28)


@pytest.mark.django_db
def test_what_is_owed_once_stays_achieved(space, fia, liaison, chair):
    once = services.make_commitment(chair, space, title="Sign", party=fia, due_on=date(2026, 1, 31))
    services.review_report(chair, achieve(once, liaison), Verdict.ACCEPTED)
    once.refresh_from_db()
    assert (once.state, once.due_on, once.period) == ("achieved", date(2026, 1, 31), 1)


def test_a_day_that_is_changed_is_the_first_of_a_new_series(monthly, chair, liaison):
    services.edit_commitment(chair, monthly, version=monthly.version, due_on=date(2026, 2, 15))
    services.review_report(chair, achieve(monthly, liaison), Verdict.ACCEPTED)
    assert Commitment.objects.get(pk=monthly.pk).due_on == date(2026, 3, 15)


def test_what_is_owed_again_says_when_it_is_due_first(db, space, fia, chair):
    with pytest.raises(ValidationError) as refusal:
        services.make_commitment(chair, space, title="Send the figures", party=fia, recurrence="monthly")
    assert list(refusal.value.message_dict) == ["due_on"]
