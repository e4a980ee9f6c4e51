"""Invitations: who is asked, who answers, and who is sent."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from coordination.models import AuditEntry, Organisation, Role, SpaceGroupPermission
from meetings import services
from meetings.models import Invitation, InvitationAnswer, Meeting
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    """A meeting of FIA, to which the ministry is invited."""
    fia, moi = make.make_organisation("FIA"), make.make_organisation("MOI")
    space = make.make_space()
    users = {
        "rapporteur": make.make_member(space, Role.RAPPORTEUR, fia),
        "chair": make.make_member(space, Role.CHAIR, fia),
        "contributor": make.make_member(space, Role.CONTRIBUTOR, moi),
        "reader": make.make_member(space, Role.READER, moi),
        "other": make.make_member(space, Role.CONTRIBUTOR, fia),
        "colleague outside": make.make_user(organisation=moi),
        "outsider": make.make_user(organisation=make.make_organisation("OUT")),
    }
    meeting = make.make_meeting(space, organiser=fia)
    [invitation] = services.invite(users["rapporteur"], meeting, [moi])
    return {"space": space, "fia": fia, "moi": moi, "meeting": meeting, "invitation": invitation, **users}


def answered(room, who="contributor", answer="accepted", **more) -> Invitation:
    invitation = Invitation.objects.get(pk=room["invitation"].pk)
    return services.answer_invitation(
        room[who], invitation, version=more.pop("version", invitation.version), answer=answer, **more
    )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("contributor", True),
        ("reader", False),  # of the organisation, but speaks for nobody
        ("rapporteur", False),  # invites, and answers for none but the own organisation
        ("chair", False),
        ("other", False),  # the mail was passed on to somebody of another organisation
        ("colleague outside", False),  # of the organisation, but not of the space
        ("outsider", False),
    ],
)
def test_only_those_answer_who_speak_for_the_invited_organisation_whoever_got_the_mail(room, who, may):
    """From every answer to every answer, by every role."""
    for before in InvitationAnswer.values:
        for answer in ("accepted", "declined", "proposed"):
            times = {"proposed_starts_at": None, "proposed_ends_at": None}
            if before == "proposed":
                since = room["meeting"].starts_at + timedelta(days=3)
                times = {"proposed_starts_at": since, "proposed_ends_at": since + timedelta(hours=1)}
            Invitation.objects.filter(pk=room["invitation"].pk).update(answer=before, **times)
            since = room["meeting"].starts_at + timedelta(days=1)
            asked = {"proposed_starts_at": since, "proposed_ends_at": since + timedelta(hours=2)}
            if may:
                assert answered(room, who, answer, **asked).answer == answer
            else:
                with pytest.raises(PermissionDenied):
                    answered(room, who, answer, **asked)
                assert Invitation.objects.get(pk=room["invitation"].pk).answer == before


def test_every_answer_that_there_is_can_be_chosen_in_words_of_what_one_does(room, client):
    client.force_login(room["contributor"])
    page = client.get(room["invitation"].get_absolute_url())
    offered = dict(page.context["form"].fields["answer"].choices)
    assert {"pending", *offered} == set(InvitationAnswer.values)
    assert all(str(label).startswith("We ") and str(label) in page.content.decode() for label in offered.values())


def test_bad_answers_are_refused_beside_their_field(room):
    starts_at = room["meeting"].starts_at
    later = {"proposed_starts_at": starts_at + timedelta(hours=3)}
    for field, sent in [
        ("answer", {"answer": "pending"}),
        ("answer", {"answer": "perhaps"}),
        ("proposed_starts_at", {"answer": "proposed"}),
        ("proposed_ends_at", {"answer": "proposed", **later, "proposed_ends_at": starts_at}),
        ("proposed_starts_at", {
            "answer": "proposed", "proposed_starts_at": starts_at, "proposed_ends_at": room["meeting"].ends_at,
        }),
        ("proposed_starts_at", {
            "answer": "proposed", "proposed_starts_at": timezone.now() - timedelta(days=1),
            "proposed_ends_at": starts_at,
        }),
    ]:  # fmt: skip
        with pytest.raises(ValidationError) as refusal:
            answered(room, **sent)
        assert field in refusal.value.error_dict
    with pytest.raises(services.StaleVersion):
        answered(room, version=99)


def test_what_is_taken_back_cancelled_or_over_is_answered_no_more(room):
    services.withdraw_invitation(room["rapporteur"], room["invitation"])
    with pytest.raises(ValidationError, match="taken back"):
        answered(room)
    services.invite(room["rapporteur"], room["meeting"], [room["moi"]])
    assert answered(room).answer == "accepted"
    services.cancel_meeting(room["rapporteur"], room["meeting"], reason="No quorum.")
    with pytest.raises(ValidationError, match="cancelled"):
        answered(room)
    with pytest.raises(ValidationError, match="cancelled"):
        services.invite(room["rapporteur"], room["meeting"], [room["fia"]])
    services.reinstate_meeting(room["rapporteur"], room["meeting"])
    past = timezone.now() - timedelta(days=2)
    Meeting.objects.filter(pk=room["meeting"].pk).update(starts_at=past, ends_at=past + timedelta(hours=1))
    with pytest.raises(ValidationError, match="over"):
        answered(room)


def test_a_proposed_time_is_taken_and_all_others_are_asked_again(room):
    services.invite(room["rapporteur"], room["meeting"], [room["fia"]])
    fias = Invitation.objects.get(meeting=room["meeting"], organisation=room["fia"])
    services.answer_invitation(room["other"], fias, version=1, answer="accepted")
    since = room["meeting"].starts_at + timedelta(days=1)
    proposed = answered(room, answer="proposed", proposed_starts_at=since, proposed_ends_at=since + timedelta(hours=2))
    with pytest.raises(PermissionDenied):
        services.take_proposed_time(room["contributor"], proposed, version=proposed.version)
    meeting = services.take_proposed_time(room["rapporteur"], proposed, version=proposed.version)
    assert meeting.starts_at == since and meeting.sequence == 1
    assert dict(meeting.invitations.values_list("organisation", "answer")) == {
        room["moi"].pk: "accepted", room["fia"].pk: "pending",
    }  # fmt: skip


def test_three_hundred_organisations_are_invited_at_once_in_a_fixed_number_of_queries(
    room, django_assert_max_num_queries
):
    """At two sizes; all or none, each once, and told of as one deed."""
    actor, meeting = room["rapporteur"], room["meeting"]
    many = _organisations_in(room["space"], 300)
    with django_assert_max_num_queries(53):
        services.invite(actor, meeting, many[:20])
    with django_assert_max_num_queries(53):
        assert len(services.invite(actor, meeting, many)) == 280
    assert services.invite(actor, meeting, many) == []
    assert meeting.invitations.count() == 301
    assert AuditEntry.objects.filter(verb="organisations invited").count() == 3
    stranger = make.make_organisation("STRANGER")
    with pytest.raises(ValidationError, match="STRANGER"):
        services.invite(actor, meeting, [stranger])


def _organisations_in(space, number):
    """Organisations that are members as a whole, with a user each, in bulk."""
    groups = Group.objects.bulk_create(Group(name=f"organisation O{at}") for at in range(number))
    many = Organisation.objects.bulk_create(
        Organisation(name=f"O{at} in full", acronym=f"O{at}", kind="agency", group=group)
        for at, group in enumerate(groups)
    )
    users = User.objects.bulk_create(
        User(email=f"o{at}@accord.example", name=f"O{at}", organisation=each) for at, each in enumerate(many)
    )
    for user, group in zip(users, groups, strict=True):
        user.group = group
    User.groups.through.objects.bulk_create(User.groups.through(user=user, group=user.group) for user in users)
    seen = Permission.objects.get(codename="view_space")
    SpaceGroupPermission.objects.bulk_create(
        SpaceGroupPermission(group=group, permission=seen, content_object=space) for group in groups
    )
    return many


def test_nobody_is_invited_to_what_nobody_there_may_read(room):
    make.mark(room["meeting"], "RED", users=[room["rapporteur"]])
    with pytest.raises(ValidationError, match="may read this"):
        services.invite(room["rapporteur"], room["meeting"], [room["fia"], room["moi"]])
    services.withdraw_invitation(room["rapporteur"], room["invitation"])
    with pytest.raises(ValidationError, match="MOI"):
        services.invite(room["rapporteur"], room["meeting"], [room["moi"]])


def test_a_delegation_has_members_with_and_without_accounts_and_one_head(room):
    invitation, actor = room["invitation"], room["contributor"]
    name = {"role": "head", "person_name": "Ayesha Karim"}
    head = services.name_delegate(actor, invitation, **name)
    assert services.name_delegate(actor, invitation, **name) == head  # sent twice
    assert head.person.user is None and str(head) == "Ayesha Karim, MOI"
    with pytest.raises(ValidationError, match="a head already: Ayesha Karim"):
        services.name_delegate(actor, invitation, role="head", person_name="Bilal Ahmed")
    with pytest.raises(ValidationError, match="type a name"):
        services.name_delegate(actor, invitation, role="member")
    for who in ("reader", "other", "outsider"):
        with pytest.raises(PermissionDenied):
            services.name_delegate(room[who], invitation, role="member", person_name="Nobody")
    # What came by telephone: those who prepare the meeting write it down.
    interpreter = services.name_delegate(room["rapporteur"], invitation, role="interpreter", person_name="Zoya")
    services.remove_delegate(actor, interpreter)
    assert list(invitation.delegates.all()) == [head]
    assert services.note_delegations(room["rapporteur"], room["meeting"]) == 0  # not accepted yet
    answered(room)
    assert services.note_delegations(room["rapporteur"], room["meeting"]) == 1
    assert services.note_delegations(room["rapporteur"], room["meeting"]) == 0
    assert [row.role for row in room["meeting"].attendance.all()] == ["head"]
