"""A liaison who leaves: what goes to the successor, by whose hand, and what stays."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coordination import access, selectors, services
from coordination.models import Action, AuditEntry, Marking, Person, Role
from discussion import selectors as discussion
from tests.factories import make_action, make_member, make_space, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def leaving(liaison):
    return Person.objects.get_or_create(user=liaison, defaults={"name": "Liaison of FIA"})[0]


@pytest.fixture
def coming(space, fia):
    user = make_member(space, Role.CONTRIBUTOR, fia, name="Successor")
    return Person.objects.get_or_create(user=user, defaults={"name": user.name})[0]


def given(space, fia, person, **fields):
    return make_action(space, fia, owner_person=person, **fields)


def of(person):
    return set(Action.objects.filter(owner_person=person))


def test_all_that_stands_moves_with_one_entry_each_and_one_piece_of_news(space, fia, liaison, leaving, coming):
    standing = {given(space, fia, leaving), given(space, fia, leaving, state="waiting")}
    done, other = given(space, fia, leaving, state="done"), make_action(space, fia)
    result = services.hand_over(liaison, leaving, coming, reason="Posted abroad.")
    assert set(result.moved) == standing == of(coming) and result.kept == []
    assert of(leaving) == {done} and Action.objects.get(pk=other.pk).owner_person is None
    entries = AuditEntry.objects.filter(verb="action handed over")
    assert {entry.object_id for entry in entries} == {action.pk for action in standing}
    assert {entry.reason for entry in entries} == {"Posted abroad."}
    [news] = discussion.told(discussion.notifications_of(coming.user), coming.user)
    assert news.subject.startswith("2 actions were handed over to you")


def test_done_twice_it_moves_nothing_more(space, fia, liaison, leaving, coming):
    given(space, fia, leaving)
    for expected in (1, 0):
        assert len(services.hand_over(liaison, leaving, coming, reason="Posted abroad.").moved) == expected
    assert AuditEntry.objects.filter(verb="action handed over").count() == 1


def test_what_was_followed_goes_along_and_is_left(space, fia, moi, liaison, leaving, coming):
    mine, followed = given(space, fia, leaving), make_action(space, moi)
    services.follow_action(liaison, followed)
    closed = mark(make_action(space, moi), Marking.RED, users=[liaison])
    services.follow_action(liaison, closed)
    services.hand_over(liaison, leaving, coming, reason="Posted abroad.")
    for action in (mine, followed):
        action.refresh_from_db()
        assert [user.name for user in selectors.followers_of(action)] == ["Successor"]
    assert selectors.followers_of(closed) == [liaison]


def test_what_the_successor_may_not_read_stays_and_is_said(client, space, fia, liaison, leaving, coming):
    red = mark(given(space, fia, leaving, title="For the liaison only"), Marking.RED, users=[liaison])
    client.force_login(liaison)
    answer = {"successor": coming.pk, "reason": "Posted abroad.", "shown": red.key}
    page = client.post(reverse("handover"), answer, follow=True).content.decode()
    assert "These stay" in page and "For the liaison only" in page
    assert of(leaving) == {red}


# --- by whom -------------------------------------------------------------------------------------------------------
def test_the_focal_point_the_chair_and_nobody_else_hand_over_for_another(
    space, fia, moi, leaving, coming, chair, rapporteur
):
    focal_point = make_member(space, Role.CONTRIBUTOR, fia, name="Focal point")
    colleague = make_member(space, Role.CONTRIBUTOR, fia, name="Colleague")
    fia.focal_point = focal_point
    fia.save()
    for actor, may in ((colleague, False), (rapporteur, False), (focal_point, True), (chair, True)):
        action = given(space, fia, leaving)
        assert access.can(actor, "hand_over", action) == may
        assert [one.person for one in selectors.predecessors_for(actor)] == ([leaving] if may else [])
        if may:
            assert services.hand_over(actor, leaving, coming, reason="Gone.").moved == [action]
        else:
            with pytest.raises(PermissionDenied):
                services.hand_over(actor, leaving, coming, reason="Gone.")
        action.delete()


def test_a_chair_moves_and_is_shown_only_what_the_chair_manages_and_reads(client, space, fia, leaving, coming, chair):
    elsewhere = make_space("Elsewhere")
    for user in (leaving.user, coming.user):
        access.grant(user, Role.CONTRIBUTOR, elsewhere)
    here = given(space, fia, leaving, title="Here")
    there = given(elsewhere, fia, leaving, title="Canary there")
    red = mark(given(space, fia, leaving, title="Canary in red"), Marking.RED, users=[leaving.user, coming.user])
    client.force_login(chair)
    address = reverse("handover_of", kwargs={"pk": leaving.pk})
    page = client.get(address)
    assert page.context["actions"] == [here] and "Canary" not in page.content.decode()
    answer = {"successor": coming.pk, "reason": "Gone.", "shown": page.context["form"]["shown"].value()}
    page = client.post(address, answer, follow=True).content.decode()
    assert "1 action now lies with Successor." in page and "Canary" not in page
    assert of(coming) == {here} and of(leaving) == {there, red}


def test_a_reader_has_nothing_to_hand_over_and_may_not_begin(client, space, fia, coming):
    reader = make_member(space, Role.READER, fia)
    person = Person.objects.get_or_create(user=reader, defaults={"name": reader.name})[0]
    action = given(space, fia, person)
    assert services.hand_over(reader, person, coming, reason="Gone.").moved == []
    assert of(person) == {action}


def test_for_somebody_of_whom_one_reads_nothing_there_is_no_page(client, space, fia, leaving, stranger):
    given(space, fia, leaving)
    client.force_login(stranger)
    address = reverse("handover_of", kwargs={"pk": leaving.pk})
    assert client.get(address).status_code == client.post(address, {"reason": "x"}).status_code == 404
    assert client.get(reverse("handover_of", kwargs={"pk": 10**9})).status_code == 404


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_focal_point", [False, True])
@pytest.mark.parametrize("is_colleague", [False, True])
def test_whose_actions_one_may_hand_over_is_counted_as_the_rule_says(
    space, fia, moi, leaving, role, is_focal_point, is_colleague
):
    actor = make_member(space, role, fia if is_colleague else moi)
    if is_focal_point:
        fia.focal_point = actor
        fia.save()
    actions = [given(space, fia, leaving), given(make_space(), fia, leaving), given(space, moi, leaving)]
    actions += [given(space, fia, leaving, state="done"), mark(given(space, fia, leaving), Marking.RED, users=[])]
    number = sum(access.can(actor, "hand_over", action) for action in actions if not action.is_closed)
    expected = [selectors.Predecessor(leaving, number)] if number else []
    assert selectors.predecessors_for(actor) == expected


def test_whose_actions_a_chair_may_hand_over_takes_a_row_for_each_person(space, fia, leaving, chair):
    given(space, fia, leaving)
    with CaptureQueriesContext(connection) as few:
        selectors.predecessors_for(chair)
    for _action in range(19):
        given(space, fia, leaving)
    with CaptureQueriesContext(connection) as many:
        [found] = selectors.predecessors_for(chair)
    assert found.actions == 20 and len(many) == len(few)
    assert not any('"coordination_action"."title"' in query["sql"] for query in many)


# --- to whom -------------------------------------------------------------------------------------------------------
def test_the_successor_is_of_the_same_organisation_and_known_to_the_actor(
    client, space, fia, liaison, leaving, rapporteur
):
    given(space, fia, leaving)
    another = Person.objects.get_or_create(user=rapporteur, defaults={"name": rapporteur.name})[0]
    unknown_user = make_member(make_space("Elsewhere"), Role.CONTRIBUTOR, fia, name="Canary from elsewhere")
    unknown = Person.objects.get_or_create(user=unknown_user, defaults={"name": unknown_user.name})[0]
    client.force_login(liaison)
    assert "Canary" not in client.get(reverse("handover")).content.decode()
    for successor in (another, unknown):
        with pytest.raises(ValidationError) as refusal:
            services.hand_over(liaison, leaving, successor, reason="Gone.")
        assert list(refusal.value.message_dict) == ["successor"]
        page = client.post(reverse("handover"), {"successor": successor.pk, "reason": "Gone."})
        assert page.context["form"].errors["successor"] == ["Choose somebody of the same organisation."]
    with pytest.raises(ValidationError):
        services.hand_over(liaison, leaving, leaving, reason="Gone.")


def test_without_anybody_to_take_over_the_page_says_what_to_do(client, space, fia, liaison, leaving):
    given(space, fia, leaving)
    client.force_login(liaison)
    assert "the secretariat invites people" in client.get(reverse("handover")).content.decode()


def test_what_was_given_since_the_page_was_shown_does_not_go_along_unseen(client, space, fia, liaison, leaving, coming):
    seen = given(space, fia, leaving)
    client.force_login(liaison)
    shown = client.get(reverse("handover")).context["form"]["shown"].value()
    late = given(space, fia, leaving, title="Given meanwhile")
    answer = {"successor": coming.pk, "reason": "Posted abroad.", "shown": shown}
    page = client.post(reverse("handover"), answer)
    assert of(leaving) == {seen, late}
    assert "Somebody else has changed this in the meantime." in page.content.decode()
    assert set(page.context["actions"]) == {seen, late} and "Given meanwhile" in page.content.decode()
    assert page.context["form"]["reason"].value() == "Posted abroad."
    client.post(reverse("handover"), {**answer, "shown": page.context["form"]["shown"].value()})
    assert of(coming) == {seen, late}


def test_what_is_done_since_the_page_was_shown_hinders_nobody(client, space, fia, liaison, leaving, coming):
    stays, done = given(space, fia, leaving), given(space, fia, leaving)
    client.force_login(liaison)
    shown = client.get(reverse("handover")).context["form"]["shown"].value()
    Action.objects.filter(pk=done.pk).update(state="done")
    client.post(reverse("handover"), {"successor": coming.pk, "reason": "Gone.", "shown": shown})
    assert of(coming) == {stays}


def test_a_handover_without_a_reason_is_refused_and_keeps_the_choice(client, space, fia, liaison, leaving, coming):
    action = given(space, fia, leaving)
    client.force_login(liaison)
    page = client.post(reverse("handover"), {"successor": coming.pk, "reason": " "})
    assert list(page.context["form"].errors) == ["reason"]
    assert page.context["form"]["successor"].value() == str(coming.pk)
    assert of(leaving) == {action}


def test_fifty_actions_are_listed_in_as_many_queries_as_two(
    client, space, fia, liaison, leaving, coming, django_assert_max_num_queries
):
    client.force_login(liaison)
    for _action in range(2):
        given(space, fia, leaving)
    client.get(reverse("handover"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("handover"))
    for _action in range(48):
        given(space, fia, leaving)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(reverse("handover")).context["actions"]) == 50
