"""What is typed and not sent: kept, shown again, looked at, and forgotten."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from coordination import access
from coordination.models import Role
from discussion import drafts, threads
from discussion.models import Draft, Message
from tests.factories import make_action, make_member, make_message, make_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def liaison(space):
    return make_member(space, Role.CONTRIBUTOR)


def writing(about, what):
    return f"/threads/about/{threads.name_of(about)}/{what}/"


def test_a_draft_is_shown_on_any_device_to_its_writer_alone_and_goes_when_it_is_sent(client, space, liaison):
    action = make_action(space)
    client.force_login(liaison)
    assert client.post(writing(action, "draft"), {"text": "Half a sen"}).status_code == 204
    thread = make_message(action).thread  # somebody else has begun meanwhile
    assert "Half a sen" in client.get(thread.get_absolute_url()).content.decode()
    client.post(writing(thread, "draft"), {"text": "Half a sentence\0"})
    assert [draft.text for draft in Draft.objects.all()] == ["Half a sentence"]
    client.post(writing(thread, "say"), {"text": "A sentence", "submission": uuid.uuid4()})
    assert Message.objects.filter(text="A sentence").exists() and not Draft.objects.exists()
    client.post(writing(thread, "draft"), {"text": "Again"})
    client.force_login(make_member(space, Role.CONTRIBUTOR))
    assert "Again" not in client.get(thread.get_absolute_url()).content.decode()
    client.force_login(make_member(space, Role.READER))
    assert client.post(writing(thread, "draft"), {"text": "x"}).status_code == 404


def test_drafts_are_deleted_after_ninety_days_and_when_the_right_is_lost(space, liaison):
    thread = make_thread(space, subject="Rosters")
    kept, left, old = (make_member(space, Role.CONTRIBUTOR) for _each in range(3))
    for user in (kept, left, old):
        drafts.keep(user, thread, "Typed")
    access.revoke(left, space)
    Draft.objects.filter(user=old).update(changed_at=timezone.now() - timedelta(days=91))
    assert drafts.clear_away(timezone.now()) == 2
    assert [draft.user for draft in Draft.objects.all()] == [kept]


def test_a_message_is_looked_at_before_it_is_sent_with_scripts_and_without(client, space, liaison):
    thread, action = make_thread(space, subject="Rosters"), make_action(space, title="Send the roster")
    client.force_login(liaison)
    typed = {
        "text": f"**Now** {action.short_reference}\u202e @{liaison.name}",
        "submission": uuid.uuid4(),
        "preview": "1",
    }
    for address in (writing(thread, "preview"), thread.get_absolute_url()):
        page = client.post(address, typed).content.decode()
        assert "<strong>Now</strong>" in page and "Send the roster" in page and "accord-mention-you" in page
    assert "**Now**" in page, "and the words are still there to go on with"
    assert not Message.objects.exists()
