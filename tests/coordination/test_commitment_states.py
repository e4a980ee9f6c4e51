"""The states of commitments: every pair of them, for everybody who may come."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination import services
from coordination.models import Commitment, CommitmentState, Role
from tests.factories import make_commitment, make_member, make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

NOT_STARTED, ON_TRACK, AT_RISK, OFF_TRACK, ACHIEVED, WITHDRAWN = CommitmentState.values

# The whole machine, written by hand: from each state, the steps of the party's liaison, and those that are left to
# whoever keeps the list. Everything else is refused to everybody.
STEPS = {
    NOT_STARTED: ({ON_TRACK, AT_RISK, OFF_TRACK, ACHIEVED}, {WITHDRAWN}),
    ON_TRACK: ({AT_RISK, OFF_TRACK, ACHIEVED}, {WITHDRAWN}),
    AT_RISK: ({ON_TRACK, OFF_TRACK, ACHIEVED}, {WITHDRAWN}),
    OFF_TRACK: ({ON_TRACK, AT_RISK, ACHIEVED}, {WITHDRAWN}),
    ACHIEVED: ({ON_TRACK, AT_RISK}, set()),
    WITHDRAWN: (set(), {NOT_STARTED}),
}
# Steps down, by hand as well: the pairs that ask why.
WORSE = {
    (ACHIEVED, ON_TRACK), (ACHIEVED, AT_RISK), (ON_TRACK, AT_RISK), (ON_TRACK, OFF_TRACK), (ON_TRACK, WITHDRAWN),
    (NOT_STARTED, AT_RISK), (NOT_STARTED, OFF_TRACK), (NOT_STARTED, WITHDRAWN), (AT_RISK, OFF_TRACK),
    (AT_RISK, WITHDRAWN), (OFF_TRACK, WITHDRAWN),
}  # fmt: skip
# What may be done by whom: the party's steps, and those of whoever keeps the list.
RIGHTS = {
    "reader of the party": (False, False),
    "contributor of the party": (True, False),
    "contributor of another": (False, False),
    "rapporteur": (True, True),
    "chair": (True, True),
    "outsider": (False, False),
}


@pytest.fixture
def cast(space, fia, liaison, rapporteur, chair, stranger):
    return {
        "reader of the party": make_member(space, Role.READER, fia),
        "contributor of the party": liaison,
        "contributor of another": make_member(space, Role.CONTRIBUTOR, make_organisation()),
        "rapporteur": rapporteur,
        "chair": chair,
        "outsider": stranger,
    }


@pytest.mark.parametrize("who", RIGHTS)
def test_every_pair_of_states_is_a_step_of_the_table_or_refused(space, fia, cast, who):
    party_steps, keeper_steps = RIGHTS[who]
    commitment = make_commitment(space, fia)
    for before, after in product(CommitmentState.values, repeat=2):
        Commitment.objects.filter(pk=commitment.pk).update(state=before)
        of_the_party, of_the_keepers = STEPS[before]
        allowed = (party_steps and (after in of_the_party or after == before)) or (
            keeper_steps and after in of_the_keepers
        )
        worse = {"reason": "The hall burnt down.", "new_due_on": timezone.localdate() + timedelta(days=90)}
        try:
            services.report_progress(cast[who], commitment, text="As it is.", state=after, **worse)
        except PermissionDenied:
            assert not party_steps, (before, after)
        except ValidationError as refusal:
            assert party_steps and not allowed and list(refusal.message_dict) == ["state"], (before, after)
        else:
            assert allowed, (before, after)
        commitment.refresh_from_db()
        assert commitment.state == (after if allowed else before), (before, after)


def test_every_step_down_asks_why_and_for_a_new_date_and_no_other_step_does(space, fia, chair):
    commitment = make_commitment(space, fia)
    for before, after in product(CommitmentState.values, repeat=2):
        if after not in STEPS[before][0] | STEPS[before][1]:
            continue
        Commitment.objects.filter(pk=commitment.pk).update(state=before)
        asked = set()
        try:
            services.report_progress(chair, commitment, text="As it is.", state=after)
        except ValidationError as refusal:
            asked = set(refusal.message_dict)
        expected = {"reason", "new_due_on"} if (before, after) in WORSE else set()
        assert asked == expected - ({"new_due_on"} if after == WITHDRAWN else set()), (before, after)


@pytest.mark.parametrize(
    ("new_due_on", "is_taken"),
    [(-1, False), (0, True), (400, True), (100_000, False)],
    ids=["a day that has passed", "today", "next year", "beyond what is due"],
)
def test_the_new_date_is_one_that_comes(space, fia, liaison, new_due_on, is_taken):
    commitment = make_commitment(space, fia, state=ON_TRACK, due_on=date(2020, 1, 31))
    fields = {"reason": "The road is closed.", "new_due_on": timezone.localdate() + timedelta(days=new_due_on)}
    if is_taken:
        report = services.report_progress(liaison, commitment, text="Late.", state=OFF_TRACK, **fields)
        assert (report.reason, report.new_due_on) == (fields["reason"], fields["new_due_on"])
        return
    with pytest.raises(ValidationError) as refusal:
        services.report_progress(liaison, commitment, text="Late.", state=OFF_TRACK, **fields)
    assert list(refusal.value.message_dict) == ["new_due_on"]
