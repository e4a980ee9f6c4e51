"""The page of an action, and what is done there: reported with files, ticked, followed, made to wait."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from coordination import named, selectors, services
from coordination.models import Action, ActionDependency, ActionState, Marking, Person, Role
from discussion import selectors as discussion
from discussion.models import Message
from tests.factories import (
    join,
    make_action,
    make_commitment,
    make_member,
    make_message,
    make_organisation,
    make_space,
    make_user,
    make_visit,
    mark,
)

pytestmark = pytest.mark.django_db


def report(form, **answers):
    """What the form would send, with `answers` typed into it."""
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return {**sent, **answers}


def page_of(client, reader, action):
    client.force_login(reader)
    return client.get(action.get_absolute_url())


# --- read in ten seconds -------------------------------------------------------------------------------------------
def test_the_page_says_state_day_priority_owner_and_helpers_in_words(client, space, fia, moi, liaison):
    late = timezone.localdate() - timedelta(days=2)
    person = Person.objects.create(name="A. Khan", user=liaison)
    action = make_action(space, fia, title="Draw up the list", priority=4, due_on=late, owner_person=person)
    action.helpers.add(moi)
    text = page_of(client, liaison, action).content.decode()
    for words in (
        "overdue since",
        "priority: urgent",
        "open",
        "FIA",
        "A. Khan",
        "Helpers:",
        "MoI",
        action.short_reference,
    ):
        assert words in text


def test_the_page_says_on_whom_it_waits_and_why(client, space, fia, liaison):
    action = make_action(space, fia)
    form = page_of(client, liaison, action).context["form"]
    answer = report(form, state="waiting", waiting_reason="", waiting_for_text="")
    page = client.post(action.get_absolute_url(), answer)
    assert set(page.context["form"].errors) == {"waiting_reason", "waiting_for_text"}
    client.post(action.get_absolute_url(), {**answer, "waiting_reason": "Not signed.", "waiting_for_text": "the bank"})
    text = client.get(action.get_absolute_url()).content.decode()
    assert "Waiting for <strong><bdi>the bank</bdi></strong>:" in text and "Not signed." in text


def test_a_file_comes_with_a_report_and_one_that_is_none_is_refused(client, space, fia, liaison, stranger):
    action = make_action(space, fia)
    form = page_of(client, liaison, action).context["form"]
    answer = report(form, text="See the list.")
    bad = SimpleUploadedFile("list.pdf", b"MZ not a pdf at all")
    page = client.post(action.get_absolute_url(), {**answer, "files": [bad]})
    assert "files" in page.context["form"].errors and not action.updates.exists()
    client.post(action.get_absolute_url(), {**answer, "files": [SimpleUploadedFile("list.txt", b"One, two, three.")]})
    [update] = client.get(action.get_absolute_url()).context["updates"]
    [file] = update.files
    assert client.get(file.get_absolute_url()).status_code == 200
    client.force_login(stranger)
    assert client.get(file.get_absolute_url()).status_code == 404


def test_a_helper_reports_and_is_not_offered_the_state(client, space, fia, moi):
    helper = make_member(space, Role.CONTRIBUTOR, moi)
    action = make_action(space, fia)
    assert page_of(client, helper, action).context["form"] is None
    action.helpers.add(moi)
    page = page_of(client, helper, action)
    form = page.context["form"]
    assert "state" not in form.fields and "Change it" not in page.content.decode()
    assert client.post(action.get_absolute_url(), report(form, text="Half of it.")).status_code == 302
    assert action.updates.get().author == helper
    # A state that is smuggled in is not looked at.
    client.post(action.get_absolute_url(), report(form, text="All.", state="done", submission=uuid.uuid4()))
    assert Action.objects.get().state == ActionState.OPEN
    for name in ("action_edit", "action_reassign", "action_steps", "action_waits_for"):
        assert client.get(reverse(name, kwargs={"key": action.key})).status_code == 404


def test_two_forms_that_close_it_at_once_are_told_apart(client, space, fia, liaison, chair):
    action = make_action(space, fia)
    form = page_of(client, liaison, action).context["form"]
    services.report_on_action(chair, action, text="It is settled.", state="done", seen_state="open")
    page = client.post(action.get_absolute_url(), report(form, text="Sent by post.", state="done"))
    text = page.content.decode()
    assert "In the meantime Chair of MoI has set it to “done”" in text and "Sent by post." in text
    assert action.updates.count() == 1
    client.post(action.get_absolute_url(), page.context["form"].data.dict())
    assert [update.text for update in action.updates.all()] == ["It is settled.", "Sent by post."]


# --- steps ---------------------------------------------------------------------------------------------------------
def test_steps_are_ticked_with_one_click_with_htmx_and_without(client, space, fia, liaison):
    action = make_action(space, fia)
    services.set_steps(liaison, action, ["Ask for prices", "Compare them"], version=1)
    first = action.checklist.first()
    address = reverse("step_tick", kwargs={"key": action.key, "step": first.key})
    client.force_login(liaison)
    assert client.post(address, {"done": "1"})["Location"] == f"{action.get_absolute_url()}#steps"
    first.refresh_from_db()
    assert first.done_by == liaison
    part = client.post(address, {"done": "0"}, headers={"HX-Request": "true"}).content.decode()
    assert "0 of 2 done" in part and "<html" not in part
    first.refresh_from_db()
    assert not first.is_done


def test_a_step_of_another_action_or_of_one_that_is_closed_is_not_there(client, space, fia, liaison, chair):
    action, other = make_action(space, fia), mark(make_action(space, fia), Marking.RED, users=[chair])
    step = other.checklist.create(text="Canary")
    client.force_login(liaison)
    for key in (action.key, other.key):
        address = reverse("step_tick", kwargs={"key": key, "step": step.key})
        assert client.post(address, {"done": "1"}).status_code == 404


def test_steps_are_written_one_on_a_line_and_keep_who_did_them(client, space, fia, liaison):
    action = make_action(space, fia)
    services.set_steps(liaison, action, ["Ask", "Compare", "Order"], version=1)
    services.tick_step(liaison, action.checklist.get(text="Ask"))
    services.tick_step(liaison, action.checklist.get(text="Order"))
    client.force_login(liaison)
    address = reverse("action_steps", kwargs={"key": action.key})
    assert client.get(address).context["form"]["steps"].value() == "Ask\nCompare\nOrder"
    version = Action.objects.get().version
    lines = "Order\n\n  Compare prices \nAsk\nPay"
    client.post(address, {"steps": lines, "version": version})
    steps = [(step.text, step.is_done) for step in action.checklist.all()]
    assert steps == [("Order", True), ("Compare prices", False), ("Ask", True), ("Pay", False)]
    page = client.post(address, {"steps": "Nothing", "version": version})
    assert page.context["form"].is_stale and action.checklist.count() == 4


@pytest.mark.parametrize(
    "steps", ["x" * 256, "safe\u202eelbasuoiv", "\n".join("abcdefghij"[n % 10] * 3 for n in range(101))]
)
def test_bad_steps_are_refused_and_kept_as_typed(client, space, fia, liaison, steps):
    action = make_action(space, fia)
    client.force_login(liaison)
    page = client.post(reverse("action_steps", kwargs={"key": action.key}), {"steps": steps, "version": 1})
    assert list(page.context["form"].errors) == ["steps"] and page.context["form"]["steps"].value() == steps
    assert not action.checklist.exists()


# --- what it waits for ---------------------------------------------------------------------------------------------
def wait_for(client, action, other, **more):
    return client.post(reverse("action_waits_for", kwargs={"key": action.key}), {"other": other.key, **more})


def test_an_action_is_found_and_made_to_wait_for_and_let_go_again(client, space, fia, liaison):
    action, other = (
        make_action(space, fia, title="Install the readers"),
        make_action(space, fia, title="Buy the readers"),
    )
    client.force_login(liaison)
    address = reverse("action_waits_for", kwargs={"key": action.key})
    for words in ("buy the", other.short_reference.lower(), other.key):
        assert client.get(address, {"q": words}).context["found"] == [other]
    for _click in range(2):
        wait_for(client, action, other)
    text = client.get(action.get_absolute_url()).content.decode()
    assert "Blocked until this is done:" in text and "Buy the readers" in text
    assert "Wait for it" in client.get(other.get_absolute_url()).content.decode()
    services.report_on_action(liaison, other, text="Bought.", state="done")
    assert "Blocked" not in client.get(action.get_absolute_url()).content.decode()
    wait_for(client, action, other, deed="remove")
    assert not ActionDependency.objects.exists()


def test_a_circle_is_refused_with_the_names_of_what_closes_it(client, space, fia, liaison, chair):
    one, two, three = (make_action(space, fia, title=f"Canary {name}") for name in ("one", "two", "three"))
    services.add_dependency(chair, two, three)
    services.add_dependency(chair, three, one)
    client.force_login(liaison)
    text = wait_for(client, one, two).content.decode()
    assert "That would be a circle: “Canary two” waits for “Canary one” already, by way of “Canary three”." in text
    text = wait_for(client, one, three).content.decode()
    assert "“Canary three” waits for “Canary one” already." in text
    assert ActionDependency.objects.count() == 2
    assert "An action does not wait for itself." in wait_for(client, one, one).content.decode()


def test_a_circle_by_way_of_what_is_closed_is_refused_to_those_who_know_of_it(client, space, fia, liaison, chair):
    one, two, closed = (make_action(space, fia, title=f"Canary {name}") for name in ("one", "two", "closed"))
    services.add_dependency(chair, two, closed)
    services.add_dependency(chair, closed, one)
    mark(closed, Marking.RED, users=[chair])
    client.force_login(liaison)
    assert wait_for(client, one, two).status_code == 302
    text = client.get(one.get_absolute_url()).content.decode()
    assert "Canary two" in text and "closed" not in text
    with pytest.raises(ValidationError, match="circle"):
        services.add_dependency(chair, one, two)


def test_what_is_closed_is_neither_named_nor_hinted_at(client, space, fia, liaison, chair):
    action = make_action(space, fia, title="Install the readers")
    hidden = make_action(space, fia, title="Canary of the chair")
    services.add_dependency(chair, action, hidden)
    services.add_dependency(chair, make_action(space, fia, title="Canary that waits"), action)
    client.force_login(liaison)
    mark(hidden, Marking.RED, users=[chair])
    mark(Action.objects.get(title="Canary that waits"), Marking.RED, users=[chair])
    text = client.get(action.get_absolute_url()).content.decode()
    assert "Canary" not in text and "Blocked" not in text
    assert (
        wait_for(client, action, hidden).status_code
        == wait_for(client, action, hidden, deed="remove").status_code
        == 404
    )
    address = reverse("action_waits_for", kwargs={"key": action.key})
    for words in ("canary", hidden.short_reference, hidden.key):
        assert client.get(address, {"q": words}).context["found"] == []


# --- followers -----------------------------------------------------------------------------------------------------
def test_its_person_author_and_reporters_follow_unless_they_leave_and_any_reader_may(client, space, fia, moi, liaison):
    author = make_member(space, Role.CONTRIBUTOR, fia, name="Author")
    reporter = make_member(space, Role.RAPPORTEUR, moi, name="Reporter")
    reader = make_member(space, Role.READER, moi, name="Reader")
    person = Person.objects.create(name="Liaison", user=liaison)
    action = services.create_action(author, space, title="Draw it up", owner=fia, owner_person=person)
    services.report_on_action(reporter, action, text="Begun.")
    assert {user.name for user in selectors.followers_of(action)} == {"Liaison of FIA", "Author", "Reporter"}
    address = reverse("action_follow", kwargs={"key": action.key})
    for user, follows in ((reader, "1"), (reporter, "0")):
        client.force_login(user)
        client.post(address, {"follows": follows})
    assert {user.name for user in selectors.followers_of(action)} == {"Liaison of FIA", "Author", "Reader"}
    assert "Reporter" not in {user.name for user in client.get(action.get_absolute_url()).context["followers"]}


def test_who_lost_access_is_neither_shown_nor_told(client, space, fia, liaison, chair):
    action = make_action(space, fia)
    gone = make_user("Canary who has left")
    join(gone, space, Role.READER)
    services.follow_action(gone, action)
    assert gone in selectors.followers_of(action)
    services.revoke_membership(chair, space, gone)
    assert gone not in selectors.followers_of(action)
    assert "Canary" not in page_of(client, liaison, action).content.decode()


def test_a_stranger_and_somebody_not_signed_in_cannot_follow(client, space, fia, stranger):
    closed, public = make_action(space, fia), mark(make_action(space, fia), Marking.CLEAR)
    assert client.post(reverse("action_follow", kwargs={"key": public.key}), {"follows": "1"}).status_code == 404
    client.force_login(stranger)
    assert client.post(reverse("action_follow", kwargs={"key": closed.key}), {"follows": "1"}).status_code == 404
    # Who follows is told to the members of the space only.
    services.follow_action(stranger, public)
    assert client.get(public.get_absolute_url()).context["followers"] is None


# --- written down from something -----------------------------------------------------------------------------------
def address_from(source):
    return reverse("action_from", kwargs={"name": named.name_of(source)})


def test_from_a_message_it_begins_with_its_words_and_its_readers(client, space, fia, moi, liaison, chair):
    narrow = mark(make_action(space, moi), Marking.AMBER_STRICT, organisations=[fia, moi])
    message = make_message(narrow, liaison, "**Send the list**\n\nBy Friday, please.")
    client.force_login(liaison)
    assert "Make it an action" in client.get(f"{message.get_absolute_url()}deeds/").content.decode()
    page = client.get(address_from(message))
    form = page.context["form"]
    assert form["title"].value() == "Send the list" and "By Friday" in form["description"].value()
    client.post(address_from(message), report(form, title="Send the list"))
    action = Action.objects.get(title="Send the list")
    assert action.source == message and action.marking == Marking.AMBER_STRICT
    assert action.audience.tokens == narrow.audience.tokens
    assert action.get_absolute_url() in client.get(narrow.get_absolute_url()).content.decode()
    assert message.get_absolute_url() in client.get(action.get_absolute_url()).content.decode()


def test_from_a_commitment_a_visit_and_another_action(client, space, fia, liaison):
    due = timezone.localdate() + timedelta(days=9)
    for source, title in (
        (make_commitment(space, fia, title="Train forty officers", due_on=due), "Train forty officers"),
        (make_visit(space, organisation=fia), ""),
        (make_action(space, fia, due_on=due), ""),
    ):
        client.force_login(liaison)
        assert address_from(source) in client.get(source.get_absolute_url()).content.decode()
        form = client.get(address_from(source)).context["form"]
        assert (form["title"].value() or "") == title and form["owner"].value() == fia.pk
        client.post(address_from(source), report(form, title="Something that came of it"))
        action = Action.objects.latest("pk")
        assert action.source == source and action.marking == Marking.AMBER
        assert action.get_absolute_url() in client.get(source.get_absolute_url()).content.decode()


def test_from_what_is_closed_or_forged_nothing_is_written_down(client, space, fia, liaison, chair, stranger):
    closed = mark(make_action(space, fia), Marking.RED, users=[chair])
    message = make_message(closed, chair, "Canary")
    reader = make_member(space, Role.READER, fia)
    open_message = make_message(make_action(space, fia), chair, "Open")
    for user, source in ((liaison, message), (stranger, open_message), (reader, open_message)):
        client.force_login(user)
        assert client.get(address_from(source)).status_code == 404
        assert client.post(address_from(source), {"title": "x"}).status_code == 404
    assert client.get(reverse("action_from", kwargs={"name": "forged"})).status_code == 404
    assert Message.objects.count() == 2 and Action.objects.count() == 2


# --- many at once --------------------------------------------------------------------------------------------------
def many(client, space, lines, submission=None):
    answer = {"lines": lines, "submission": submission or uuid.uuid4()}
    return client.post(reverse("actions_new", kwargs={"key": space.key}), answer)


def test_many_actions_are_written_down_at_once_and_once(client, space, fia, moi, liaison, chair):
    client.force_login(liaison)
    submission = uuid.uuid4()
    for _click in range(2):
        many(client, space, "Draw it up | fia | 2026-12-31\n\nSign it|MoI (PK)\nSend it | MoI | ", submission)
    found = [(one.title, one.owner, str(one.due_on)) for one in Action.objects.order_by("pk")]
    assert found == [("Draw it up", fia, "2026-12-31"), ("Sign it", moi, "None"), ("Send it", moi, "None")]


def test_all_lines_or_none_and_every_problem_names_its_line(client, space, fia, liaison):
    make_organisation("FAR")
    lines = (
        "Good | FIA | 2026-12-31\nNo organisation\n\nAsk | FAR\n | FIA\nLate | FIA | 31.12.2026\n"
        + "x" * 300
        + " | FIA"
    )
    client.force_login(liaison)
    page = many(client, space, lines)
    problems = page.context["form"].errors["lines"]
    assert [problem.split(":")[0] for problem in problems] == ["Line 2", "Line 4", "Line 5", "Line 6"]
    assert "“31.12.2026” is not a day" in problems[-1] and "“FAR” is no organisation of this space" in problems[1]
    assert page.context["form"]["lines"].value() == lines and not Action.objects.exists()
    page = many(client, space, "Good | FIA\n\n" + "x" * 300 + " | FIA")
    assert page.context["form"].errors["lines"][0].startswith("Line 3:") and not Action.objects.exists()


def test_two_organisations_of_one_acronym_are_told_apart(client, space, fia, liaison):
    twin = make_organisation("FIA", country="KZ")
    make_member(space, Role.READER, twin)
    client.force_login(liaison)
    assert "Write which one" in many(client, space, "Ask | FIA").context["form"].errors["lines"][0]
    many(client, space, "Ask | FIA (KZ)")
    assert Action.objects.get().owner == twin


# --- queries -------------------------------------------------------------------------------------------------------
def test_the_page_asks_as_often_for_many_parts_as_for_few(
    client, space, fia, moi, liaison, chair, django_assert_max_num_queries
):
    action = make_action(space, fia)

    def add_parts():
        action.checklist.create(text="Step")
        action.helpers.add(make_organisation())
        services.add_dependency(chair, action, make_action(space, moi))
        services.add_dependency(chair, make_action(space, moi), action)
        services.follow_action(make_member(space, Role.READER, make_organisation()), action)
        services.report_on_action(make_member(space, Role.RAPPORTEUR, make_organisation()), action, text="More.")
        make_action(space, fia, source=make_message(action, chair, "Do it"))

    def asked():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert page_of(client, liaison, action).status_code == 200
        return len(queries)

    add_parts()
    asked()
    few = asked()
    for _more in range(5):
        add_parts()
    with django_assert_max_num_queries(few):
        assert client.get(action.get_absolute_url()).status_code == 200


def test_somebody_of_another_space_learns_nothing_from_the_forms(client, space, fia, stranger):
    action = make_action(space, fia)
    client.force_login(stranger)
    for name in ("action_steps", "action_waits_for", "action_edit", "action_reassign"):
        assert client.get(reverse(name, kwargs={"key": action.key})).status_code == 404
    assert client.get(reverse("actions_new", kwargs={"key": space.key})).status_code == 404


def test_the_other_space_of_an_organisation_gives_no_right_here(client, fia, liaison):
    elsewhere = make_space("Elsewhere")
    action = make_action(elsewhere, fia)
    make_member(elsewhere, Role.CHAIR)
    client.force_login(liaison)
    assert client.get(action.get_absolute_url()).status_code == 404


# --- told ----------------------------------------------------------------------------------------------------------
def told(user):
    return [news.subject for news in discussion.told(discussion.notifications_of(user), user)]


def test_followers_helpers_and_those_who_may_go_on_are_told(space, fia, moi, liaison, chair):
    follower = make_member(space, Role.READER, make_organisation(), name="Follower")
    helper = make_member(space, Role.CONTRIBUTOR, make_organisation())
    action = services.create_action(chair, space, title="Buy readers", owner=fia, helpers=[helper.organisation])
    waiting = make_action(space, make_organisation(), title="Install readers")
    services.add_dependency(chair, waiting, action)
    services.follow_action(follower, action)
    waits = make_member(space, Role.READER, make_organisation())
    services.follow_action(waits, waiting)
    assert told(helper) == ["For you to help with: Buy readers"] and told(follower) == []
    services.edit_action(chair, action, version=action.version, due_on=timezone.localdate())
    assert told(follower)[0].startswith("Buy readers: now due on")
    services.report_on_action(liaison, action, text="Bought.", state="done")
    assert "Buy readers: now done" in told(follower)
    assert told(waits) == ["Buy readers: now done, others may go on"]


def test_who_chose_not_to_follow_is_not_told(space, fia, liaison, chair):
    action = services.create_action(chair, space, title="Buy readers", owner=fia)
    services.follow_action(chair, action, False)
    services.report_on_action(liaison, action, text="Bought.", state="done")
    assert told(chair) == []


def test_the_step_of_an_action_is_found_by_search(client, space, fia, liaison, stranger):
    action = make_action(space, fia)
    services.set_steps(liaison, action, ["Telephone the quartermaster"], version=1)
    for reader, number in ((liaison, 1), (stranger, 0)):
        client.force_login(reader)
        found = client.get(reverse("search"), {"q": "quartermaster"}).content.decode()
        assert found.count(action.get_absolute_url()) == number


@pytest.mark.parametrize("deed", ["", "edit/", "reassign/", "steps/"])
def test_an_action_that_is_deleted_between_the_look_and_the_deed_is_not_there(
    client, space, fia, liaison, monkeypatch, deed
):
    action = make_action(space, fia)
    page = action.get_absolute_url() + deed
    client.force_login(liaison)
    form = client.get(page).context["form"]
    sent = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    sent |= {"text": "Done.", "steps": "One step"}
    for name in ("report_on_action", "edit_action", "reassign_action", "set_steps"):
        monkeypatch.setattr(services, name, _after_it_was_deleted(getattr(services, name), action))
    assert client.post(page, sent).status_code == 404
    assert not Action.objects.filter(pk=action.pk).exists()


def _after_it_was_deleted(deed, action):
    def done(*args, **kwargs):
        Action.objects.filter(pk=action.pk).delete()
        return deed(*args, **kwargs)

    return done


def test_a_step_that_is_taken_off_between_the_look_and_the_tick_is_said_to_be(client, space, fia, liaison, monkeypatch):
    action = make_action(space, fia)
    action = services.set_steps(liaison, action, ["One step"], version=action.version)
    step = action.checklist.get()
    tick = services.tick_step

    def after_it_was_taken_off(*args, **kwargs):
        action.checklist.all().delete()
        return tick(*args, **kwargs)

    monkeypatch.setattr(services, "tick_step", after_it_was_taken_off)
    client.force_login(liaison)
    page = client.post(f"{action.get_absolute_url()}steps/{step.key}/", {"done": "1"}, follow=True)
    assert "This step has been taken off the list." in page.content.decode()
