"""Every deed on a discussion: an open page that is sent the frames is then what a fresh load would show, for each kind
of reader. A service without a row here, or without a word why it has none, fails."""

import json
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from coordination import access
from coordination.models import Role
from discussion import delivery, panel, selectors, services, signs
from discussion.delivery import Ask
from discussion.models import Interest, Thread
from discussion.sessions import Caller, made_for
from tests.factories import make_member, make_organisation, make_space, make_thread

pytestmark = pytest.mark.django_db


class World:
    """A discussion with messages of two authors, and another to move some to."""

    def __init__(self, **fields) -> None:
        self.space, organisation = make_space("Border management"), make_organisation("FIA")
        self.reader = make_member(self.space, Role.READER, name="Reader")
        self.contributor = make_member(self.space, Role.CONTRIBUTOR, organisation, name="Contributor", language="ru")
        self.author = make_member(self.space, Role.CONTRIBUTOR, organisation, name="Author")
        self.chair = make_member(self.space, Role.CHAIR, name="Chair")
        self.thread = make_thread(self.space, subject="The visit", **fields)
        self.other = make_thread(self.space, subject="The other visit", **fields)
        self.said = [self.say(self.author, "We begin with @Contributor on Monday.")]
        self.said.append(self.say(self.contributor, "So do **we**.", answers=self.said[0]))
        self.said.append(self.say(self.author, "Then it is agreed."))
        services.post_message(self.chair, self.other, "Another matter", uuid.uuid4())
        self.callers = {user: caller_of(user) for user in self.readers()}

    def readers(self):
        return self.reader, self.contributor, self.chair, self.author

    def say(self, author, words, **fields):
        return services.post_message(author, self.thread, words, uuid.uuid4(), **fields)

    @property
    def first(self):
        return self.fresh(self.said[0])

    @staticmethod
    def fresh(obj):
        return type(obj).objects.get(pk=obj.pk)


def caller_of(user) -> Caller:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return Caller(user.pk, session.session_key, None)


class Page:
    """What a page shows of the discussion: what stands above, and each message by its number."""

    def __init__(self, head="") -> None:
        self.head, self.messages, self.change = head, {}, 0

    def apply(self, frame) -> None:
        if frame["type"] == "head":
            self.head = frame["html"]
        for message in frame.get("messages", ()):
            self.messages[message["number"]] = message["html"]

    def copy(self) -> "Page":
        other = Page()
        other.head, other.messages, other.change = self.head, dict(self.messages), self.change
        return other

    def __eq__(self, other) -> bool:
        return (self.head, self.messages) == (other.head, other.messages)


def loaded(world, user) -> Page:
    """As the page is shown that is loaded now."""
    page, thread = Page(), world.fresh(world.thread)
    page.change = thread.last_change
    with access.remembering(), made_for(user):
        page.head = render_to_string("discussion/head.html", panel.head_of(thread, user))
        for message in selectors.messages_between(thread, user, 1, thread.last_number):
            page.messages[message.number] = render_to_string("discussion/message.html", {"message": message})
    return page


def sent(world, pages) -> None:
    """Apply to each page what its socket is sent now."""
    asks = [Ask(world.callers[user], [world.thread.pk], {world.thread.pk: page.change}) for user, page in pages.items()]
    for share, page in zip(delivery.fetch(asks, {}), pages.values(), strict=True):
        assert not share.closed and not share.is_signed_out
        for _thread, text in share.frames:
            page.apply(json.loads(text))


@contextmanager
def taken_back():
    """What is done inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _edit(w):
    services.edit_message(w.author, w.first, "We begin on Tuesday.", version=services.version_of(w.first))


def _translate(w):
    services.translate_message(w.contributor, w.first, "ru", "Начнём в понедельник.", version=0)


def _summarise(w):
    services.write_summary(w.chair, w.thread, "Agreed: **Monday**.", services.summary_version(w.thread))


def _acknowledge(w):
    services.ask_acknowledgement(w.chair, w.thread)
    services.acknowledge(w.reader, w.fresh(w.thread))


def _report_and_settle(w):
    services.report_message(w.contributor, w.first, "Not for here")
    services.settle_reports(w.chair, w.first, hide=True, reason="Off the subject")


def _restore(w):
    services.hide_message(w.chair, w.first, "Off the subject")
    services.restore_message(w.chair, w.first)


def _take_translation_back(w):
    _translate(w)
    services.remove_translation(w.contributor, w.first, "ru")


def _take_reaction_back(w):
    services.react(w.contributor, w.first, SIGN, put=True)
    services.react(w.contributor, w.first, SIGN, put=False)


def _read_only(w):
    services.make_read_only(w.chair, w.thread, timezone.now() - timedelta(hours=1))


def _lift_read_only(w):
    _read_only(w)
    services.lift_read_only(w.chair, w.fresh(w.thread))


SIGN = next(iter(signs.SIGNS))
DEEDS = {
    "post_message": lambda w: w.say(w.contributor, "And on Tuesday?", answers=w.first),
    "edit_message": _edit,
    "delete_message": lambda w: services.delete_message(w.author, w.first),
    "react": lambda w: services.react(w.contributor, w.first, SIGN, put=True),
    "react: taken back": _take_reaction_back,
    "translate_message": _translate,
    "remove_translation": _take_translation_back,
    "report_message": lambda w: services.report_message(w.contributor, w.first, "Not for here"),
    "settle_reports": _report_and_settle,
    "hide_message": lambda w: services.hide_message(w.chair, w.first, "Off the subject"),
    "restore_message": _restore,
    "move_messages": lambda w: services.move_messages(w.chair, [w.first], w.fresh(w.other)),
    "split_thread": lambda w: services.split_thread(w.chair, [w.first], "On its own"),
    "merge_threads": lambda w: services.merge_threads(w.chair, w.fresh(w.thread), w.fresh(w.other)),
    "merge_threads: into it": lambda w: services.merge_threads(w.chair, w.fresh(w.other), w.fresh(w.thread)),
    "close_thread": lambda w: services.close_thread(w.chair, w.thread, "It is agreed"),
    "reopen_thread": lambda w: (services.close_thread(w.chair, w.thread), services.reopen_thread(w.chair, w.thread)),
    "pin_thread": lambda w: services.pin_thread(w.chair, w.thread),
    "unpin_thread": lambda w: (services.pin_thread(w.chair, w.thread), services.unpin_thread(w.chair, w.thread)),
    "rename_thread": lambda w: services.rename_thread(w.chair, w.thread, "The visit in March"),
    "write_summary": _summarise,
    "slow_down": lambda w: services.slow_down(w.chair, w.thread, services.SLOW_MODES[1]),
    "make_read_only": _read_only,
    "lift_read_only": _lift_read_only,
    "keep_under_chatham_house": lambda w: services.keep_under_chatham_house(w.chair, w.thread),
    "ask_acknowledgement": lambda w: services.ask_acknowledgement(w.chair, w.thread),
    "ask_no_acknowledgement": lambda w: (
        services.ask_acknowledgement(w.chair, w.thread),
        services.ask_no_acknowledgement(w.chair, w.fresh(w.thread)),
    ),
    "acknowledge": _acknowledge,
    "mark_read": lambda w: services.mark_read(w.reader, w.thread, 3),
    "mark_unread": lambda w: services.mark_unread(w.author, w.first),
    "take_interest": lambda w: services.take_interest(w.author, w.thread, Interest.FOLLOWED),
    "make_favourite": lambda w: services.make_favourite(w.author, w.thread),
}
# What changes nothing that is shown of a discussion: other pages, mails and preferences of its readers.
ELSEWHERE = {
    *("start_thread", "set_rules", "notify", "bring_up_to_date", "mark_seen", "mark_all_seen", "remind_to_acknowledge"),
    *("allow_in_mail", "choose", "set_quiet_hours", "stop_digests", "stop_mails", "subscribe", "unsubscribe"),
}
# What only answers a question.
ASKS = {"refuse_unless_open", "summary_version", "version_of", "version_of_translation"}


def test_every_service_has_a_row_or_a_reason():
    services_there = {name for name in services.__all__ if callable(getattr(services, name))}
    assert services_there == {name.partition(":")[0] for name in DEEDS} | ELSEWHERE | ASKS


@pytest.mark.parametrize("fields", [{}, {"chatham_house": True}], ids=["with names", "under the Chatham House Rule"])
def test_a_page_that_is_sent_the_frames_is_what_a_fresh_load_shows(fields):
    world = World(**fields)
    before = {user: loaded(world, user) for user in world.readers()}
    pages = {user: Page(page.head) for user, page in before.items()}
    sent(world, pages)
    assert pages == before, "all of it over the socket"
    for name, deed in DEEDS.items():
        if fields and name == "keep_under_chatham_house":
            continue  # it is already
        with taken_back():
            deed(world)
            pages = {user: loaded_before.copy() for user, loaded_before in before.items()}
            sent(world, pages)
            for user, page in pages.items():
                assert page == loaded(world, user), f"{name}, as {user.name} has it open"
        world.thread = world.fresh(world.thread)


def test_a_page_holds_what_the_frames_hold(client):
    """The pieces of a frame are the very pieces of the page."""
    world = World()
    client.force_login(world.chair)
    shown = client.get(world.thread.get_absolute_url()).content.decode()
    with access.remembering():
        page = loaded(world, world.chair)
    assert all(html in shown for html in page.messages.values()) and page.head in shown
    assert shown.count("data-number=") == len(page.messages)
    assert Thread.objects.get(pk=world.thread.pk).last_change == page.change
