"""Pages of actions: found, written down, changed, handed on; and what each refuses."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import services
from coordination.models import Action, AuditEntry, Marking, Person, Post, Role
from tests.factories import make_action, make_member, make_organisation, make_space, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
OVERRIDE = "\u202e"


def new_action(fia, **fields):
    return {"title": "Draw up the list", "owner": fia.pk, "language": "en", "submission": uuid.uuid4(), **fields}


def edited(action, **fields):
    return {"title": action.title, "language": "en", "version": action.version, **fields}


# --- the list ------------------------------------------------------------------------------------------------------
@pytest.fixture
def listed(space, fia, moi, liaison):
    """Four actions of which the liaison may read three."""
    yesterday = timezone.localdate() - timedelta(days=1)
    make_action(space, fia, title="Late of FIA", due_on=yesterday)
    make_action(space, fia, title="Done of FIA", state="done", due_on=yesterday)
    make_action(space, moi, title="Open of MoI", description="about the border crossing")
    make_action(make_space("Closed to FIA"), fia, title="Elsewhere of FIA")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=any", {"Late of FIA", "Done of FIA", "Open of MoI"}),
        ("?whose=ours&state=any", {"Late of FIA", "Done of FIA"}),
        ("?whose=mine", set()),
        ("?overdue=on", {"Late of FIA"}),
        ("?state=done", {"Done of FIA"}),
        ("", {"Late of FIA", "Open of MoI"}),
        ("?q=crossing", {"Open of MoI"}),
        ("?state=nonsense&space=nonsense", {"Late of FIA", "Open of MoI"}),
    ],
)
def test_the_list_is_narrowed_down_within_what_the_reader_may_read(client, listed, liaison, query, expected):
    client.force_login(liaison)
    page = client.get(reverse("action_list") + query)
    assert {action.title for action in page.context["page"]} == expected
    assert "Elsewhere" not in page.content.decode() and "Closed to FIA" not in page.content.decode()


def test_the_list_offers_no_organisation_or_space_of_closed_actions(client, listed, space, stranger):
    hidden = make_organisation("HIDDEN")
    make_action(space, hidden)
    client.force_login(stranger)
    page = client.get(reverse("action_list")).content.decode()
    assert "HIDDEN" not in page and "Border management" not in page


def test_words_are_found_in_capitals_or_not_in_cyrillic_too(client, space, fia, liaison):
    make_action(space, fia, title="Составить список постов")
    client.force_login(liaison)
    for words in ("составить", "СОСТАВИТЬ", "Составить"):
        assert len(client.get(reverse("action_list"), {"q": words}).context["page"]) == 1


def test_a_stranger_who_names_the_space_in_the_filter_learns_nothing(client, listed, space, stranger):
    client.force_login(stranger)
    known, unknown = (client.get(reverse("action_list"), {"space": key}) for key in (space.key, "bcdfghjkmn"))
    assert len(known.context["page"]) == len(unknown.context["page"]) == 0
    assert known.context["filters"].errors == unknown.context["filters"].errors


def test_mine_are_those_given_to_me(client, space, fia, liaison):
    person = Person.objects.create(name="A. Khan", user=liaison)
    make_action(space, fia, title="For me", owner_person=person)
    make_action(space, fia, title="For another")
    client.force_login(liaison)
    page = client.get(reverse("action_list") + "?whose=mine")
    assert [action.title for action in page.context["page"]] == ["For me"]


def test_a_list_is_paged_and_an_odd_number_gives_a_page(client, space, fia, liaison):
    for number in range(60):
        make_action(space, fia, title=f"Number {number}")
    client.force_login(liaison)
    assert len(client.get(reverse("action_list")).context["page"]) == 50
    assert len(client.get(reverse("action_list") + "?page=2").context["page"]) == 10
    assert client.get(reverse("action_list") + "?page=nonsense").status_code == 200


# --- writing one down ----------------------------------------------------------------------------------------------
def test_a_contributor_writes_an_action_down_once_however_often_it_is_sent(client, space, fia, liaison):
    client.force_login(liaison)
    answer = new_action(fia)
    for _ in range(2):
        response = client.post(reverse("action_new", kwargs={"key": space.key}), answer)
    action = Action.objects.get()
    assert response["Location"] == action.get_absolute_url()
    assert (action.owner, action.created_by, action.marking) == (fia, liaison, Marking.AMBER)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("title", {"title": ""}),
        ("title", {"title": "x" * 300}),
        ("title", {"title": f"list{OVERRIDE}fdp.exe"}),
        ("description", {"description": "x" * 6000}),
        ("due_on", {"starts_on": "2026-05-02", "due_on": "2026-05-01"}),
        ("due_on", {"due_on": "the day after"}),
        ("owner", {"owner": 987654}),
        ("owner", {"owner": "x"}),
        ("submission", {"submission": "nonsense"}),
    ],
)
def test_a_bad_action_is_refused_beside_the_field_and_keeps_what_was_typed(client, space, fia, liaison, field, fields):
    client.force_login(liaison)
    answer = new_action(fia, **{"description": "Typed with care.", **fields})
    page = client.post(reverse("action_new", kwargs={"key": space.key}), answer)
    assert page.status_code == 200 and list(page.context["form"].errors) == [field]
    assert answer["description"] in page.content.decode()
    assert not Action.objects.exists()


def test_a_task_is_for_a_person_of_the_organisation_that_owns_it(client, space, fia, moi, liaison, rapporteur):
    theirs = Person.objects.create(name="Of MoI", user=rapporteur)
    client.force_login(liaison)
    address = reverse("action_new", kwargs={"key": space.key})
    page = client.post(address, new_action(fia, owner_person=theirs.pk))
    assert "not of that organisation" in page.content.decode() and not Action.objects.exists()
    client.post(address, new_action(moi, owner_person=theirs.pk))
    assert Action.objects.get().owner_person == theirs


def test_a_person_known_from_elsewhere_is_not_offered(client, space, fia, liaison, stranger):
    Person.objects.create(name="Canary of elsewhere", user=stranger)
    unlisted = Person.objects.create(name="Canary without account")
    Post.objects.create(organisation=fia, title="Analyst", person=unlisted)
    client.force_login(liaison)
    assert "Canary" not in client.get(reverse("action_new", kwargs={"key": space.key})).content.decode()


@pytest.mark.parametrize("name", ["reader", "stranger", "secretary"])
def test_the_form_is_not_there_for_whoever_may_not_contribute(client, space, fia, stranger, secretary, name):
    reader = {"reader": make_member(space, Role.READER, fia), "stranger": stranger, "secretary": secretary}[name]
    client.force_login(reader)
    address = reverse("action_new", kwargs={"key": space.key})
    assert client.get(address).status_code == client.post(address, new_action(fia)).status_code == 404
    assert not Action.objects.exists()


# --- changing one --------------------------------------------------------------------------------------------------
def test_the_owner_changes_an_action(client, space, fia, liaison):
    action = make_action(space, fia)
    client.force_login(liaison)
    client.post(reverse("action_edit", kwargs={"key": action.key}), edited(action, title="Draw up two lists"))
    action.refresh_from_db()
    assert (action.title, action.version) == ("Draw up two lists", 2)


def test_an_older_form_keeps_both_words_and_may_then_be_sent_again(client, space, fia, liaison, chair):
    action = make_action(space, fia, title="First words")
    address = reverse("action_edit", kwargs={"key": action.key})
    services.edit_action(chair, action, version=1, title="Words of the chair")
    client.force_login(liaison)

    page = client.post(address, edited(action, title="Words of the liaison"))
    text = page.content.decode()
    assert "Words of the liaison" in text and "Words of the chair" in text
    assert "Somebody else has changed this" in text
    assert Action.objects.get().title == "Words of the chair"

    client.post(address, {**page.context["form"].data.dict()})
    assert Action.objects.get().title == "Words of the liaison"


@pytest.mark.parametrize("route", ["action_edit", "action_reassign"])
def test_another_ministry_does_not_change_our_action(client, space, fia, route):
    action = make_action(space, fia)
    client.force_login(make_member(space, Role.CONTRIBUTOR, make_organisation()))
    address = reverse(route, kwargs={"key": action.key})
    assert client.get(address).status_code == 404
    assert client.post(address, edited(action, title="Ours now")).status_code == 404


def test_an_action_is_handed_on_with_the_reason(client, space, fia, moi, liaison, rapporteur):
    action = make_action(space, fia)
    client.force_login(liaison)
    answer = {"owner": moi.pk, "reason": "It is theirs by law.", "version": 1}
    client.post(reverse("action_reassign", kwargs={"key": action.key}), answer)
    action.refresh_from_db()
    assert action.owner == moi
    assert AuditEntry.objects.get(verb="action reassigned").reason == "It is theirs by law."


def test_an_action_is_not_handed_to_a_person_of_another_organisation(client, space, fia, moi, liaison, rapporteur):
    action, theirs = make_action(space, fia), Person.objects.create(name="Of MoI", user=rapporteur)
    client.force_login(liaison)
    answer = {"owner": fia.pk, "owner_person": theirs.pk, "version": 1}
    page = client.post(reverse("action_reassign", kwargs={"key": action.key}), answer)
    assert "owner_person" in page.context["form"].errors
    assert Action.objects.get().owner_person is None


def test_the_holder_of_a_post_there_may_be_given_the_task(space, fia, liaison):
    person = Person.objects.create(name="Without an account")
    today = timezone.localdate()
    Post.objects.create(organisation=fia, title="Director", person=person, ends_on=today)
    action = services.create_action(liaison, space, title="Sign it", owner=fia, owner_person=person)
    assert action.owner_person == person


# --- reading one ---------------------------------------------------------------------------------------------------
def test_the_owner_is_not_told_of_a_source_that_is_closed_to_the_owner(client, space, fia, liaison, chair):
    source = mark(make_action(space, title="Canary of the chair"), Marking.RED, users=[chair])
    action = make_action(space, fia, source=source)
    for reader, told in ((liaison, False), (chair, True)):
        client.force_login(reader)
        page = client.get(action.get_absolute_url()).content.decode()
        assert ("Canary of the chair" in page) == ("Where it comes from" in page) == told


def test_only_those_who_manage_the_space_see_the_history(client, space, fia, liaison, chair):
    action = make_action(space, fia)
    services.report_on_action(liaison, action, text="Begun.", state="in_progress")
    for reader, shown in ((liaison, False), (chair, True)):
        client.force_login(reader)
        assert ("action moved" in client.get(action.get_absolute_url()).content.decode()) == shown


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_report_without_a_new_state_is_refused(client, space, fia, liaison, text):
    action = make_action(space, fia)
    client.force_login(liaison)
    page = client.post(action.get_absolute_url(), {"text": text, "state": "open", "submission": uuid.uuid4()})
    assert list(page.context["form"].errors) == ["text"]
