"""Who takes an action along which step: every pair of states for every role, and what becomes waiting says why."""

from datetime import date
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from coordination import access, services
from coordination.models import Action, ActionState, AuditEntry, Marking, Role
from knowledge.models import File
from tests.factories import make_action, make_member, make_organisation, make_space, make_user, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

# What each may do: move it along the table, report on it without moving it, or neither.
MOVES, REPORTS, NOTHING = "moves", "reports", "nothing"
ROLES = {
    "reader of the owner": (Role.READER, "owner", NOTHING),
    "contributor of the owner": (Role.CONTRIBUTOR, "owner", MOVES),
    "reader of a helper": (Role.READER, "helper", NOTHING),
    "contributor of a helper": (Role.CONTRIBUTOR, "helper", REPORTS),
    "contributor of another": (Role.CONTRIBUTOR, "another", NOTHING),
    "contributor without organisation": (Role.CONTRIBUTOR, None, NOTHING),
    "rapporteur": (Role.RAPPORTEUR, "another", MOVES),
    "chair": (Role.CHAIR, "another", MOVES),
    "secretariat outside of the space": (None, "owner", NOTHING),
    "outsider": (None, "another", NOTHING),
}
WAITS = {"waiting_reason": "No answer so far.", "waiting_for_text": "the manufacturer"}


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db):
    space = make_space("Border management")
    organisations = {name: make_organisation() for name in ("owner", "helper", "another")}
    people = {}
    for name, (role, organisation, _may) in ROLES.items():
        belongs_to = organisations.get(organisation)
        people[name] = make_member(space, role, belongs_to) if role else make_user(organisation=belongs_to)
    people["secretariat outside of the space"].platform_role = "secretariat"
    people["secretariat outside of the space"].save()
    return space, organisations, people


def an_action(space, organisations, state=ActionState.OPEN) -> Action:
    action = make_action(space, organisations["owner"], state=state)
    action.helpers.add(organisations["helper"])
    return action


def expected(may: str, before: str, after: str) -> str:
    """What comes of an attempt: moved, reported, forbidden or refused."""
    if may == NOTHING:
        return "forbidden"
    if after == before:
        return "reported"
    if may == REPORTS:
        return "forbidden"
    return "moved" if after in services.ACTION_TRANSITIONS[before] else "refused"


def attempted(actor, action, after) -> str:
    before = action.state
    try:
        services.report_on_action(actor, action, text="As agreed.", state=after, **WAITS)
    except PermissionDenied:
        return "forbidden"
    except ValidationError:
        return "refused"
    return "moved" if Action.objects.get(pk=action.pk).state != before else "reported"


@pytest.mark.parametrize("role", ROLES)
def test_every_pair_of_states_for_every_role(scene, role):
    space, organisations, people = scene
    may = ROLES[role][2]
    outcomes = {}
    for before, after in product(ActionState.values, repeat=2):
        action = an_action(space, organisations, before)
        outcomes[before, after] = attempted(people[role], action, after)
        if outcomes[before, after] in ("forbidden", "refused"):
            assert Action.objects.get(pk=action.pk).state == before and not action.updates.exists()
    assert outcomes == {pair: expected(may, *pair) for pair in outcomes}


@pytest.mark.parametrize("role", ROLES)
def test_every_verb_for_every_role(scene, role):
    space, organisations, people = scene
    action, person = an_action(space, organisations), people[role]
    may = ROLES[role][2]
    assert access.can(person, "report", action) == (may in (MOVES, REPORTS))
    assert access.can(person, "follow_up", action) == (may == MOVES)
    for deed in (
        lambda action: services.edit_action(person, action, version=1, title="Ours now"),
        lambda action: services.reassign_action(person, action, organisations["helper"]),
        lambda action: services.set_steps(person, action, ["One"], version=1),
        lambda action: services.add_dependency(person, action, make_action(space, organisations["owner"])),
    ):
        try:
            deed(an_action(space, organisations))
            assert may == MOVES
        except PermissionDenied:
            assert may != MOVES


def test_a_step_is_ticked_by_those_who_report_and_once(scene):
    space, organisations, people = scene
    for role, (_role, _organisation, may) in ROLES.items():
        action = an_action(space, organisations)
        step = action.checklist.create(text="Ask for prices")
        if may == NOTHING:
            with pytest.raises(PermissionDenied):
                services.tick_step(people[role], step)
            continue
        for _click in range(2):
            ticked = services.tick_step(people[role], step)
        assert ticked.done_by == people[role]
        assert AuditEntry.objects.filter(verb="action step done", object_id=action.pk).count() == 1
        services.tick_step(people[role], step, False)
        step.refresh_from_db()
        assert (step.done_by, step.done_at) == (None, None)


# --- waiting -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, {"waiting_reason", "waiting_for_text"}),
        ({"waiting_reason": "  ", "waiting_for_text": "the bank"}, {"waiting_reason"}),
        ({"waiting_reason": "No answer."}, {"waiting_for_text"}),
    ],
)
def test_what_becomes_waiting_says_why_and_on_whom(scene, said, missing):
    space, organisations, people = scene
    action = an_action(space, organisations)
    with pytest.raises(ValidationError) as refusal:
        services.report_on_action(people["chair"], action, state=ActionState.WAITING, **said)
    assert set(refusal.value.message_dict) == missing


def test_on_whom_it_waits_is_forgotten_once_it_goes_on_but_stays_in_the_report(scene):
    space, organisations, people = scene
    action, chair = an_action(space, organisations), people["chair"]
    services.report_on_action(
        chair, action, state=ActionState.WAITING, waiting_reason="Not signed yet.",
        waiting_for_organisation=organisations["helper"], waiting_for_text="the legal department",
    )  # fmt: skip
    action.refresh_from_db()
    assert action.waiting_for == f"{organisations['helper']} · the legal department"
    services.report_on_action(chair, action, text="Signed.", state=ActionState.IN_PROGRESS)
    action.refresh_from_db()
    assert (action.waiting_for, action.waiting_reason) == ("", "")
    assert action.updates.first().waiting_reason == "Not signed yet."
    services.report_on_action(chair, action, text="A word more.")
    assert action.updates.last().waiting_reason == ""


# --- who closes it first -------------------------------------------------------------------------------------------
def test_of_two_who_close_it_at_once_the_second_is_told_of_the_first_and_changes_nothing(scene):
    space, organisations, people = scene
    action = an_action(space, organisations)
    services.report_on_action(people["chair"], action, text="It is done.", state="done", seen_state="open")
    owner = people["contributor of the owner"]
    for late in ("done", "cancelled"):
        with pytest.raises(services.StaleVersion) as refusal:
            services.report_on_action(owner, action, text="No longer needed.", state=late, seen_state="open")
        assert people["chair"].name in refusal.value.messages[0] and "done" in refusal.value.messages[0]
    assert action.updates.count() == 1


# --- owners and helpers --------------------------------------------------------------------------------------------
def test_an_owner_or_helper_outside_of_the_space_is_refused_with_a_sentence(scene):
    space, organisations, people = scene
    outside, chair = make_organisation("FAR"), people["chair"]
    with pytest.raises(ValidationError) as refusal:
        services.create_action(chair, space, title="Ask them", owner=outside)
    assert refusal.value.message_dict == {"owner": ["Not in this space: FAR (PK)."]}
    with pytest.raises(ValidationError) as refusal:
        services.create_action(chair, space, title="Ask them", owner=organisations["owner"], helpers=[outside])
    assert list(refusal.value.message_dict) == ["helpers"]
    action = an_action(space, organisations)
    for deed in (
        lambda: services.reassign_action(chair, action, outside),
        lambda: services.edit_action(chair, action, version=action.version, helpers=[outside]),
    ):
        with pytest.raises(ValidationError):
            deed()
    action.refresh_from_db()
    assert action.owner == organisations["owner"] and list(action.helpers.all()) == [organisations["helper"]]


def test_a_helper_that_has_left_the_space_may_stay_or_be_taken_off(scene):
    space, organisations, people = scene
    action, gone = an_action(space, organisations), make_organisation("GONE")
    action.helpers.add(gone)
    services.edit_action(people["chair"], action, version=1, helpers=[gone, organisations["helper"]], title="Still")
    assert set(action.helpers.all()) == {gone, organisations["helper"]}
    services.edit_action(people["chair"], action, version=2, helpers=[])
    assert not action.helpers.exists()


def test_who_only_helps_adds_no_file_to_what_readers_beyond_the_space_see(scene, media):
    space, organisations, people = scene
    action = an_action(space, organisations)
    file = SimpleUploadedFile("list.txt", b"One, two, three.")
    services.report_on_action(people["contributor of a helper"], action, files=[file])
    mark(action, Marking.CLEAR)
    with pytest.raises(PermissionDenied):
        services.report_on_action(people["contributor of a helper"], action, files=[file])
    services.report_on_action(people["contributor of the owner"], action, files=[file])
    assert File.objects.count() == 2


def test_an_organisation_outside_the_space_is_waited_for_by_name_only(scene):
    space, organisations, people = scene
    action = an_action(space, organisations)
    with pytest.raises(ValidationError) as refusal:
        services.report_on_action(
            people["chair"],
            action,
            state="waiting",
            waiting_reason="No answer.",
            waiting_for_organisation=make_organisation("FAR"),
        )
    assert list(refusal.value.message_dict) == ["waiting_for_organisation"]


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(203, 1, 1)])
def test_a_day_of_another_age_is_refused(scene, day):
    space, organisations, people = scene
    with pytest.raises(ValidationError) as refusal:
        services.create_action(people["chair"], space, title="Some day", owner=organisations["owner"], due_on=day)
    assert list(refusal.value.message_dict) == ["due_on"]
