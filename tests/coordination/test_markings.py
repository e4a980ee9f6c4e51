"""Who can see this? The page that answers it, and the form that changes it."""

import pytest
from django.urls import reverse

from coordination import access, selectors
from coordination.models import Action, Marking, Role, Space
from tests.factories import (
    join,
    make_action,
    make_agreement,
    make_member,
    make_organisation,
    make_space,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks(every_row=True)]


def address_of(obj):
    return reverse("who_can_see", kwargs={"kind": obj._meta.model_name, "key": obj.key})


def test_the_page_names_exactly_those_who_may_read_it(client, space, fia, liaison, rapporteur, chair, stranger):
    action = mark(make_action(space), Marking.AMBER_STRICT, organisations=[rapporteur.organisation])
    client.force_login(chair)
    page = client.get(address_of(action))
    named = {user for _organisation, users in page.context["by_organisation"] for user in users}
    by_the_rule = {user for user in (liaison, rapporteur, chair, stranger) if access.may_read(user, action)}
    assert named == by_the_rule == {rapporteur, chair}
    assert "who are of MoI (PK)" in page.content.decode()


@pytest.mark.parametrize(
    ("marking", "sentence"),
    [
        (Marking.CLEAR, "Everyone, signed in or not"),
        (Marking.GREEN, "Everyone who is signed in"),
        (Marking.AMBER, "All members of “Border management”"),
        (Marking.AMBER_STRICT, "The members of “Border management” who are of MoI (PK)"),
        (Marking.RED, "Chair of MoI, while a member of “Border management”"),
    ],
)
@pytest.mark.parametrize("make", [make_action, make_agreement])
def test_each_marking_is_said_in_plain_words(client, space, moi, chair, make, marking, sentence):
    obj = mark(make(space), marking, organisations=[moi], users=[chair])
    client.force_login(chair)
    assert selectors.in_plain_words(obj.audience.tokens, chair) == [sentence]
    assert sentence in client.get(address_of(obj)).content.decode()


def test_the_words_for_drafts_and_for_what_is_narrowed_twice(space, moi, chair):
    tokens = access.meet(
        access.only_rapporteurs(space.pk), access.audience_tokens(space.pk, Marking.AMBER_STRICT, [moi.pk])
    )
    assert selectors.in_plain_words(tokens, chair) == [
        "The rapporteurs and chairs of “Border management” who are of MoI (PK)"
    ]
    both = {str(access.Token(space.pk, moi.pk, chair.pk))}
    assert selectors.in_plain_words(both, chair) == [
        "Chair of MoI, while of MoI (PK) and a member of “Border management”"
    ]


def test_an_unknown_space_is_not_named(space, chair):
    other = make_space("Canary")
    assert selectors.in_plain_words({access.space_token(other.pk)}, chair) == ["All members of “another space”"]


def test_it_is_there_for_those_who_may_edit_and_for_nobody_else(
    client, space, fia, liaison, rapporteur, chair, stranger, secretary
):
    readers = {
        "reader": make_member(space, Role.READER, fia),
        "another ministry": make_member(space, Role.CONTRIBUTOR, make_organisation()),
        "owner": liaison, "rapporteur": rapporteur, "chair": chair, "stranger": stranger, "secretary": secretary,
    }  # fmt: skip
    action = make_action(space, fia)
    shown, linked = set(), set()
    for name, reader in readers.items():
        client.force_login(reader)
        if client.get(address_of(action)).status_code == 200:
            shown.add(name)
        if address_of(action) in client.get(action.get_absolute_url()).content.decode():
            linked.add(name)
    assert shown == linked == {"owner", "rapporteur", "chair"}


def test_a_stranger_to_a_clear_object_is_not_told_who_else_reads_it(client, space, stranger):
    action = mark(make_action(space), Marking.CLEAR)
    client.logout()
    assert client.get(address_of(action)).status_code == 302
    client.force_login(stranger)
    assert client.get(address_of(action)).status_code == 404


@pytest.mark.parametrize(("kind", "key"), [("nonsense", "bcdfghjkmn"), ("action", "bcdfghjkmn"), ("user", "1")])
def test_what_is_not_marked_or_not_there_is_404(client, chair, kind, key):
    client.force_login(chair)
    assert client.get(reverse("who_can_see", kwargs={"kind": kind, "key": key})).status_code == 404


def test_every_marked_model_of_every_package_is_a_kind():
    kinds = selectors.marked_models()
    assert {"space", "agreement", "action", "commitment"} <= set(kinds)
    assert all(not model._meta.abstract for model in kinds.values())


# --- changing it ---------------------------------------------------------------------------------------------------
def test_a_rapporteur_names_the_persons(client, space, liaison, rapporteur):
    action = make_action(space)
    client.force_login(rapporteur)
    client.post(address_of(action), {"marking": "RED", "users": [liaison.pk, rapporteur.pk]})
    action = Action.objects.get()
    assert action.marking == Marking.RED
    assert access.may_read(liaison, action) and access.may_read(rapporteur, action)


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("marking", {"marking": "PINK"}),
        ("marking", {}),
        ("organisations", {"marking": "AMBER+STRICT"}),
        ("users", {"marking": "RED"}),
        ("users", {"marking": "RED", "users": ["x"]}),
        ("marking", {"marking": "CLEAR", "reason": "It has been announced."}),
        ("reason", {"marking": "RED", "users": [], "reason": "x" * 2000}),
    ],
)
def test_a_bad_marking_is_refused_beside_the_field(client, space, rapporteur, field, answer):
    action = make_action(space)
    client.force_login(rapporteur)
    page = client.post(address_of(action), answer)
    assert page.status_code == 200 and field in page.context["form"].errors
    assert Action.objects.get().marking == Marking.AMBER


def test_a_chair_gives_the_reason_for_a_wider_marking(client, space, chair):
    action = make_action(space)
    client.force_login(chair)
    page = client.post(address_of(action), {"marking": "GREEN"})
    assert list(page.context["form"].errors) == ["reason"]
    client.post(address_of(action), {"marking": "GREEN", "reason": "The partners asked."})
    assert Action.objects.get().marking == Marking.GREEN


def test_only_members_of_the_space_are_offered_or_taken(client, space, chair, stranger):
    action = make_action(space)
    client.force_login(chair)
    page = client.get(address_of(action)).content.decode()
    assert "Stranger" not in page and stranger.organisation.acronym not in page
    for answer in (
        {"marking": "RED", "users": [stranger.pk, chair.pk]},
        {"marking": "AMBER+STRICT", "organisations": [stranger.organisation.pk]},
    ):
        assert client.post(address_of(action), answer).context["form"].errors
    assert Action.objects.get().marking == Marking.AMBER


def test_the_service_itself_takes_only_members(space, chair, stranger):
    from django.core.exceptions import ValidationError

    from coordination import services

    action = make_action(space)
    with pytest.raises(ValidationError, match="Not a member"):
        services.change_marking(chair, action, Marking.RED, users=[stranger, chair])
    with pytest.raises(ValidationError, match="Not in this space"):
        services.change_marking(chair, action, Marking.AMBER_STRICT, organisations=[stranger.organisation])
    taking_part = make_organisation()
    join(taking_part, space)
    services.change_marking(chair, action, Marking.AMBER_STRICT, organisations=[taking_part, chair.organisation])


def test_nobody_marks_it_out_of_the_own_sight(client, space, liaison, chair):
    action = make_action(space)
    client.force_login(chair)
    page = client.post(address_of(action), {"marking": "RED", "users": [liaison.pk]})
    assert "lose sight" in page.content.decode() and Action.objects.get().marking == Marking.AMBER


def test_the_owner_sees_who_reads_it_but_does_not_mark_it(client, space, fia, liaison):
    action = make_action(space, fia)
    client.force_login(liaison)
    assert client.get(address_of(action)).context["form"] is None
    assert client.post(address_of(action), {"marking": "RED", "users": [liaison.pk]}).status_code == 404
    own = make_action(space, make_organisation(), created_by=liaison)
    client.post(address_of(own), {"marking": "RED", "users": [liaison.pk]})
    assert Action.objects.get(pk=own.pk).marking == Marking.RED


def test_a_space_is_marked_among_three(client, space, chair):
    client.force_login(chair)
    page = client.get(address_of(space)).content.decode()
    assert 'value="RED"' not in page and 'value="GREEN"' in page
    assert "marking" in client.post(address_of(space), {"marking": "RED"}).context["form"].errors
    client.post(address_of(space), {"marking": "GREEN", "reason": "The partners know of it."})
    assert access.may_read(make_user(), Space.objects.get())
