"""A space as the home of those who work there: what stands on its page, who its members are, how it is made."""

import uuid

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from coordination import access, services, space_sections
from coordination.models import AuditEntry, Country, Marking, Role, Space, Topic
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

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


def of(space, route="space_detail", **kwargs):
    return reverse(route, kwargs={"key": space.key, **kwargs})


# --- the page ------------------------------------------------------------------------------------------------------
def test_a_member_finds_agreements_actions_commitments_and_members(client, space, fia, liaison, chair):
    make_agreement(space, title="Cooperation Agreement")
    make_action(space, fia, title="Draw up the list")
    services.make_commitment(chair, space, title="Train forty officers", party=fia)
    client.force_login(liaison)
    page = client.get(of(space)).content.decode()
    for text in (
        "Cooperation Agreement",
        "Draw up the list",
        "Train forty officers",
        "Liaison of FIA",
        "Add an action",
    ):
        assert text in page
    assert "Write down a commitment" not in page and "Change what it says" not in page


def test_a_known_space_names_no_members_to_those_outside(client, space, fia, liaison, stranger):
    mark(space, Marking.CLEAR)
    make_action(space, fia, title="Canary")
    for reader in (None, stranger):
        client.logout()
        if reader:
            client.force_login(reader)
        page = client.get(of(space))
        assert page.status_code == 200
        assert "Liaison of FIA" not in page.content.decode() and "Canary" not in page.content.decode()
        assert client.get(of(space, "space_members")).status_code == (404 if reader else 302)


def test_another_package_adds_its_own_part_to_the_page(client, space, liaison, monkeypatch):
    monkeypatch.setattr(space_sections.sections, "_providers", list(space_sections.sections._providers))

    @space_sections.register(order=15)
    def of_the_test(space, user):
        if user != liaison:
            return None
        return space_sections.Section(
            name="test", title="Part of the test", template="coordination/sections/due.html", context={"objects": []}
        )

    client.force_login(liaison)
    names = [section.name for section in client.get(of(space)).context["sections"]]
    assert names.index("agreements") < names.index("test") < names.index("actions")


# --- members -------------------------------------------------------------------------------------------------------
def test_a_chair_admits_an_organisation_and_a_person(client, space, chair):
    organisation, person = make_organisation("ICMPD", None), make_user("Newcomer")
    client.force_login(chair)
    client.post(of(space, "space_members"), {"organisation": organisation.pk, "role": "reader"})
    client.post(of(space, "space_members"), {"email": person.email.upper(), "role": "rapporteur"})
    held = {one.member: one.role for one in access.members_of(space)}
    assert (held[organisation], held[person]) == (Role.READER, Role.RAPPORTEUR)
    assert "Newcomer" in client.get(of(space, "space_members")).content.decode()


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("organisation", {}),
        ("organisation", {"organisation": "x"}),
        ("email", {"email": "nobody@accord.example"}),
        ("email", {"email": "not an address"}),
        ("role", {"role": "king", "email": "nobody@accord.example"}),
    ],
)
def test_a_bad_admission_is_refused_beside_the_field(client, space, chair, field, fields):
    client.force_login(chair)
    page = client.post(of(space, "space_members"), {"role": "reader", **fields})
    assert field in page.context["form"].errors
    assert len(access.members_of(space)) == 1


def test_the_page_offers_a_chair_no_list_of_accounts(client, space, chair, stranger):
    client.force_login(chair)
    assert "Stranger" not in client.get(of(space, "space_members")).content.decode()


def test_members_see_the_roles_and_only_a_chair_the_forms(client, space, liaison, chair):
    client.force_login(liaison)
    page = client.get(of(space, "space_members"))
    assert "contributor" in page.content.decode() and page.context["form"] is None
    member = of(space, "space_member", kind="user", pk=chair.pk)
    assert client.get(member).status_code == client.post(member, {"revoke": 1}).status_code == 404
    assert client.post(of(space, "space_members"), {"email": liaison.email, "role": "chair"}).status_code == 404


def test_a_chair_changes_a_role_and_ends_a_membership(client, space, liaison, chair):
    address = of(space, "space_member", kind="user", pk=liaison.pk)
    client.force_login(chair)
    client.post(address, {"role": "rapporteur"})
    assert access.role_in(liaison, space.pk) == Role.RAPPORTEUR
    for _ in range(2):  # sent twice, it is one
        assert client.post(address, {"revoke": "1"})["Location"] == of(space, "space_members")
    assert access.role_in(liaison, space.pk) is None
    assert AuditEntry.objects.filter(verb="membership revoked").count() == 1


@pytest.mark.parametrize("answer", [{"revoke": "1"}, {"role": "reader"}])
def test_the_last_chair_stays(client, space, chair, answer):
    client.force_login(chair)
    page = client.post(of(space, "space_member", kind="user", pk=chair.pk), answer)
    assert "Name another chair first." in page.content.decode()
    assert access.role_in(chair, space.pk) == Role.CHAIR


def test_two_chairs_who_end_each_others_membership_wait_for_each_other(space, chair, monkeypatch):
    other = make_member(space, Role.CHAIR)
    steps, lock, count = [], QuerySet.select_for_update, access.members_of
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **kw: steps.append(rows.model) or lock(rows, **kw))
    monkeypatch.setattr(access, "members_of", lambda space: steps.append("count") or count(space))
    for deed in (
        lambda: services.grant_membership(chair, space, other, Role.READER),
        lambda: services.revoke_membership(chair, space, other),
    ):
        steps.clear()
        deed()
        assert steps[0] is Space and "count" in steps  # the row is locked before the chairs are counted


def test_a_chair_who_leaves_is_led_out_of_the_space(client, space, chair):
    join(make_organisation(), space, Role.CHAIR)
    client.force_login(chair)
    response = client.post(of(space, "space_member", kind="user", pk=chair.pk), {"revoke": "1"})
    assert response["Location"] == reverse("space_list")


@pytest.mark.parametrize(("kind", "pk"), [("user", 987654), ("group", 1), ("organisation", 987654)])
def test_a_membership_that_is_none_is_not_there(client, space, chair, kind, pk):
    client.force_login(chair)
    assert client.get(of(space, "space_member", kind=kind, pk=pk)).status_code == 404


# --- making and changing one ---------------------------------------------------------------------------------------
def made(**fields):
    return {"title": "Labour mobility", "kind": "theme", "submission": uuid.uuid4(), **fields}


def test_the_secretariat_makes_a_space_once_and_does_not_come_to_read_it(client, secretary, fia):
    topic = Topic.objects.create(slug="labour", name="Labour")
    client.force_login(secretary)
    answer = made(organisation=fia.pk, topics=[topic.pk], description="For those who work on it.")
    for _ in range(2):
        client.post(reverse("space_new"), answer)
    space = Space.objects.get(title="Labour mobility")
    assert [(one.member, one.role) for one in access.members_of(space)] == [(fia, Role.CHAIR)]
    assert list(space.topics.all()) == [topic]
    assert client.get(of(space)).status_code == 404
    assert not space.collection.get_children().exists() and space.collection.name == "Labour mobility"


@pytest.mark.parametrize("checks", [True, False], ids=["found by the check", "found by the database"])
def test_a_space_sent_twice_at_the_same_moment_is_one_space(secretary, fia, monkeypatch, checks):
    form = {"title": "Labour mobility", "chair": fia, "submission": uuid.uuid4()}
    quicker = services.create_space(secretary, **form)
    # The slower one looked before the quicker one had saved, and then meets the real refusal of a second row.
    looked_up = iter([None, quicker])
    monkeypatch.setattr(services.spaces, "_space_sent_as", lambda submission: next(looked_up))
    if not checks:
        monkeypatch.setattr(Space, "full_clean", lambda page, *args, **kwargs: None)
    assert services.create_space(secretary, **form) == quicker
    assert Space.objects.count() == 1
    assert AuditEntry.objects.filter(verb="space created").count() == 1


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("title", {"title": "x" * 300}),
        ("title", {"title": "Labour\u202e mobility"}),
        ("description", {"description": "x" * 3000}),
        ("kind", {"kind": "secret"}),
        ("organisation", {"organisation": ""}),
    ],
)
def test_a_bad_space_is_refused_beside_the_field(client, secretary, fia, field, fields):
    client.force_login(secretary)
    page = client.post(reverse("space_new"), made(**{"organisation": fia.pk, **fields}))
    assert list(page.context["form"].errors) == [field]
    assert not Space.objects.exists()


def test_nobody_else_finds_the_form_that_makes_a_space(client, chair, stranger):
    for reader in (chair, stranger, make_user(platform_role="administrator")):
        client.force_login(reader)
        assert client.get(reverse("space_new")).status_code == 404
        assert client.post(reverse("space_new"), made(email=reader.email)).status_code == 404


def test_a_title_that_turns_the_text_round_is_refused_on_the_editors_side_too(space):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refusal:
        make_agreement(space, title="Agreement \u202efdp")
    assert list(refusal.value.message_dict) == ["title"]


def test_a_chair_changes_what_the_space_says_and_the_editors_side_shows_it(client, space, chair):
    Country.objects.get_or_create(code="KZ", defaults={"name": "Kazakhstan"})
    client.force_login(chair)
    form = client.get(of(space, "space_edit")).context["form"]
    answer = {"title": "Borders", "kind": "country", "country": "KZ", "description": "New words.",
              "version": form["version"].value()}  # fmt: skip
    client.post(of(space, "space_edit"), answer)
    space = Space.objects.get()
    assert (space.title, space.country_id, space.description) == ("Borders", "KZ", "New words.")
    assert space.get_latest_revision_as_object().description == "New words."
    assert access.may_read(chair, space) and space.collection is not None


def test_an_older_form_of_a_space_overwrites_nothing(client, space, chair):
    client.force_login(chair)
    answer = {"title": "Borders", "kind": "theme", "description": "Words of the first.", "version": 0}
    client.post(of(space, "space_edit"), answer)
    page = client.post(of(space, "space_edit"), {**answer, "description": "Words of the second."})
    assert "Words of the first." in page.content.decode() and "Words of the second." in page.content.decode()
    assert Space.objects.get().description == "Words of the first."


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR, Role.RAPPORTEUR])
def test_only_a_chair_changes_the_space(client, space, role):
    client.force_login(make_member(space, role))
    assert client.get(of(space, "space_edit")).status_code == 404


def test_the_list_names_only_the_spaces_that_the_reader_may_know_of(client, space, liaison, stranger):
    mark(make_space("Known to partners"), Marking.GREEN)
    for reader, known in ((None, False), (stranger, False), (liaison, True)):
        client.logout()
        if reader:
            client.force_login(reader)
        page = client.get(reverse("space_list")).content.decode()
        assert ("Border management" in page) == known
        assert ("Known to partners" in page) == (reader is not None)


@pytest.mark.parametrize("title", ["!!!", "Border management", "حلقہ"])
def test_two_spaces_may_have_the_same_title_whatever_its_letters(title):
    assert make_space(title).get_absolute_url() != make_space(title).get_absolute_url()
