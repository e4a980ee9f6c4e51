"""Actions and commitments: who moves them, along which steps, and what is kept of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination import services
from coordination.models import Action, ActionState, AuditEntry, CommitmentState, Marking, Role
from tests.factories import make_action, make_member, make_organisation, mark

pytestmark = pytest.mark.django_db


def test_a_report_is_written_down_with_state_before_and_after(space, fia, liaison):
    action = make_action(space, fia)
    services.report_on_action(liaison, action, text="The list is drawn up.", state=ActionState.DONE)
    entry = AuditEntry.objects.get(verb="action moved")
    assert (entry.actor, entry.before, entry.after) == (liaison, {"state": "open"}, {"state": "done"})


def test_a_report_sent_twice_is_one_report(space, fia, liaison):
    action, submission = make_action(space, fia), uuid4()
    for _ in range(2):
        services.report_on_action(liaison, action, text="The list is drawn up.", submission=submission)
    assert action.updates.count() == 1


# --- two who report at once ----------------------------------------------------------------------------------------
@pytest.fixture(params=["action", "commitment"])
def followed_up(request, space, fia, liaison, client):
    """Something to report on, moved since the liaison opened its page: the thing, and the answer that is still open."""
    chair = make_member(space, Role.CHAIR)
    if request.param == "action":
        thing, report, done = make_action(space, fia), services.report_on_action, ActionState.DONE
    else:
        thing = services.make_commitment(chair, space, title="Train officers", party=fia)
        report, done = services.report_progress, CommitmentState.ACHIEVED
    client.force_login(liaison)
    opened = client.get(thing.get_absolute_url()).context["form"]
    answer = {name: value for name in opened.fields if (value := opened[name].value()) is not None}
    report(chair, thing, text="All is done.", state=done)
    thing.refresh_from_db()
    worse = {"reason": "The hall is closed.", "new_due_on": timezone.localdate().isoformat()}
    return thing, {**answer, **worse, "text": "A word of mine", "evidence_url": ""}


def test_a_report_with_the_state_untouched_moves_nothing_back(client, followed_up):
    thing, answer = followed_up
    assert client.post(thing.get_absolute_url(), answer).status_code == 302
    moved = thing.state
    thing.refresh_from_db()
    assert thing.state == moved
    latest = (thing.updates if hasattr(thing, "updates") else thing.reports).last()
    assert (latest.text, latest.state_before, latest.state_after) == ("A word of mine", moved, moved)


@pytest.mark.parametrize("place", [0, 1], ids=["that it can still take", "that it no longer can"])
def test_a_state_chosen_before_somebody_else_moved_it_is_asked_for_again(client, followed_up, place):
    thing, answer = followed_up
    still_open = [("in_progress", "cancelled"), ("on_track", "off_track")][not hasattr(thing, "updates")]
    page = client.post(thing.get_absolute_url(), {**answer, "state": still_open[place]})
    text = page.content.decode()
    assert "Somebody else has changed this" in text or "In the meantime" in text
    assert "A word of mine" in text
    form, moved = page.context["form"], thing.state
    thing.refresh_from_db()
    assert thing.state == moved
    assert form["state"].value() == (moved if place else still_open[0])
    assert client.post(thing.get_absolute_url(), form.data.dict()).status_code == 302  # the next one has seen it
    thing.refresh_from_db()
    assert thing.state == form["state"].value()


def test_an_action_sent_twice_is_one_action(space, fia, liaison):
    submission = uuid4()
    for _ in range(2):
        services.create_action(liaison, space, title="Draw up the list", owner=fia, submission=submission)
    assert Action.objects.count() == 1


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_a_member_of_another_organisation_does_not_report_on_our_action(space, fia, role):
    action = make_action(space, fia)
    with pytest.raises(PermissionDenied):
        services.report_on_action(make_member(space, role, make_organisation()), action, text="Done.")


def test_nobody_reports_on_an_action_closed_to_them(space, fia, liaison):
    chair = make_member(space, Role.CHAIR)
    action = mark(make_action(space, fia), Marking.RED, users=[chair])
    with pytest.raises(PermissionDenied):
        services.report_on_action(liaison, action, text="Done.")


def test_an_older_form_does_not_overwrite_a_newer_action(space, fia, liaison):
    action = make_action(space, fia)
    services.edit_action(liaison, action, version=1, title="Draw up the list of posts")
    with pytest.raises(services.StaleVersion):
        services.edit_action(liaison, action, version=1, title="Something older")
    assert Action.objects.get().title == "Draw up the list of posts"


def test_a_due_date_before_the_start_is_refused_beside_its_field(space, fia, liaison):
    today = timezone.localdate()
    with pytest.raises(ValidationError) as refusal:
        services.create_action(
            liaison, space, title="Too early", owner=fia, starts_on=today, due_on=today - timedelta(days=1)
        )
    assert list(refusal.value.message_dict) == ["due_on"]
    assert not Action.objects.exists()


def test_a_title_of_three_hundred_characters_is_refused(space, fia, liaison):
    with pytest.raises(ValidationError) as refusal:
        services.create_action(liaison, space, title="x" * 300, owner=fia)
    assert list(refusal.value.message_dict) == ["title"]


def test_an_action_is_overdue_from_the_day_after(space, fia):
    today = timezone.localdate()
    late = make_action(space, fia, due_on=today - timedelta(days=1))
    make_action(space, fia, due_on=today)
    make_action(space, fia, due_on=today - timedelta(days=1), state=ActionState.DONE)
    assert list(Action.objects.overdue()) == [late]


def test_a_liaison_reports_progress_on_what_the_ministry_undertook(space, fia, liaison):
    rapporteur = make_member(space, Role.RAPPORTEUR)
    commitment = services.make_commitment(rapporteur, space, title="Train forty officers", party=fia)
    services.report_progress(liaison, commitment, text="Twelve are trained.", state=CommitmentState.ON_TRACK)
    commitment.refresh_from_db()
    assert commitment.state == CommitmentState.ON_TRACK
    assert commitment.reports.get().text == "Twelve are trained."


def test_a_contributor_does_not_write_commitments_down(space, fia, liaison):
    with pytest.raises(PermissionDenied):
        services.make_commitment(liaison, space, title="Train forty officers", party=fia)
