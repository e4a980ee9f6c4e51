"""The states of an agreement: every pair, for every role; the day, the reason, and what drafts may not undo."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from coordination import services
from coordination.models import Agreement, AgreementMove, AgreementState, AuditEntry, Marking, Party, Role
from discussion.models import Notification
from tests.factories import make_agreement, make_member, make_organisation, make_space, make_user, mark

pytestmark = pytest.mark.django_db

ALL = set(AgreementState)
# Written by hand, apart from the table in the services: from, to, and the least role that may.
STEPS = {
    ("negotiation", "signed"): "rapporteur",
    ("negotiation", "terminated"): "chair",
    ("signed", "in_force"): "rapporteur",
    ("signed", "negotiation"): "chair",
    ("signed", "terminated"): "chair",
    ("in_force", "expired"): "rapporteur",
    ("in_force", "suspended"): "chair",
    ("in_force", "terminated"): "chair",
    ("suspended", "in_force"): "chair",
    ("suspended", "expired"): "rapporteur",
    ("suspended", "terminated"): "chair",
    ("expired", "in_force"): "chair",
}
MAY = {"rapporteur": {"rapporteur", "chair"}, "chair": {"chair"}}


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def people(space):
    party = make_organisation("FIA")
    return {
        "outsider": make_user(),
        "secretariat": make_user(platform_role="secretariat"),
        "reader": make_member(space, Role.READER, party),
        "contributor": make_member(space, Role.CONTRIBUTOR, party),
        "rapporteur": make_member(space, Role.RAPPORTEUR),
        "chair": make_member(space, Role.CHAIR),
        "chair elsewhere": make_member(make_space(), Role.CHAIR),
    }


@pytest.mark.both_stacks
def test_every_pair_of_states_is_open_to_exactly_the_roles_of_the_table(space, people):
    agreement = make_agreement(space)
    for before in AgreementState:
        for after in AgreementState:
            for role, user in people.items():
                Agreement.objects.filter(pk=agreement.pk).update(state=before)
                least = STEPS.get((before, after))
                allowed = least is not None and role in MAY[least]
                case = (before, after, role)
                try:
                    services.move_agreement(user, agreement, state=after, reason="As the parties notified.")
                except (PermissionDenied, ValidationError):
                    assert not allowed, case
                else:
                    assert allowed, case
                now = Agreement.objects.values_list("state", flat=True).get(pk=agreement.pk)
                assert now == (after if allowed else before), case


def test_what_a_page_offers_is_what_the_service_takes(space, people):
    agreement = make_agreement(space)
    for before in AgreementState:
        agreement.state = before
        for role, user in people.items():
            offered = set(services.states_open_to(user, agreement))
            assert offered == {to for (since, to), least in STEPS.items() if since == before and role in MAY[least]}


def test_a_move_stands_in_the_trail_with_its_day_and_reason_and_gives_the_day_of_signature(space, people):
    agreement = make_agreement(space)
    yesterday = timezone.localdate() - timedelta(days=1)
    services.move_agreement(people["rapporteur"], agreement, state="signed", reason="In Astana.", on=yesterday)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.signed_on) == ("signed", yesterday)
    entry = AuditEntry.objects.get(verb="agreement moved")
    assert (entry.actor, entry.reason, entry.before, entry.after) == (
        people["rapporteur"], "In Astana.", {"state": "negotiation"}, {"state": "signed", "on": yesterday.isoformat()},
    )  # fmt: skip


def test_the_same_form_sent_twice_is_one_move(space, people):
    agreement, submission = make_agreement(space), uuid4()
    sent = {"state": "signed", "reason": "In Astana.", "seen_state": "negotiation", "submission": submission}
    first = services.move_agreement(people["chair"], agreement, **sent)
    assert services.move_agreement(people["chair"], agreement, **sent) == first
    assert AgreementMove.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"on": date(2999, 1, 1)}, "on"),
        ({"on": date(2019, 12, 31)}, "on"),
        ({"state": "expired"}, "state"),
        ({"state": "signed"}, "state"),
        ({"state": "nonsense"}, "state"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_changes_nothing(space, people, fields, field):
    agreement = make_agreement(space, state="signed", signed_on=date(2020, 1, 1))
    with pytest.raises(ValidationError) as refusal:
        services.move_agreement(people["chair"], agreement, **{"state": "in_force", "reason": "Ratified.", **fields})
    assert list(refusal.value.error_dict) == [field]
    agreement.refresh_from_db()
    assert (agreement.state, AgreementMove.objects.count()) == ("signed", 0)


def test_a_day_before_the_last_move_is_refused(space, people):
    agreement = make_agreement(space, state="in_force", in_force_from=date(2020, 1, 1))
    services.move_agreement(people["chair"], agreement, state="suspended", reason="Notified.", on=date(2024, 5, 1))
    with pytest.raises(ValidationError) as refusal:
        services.move_agreement(people["chair"], agreement, state="in_force", reason="Lifted.", on=date(2024, 4, 1))
    assert "on" in refusal.value.error_dict


# --- the page ------------------------------------------------------------------------------------------------------
def form(agreement, **fields):
    return {
        "state": "in_force", "on": "2024-05-01", "reason": "Both notes were exchanged.", "submission": uuid4(),
        "seen_state": agreement.state, **fields,
    }  # fmt: skip


@pytest.fixture
def agreement(space):
    return make_agreement(space, title="On readmission", state="signed", signed_on=date(2024, 1, 10))


def test_a_rapporteur_moves_it_on_its_page_and_everybody_reads_it_there(client, people, agreement):
    client.force_login(people["rapporteur"])
    address = reverse("agreement_move", args=[agreement.key])
    assert address in client.get(agreement.get_absolute_url()).content.decode()
    assert client.post(address, form(agreement)).url == agreement.get_absolute_url()
    client.force_login(people["reader"])
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert "in force" in page
    assert "1 May 2024" in page
    assert address not in page


def test_an_older_form_is_told_so_keeps_what_was_typed_and_moves_nothing(client, people, agreement):
    client.force_login(people["chair"])
    address = reverse("agreement_move", args=[agreement.key])
    services.move_agreement(people["chair"], agreement, state="in_force", reason="First.", on=date(2024, 4, 1))
    answer = client.post(address, form(agreement, state="terminated", reason="Typed with care."))
    page = answer.content.decode()
    assert "Somebody else has changed this in the meantime" in page
    assert "Typed with care." in page
    agreement.refresh_from_db()
    assert agreement.state == "in_force"


def test_bad_input_on_the_page_says_what_is_wrong(client, people, agreement):
    client.force_login(people["chair"])
    address = reverse("agreement_move", args=[agreement.key])
    for fields in ({"on": "tomorrow"}, {"reason": ""}, {"state": "x"}, {"seen_state": "x"}, {"submission": "x"}):
        assert client.post(address, form(agreement, **fields)).status_code == 200
    assert not AgreementMove.objects.exists()


@pytest.mark.parametrize("role", ["reader", "contributor", "outsider", "secretariat", "chair elsewhere"])
def test_for_all_others_the_page_of_its_state_is_not_there(client, people, agreement, role):
    client.force_login(people[role])
    address = reverse("agreement_move", args=[agreement.key])
    assert client.get(address).status_code == client.post(address, form(agreement)).status_code == 404


def test_a_rapporteur_who_may_not_read_it_gets_404(client, people, agreement):
    mark(agreement, Marking.RED, users=[people["chair"]])
    client.force_login(people["rapporteur"])
    assert client.get(reverse("agreement_move", args=[agreement.key])).status_code == 404


# --- the editors' side does not go around it ----------------------------------------------------------------------
def test_no_draft_and_no_earlier_version_brings_a_state_back(space, people, agreement):
    agreement.save_revision(user=people["chair"]).publish(user=people["chair"])
    early = agreement.revisions.earliest("created_at")
    services.move_agreement(people["chair"], agreement, state="in_force", reason="Ratified.", on=date(2024, 5, 1))
    early.publish(user=people["chair"])
    agreement.refresh_from_db()
    assert agreement.state == "in_force"


def test_the_day_that_a_move_gives_survives_a_draft_that_was_begun_before(space, people, agreement):
    agreement.save_revision(user=people["chair"]).publish(user=people["chair"])
    draft = agreement.get_latest_revision_as_object()
    draft.title = "A better title"
    draft.save_revision(user=people["chair"])
    agreement.refresh_from_db()
    services.move_agreement(people["chair"], agreement, state="in_force", reason="Ratified.", on=date(2024, 5, 1))
    agreement.refresh_from_db()
    assert agreement.has_unpublished_changes
    agreement.latest_revision.publish(user=people["chair"])
    agreement.refresh_from_db()
    assert (agreement.title, agreement.in_force_from) == ("A better title", date(2024, 5, 1))


def test_the_parties_are_told_as_far_as_they_may_read_it(space, people, agreement):
    party = people["reader"].organisation
    Party.objects.create(agreement=agreement, organisation=party)
    colleague = make_user(organisation=party)
    services.move_agreement(people["chair"], agreement, state="in_force", reason="Ratified.")
    told = set(Notification.objects.filter(kind="agreement_moved").values_list("user", flat=True))
    assert {people["reader"].pk, people["contributor"].pk} == told
    assert colleague.pk not in told
