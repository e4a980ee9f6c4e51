"""Many actions changed at once: first what would happen, then all of it or nothing."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import services
from coordination.models import Action, ActionDependency, ActionFollower, ActionState, AuditEntry, BulkChange, Role
from coordination.models.marking import new_key
from discussion.models import Notification as News
from discussion.notifier import kind_named
from tests.factories import make_action, make_member, make_organisation, make_space, mark

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
        "chosen": re.findall(r'name="chosen" value="(\w+:\d+)" checked', text),
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
    assert set(confirmed["chosen"]) == {f"{three[1].key}:1", f"{three[2].key}:1"}
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
    assert set(re.findall(r'name="chosen" value="(\w+):1" checked', text)) == {three[0].key, three[2].key}
    again = {
        **confirmed,
        "chosen": re.findall(r'name="chosen" value="([\w:]+)"', text),  # ticked again: it has been seen by now
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
    assert nothing.redirect_chain == same.redirect_chain == [("/actions/?state=", 302)]


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
        {"deed": "state", "state": "gone"}, {"chosen": ["\x00", "KEY"]}, {"submission": "x"},
        {"query": "\x00" + "x" * 9000},
        {"deed": "state", "state": "waiting", "waiting_for_text": "a\x00b"}, {"due_on": "1990-01-01", "previewed": "x"},
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_the_form_and_changes_nothing(sent, client, liaison, three):
    for action in three:
        action.starts_on = action.due_on - timedelta(days=1)
        action.save()
    client.force_login(liaison)
    whole = {"deed": "dates", "chosen": ["KEY"], "submission": SUBMISSION, "confirm": "yes", **sent}
    whole["chosen"] = [three[0].key if one == "KEY" else one for one in whole["chosen"]]
    assert client.post(ADDRESS, whole).status_code == 200
    assert set(Action.objects.values_list("version", flat=True)) == {1}


@pytest.mark.both_stacks
def test_a_change_of_many_is_one_piece_of_news_for_each_whom_it_concerns_and_a_preview_none(
    chair, liaison, space, fia, moi, three
):
    colleague = make_member(space, Role.CONTRIBUTOR, moi)
    closed = mark(make_action(space, fia, title="closed to the colleague"), "RED", users=[chair, liaison])
    ActionFollower.objects.create(action=three[0], user=liaison)

    def hand_on(actor, action, version):
        return services.reassign_action(
            actor, action, owner=moi, owner_person=None, reason="Reorganised", version=version
        )

    services.try_change(chair, three, hand_on)
    assert not News.objects.exists() and not AuditEntry.objects.exists(), "a preview tells nobody"
    services.change_actions(chair, dict.fromkeys([*three, closed], 1), hand_on, SUBMISSION)
    [news] = News.objects.all()
    assert (news.user, news.kind, news.mail_wanted) == (colleague, "actions_handed_on_at_once", True)
    entry = AuditEntry.objects.get(verb="actions changed at once")
    assert entry.after == {"handed_over": 3}, "of those that the recipient may read"
    assert kind_named(news.kind)(entry, three[2]).subject().startswith("3 actions were handed over to you")

    News.objects.all().delete()
    services.change_actions(
        chair, dict.fromkeys(three, 2),
        lambda actor, action, version: services.edit_action(actor, action, version=version, due_on=DUE),
        "7e7e7e7e-0000-4000-8000-000000000002",
    )  # fmt: skip
    told = {news.user: (news.kind, news.entry.after, news.mail_wanted) for news in News.objects.all()}
    assert told == {
        colleague: ("actions_changed_at_once", {"changed": 3}, False),
        liaison: ("actions_changed_at_once", {"changed": 1}, False),
    }
    assert News.objects.count() == 2


def test_who_waits_for_what_is_over_is_told_with_the_others(chair, space, moi, three):
    other = make_organisation("IOM")
    waits = make_member(space, Role.CONTRIBUTOR, other)
    waiting = make_action(space, other, title="waits")
    ActionDependency.objects.create(action=waiting, waits_for=three[1])
    services.change_actions(
        chair, dict.fromkeys(three, 1),
        lambda actor, action, version: services.report_on_action(actor, action, state="done", seen_state="open"),
        SUBMISSION,
    )  # fmt: skip
    [news] = News.objects.filter(user=waits)
    three[1].refresh_from_db()
    assert kind_named(news.kind)(news.entry, three[1]).subject() == "second: now done"
    assert news.object_id == three[1].pk and news.entry.after == {"changed": 1}


@pytest.mark.both_stacks
def test_the_form_of_another_is_none(client, liaison, chair, three):
    BulkChange.objects.create(submission=SUBMISSION, actor=chair)
    client.force_login(liaison)
    _page, confirmed = previewed(client, three, due_on=DUE.isoformat())
    assert client.post(ADDRESS, confirmed).status_code == 404
    assert not Action.objects.filter(due_on=DUE).exists()


def test_looking_at_the_address_leads_to_the_list_and_strangers_sign_in_first(client, liaison, three):
    assert "/account/login/" in client.post(ADDRESS, {"chosen": [three[0].key]})["Location"]
    client.force_login(liaison)
    assert client.get(ADDRESS)["Location"] == "/actions/"


def test_a_form_of_as_many_as_are_changed_at_once_is_taken(client, liaison, space, fia):
    """The platform refuses forms of more than a thousand fields whole."""
    one = make_action(space, fia)
    Action.objects.bulk_create(
        Action(space=space, owner=fia, title="one of many", key=new_key(), own_audience=one.own_audience,
               audience=one.audience)
        for _number in range(services.CHANGED_AT_ONCE - 1)
    )  # fmt: skip
    client.force_login(liaison)
    page = client.post(ADDRESS, {"deed": "dates", "all": "on", "query": "whose=ours"})
    fields = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"(?: value="([^"]*)")?', page.content.decode())
    assert len([name for name, _value in fields if name == "chosen"]) == services.CHANGED_AT_ONCE
    sent = {name: [value for one, value in fields if one == name] for name, _value in fields}
    answer = client.post(ADDRESS, {**sent, "preview": "yes"})
    assert answer.status_code == 200 and len(answer.context["rows"]) == services.CHANGED_AT_ONCE
    assert "due_on" in answer.context["form"].errors, "no day was chosen"


@pytest.mark.both_stacks
@pytest.mark.parametrize("version", ["²", "9" * 5000, "", "-1", "1:1", "\x00"])
def test_a_version_that_is_none_is_refused_as_one_that_was_not_seen(version, client, liaison, three):
    client.force_login(liaison)
    _page, confirmed = previewed(client, three, due_on=DUE.isoformat())
    chosen = [f"{three[0].key}:{version}", "a\x00b:1", "\x00", "é:1"]
    page = client.post(ADDRESS, {**confirmed, "chosen": chosen})
    assert page.status_code == 200
    assert [one.refusal for one in page.context["refused"]] == ["Somebody else has changed it since you looked."]
    assert not Action.objects.filter(due_on=DUE).exists()


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
