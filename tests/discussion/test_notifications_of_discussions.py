"""What discussions tell: to whom, of what is still there, and never who under the Chatham House Rule."""

from uuid import uuid4

import pytest
from django.core import mail as letters

from coordination.models import Marking, Role
from discussion import mail, mailed_answers, selectors, services
from discussion.models import Interest, Message, Notification, SpaceRules, Thread
from tests.factories import make_action, make_member, make_organisation, make_thread, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair(space):
    return make_member(space, Role.CHAIR, name="Chair Person")


@pytest.fixture
def thread(space):
    return make_thread(space, subject="zoq7x")


@pytest.fixture
def member(space):
    return make_member(space, Role.CONTRIBUTOR, make_organisation("FIA"), name="Member Person")


def told(user) -> list[str]:
    return [news.notification.kind for news in selectors.told(selectors.notifications_of(user), user)]


def say(author, thread, words="What was said", answers=None):
    return services.post_message(author, thread, words, uuid4(), answers=answers)


# --- to whom -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrote", "interest", "is_answered", "is_named", "kinds"),
    [
        (False, None, False, False, []),
        (True, None, False, False, ["message_posted"]),
        (True, Interest.MUTED, False, False, []),
        (False, Interest.FOLLOWED, False, False, ["message_posted"]),
        (True, None, True, False, ["message_answered"]),
        (True, Interest.MUTED, True, False, []),
        (True, Interest.MUTED, True, True, ["mentioned"]),
        (True, None, True, True, ["mentioned"]),
        (False, None, False, True, ["mentioned"]),
    ],
)
def test_of_one_message_each_is_told_once_and_as_particularly_as_can_be(
    chair, thread, member, wrote, interest, is_answered, is_named, kinds
):
    own = say(member, thread) if wrote else None
    if interest:
        services.take_interest(member, thread, interest)
    words = f"For @{member.name} to see" if is_named else "To all"
    say(chair, thread, words, answers=own if is_answered else None)
    assert told(member) == kinds
    assert told(chair) == []


def test_whom_a_changed_message_names_anew_is_told_and_nobody_a_second_time(chair, thread, member, space):
    other = make_member(space, Role.READER, name="Other Person")
    message = say(chair, thread, f"For @{member.name}")
    services.mark_all_seen(member)
    services.edit_message(chair, message, f"For @{member.name} and @{other.name}", version=0)
    assert Notification.objects.filter(user=member).count() == 1
    assert told(other) == ["mentioned"]


def test_chairs_are_told_of_reports_members_of_announcements_and_those_who_take_part_of_the_end(
    client, chair, thread, member, space
):
    second = make_member(space, Role.CHAIR)
    reported = say(member, thread)
    services.report_message(second, reported, "It names a source")
    assert (told(chair), told(second), told(member)) == (["message_reported"], [], [])
    services.settle_reports(chair, reported, hide=True, reason="It does")
    assert told(chair) == []

    thread.refresh_from_db()
    services.ask_acknowledgement(chair, thread)
    assert told(member)[0] == told(second)[0] == "acknowledgement_asked"
    services.acknowledge(member, thread)
    mail.send_waiting.func()
    letters.outbox.clear()
    client.force_login(member)
    assert client.post(f"/threads/{thread.key}/remind/").status_code == 404
    client.force_login(chair)
    for _time in range(2):
        client.post(f"/threads/{thread.key}/remind/")
        mail.send_waiting.func()
    assert [letter.to for letter in letters.outbox] == [[second.email]] * 2
    assert "acknowledgement_reminded" in told(second) and "acknowledgement_reminded" not in told(member)

    thread.refresh_from_db()
    services.close_thread(chair, thread, "All is said")
    assert told(member)[0] == "thread_closed" and "thread_closed" not in told(second)


# --- of what is still there ----------------------------------------------------------------------------------------
def _hide(chair, message):
    services.hide_message(chair, message, "Not for here")


def _delete(_chair, message):
    services.delete_message(message.author, message)


@pytest.mark.both_stacks
@pytest.mark.parametrize("end", [_hide, _delete])
def test_of_a_message_that_is_gone_nothing_is_told_and_of_the_unread_one_before_it_still(
    client, chair, thread, member, end
):
    say(member, thread)
    client.force_login(member)
    first, last = say(chair, thread), say(chair, thread)
    news = Notification.objects.get(user=member)
    end(chair, last)
    assert told(member) == ["message_posted"]
    assert client.get(f"/notifications/{news.key}/").url == first.get_absolute_url()
    Notification.objects.update(seen_at=None)
    end(chair, Message.objects.get(pk=first.pk))
    assert told(member) == [] and selectors.unread_notifications(member) == 0
    assert client.get(f"/notifications/{news.key}/").status_code == 404
    mail.send_waiting.func()
    assert [letter.to for letter in letters.outbox] == []


def test_what_is_read_in_the_discussion_itself_is_news_no_more_and_is_not_mailed(client, chair, thread, member):
    say(member, thread)
    say(chair, thread)
    client.force_login(member)
    client.get(thread.get_absolute_url())
    assert selectors.unread_notifications(member) == 0
    mail.send_waiting.func()
    assert letters.outbox == []


def test_under_the_chatham_house_rule_neither_page_nor_mail_says_who(client, chair, member, space):
    SpaceRules.objects.create(space=space, quoted_in_mail="GREEN")
    thread = make_thread(mark(make_action(space, title="zoq7x"), Marking.GREEN))
    services.keep_under_chatham_house(chair, mark(thread, Marking.GREEN))
    say(member, thread)
    say(chair, thread, "Between us")
    client.force_login(member)
    page = client.get("/notifications/").content.decode()
    assert "zoq7x" in page and chair.name not in page
    mail.send_waiting.func()
    [letter] = letters.outbox
    assert "Between us" in letter.body and chair.name not in str(letter.message())


# --- answers by mail -----------------------------------------------------------------------------------------------
@pytest.fixture
def answer(settings, thread, chair, member):
    """Sends an answer of the member to the mail about what the chair has said."""
    settings.REPLY_DOMAIN = "replies.accord.example"
    say(member, thread)
    message = say(chair, thread)
    mail.send_waiting.func()
    [letter] = letters.outbox
    letters.outbox.clear()
    assert letter.reply_to == [mailed_answers.address_for(member, message)]

    def send(words="> quoted\n\nMy answer\n\nOn Monday Accord wrote:\n> all of it", sender=member.email, name="one"):
        from coordination import replies

        head = f"From: {sender}\nTo: {letter.reply_to[0]}\nSubject: Re: x\nMessage-ID: <{name}@fia.example>\n\n"
        return replies.receive((head + words).encode())

    return send


def test_an_answer_by_mail_is_said_in_the_thread_once_without_what_it_quotes(answer, thread, member):
    for _delivery in range(2):
        said = answer().made
    assert (said.text, said.author, said.number, said.answers.number) == ("My answer", member, 3, 2)
    answer("Another", name="two")
    assert Message.objects.count() == 3 and "Answer this one instead" in letters.outbox[0].body


def test_an_answer_of_another_sender_or_to_a_closed_thread_says_nothing_there(answer, thread, chair, member):
    assert answer(sender=chair.email).ignored and letters.outbox == []
    services.close_thread(chair, Thread.objects.get(pk=thread.pk), "All is said")
    assert answer().made is None
    assert Message.objects.count() == 2
    [told_back] = letters.outbox
    assert told_back.to == [member.email] and "Nothing was changed." in told_back.body
    assert "zoq7x" not in str(told_back.message())
