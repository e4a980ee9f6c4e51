"""The access rule: markings against readers, in Python and in SQL alike."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from coordination import access, services
from coordination.models import Action, Agreement, AuditEntry, Marking, Role, SpaceUserPermission
from meetings.models import Record, RecordState
from tests.factories import (
    join,
    make_action,
    make_agreement,
    make_meeting,
    make_member,
    make_organisation,
    make_space,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks(every_row=True)]


@pytest.fixture
def room():
    """A space with a reader of one organisation, a chair of another, and people outside."""
    space, named, other = make_space("Border management"), make_organisation("FIA"), make_organisation("MoI")
    elsewhere = make_space("Elsewhere")
    readers = {
        "anonymous": AnonymousUser(),
        "signed in": make_user(),
        "reader": make_member(space, Role.READER, named),
        "contributor": make_member(space, Role.CONTRIBUTOR, other),
        "rapporteur": make_member(space, Role.RAPPORTEUR, other),
        "chair": make_member(space, Role.CHAIR, other),
        "chair elsewhere": make_member(elsewhere, Role.CHAIR, named),
        "secretariat": make_user(platform_role="secretariat"),
        "auditor": make_user(platform_role="auditor"),
        "superuser": make_user(is_superuser=True, is_staff=True),
        "no longer active": make_member(space, Role.CHAIR, named, is_active=False),
    }
    return space, named, readers


MEMBERS = {"reader", "contributor", "rapporteur", "chair"}
SIGNED_IN = {"signed in", "chair elsewhere", "secretariat", "auditor", "superuser", *MEMBERS}
EXPECTED = {
    Marking.CLEAR: {"anonymous", "no longer active", *SIGNED_IN},
    Marking.GREEN: SIGNED_IN,
    Marking.AMBER: MEMBERS,
    Marking.AMBER_STRICT: {"reader"},
    Marking.RED: {"contributor"},
}


@pytest.mark.parametrize("marking", EXPECTED)
@pytest.mark.parametrize("make", [make_action, make_agreement])
def test_each_marking_is_read_by_exactly_those_it_names(room, marking, make):
    space, named, readers = room
    obj = mark(make(space), marking, organisations=[named], users=[readers["contributor"], readers["signed in"]])

    in_python = {name for name, user in readers.items() if access.may_read(user, obj)}
    in_sql = {name for name, user in readers.items() if type(obj).objects.readable_by(user).filter(pk=obj.pk)}

    assert in_python == in_sql == EXPECTED[marking]
    assert obj.marking == marking


def test_who_can_see_answers_by_the_same_rule(room):
    space, named, readers = room
    action = mark(make_action(space), Marking.AMBER_STRICT, organisations=[named])
    assert access.who_can_see(action).users == [readers["reader"]]


def test_the_page_tree_shows_only_readable_pages(room):
    from wagtail.models import Page

    space, _named, readers = room
    closed = mark(make_agreement(space), Marking.RED, users=[readers["contributor"]])
    shown = {name for name, user in readers.items() if access.readable_pages(Page.objects.filter(pk=closed.pk), user)}
    assert shown == {"contributor"}


def test_a_membership_of_the_organisation_ends_with_the_organisation(room):
    space, named, _readers = room
    join(named, space)
    liaison = make_user(organisation=named)
    action = make_action(space)
    assert access.may_read(liaison, action)

    liaison.organisation = None
    liaison.save()
    assert not access.may_read(liaison, action)


def test_revoking_takes_back_everything_that_granting_gave(room):
    space, _named, readers = room
    newcomer = make_user()
    services.grant_membership(readers["chair"], space, newcomer, Role.RAPPORTEUR)
    assert access.can(newcomer, "record", space)
    assert newcomer.has_perm("wagtailadmin.access_admin")
    group = newcomer.groups.get()

    services.revoke_membership(readers["chair"], space, newcomer)

    assert not access.may_read(newcomer, make_action(space))
    assert not SpaceUserPermission.objects.filter(user=newcomer).exists()
    assert not GroupPagePermission.objects.filter(group=group).exists()
    assert not GroupCollectionPermission.objects.filter(group=group).exists()
    assert not group.permissions.exists()


@pytest.mark.parametrize("name", ["reader", "contributor", "rapporteur", "chair elsewhere", "secretariat", "superuser"])
def test_only_the_chair_of_the_space_admits_members(room, name):
    space, _named, readers = room
    with pytest.raises(PermissionDenied):
        services.grant_membership(readers[name], space, make_user(), Role.READER)


def test_the_last_chair_cannot_be_removed(room):
    space, _named, readers = room
    services.revoke_membership(readers["chair"], space, readers["no longer active"])
    with pytest.raises(ValidationError, match="another chair first"):
        services.revoke_membership(readers["chair"], space, readers["chair"])


def test_a_rapporteur_narrows_a_marking_but_does_not_widen_it(room):
    space, _named, readers = room
    action = make_action(space)
    services.change_marking(
        readers["rapporteur"],
        action,
        Marking.AMBER_STRICT,
        organisations=[readers["rapporteur"].organisation],
    )
    action.refresh_from_db()
    assert action.marking == Marking.AMBER_STRICT
    with pytest.raises(PermissionDenied):
        services.change_marking(readers["rapporteur"], action, Marking.AMBER, reason="for all of us")


def test_a_chair_widens_a_marking_only_with_a_reason_that_is_kept(room):
    space, _named, readers = room
    action = make_action(space)
    with pytest.raises(ValidationError, match="reason"):
        services.change_marking(readers["chair"], action, Marking.CLEAR)
    services.change_marking(readers["chair"], action, Marking.CLEAR, reason="It has been announced.")

    assert access.may_read(AnonymousUser(), Action.objects.get(pk=action.pk))
    entry = AuditEntry.objects.get(verb="marking changed")
    assert (entry.before["marking"], entry.after["marking"]) == ("AMBER", "CLEAR")
    assert entry.reason == "It has been announced."


def test_nobody_marks_something_out_of_the_own_sight(room):
    space, _named, readers = room
    action = make_action(space)
    with pytest.raises(ValidationError, match="lose sight"):
        services.change_marking(readers["chair"], action, Marking.RED, users=[readers["reader"]])
    assert Action.objects.get(pk=action.pk).marking == Marking.AMBER


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ({"public"}, {"space:1"}, {"space:1"}),
        ({"partners"}, {"public"}, {"partners"}),
        ({"space:1"}, {"space:2"}, set()),
        ({"space:1/org:3"}, {"space:1/user:4"}, {"space:1/org:3/user:4"}),
        ({"space:1/org:3"}, {"space:1/org:4"}, set()),
        ({"space:1/user:4"}, {"space:1/role:record"}, {"space:1/user:4/role:record"}),
        ({"space:1/org:3", "space:1/org:4"}, {"space:1/org:4"}, {"space:1/org:4"}),
        ({"space:1", "space:1/org:4"}, {"public"}, {"space:1"}),
    ],
)
def test_a_child_is_met_with_its_parent(one, other, met):
    assert access.meet(one, other) == access.meet(other, one) == met
    assert access.is_within(met, one) and access.is_within(met, other)


def test_a_restored_revision_never_brings_an_older_marking_back(room):
    space, _named, readers = room
    agreement = make_agreement(space)
    old = agreement.save_revision()
    mark(agreement, Marking.RED, users=[readers["contributor"]])

    old.publish()

    assert Agreement.objects.get(pk=agreement.pk).marking == Marking.RED
    assert not access.may_read(readers["chair"], Agreement.objects.get(pk=agreement.pk))


@pytest.mark.parametrize(
    "deed", ["UPDATE coordination_auditentry SET verb = 'x'", "DELETE FROM coordination_auditentry"]
)
def test_the_database_itself_refuses_to_change_the_audit_trail(room, deed):
    space, _named, readers = room
    services.grant_membership(readers["chair"], space, make_user(), Role.READER)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)
    assert AuditEntry.objects.filter(verb="membership granted").count() == 1


def test_asking_for_memberships_takes_one_query_however_many_spaces(room, django_assert_max_num_queries):
    _space, _named, readers = room
    for _ in range(5):
        join(readers["reader"], make_space())
    with django_assert_max_num_queries(1):
        assert len(access.memberships(readers["reader"])) == 6


def test_what_hangs_itself_on_an_old_copy_of_its_parent_is_no_wider_than_the_parent_is_now(room):
    space, _named, readers = room
    meeting = make_meeting(space)
    old_copy = type(meeting).objects.get(pk=meeting.pk)
    mark(meeting, Marking.RED, users=[readers["contributor"]])

    record = Record(space=space, meeting=old_copy, state=RecordState.CIRCULATED)
    record.save()

    assert {name for name, user in readers.items() if access.may_read(user, record)} == {"contributor"}


@pytest.mark.parametrize("make", [make_action, make_agreement])
def test_an_old_copy_that_is_saved_brings_no_old_readers_back(room, make):
    space, _named, readers = room
    obj = make(space)
    old_copy = type(obj).objects.get(pk=obj.pk)
    mark(obj, Marking.RED, users=[readers["contributor"]])

    old_copy.title = "Saved late"
    old_copy.save()

    present = type(obj).objects.get(pk=obj.pk)
    assert (present.title, present.marking) == ("Saved late", Marking.RED)
