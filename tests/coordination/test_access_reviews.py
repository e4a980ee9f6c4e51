"""Access reviews: opened every quarter, confirmed by chairs, reminded of, and what becomes of what nobody confirms."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from coordination import access, selectors, services
from coordination.models import AccessReview, AuditEntry, Role, SuspendedMembership, Unconfirmed
from discussion import selectors as discussion
from tests.factories import make_member, make_organisation, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
NOON = datetime(2027, 6, 7, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def members(clock, space, chair, fia):
    """An organisation and a person, admitted by the chair when the space began."""
    reader = make_user("Reader of FIA", fia)
    services.grant_membership(chair, space, fia, Role.READER)
    services.grant_membership(chair, space, reader, Role.CONTRIBUTOR)
    return fia, reader


def after(clock, days):
    """So many days after the beginning, with a worker that looks twice."""
    clock.move_to(NOON + timedelta(days=days), tick=False)
    services.hold_access_reviews()
    services.hold_access_reviews()


def waiting(space):
    review = selectors.open_review_of(space)
    return {one.name for one in selectors.reviewed_members(space, review) if not one.is_confirmed} if review else None


def told(user):
    return [news.subject for news in discussion.told(discussion.notifications_of(user), user)]


def name(member):
    return access.name_of_member(member)


def test_a_review_opens_every_quarter_and_ends_when_all_is_confirmed(clock, members, space, chair):
    fia, reader = members
    make_space("Where nobody was ever admitted")
    after(clock, 90)
    assert not AccessReview.objects.exists()
    after(clock, 91)
    review = AccessReview.objects.get()
    assert waiting(space) == {name(fia), name(reader), name(chair)}
    assert services.confirm_memberships(chair, space, [name(fia), "user 999999"]) == 1
    assert services.confirm_memberships(chair, space, [name(fia)]) == 0  # clicked twice
    # Whoever gets another role meanwhile has been looked at; whoever leaves needs no confirmation.
    services.grant_membership(chair, space, reader, Role.READER)
    newcomer = make_user("Newcomer")
    services.grant_membership(chair, space, newcomer, Role.READER)
    assert waiting(space) == {name(chair)}
    services.confirm_memberships(chair, space, [name(chair)])
    assert waiting(space) is None
    review.refresh_from_db()
    assert (review.closed_at is not None, review.left_over) == (True, 0)
    after(clock, 91 + 90)
    assert AccessReview.objects.count() == 1
    after(clock, 91 + 91)
    assert AccessReview.objects.count() == 2
    assert AuditEntry.objects.filter(verb="memberships confirmed", actor=chair).count() == 2


def test_the_chairs_are_reminded_and_nobody_else(clock, members, space, chair):
    _fia, reader = members
    news = []
    for day in (91, 104, 105, 112, 113, 120):
        after(clock, day)
        news.append((day, told(chair)[0], AuditEntry.objects.filter(verb="access review due").count()))
    by, since = "Confirm the members of “Border management” by 27 September 2027", "Since 27 September 2027 members"
    assert [(day, subject.startswith((by, since)), number) for day, subject, number in news] == [
        (91, True, 1), (104, True, 1), (105, True, 2), (112, True, 2), (113, True, 3), (120, True, 3)
    ]  # fmt: skip
    assert news[2][1] == by and news[4][1].startswith(since)
    assert told(reader) == ["You are a member of Border management"]
    assert [review.space for review in selectors.access_reviews_for(chair)] == [space]
    assert selectors.access_reviews_for(reader) == []


def test_what_nobody_confirms_is_listed_unless_the_space_has_decided_otherwise(clock, members, space, chair):
    after(clock, 91)
    services.confirm_memberships(chair, space, [name(chair)])
    after(clock, 91 + 21 + 14)
    assert waiting(space)
    after(clock, 91 + 21 + 15)
    assert selectors.last_review_of(space).left_over == 2 and waiting(space) is None
    assert all(access.may_read(member, space) for member in (chair, members[1]))
    assert not SuspendedMembership.objects.exists()


def test_what_is_suspended_is_restored_by_one_click(client, clock, members, space, chair):
    fia, reader = members
    colleague = make_user("Colleague", fia)
    client.force_login(chair)
    client.post(f"/spaces/{space.key}/review/rules/", {"unconfirmed": Unconfirmed.SUSPENDED})
    after(clock, 91)
    after(clock, 91 + 21 + 15)
    # Nobody has confirmed anything, not even the chair: the last one stays, since nobody else could restore anybody.
    assert access.may_read(chair, space)
    assert not access.may_read(reader, space) and not access.may_read(colleague, space)
    revoked = AuditEntry.objects.filter(verb="membership revoked", actor=None)
    assert {entry.before["member"] for entry in revoked} == {name(fia), name(reader)}
    assert {entry.reason for entry in revoked} == {"Nobody confirmed it in the access review."}
    assert told(chair)[0] == "2 memberships of “Border management” are suspended: nobody confirmed them"
    client.force_login(chair)
    page = client.get(f"/spaces/{space.key}/review/")
    assert {one.member for one in page.context["suspended"]} == {fia, reader}
    for one in page.context["suspended"]:
        for _twice in range(2):
            client.post(f"/spaces/{space.key}/review/restore/{one.pk}/")
    roles = {held.member: held.role for held in access.members_of(space)}
    assert roles == {chair: Role.CHAIR, fia: Role.READER, reader: Role.CONTRIBUTOR}
    assert access.may_read(colleague, space) and not SuspendedMembership.objects.exists()


def test_the_page_confirms_those_that_were_chosen_or_shown(client, clock, members, space, chair):
    fia, reader = members
    after(clock, 91)
    client.force_login(chair)
    address = f"/spaces/{space.key}/review/"
    assert "Members to be confirmed" in client.get("/desk/").content.decode()
    client.post(address, {"member": [name(reader)]})
    assert waiting(space) == {name(fia), name(chair)}
    client.post(address, {"all": "1", "shown": [name(fia)]})  # the page was older than a membership
    assert waiting(space) == {name(chair)}
    client.force_login(reader)
    assert client.get(address).status_code == client.post(address, {"member": [name(chair)]}).status_code == 404
    with pytest.raises(PermissionDenied):
        services.confirm_memberships(reader, space, [name(chair)])


def test_the_page_takes_as_many_queries_for_many_members_as_for_few(client, clock, members, space, chair):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/spaces/{space.key}/review/").status_code == 200
        return len(captured)

    after(clock, 91)
    client.force_login(chair)
    services.confirm_memberships(chair, space, [name(members[1])])
    queries()
    few = queries()
    for _more in range(6):
        services.grant_membership(chair, space, make_organisation(), Role.READER)
        make_member(space, Role.READER, make_organisation())
    services.confirm_memberships(chair, space, [one.name for one in selectors.reviewed_members(space, None)][:6])
    assert queries() == few
