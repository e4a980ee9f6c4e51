"""Ways by which a discussion might tell what it should not: where a message went, who had said it, who is there."""

import json
from uuid import uuid4

import pytest
from django.core import mail as letters
from django.core.exceptions import ValidationError

from coordination.models import Marking, Role
from discussion import delivery, digests, mail, push, selectors, services
from discussion.consumers import SocketConsumer, Subscription, Wanted
from discussion.delivery import Ask, Share
from discussion.models import Message, Notification, PushSubscription, ReadMark, SpaceRules, Thread
from discussion.sessions import Caller
from discussion.window import Window
from tests.discussion.test_deeds_and_frames import caller_of
from tests.factories import make_action, make_member, make_organisation, make_thread, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR, name="Ms Chair")


@pytest.fixture
def member(space):
    return make_member(space, Role.CONTRIBUTOR, make_organisation("FIA"), name="Ms Member")


def open_thread(space):
    """One that whoever is signed in may read."""
    return mark(make_thread(mark(make_action(space, title="Open"), Marking.GREEN)), Marking.GREEN)


def say(author, thread, words="What was said", **more):
    return services.post_message(author, Thread.objects.get(pk=thread.pk), words, uuid4(), **more)


# --- where it went -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rhythm", ["at_once", "daily"])
@pytest.mark.parametrize("named", [True, False])
def test_news_of_a_message_that_has_moved_is_for_those_who_may_read_it_there(
    client, space, chair, member, named, rhythm
):
    """Although mails of the discussion that it has left may quote."""
    SpaceRules.objects.create(space=space, quoted_in_mail=Marking.GREEN)
    kept = make_member(space, Role.CONTRIBUTOR, name="Ms Kept", mail_rhythm=rhythm)
    type(member).objects.filter(pk=member.pk).update(mail_rhythm=rhythm)
    source = open_thread(space)
    target = mark(make_thread(space, subject="Closed"), Marking.RED, users=[chair, kept])
    if not named:
        for user in (member, kept):
            say(user, source)
        services.mark_all_seen(member)
    moved = say(chair, source, "Canary zq1x for @Ms Member and @Ms Kept" if named else "Canary zq1x")
    services.move_messages(chair, [moved], target)
    there = target.messages.get()
    for user, may in ((member, False), (kept, True)):
        [news] = Notification.objects.filter(user=user, seen_at=None)
        client.force_login(user)
        opened = client.get(f"/notifications/{news.key}/")
        assert (opened.status_code, there.key in str(opened.headers)) == ((302, True) if may else (404, False))
        Notification.objects.filter(pk=news.pk).update(seen_at=None, push_wanted=True)
        assert (news.key in client.get("/notifications/").content.decode()) is may
        assert selectors.unread_notifications(user) == may
        assert len(list(push._new_for(PushSubscription(user=user)))) == may
    mail.send_waiting.func()
    digests.send_digests()
    assert member.email not in [to for letter in letters.outbox for to in letter.to]
    assert any(letter.to == [kept.email] for letter in letters.outbox)


def test_the_subject_of_a_closed_discussion_cannot_be_guessed_by_splitting_off_what_went_there(space, chair, member):
    other = make_member(space, Role.CHAIR, name="Mr Chair")
    source = make_thread(space, subject="Open")
    message = say(member, source)
    services.move_messages(
        chair, [message], mark(make_thread(space, subject="zq10x"), Marking.RED, users=[chair, member])
    )
    for subject in ("zq10x", "zq11x"):
        with pytest.raises(ValidationError) as refusal:
            services.split_thread(other, [message], subject)
        assert "moved or deleted in the meantime" in str(refusal.value)


# --- who said it ---------------------------------------------------------------------------------------------------
def test_news_that_fall_back_to_the_message_before_do_not_name_who_said_what_is_gone(client, space, chair, member):
    gone = make_member(space, Role.CONTRIBUTOR, name="Ms Gone")
    thread = make_thread(space, subject="Open")
    for author in (member, chair, gone):
        last = say(author, thread)
    client.force_login(member)
    assert "Ms Gone" in client.get("/notifications/").content.decode()
    services.hide_message(chair, last, "Not for here")
    page = client.get("/notifications/").content.decode()
    assert "Ms Gone" not in page and "Ms Chair" in page
    # Nor who has said what is under the Chatham House Rule by now.
    before = Message.objects.get(thread=thread, author=chair)
    services.move_messages(chair, [before], make_thread(space, subject="Frankly", chatham_house=True))
    page = client.get("/notifications/").content.decode()
    assert "Open" in page and "Ms Chair" not in page


@pytest.mark.parametrize("chatham_house", [True, False])
def test_whoever_made_an_announcement_is_not_known_by_being_asked_for_nothing(
    client, space, chair, member, chatham_house
):
    thread = make_thread(
        space, subject="Read this", created_by=member, chatham_house=chatham_house, asks_acknowledgement=True
    )
    say(member, thread)
    client.force_login(chair)
    page = client.get(f"/threads/{thread.key}/acknowledgements/").content.decode()
    assert ("Ms Member" in page) is chatham_house
    assert selectors.asked_in(thread, member, is_member=True, manages=False).is_asked is chatham_house


# --- who is there --------------------------------------------------------------------------------------------------
def test_of_those_who_have_a_public_discussion_open_members_alone_are_named_and_to_members_alone(
    client, space, chair, member
):
    """Others read it, and may not know of each other (docs/decisions/0016)."""
    outsiders = [make_user(name="Ms Outside"), make_user(name="Mr Outside")]
    thread = open_thread(space)
    say(chair, thread)
    everybody = [chair, member, *outsiders]
    here = {user.pk for user in everybody}
    asks = [Ask(caller_of(user), [thread.pk], typing={thread.pk: here}, company={thread.pk}) for user in everybody]
    told = {}
    for user, share in zip(everybody, delivery.fetch(asks, {thread.pk: here}), strict=True):
        told[user] = [(one["type"], one["names"], one.get("others")) for _thread, one in _read(share)]
    assert told[chair] == [("presence", ["Ms Member"], 0), ("typing", ["Ms Member"], None)]
    assert told[outsiders[0]] == told[outsiders[1]] == [("presence", [], 0)]
    for user in everybody:
        ReadMark.objects.update_or_create(user=user, thread=thread, defaults={"number": 1})
    client.force_login(member)
    page = client.get(f"/messages/{Message.objects.get().key}/readers/").content.decode()
    assert "Ms Member" in page and "Outside" not in page


def _read(share):
    return [(thread, json.loads(text)) for thread, text in share.frames]


# --- what is under way ---------------------------------------------------------------------------------------------
async def test_what_was_fetched_is_not_sent_when_access_ends_while_others_are_told_who_has_gone():
    socket, sent = SocketConsumer(), []

    class Hub:
        def leave(self, *_where):
            pass

        def due(self, _socket):
            pass

        due_for_counts = due

        async def go(self, _place):
            socket.poked("user.1", "access", None)  # it is heard while Redis is asked

    async def keep(text_data):
        sent.append(json.loads(text_data)["type"])

    socket.hub, socket.send = Hub(), keep
    socket.caller = Caller(1, "session", None)
    socket.subscriptions = {1: Subscription("one", 0, is_seen=True), 2: Subscription("two", 0)}
    socket.followed, socket.kept, socket.counts, socket.epoch, socket.working = {}, {}, {}, 0, None
    socket.wanted, socket.window = Wanted(), Window()
    ask = Ask(socket.caller, [1, 2], after={2: 0}, subscriptions=dict(socket.subscriptions))
    await socket.take(ask, Share(closed={1}, frames=[(2, '{"type": "messages"}')], sent_up_to={2: 5}))
    assert sent == ["closed"]
    assert socket.subscriptions[2].sent_up_to == 0 and socket.wanted.messages == {2}, "it is asked for anew"
