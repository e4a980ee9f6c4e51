"""Names after an @: who is offered, whom they mean, and who is told."""

import pytest

from coordination.models import Marking, Role
from discussion import mentions, selectors, services, threads
from discussion.models import Mention
from tests.factories import make_action, make_member, make_message, make_organisation, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(space):
    """Two of FIA, one of whom has a namesake at MOI; a chair."""
    fia, moi = make_organisation("FIA"), make_organisation("MOI")
    return {
        "amina": make_member(space, Role.CONTRIBUTOR, fia, name="Amina Khan"),
        "omar": make_member(space, Role.CONTRIBUTOR, fia, name="Omar Aziz"),
        "namesake": make_member(space, Role.READER, moi, name="omar aziz"),
        "chair": make_member(space, Role.CHAIR, moi, name="Dilnoza"),
    }


NAMED = {
    "Good morning, @Amina Khan.": {"amina"},
    "@amina khan and @AMINA KHAN": {"amina"},
    "@Omar Aziz": set(),  # which of the two?
    "@Omar Aziz (FIA)": {"omar"},
    "@FIA, please": {"amina", "omar"},
    "@FIA in full": {"amina", "omar"},
    "@chair": {"chair"},
    "@председатель": {"chair"},
    "`@Amina Khan` and [@chair](https://x.example) and amina@chair.example": set(),
    "> @Amina Khan has said\n\n@chair agrees": {"chair"},
    "@Nobody": set(),
}


@pytest.mark.parametrize("words, expected", NAMED.items(), ids=NAMED)
def test_a_name_means_the_one_who_can_read_it(space, people, words, expected):
    message = make_message(make_action(space), make_member(space, Role.CONTRIBUTOR), words)
    assert {user.pk for user in mentions.users_of(message)} == {people[one].pk for one in expected}


def test_only_those_who_can_read_the_thread_are_offered_and_told(client, space, people):
    """By name, by organisation and by role alike; whoever cannot read it is nobody there."""
    make_user(name="Amina Elsewhere")
    action = mark(make_action(space), Marking.RED, users=[people["amina"], people["omar"]])
    message = make_message(action, people["omar"], "@Dilnoza @chair @MOI @FIA @Amina Khan")
    assert mentions.users_of(message) == [people["amina"]]
    assert {(one.user_id, one.organisation_id, one.role) for one in Mention.objects.all()} == {
        (None, people["omar"].organisation_id, ""), (people["amina"].pk, None, ""),
    }  # fmt: skip
    client.force_login(people["omar"])
    address = f"/threads/about/{threads.name_of(message.thread)}/names/?q="
    offered = client.get(address).content.decode()
    assert "Amina Khan" in offered and "FIA" in offered and "contributor" in offered
    assert "Dilnoza" not in offered and "MOI" not in offered and "Elsewhere" not in offered and "chair" not in offered
    assert "Amina Khan" in client.get(address + "kha").content.decode(), "by any of its words"
    client.force_login(people["chair"])
    assert client.get(address).status_code == 404


def test_a_changed_message_tells_those_alone_whom_it_did_not_name_before(space, people):
    message = make_message(make_action(space), people["omar"], "@Amina Khan")
    services.edit_message(people["omar"], message, "@Amina Khan and @Dilnoza", version=0)
    assert {one.user for one in Mention.objects.all()} == {people["amina"], people["chair"]}
    message.text = "@Dilnoza"
    assert mentions.keep(message) == []
    assert [one.user for one in Mention.objects.all()] == [people["chair"]]


def test_a_name_is_marked_and_ones_own_is_told_apart(space, people):
    message = make_message(make_action(space), people["omar"], "@Amina Khan, @MOI")
    for reader, own in (("amina", "@Amina Khan"), ("chair", "@MOI"), ("omar", None)):
        [shown] = selectors.messages_between(message.thread, people[reader], 1, 1)
        assert shown.words.html.count("accord-mention") == (3 if own else 2)
        assert (f"{own}<span" in shown.words.html) is bool(own)
