"""What each kind of reader does with a single message, whatever has become of it; with scripts off."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import AuditEntry, Marking, Role
from coordination.services import StaleVersion
from discussion import changes, rights, selectors, services
from discussion.models import Message, MessageVersion, ReadMark, Standing, Thread
from search.models import Entry
from tests.factories import (
    join,
    make_member,
    make_message,
    make_organisation,
    make_thread,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

ROLES = {"author": "contributor", "contributor": "contributor", "reader": "reader", "chair": "chair"}


@pytest.fixture
def people(space):
    """One reader of each kind, by name; each with a name and an organisation that stand nowhere else."""
    return {
        kind: make_member(space, role, make_organisation(f"ORG{kind.upper()}"), name=f"Ms {kind.title()}")
        for kind, role in ROLES.items()
    } | {"outsider": make_user("Ms Outsider")}


@pytest.fixture
def thread(space):
    return make_thread(space, subject="Training")


@pytest.fixture
def message(thread, people):
    return make_message(thread, people["author"], "Canary zq1x")


def stand(message, standing, chair):
    """Let it become what the table says."""
    match standing:
        case "edited":
            services.edit_message(message.author, message, "Canary zq10x", version=0)
        case Standing.DELETED:
            services.delete_message(message.author, message)
        case Standing.HIDDEN:
            services.hide_message(chair, message, "Not for here")
        case Standing.MOVED:
            services.split_thread(chair, [message], "Elsewhere")
    message.refresh_from_db()
    return message


# --- who may do what -----------------------------------------------------------------------------------------------
TAKES_PART = {"answer", "react", "translate", "make_action"}
MAY = {
    ("author", "posted"): TAKES_PART | {"edit", "delete", "see_readers"},
    ("author", "edited"): TAKES_PART | {"edit", "delete", "see_readers", "history"},
    ("contributor", "posted"): TAKES_PART | {"report", "see_readers"},
    ("contributor", "edited"): TAKES_PART | {"report", "see_readers"},
    ("reader", "posted"): {"see_readers"},
    ("reader", "edited"): {"see_readers"},
    ("chair", "posted"): TAKES_PART | {"report", "see_readers", "hide", "move", "make_more"},
    ("chair", "edited"): TAKES_PART | {"report", "see_readers", "hide", "move", "make_more", "history"},
    ("chair", "deleted"): {"history"},
    ("chair", "hidden"): {"history", "restore"},
}
# Which page is for whoever may do which deed.
PAGES = {
    "answer": "answer", "edit": "edit", "delete": "delete", "translate": "translate", "report": "report",
    "readers": "see_readers", "history": "history", "hide": "hide", "move": "move", "make": "make_more",
}  # fmt: skip


@pytest.mark.parametrize("standing", ["posted", "edited", "deleted", "hidden", "moved"])
def test_each_reader_may_do_what_the_table_says_and_finds_the_pages_of_that(client, message, people, standing):
    message = stand(message, standing, people["chair"])
    sheet = f"{message.get_absolute_url()}deeds/"
    for kind, user in people.items():
        client.force_login(user)
        wanted = MAY.get((kind, standing), set())
        page = client.get(sheet)
        assert page.status_code == (200 if wanted else 404), kind
        if kind == "outsider":
            continue
        may = rights.deeds(user, message.thread).of(message)
        assert {name for name, is_right in vars(may).items() if is_right} == wanted, kind
        linked = {name for name in PAGES if f'href="{message.get_absolute_url()}{name}/"' in page.content.decode()}
        assert linked == {name for name, deed in PAGES.items() if deed in wanted}, kind
        for name in linked:
            assert client.get(f"{message.get_absolute_url()}{name}/").status_code == 200, (kind, name)


@pytest.mark.parametrize("standing", ["deleted", "hidden", "moved"])
def test_the_words_of_what_is_gone_and_who_said_them_are_nowhere(client, message, people, standing):
    answer = services.post_message(people["chair"], message.thread, "I see", uuid.uuid4(), answers=message)
    before = answer.change
    message = stand(message, standing, people["chair"])
    place = message.thread.get_absolute_url()
    for kind in ("contributor", "reader", "outsider", "chair"):
        client.force_login(people[kind])
        pages = [place, f"{place}messages/?after=0", f"/search/?q=zq1x&space={message.thread.space.key}"]
        shown = "".join(client.get(page).content.decode() for page in pages)
        assert "Canary" not in shown, kind
        assert ("Ms Author" in shown) == (kind == "chair" and standing != "moved"), kind
        history = client.get(f"{message.get_absolute_url()}history/")
        assert ("Canary zq1x" in history.content.decode()) == (kind == "chair" and standing != "moved"), kind
    assert Entry.objects.standing().filter(body__contains="zq1x").count() == (standing == "moved")
    answer.refresh_from_db()
    assert answer.change > before, "it shows no beginning any more"


DEEDS = {
    "edit": (lambda user, message: services.edit_message(user, message, "Else", version=0), {"author"}),
    "delete": (lambda user, message: services.delete_message(user, message), {"author"}),
    "react": (
        lambda user, message: services.react(user, message, "agree", put=True),
        {"author", "contributor", "chair"},
    ),
    "translate": (
        lambda user, message: services.translate_message(user, message, "ru", "Слова", version=0),
        {"author", "contributor", "chair"},
    ),
    "report": (lambda user, message: services.report_message(user, message, "Rude"), {"contributor", "chair"}),
    "hide": (lambda user, message: services.hide_message(user, message, "Rude"), {"chair"}),
    "settle": (lambda user, message: services.settle_reports(user, message, hide=False), {"chair"}),
    "split": (lambda user, message: services.split_thread(user, [message], "Elsewhere"), {"chair"}),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEDS)
def test_the_services_let_nobody_else(message, people, name):
    deed, allowed = DEEDS[name]
    for kind in people.keys() - allowed:
        with pytest.raises(PermissionDenied):
            deed(people[kind], message)
    assert AuditEntry.objects.filter(verb__startswith="message").exclude(verb="message posted").count() == 0
    for kind in sorted(allowed, reverse=True)[:1]:
        deed(people[kind], message)


# --- changed -------------------------------------------------------------------------------------------------------
def test_a_message_that_is_changed_keeps_what_it_said_and_says_when(client, message, people):
    client.force_login(people["author"])
    address = f"{message.get_absolute_url()}edit/"
    sent = {"text": "Canary zq10x", "version": 0}
    page = client.post(address, sent, follow=True).content.decode()
    assert "zq10x" in page and "zq1x" not in page and ">edited</span>" in page.replace("edited ", "edited</span>")
    client.post(address, sent)
    assert MessageVersion.objects.count() == 1, "sent twice is changed once"
    late = client.post(address, {"text": "Typed in another tab", "version": 0}).content.decode()
    assert "Typed in another tab" in late and "Somebody else has changed this" in late and "zq10x" in late
    assert Message.objects.get().text == "Canary zq10x"
    assert Entry.objects.standing().filter(body__contains="zq10x").exists()
    assert not Entry.objects.standing().filter(body__contains="zq1x").exists()
    trail = AuditEntry.objects.get(verb="message edited")
    in_trail = str([trail.before, trail.after, trail.reason])
    assert "zq1x" not in in_trail and "zq10x" not in in_trail, "the trail's readers are others"


@pytest.mark.parametrize(
    ("meanwhile", "sentence"),
    [
        (lambda message, chair: services.hide_message(chair, message, "Rude"), "The chair has hidden this message"),
        (lambda message, chair: services.split_thread(chair, [message], "Else"), "moved to another discussion"),
        (lambda message, chair: services.close_thread(chair, message.thread, "Done"), "This discussion is closed"),
    ],
)
def test_a_form_that_is_out_of_date_keeps_what_was_typed_and_says_so(client, message, people, meanwhile, sentence):
    meanwhile(message, people["chair"])
    client.force_login(people["author"])
    for page, sent in [
        ("edit", {"text": "My long text", "version": 0}),
        ("translate", {"language": "ru", "version": 0}),
    ]:
        answer = client.post(f"{message.get_absolute_url()}{page}/", {"text": "My long text", **sent})
        assert answer.status_code == 200
        assert "My long text" in answer.content.decode() and sentence in answer.content.decode(), page


@pytest.mark.parametrize(("minutes", "may"), [(None, True), (0, False), (15, False), (60, True)])
def test_members_change_their_words_as_long_as_the_space_allows(client, space, message, people, minutes, may):
    client.force_login(people["chair"])
    address = f"{space.get_absolute_url()}threads/rules/"
    client.post(address, {"change_minutes": "" if minutes is None else minutes, "open_history": "on"})
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=20))
    message.refresh_from_db()
    if not may:
        for deed in (DEEDS["edit"], DEEDS["delete"]):
            with pytest.raises(ValidationError, match="for a while only"):
                deed[0](people["author"], message)
        return
    services.edit_message(people["author"], message, "Else", version=0)
    client.force_login(people["reader"])
    assert "Canary zq1x" in client.get(f"{message.get_absolute_url()}history/").content.decode(), "open to all there"


# --- answers, signs, readers ---------------------------------------------------------------------------------------
def test_an_answer_shows_the_beginning_of_what_it_answers_to(client, thread, message, people):
    client.force_login(people["contributor"])
    sent = {"text": "Quite so", "submission": uuid.uuid4()}
    page = client.post(f"{message.get_absolute_url()}answer/", sent, follow=True).content.decode()
    assert page.count("Canary zq1x") == 2 and "In answer to" in page
    elsewhere = make_message(make_thread(thread.space, subject="Other"), people["author"])
    stray = services.post_message(people["author"], thread, "Stray", uuid.uuid4(), answers=elsewhere)
    assert stray.answers is None, "of this thread only"


def test_a_sign_is_put_once_and_taken_off_and_says_whose_it_is(client, message, people):
    address = f"{message.get_absolute_url()}reactions/"
    for kind in ("contributor", "chair"):
        client.force_login(people[kind])
        for _twice in range(2):
            client.post(address, {"put": "agree"})
    place = message.thread.get_absolute_url()
    shown = client.get(place).content.decode()
    assert "I agree: </span>2" in shown and "you too" in shown and "Ms Contributor" not in shown
    assert "Ms Contributor" in client.get(address).content.decode()
    before = changes.locked(message.thread).last_change
    client.post(address, {"take": "agree"})
    client.post(address, {"take": "agree"})
    assert changes.locked(message.thread).last_change == before + 1
    assert "I agree: </span>1" in client.get(place).content.decode()
    assert client.post(address, {"put": "rude"}).status_code == 200, "there is no such sign"


def test_who_has_read_a_message_names_those_alone_who_may_read_it_now(client, thread, message, people):
    for kind in ("contributor", "reader", "outsider"):
        ReadMark.objects.create(user=people[kind], thread=thread, number=1)
    client.force_login(people["chair"])
    page = client.get(f"{message.get_absolute_url()}readers/").content.decode()
    assert ("Ms Contributor" in page, "Ms Reader" in page, "Ms Outsider" in page) == (True, True, False)
    later = make_message(thread, people["author"])
    assert "Ms Contributor" not in client.get(f"{later.get_absolute_url()}readers/").content.decode()


# --- translations --------------------------------------------------------------------------------------------------
def test_a_colleague_puts_a_message_into_another_language_and_nobody_else_changes_that(client, message, people):
    client.force_login(people["contributor"])
    address = f"{message.get_absolute_url()}translate/"
    page = client.post(address, {"language": "ru", "text": "Канарейка", "version": 0}, follow=True).content.decode()
    assert "Канарейка" in page and "In Russian, translated by Ms Contributor" in page
    with pytest.raises(ValidationError, match="A colleague has"):
        services.translate_message(people["author"], message, "ru", "Иначе", version=0)
    present = message.translations.get()
    with pytest.raises(StaleVersion):
        services.translate_message(people["contributor"], message, "ru", "Иначе", version=1)
    version = services.version_of_translation(present)
    services.translate_message(people["contributor"], message, "ru", "Лучше", version=version)
    with pytest.raises(PermissionDenied):
        services.remove_translation(people["author"], message, "ru")
    client.post(f"{address}remove/", {"language": "ru"})
    assert not message.translations.exists()


# --- under the Chatham House Rule ----------------------------------------------------------------------------------
def test_under_the_chatham_house_rule_nobody_but_oneself_is_named_anywhere(client, space, people):
    thread = make_thread(space, subject="Frankly", chatham_house=True)
    message = make_message(thread, people["author"], "Canary zq1x")
    services.react(people["author"], message, "agree", put=True)
    services.translate_message(people["author"], message, "ru", "Канарейка", version=0)
    services.edit_message(people["author"], message, "Canary zq10x", version=0)
    services.post_message(people["author"], thread, "And more", uuid.uuid4(), answers=message)
    services.report_message(people["contributor"], message, "Rude")
    for kind in ("contributor", "chair"):
        client.force_login(people[kind])
        pages = [
            thread.get_absolute_url(), f"{thread.get_absolute_url()}messages/?after=0", "/search/?q=zq10x",
            *(f"{message.get_absolute_url()}{page}/" for page in ("deeds", "reactions", "history", "hide", "answer")),
            f"{space.get_absolute_url()}threads/reports/", "/notifications/", "/threads/",
            "/audit/", f"{space.get_absolute_url()}threads/",
        ]  # fmt: skip
        for address in pages:
            page = client.get(address).content.decode()
            assert "Ms Author" not in page and "ORGAUTHOR" not in page, (kind, address)
        assert client.get(f"{message.get_absolute_url()}readers/").status_code == 404
    assert "A participant" in client.get(thread.get_absolute_url()).content.decode()
    client.force_login(people["author"])
    own = client.get(thread.get_absolute_url()).content.decode()
    assert "<bdi>You</bdi>" in own and "A participant" not in own


# --- as many queries for many --------------------------------------------------------------------------------------
def test_a_page_of_messages_takes_as_many_queries_whatever_is_on_them(space, people, django_assert_max_num_queries):
    used = []
    for size in (2, 12):
        thread = make_thread(space, subject=f"Of {size}")
        for number in range(size):
            first = thread.messages.first()
            message = services.post_message(people["author"], thread, f"{number}", uuid.uuid4(), answers=first)
            services.react(people["contributor"], message, "agree", put=True)
            services.translate_message(people["contributor"], message, "ru", "Слова", version=0)
        with django_assert_max_num_queries(25) as queries:
            shown = selectors.messages_between(Thread.objects.get(pk=thread.pk), people["reader"], 1, size)
        assert [len(message.signs) + len(message.translated) for message in shown] == [2] * size
        used.append(len(queries))
    assert used[0] == used[1]


def test_a_narrow_thread_keeps_its_messages_from_other_members(space, people, client):
    """The pages of a message are opened by the rule, as its thread is."""
    thread = mark(make_thread(space, subject="Few"), Marking.RED, users=[people["author"]])
    message = make_message(thread, people["author"])
    join(people["outsider"], space, Role.CHAIR)
    client.force_login(people["outsider"])
    for page in ("deeds", "hide", "move", "history", "answer"):
        assert client.get(f"{message.get_absolute_url()}{page}/").status_code == 404
