"""Posts over time: who held one before and after, and what goes to the successor after one question."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from coordination import access, selectors, services
from coordination.models import AuditEntry, Marking, Person, Post, Role
from coordination.services import PassesOn
from meetings.models import AgendaItem
from tests.factories import join, make_action, make_meeting, make_member, make_space, make_user, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
TODAY = timezone.localdate
REASON = "Posted abroad."


@pytest.fixture
def post(space, fia):
    """Held by somebody with an account, who is in the space by a grant of the account's own."""
    user = make_member(space, Role.RAPPORTEUR, fia, name="Leaving")
    person = Person.objects.create(name=user.name, user=user)
    return Post.objects.create(organisation=fia, title="Director", person=person, kept=True, starts_on=date(2024, 1, 1))


@pytest.fixture
def coming(fia):
    """Somebody with an account at the organisation, known by another post there."""
    user = make_user("Coming", organisation=fia)
    person = Person.objects.create(name=user.name, user=user)
    Post.objects.create(organisation=fia, title="Deputy director", person=person, kept=True)
    return person


def as_chair_too(space, user):
    """The secretariat's officer manages the space besides, as in most spaces."""
    join(user, space, Role.CHAIR)
    return user


def changed(actor, post, successor, passes_on=PassesOn.ALL, **fields):
    fields = {"on": TODAY(), "reason": REASON, "version": Post.objects.get(pk=post.pk).version, **fields}
    return services.change_holder(actor, post, successor=successor, passes_on=passes_on, **fields)


def test_a_change_passes_on_access_actions_the_office_of_focal_point_and_what_is_to_come(
    client, space, fia, secretary, post, coming
):
    as_chair_too(space, secretary)
    leaves = post.person
    fia.focal_point = leaves.user
    fia.save()
    action = make_action(space, fia, owner_person=leaves, title="To be done")
    meeting = make_meeting(space)
    item = AgendaItem.objects.create(meeting=meeting, title="Report", rapporteur=post, sort_order=1)
    client.force_login(secretary)
    address = reverse("post_change", kwargs={"key": post.succession})
    page = client.get(address)
    going = page.context["going"]
    assert (going.spaces, going.actions, going.focal_points) == ([space], [action], [fia])
    assert [one.title for one in going.items] == [f"{meeting.title}: Report"]
    answer = {name: page.context["form"][name].value() for name in ("version", "shown", "on")}
    answer |= {"successor": coming.pk, "passes_on": "all", "reason": REASON}
    text = client.post(address, answer, follow=True).content.decode()
    assert "4 things went to the successor." in text
    old, new = Post.objects.filter(succession=post.succession).order_by("pk")
    assert (old.ends_on, new.starts_on, new.person) == (TODAY() - timedelta(days=1), TODAY(), coming)
    assert (new.title, new.kept, new.listed) == ("Director", True, False)
    for changed_row in (action, fia, item):
        changed_row.refresh_from_db()
    assert (action.owner_person, fia.focal_point, item.rapporteur) == (coming, coming.user, new)
    assert access.role_in(coming.user, space.pk) == Role.RAPPORTEUR and access.role_in(leaves.user, space.pk) is None
    assert AuditEntry.objects.filter(verb="post passed on", reason=REASON).count() == 1
    # Sent again, it is an older form of a post that somebody else holds: nothing more changes.
    assert client.post(address, answer).status_code == 200
    assert Post.objects.filter(succession=post.succession).count() == 2


@pytest.mark.parametrize(("passes_on", "access_goes", "items_go"), [("items", False, True), ("nothing", False, False)])
def test_the_one_question_may_be_answered_with_less(
    space, fia, secretary, post, coming, passes_on, access_goes, items_go
):
    as_chair_too(space, secretary)
    join(coming.user, space, Role.CONTRIBUTOR)
    action = make_action(space, fia, owner_person=post.person)
    changed(secretary, post, coming, passes_on)
    action.refresh_from_db()
    assert (action.owner_person == coming) == items_go
    assert (access.role_in(coming.user, space.pk) == Role.RAPPORTEUR) == access_goes
    assert access.role_in(post.person.user, space.pk) == Role.RAPPORTEUR


def test_nothing_goes_that_the_actor_may_not_give(space, fia, secretary, post, coming):
    """The secretariat changes the post; of spaces that it does not manage it knows and passes on nothing."""
    elsewhere = make_space("Elsewhere")
    join(post.person.user, elsewhere, Role.READER)
    action = make_action(space, fia, owner_person=post.person)
    assert not selectors.to_pass_on(secretary, post.person)
    passed = changed(secretary, post, coming)
    action.refresh_from_db()
    assert passed.number == 0 and action.owner_person == post.person
    assert access.role_in(coming.user, space.pk) is None


def test_what_the_successor_may_not_have_stays_and_is_said(client, space, fia, secretary, post):
    as_chair_too(space, secretary)
    without = Person.objects.create(name="Without an account")
    Post.objects.create(organisation=fia, title="Adviser", person=without, kept=True)
    red = mark(make_action(space, fia, owner_person=post.person), Marking.RED, users=[secretary])
    passed = changed(secretary, post, without)
    assert passed.spaces == [] and space.title in passed.kept
    red.refresh_from_db()
    assert red.owner_person == without  # without an account nobody is kept from reading it
    assert access.role_in(post.person.user, space.pk) == Role.RAPPORTEUR


def test_a_role_that_is_higher_already_is_not_taken_down(space, fia, secretary, post, coming):
    as_chair_too(space, secretary)
    join(coming.user, space, Role.CHAIR)
    changed(secretary, post, coming)
    assert access.role_in(coming.user, space.pk) == Role.CHAIR and access.role_in(post.person.user, space.pk) is None


def test_what_came_since_the_page_was_shown_does_not_go_along_unseen(space, fia, secretary, post, coming):
    as_chair_too(space, secretary)
    seen = selectors.to_pass_on(secretary, post.person).seen
    make_action(space, fia, owner_person=post.person)
    with pytest.raises(services.StaleVersion):
        changed(secretary, post, coming, shown=seen)
    post.refresh_from_db()
    assert post.ends_on is None and access.role_in(coming.user, space.pk) is None


def test_a_post_may_be_vacant_and_taken_again(client, fia, secretary, post, coming):
    changed(secretary, post, None, PassesOn.NOTHING, on=TODAY() - timedelta(days=30))
    [vacant, _old] = selectors.succession(post.succession, secretary)
    client.force_login(secretary)
    assert "vacant" in client.get(post.get_absolute_url()).content.decode()
    changed(secretary, vacant, coming, PassesOn.NOTHING)
    rows = selectors.succession(post.succession, secretary)
    assert [row.person for row in rows] == [coming, None, post.person]
    held = next(one for one in selectors.posts_with_neighbours(coming, secretary) if one.post.title == "Director")
    assert held.predecessor.person == post.person and held.successor is None
    [was] = selectors.posts_with_neighbours(post.person, secretary)
    assert was.successor.person == coming
    page = client.get(coming.get_absolute_url()).content.decode()
    assert "Before:" in page and "Leaving" in page


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"on": date(2023, 12, 31)}, "on"), ({"on": date(1, 1, 2)}, "on"),
        ({"on": TODAY() + timedelta(days=800)}, "on"), ({"reason": " "}, "reason"),
        ({"successor": None}, "passes_on"), ({"successor": "leaving"}, "successor"),
        ({"successor": "unknown"}, "successor"), ({"on": TODAY() + timedelta(days=9), "successor": "other"}, "on"),
    ],
)  # fmt: skip
def test_a_bad_change_is_refused_beside_its_field_and_changes_nothing(
    space, moi, secretary, post, coming, fields, beside
):
    people = {
        "leaving": post.person,
        "unknown": Person.objects.create(name="Known to nobody"),
        "other": Person.objects.create(name="Of another", user=make_user("Of another", organisation=moi)),
    }
    successor = fields.get("successor", coming)
    fields = {**fields, "successor": people.get(successor, successor) if isinstance(successor, str) else successor}
    with pytest.raises(ValidationError) as refusal:
        changed(secretary, post, **fields)
    assert list(refusal.value.message_dict) == [beside]
    assert Post.objects.filter(succession=post.succession).count() == 1


def test_only_the_secretariat_and_the_focal_point_change_a_post(client, space, fia, moi, chair, liaison, post, coming):
    join(fia, space, Role.READER)
    for actor in (chair, liaison):
        client.force_login(actor)
        assert client.get(post.get_absolute_url()).status_code == 200
        for name, more in (("post_change", {}), ("post_edit", {"pk": post.pk})):
            address = reverse(name, kwargs={"key": post.succession, **more})
            assert client.get(address).status_code == client.post(address, {"on": "2026-01-01"}).status_code == 404
        with pytest.raises(PermissionDenied):
            changed(actor, post, coming)
    fia.focal_point = liaison
    fia.save()
    assert changed(liaison, post, coming).post.person == coming


def test_a_post_is_entered_corrected_and_refused_beside_its_fields(client, fia, secretary, coming):
    client.force_login(secretary)
    address = reverse("post_new", kwargs={"pk": fia.pk})
    answer = {"submission": str(uuid4()), "title": "Liaison officer", "person": coming.pk, "starts_on": "2025-01-01"}
    for _time in range(2):
        client.post(address, answer)
    post = Post.objects.get(title="Liaison officer")
    edit = reverse("post_edit", kwargs={"key": post.succession, "pk": post.pk})
    for field, value in (("title", ""), ("ends_on", "2024-01-01"), ("starts_on", "2300-01-01"), ("title", "a\nb")):
        page = client.post(edit, {"version": 1, "title": "Liaison officer", "starts_on": "2025-01-01", field: value})
        assert page.context["form"].errors, field
        assert Post.objects.get(pk=post.pk).version == 1
    client.post(edit, {"version": 1, "title": "Liaison", "starts_on": "2025-02-01", "listed": "on"})
    page = client.post(edit, {"version": 1, "title": "Other words", "starts_on": "2025-02-01"})
    post.refresh_from_db()
    assert (post.title, post.listed, post.version) == ("Liaison", True, 2)
    assert page.context["form"].is_stale and page.context["form"]["title"].value() == "Other words"
    unknown = Person.objects.create(name="Known to nobody")
    page = client.post(address, {**answer, "submission": str(uuid4()), "person": unknown.pk})
    assert list(page.context["form"].errors) == ["person"]


def test_a_post_noted_in_a_closed_meeting_has_a_page_for_its_readers_only(
    client, space, fia, chair, liaison, secretary
):
    noted = Post.objects.create(organisation=fia, title="Analyst")
    meeting = make_meeting(space)
    meeting.attendance.create(organisation=fia, post=noted)
    mark(meeting, Marking.RED, users=[chair])
    for reader, status in ((chair, 200), (liaison, 404), (secretary, 404)):
        client.force_login(reader)
        assert client.get(noted.get_absolute_url()).status_code == status


def test_the_focal_point_who_leaves_hands_that_on_too(client, space, fia, liaison, post, coming):
    """What issue 4 left: whoever hands over all actions hands over the office of focal point."""
    leaves = Person.objects.create(name=liaison.name, user=liaison)
    join(coming.user, space, Role.CONTRIBUTOR)
    fia.focal_point = liaison
    fia.save()
    client.force_login(liaison)
    page = client.get(reverse("handover"))
    assert "becomes the focal point of FIA in full" in page.content.decode() and page.context["predecessor"] == leaves
    shown = page.context["form"]["shown"].value() or ""
    page = client.post(reverse("handover"), {"successor": coming.pk, "reason": REASON, "shown": shown}, follow=True)
    assert "Coming is the focal point of FIA in full now." in page.content.decode()
    fia.refresh_from_db()
    assert fia.focal_point == coming.user
    assert AuditEntry.objects.filter(verb="focal point named", actor=liaison).count() == 1
