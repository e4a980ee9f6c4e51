"""Pages of coordination as every kind of reader: what may not be read is not there."""

import uuid

import pytest

from coordination import access
from coordination.models import Article, AuditEntry, Marking, Role
from tests.factories import make_action, make_agreement, make_member, make_organisation, make_space, make_user, mark

pytestmark = pytest.mark.django_db
CANARY = "Canary"


@pytest.mark.parametrize("marking", Marking.values)
@pytest.mark.parametrize("make", [make_action, make_agreement])
def test_a_page_answers_exactly_those_who_may_read_it(client, space, fia, liaison, marking, make):
    chair, stranger = make_member(space, Role.CHAIR), make_member(make_space(), Role.CHAIR, fia)
    obj = mark(make(space, title=CANARY), marking, organisations=[fia], users=[chair])
    for reader in (None, make_user(), stranger, liaison, chair, make_user(platform_role="secretariat")):
        client.logout()
        if reader:
            client.force_login(reader)
        page = client.get(obj.get_absolute_url())
        may_read = access.may_read(reader, obj) if reader else marking == Marking.CLEAR
        assert page.status_code == (200 if may_read else 404)
        assert (CANARY in page.content.decode()) == may_read
        listed = client.get(space.get_absolute_url()).content.decode()
        assert (CANARY in listed) == (may_read and reader in (liaison, chair))
        # Members find their spaces in the head of every page that there is; nobody else is told where the object lies.
        assert ("Border management" in page.content.decode()) == (may_read and reader in (liaison, chair))


def test_reading_what_is_red_is_noted(client, space, liaison):
    action = mark(make_action(space), Marking.RED, users=[liaison])
    client.force_login(liaison)
    client.get(action.get_absolute_url(), REMOTE_ADDR="192.0.2.7")
    entry = AuditEntry.objects.get(verb="read")
    assert (entry.actor, entry.object_id, entry.address) == (liaison, action.pk, "192.0.2.7")


def test_a_liaison_reports_and_sees_the_report(client, space, fia, liaison):
    action = make_action(space, fia)
    client.force_login(liaison)
    answer = {"text": "The list is drawn up.", "state": "done", "submission": uuid.uuid4()}
    for _ in range(2):
        client.post(action.get_absolute_url(), answer)
    page = client.get(action.get_absolute_url()).content.decode()
    assert page.count("The list is drawn up.") == 1
    action.refresh_from_db()
    assert action.state == "done"


def test_another_ministry_does_not_report_on_our_action(client, space, fia):
    action = make_action(space, fia)
    client.force_login(make_member(space, Role.CONTRIBUTOR, make_organisation()))
    assert "Report on it" not in client.get(action.get_absolute_url()).content.decode()
    answer = {"text": "Done.", "state": "done", "submission": uuid.uuid4()}
    assert client.post(action.get_absolute_url(), answer).status_code == 404
    assert not action.updates.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "x" * 100_000), ("state", "finished"), ("submission", "not-a-key"), ("text", "")],
)
def test_a_bad_report_is_refused_and_keeps_what_was_typed(client, space, fia, liaison, field, value):
    action = make_action(space, fia)
    client.force_login(liaison)
    answer = {"text": "As agreed.", "state": "open", "submission": uuid.uuid4(), field: value}
    page = client.post(action.get_absolute_url(), answer)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert page.context["form"].data["text"] == answer["text"]
    assert not action.updates.exists()


def test_an_article_has_an_address_of_its_own_on_the_page(client, space, liaison):
    agreement = make_agreement(space)
    article = Article.objects.create(agreement=agreement, number="4", title="Information", body="<p>They meet.</p>")
    client.force_login(liaison)
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert f'id="{article.get_absolute_url().split("#")[1]}"' in page
