"""Many actions changed at once: first what would happen, then all of it or nothing."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import services
from coordination.models import Action, ActionState, AuditEntry, BulkChange, Role
from tests.factories import make_action, make_member, make_space, mark

pytestmark = pytest.mark.django_db
ADDRESS = "/actions/change/"
DUE = date(2027, 3, 1)
SUBMISSION = "7e7e7e7e-0000-4000-8000-000000000001"


@pytest.fixture
def three(space, fia):
    return [make_action(space, fia, title=title, due_on=timezone.localdate()) for title in ("first", "second", "third")]


def previewed(client, actions, deed="dates", **fields):
    """The page that says what would happen to these, and what would be sent to confirm it."""
    sent = {"deed": deed, "chosen": [action.key for action in actions], "submission": SUBMISSION, **fields}
    page = client.post(ADDRESS, {**sent, "preview": "yes"})
    assert page.status_code == 200
    text = page.content.decode()
    confirmed = {
        **sent,
        "chosen": re.findall(r'name="chosen" value="(\w+)" checked', text),
        "seen": re.findall(r'name="seen" value="([\w:]+)"', text),
        "previewed": page.context["previewed"],
        "confirm": "yes",
    }
    return page, confirmed


def entries(action):
    return list(AuditEntry.objects.filter(object_id=action.pk).exclude(verb="read").values_list("verb", flat=True))


def test_a_due_date_is_set_on_many_with_one_entry_in_the_trail_for_each(client, liaison, three):
    client.force_login(liaison)
    chosen = client.post(ADDRESS, {"deed": "dates", "chosen": [action.key for action in three], "query": "whose=ours"})
    assert "3 actions are chosen." in chosen.content.decode()
    page, confirmed = previewed(client, three, due_on=DUE.isoformat(), query="whose=ours")
    assert "3 actions would be changed." in page.content.decode()
    assert {action.due_on for action in Action.objects.all()} == {timezone.localdate()}, "a preview changes nothing"
    assert not AuditEntry.objects.filter(verb="action changed").exists() and not BulkChange.objects.exists()
    answer = client.post(ADDRESS, confirmed)
    assert (answer.status_code, answer["Location"]) == (302, "/actions/?whose=ours")
    assert {action.due_on for action in Action.objects.all()} == {DUE}
    assert [entries(action) for action in three] == [["action changed"]] * 3


def test_sent_twice_it_is_one_change(client, liaison, three):
    client.force_login(liaison)
    _page, confirmed = previewed(client, three, "state", state="in_progress")
    for _time in ("once", "twice"):
        assert client.post(ADDRESS, confirmed).status_code == 302
    assert [action.updates.count() for action in three] == [1, 1, 1]
    assert BulkChange.objects.get().number == 3


def test_the_preview_says_what_is_refused_and_why_and_the_others_go_on_without_it(client, liaison, three, space, moi):
    foreign = make_action(space, moi, title="of the ministry")
    three[0].state = ActionState.DONE
    three[0].save()
    client.force_login(liaison)
    page, confirmed = previewed(client, [*three, foreign], "state", state="cancelled")
    refused = {one.action.title: one.refusal for one in page.context["refused"]}
    assert refused == {
        "first": "The action cannot go from its state to this one.",
        "of the ministry": "You do not have the right to do this.",
    }
    assert set(confirmed["chosen"]) == {three[1].key, three[2].key}
    assert client.post(ADDRESS, confirmed).status_code == 302
    states = dict(Action.objects.values_list("title", "state"))
    assert states == {"first": "done", "second": "cancelled", "third": "cancelled", "of the ministry": "open"}


def test_what_somebody_else_changed_since_the_preview_is_refused_by_name_and_nothing_is_changed(client, liaison, three):
    client.force_login(liaison)
    _page, confirmed = previewed(client, three, due_on=DUE.isoformat())
    services.edit_action(liaison, three[1], version=three[1].version, title="second, reworded")
    page = client.post(ADDRESS, confirmed)
    assert page.status_code == 200
    assert [(one.action.title, one.refusal) for one in page.context["refused"]] == [
        ("second, reworded", "Somebody else has changed it since you looked.")
    ]
    assert not Action.objects.filter(due_on=DUE).exists()
    text = page.content.decode()
    assert set(re.findall(r'name="chosen" value="(\w+)" checked', text)) == {three[0].key, three[2].key}
    again = {
        **confirmed,
        "chosen": [action.key for action in three],  # ticked again: it has been seen by now
        "seen": re.findall(r'name="seen" value="([\w:]+)"', text),
        "previewed": page.context["previewed"],
    }
    assert client.post(ADDRESS, again).status_code == 302
    assert Action.objects.filter(due_on=DUE).count() == 3


def test_a_form_changed_after_the_preview_is_previewed_anew(client, liaison, three):
    client.force_login(liaison)
    _page, confirmed = previewed(client, three, due_on=DUE.isoformat())
    page = client.post(ADDRESS, {**confirmed, "due_on": "2028-01-01"})
    assert page.status_code == 200 and not Action.objects.filter(due_on__year__gt=2026).exists()
    assert (
        client.post(ADDRESS, {**confirmed, "due_on": "2028-01-01", "previewed": page.context["previewed"]}).status_code
        == 302
    )


def test_owner_and_person_are_handed_on_with_the_reason(client, chair, three, moi):
    client.force_login(chair)
    _page, confirmed = previewed(client, three, "owner", owner=moi.pk, owner_person="", reason="Reorganised")
    assert client.post(ADDRESS, confirmed).status_code == 302
    assert {action.owner for action in Action.objects.all()} == {moi}
    assert set(AuditEntry.objects.filter(verb="action reassigned").values_list("reason", flat=True)) == {"Reorganised"}


def test_whoever_waits_says_why_and_on_whom_beside_the_fields(client, liaison, three):
    client.force_login(liaison)
    page, confirmed = previewed(client, three, "state", state="waiting")
    assert page.context["form"].errors.keys() == {"waiting_reason", "waiting_for_text"}
    assert not page.context["is_previewed"]
    told = {"waiting_reason": "No visa yet.", "waiting_for_text": "the embassy"}
    page, confirmed = previewed(client, three, "state", state="waiting", **told)
    assert client.post(ADDRESS, confirmed).status_code == 302
    assert set(Action.objects.values_list("state", "waiting_reason")) == {("waiting", "No visa yet.")}


def test_an_action_closed_to_the_actor_is_as_if_it_were_not_there(client, liaison, three, space, fia):
    closed = mark(make_action(space, fia, title="verborgen"), "RED", users=[])
    elsewhere = make_action(make_space(), fia, title="verborgen too")
    client.force_login(liaison)
    page, _confirmed = previewed(client, [three[0], closed, elsewhere], due_on=DUE.isoformat())
    text = page.content.decode()
    assert "verborgen" not in text and closed.key not in text and elsewhere.key not in text
    assert "1 action would be changed." in text and not page.context["refused"]
    nothing = client.post(ADDRESS, {"deed": "dates", "chosen": [closed.key]}, follow=True)
    same = client.post(ADDRESS, {"deed": "dates", "chosen": ["zzzzzzzzzz"]}, follow=True)
    assert nothing.redirect_chain == same.redirect_chain == [("/actions/?", 302)]


def test_all_that_match_the_filter_are_taken_up_to_the_bound_and_it_is_said(
    client, liaison, three, space, fia, monkeypatch
):
    make_action(space, fia, title="other", state=ActionState.DONE)
    client.force_login(liaison)
    page = client.post(ADDRESS, {"deed": "dates", "all": "on", "query": "whose=ours"})
    assert [row["action"].title for row in page.context["rows"]] == ["first", "second", "third"]
    monkeypatch.setattr(services, "CHANGED_AT_ONCE", 2)
    page = client.post(ADDRESS, {"deed": "dates", "all": "on", "query": "whose=ours"})
    assert len(page.context["rows"]) == 2 and "At most 2 actions are changed at once." in page.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"due_on": "yesterday"}, {"due_on": ""}, {"priority": "99"}, {"deed": "nothing"},
        {"deed": "owner", "owner": "x"},
        {"deed": "state", "state": "gone"}, {"seen": "nonsense"}, {"submission": "x"}, {"query": "\x00" + "x" * 9000},
        {"deed": "state", "state": "waiting", "waiting_for_text": "a\x00b"}, {"due_on": "1990-01-01", "previewed": "x"},
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_the_form_and_changes_nothing(sent, client, liaison, three):
    for action in three:
        action.starts_on = action.due_on - timedelta(days=1)
        action.save()
    client.force_login(liaison)
    whole = {"deed": "dates", "chosen": [three[0].key], "submission": SUBMISSION, "confirm": "yes", **sent}
    assert client.post(ADDRESS, whole).status_code == 200
    assert set(Action.objects.values_list("version", flat=True)) == {1}


def test_looking_at_the_address_leads_to_the_list_and_strangers_sign_in_first(client, liaison, three):
    assert "/account/login/" in client.post(ADDRESS, {"chosen": [three[0].key]})["Location"]
    client.force_login(liaison)
    assert client.get(ADDRESS)["Location"] == "/actions/"


def test_a_reader_is_offered_nobody_of_a_space_where_the_reader_may_change_nothing(client, space, fia, moi, three):
    reader = make_member(space, Role.READER, fia)
    client.force_login(reader)
    page, _confirmed = previewed(client, three, "owner", owner=moi.pk)
    assert [label for _value, label in page.context["form"].fields["owner"].choices][1:] == []
    assert reverse("action_list") in page.context["back"]


@pytest.mark.both_stacks
def test_a_change_of_many_asks_for_their_rows_in_the_order_of_their_keys(liaison, three):
    """So that two changes of the same actions wait for one another, and lock neither out."""
    seen = {action: action.version for action in reversed(three)}
    number = services.change_actions(
        liaison, seen, lambda actor, action, version: services.edit_action(actor, action, version=version, due_on=DUE),
        SUBMISSION,
    )  # fmt: skip
    assert number == 3 and Action.objects.filter(due_on=DUE).count() == 3
    with pytest.raises(services.SomeRefused) as refusal:
        services.change_actions(
            liaison, seen, lambda actor, action, version: services.edit_action(actor, action, version=version),
            "7e7e7e7e-0000-4000-8000-000000000002",
        )  # fmt: skip
    assert len(refusal.value.outcomes) == 3 and BulkChange.objects.count() == 1
