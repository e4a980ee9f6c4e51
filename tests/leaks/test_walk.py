"""Every address of the site as nine kinds of reader, against content of all five markings.

What should be seen is asked of `coordination.access` alone; every byte that comes back is searched for the canaries and
the keys of what should not.
"""

import itertools
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.urls import reverse

from accounts.models import MailRhythm, User
from coordination import access, replies, services
from coordination.models import AuditEntry, Marking, Reminder, ReminderClock
from discussion import digests, mailed_answers, push
from discussion.mail import send_waiting
from discussion.models import PushSubscription, SpaceRules
from tests.factories import make_user
from tests.leaks.looking import KEY, canaries, look
from tests.leaks.ways import API, SITE, addresses, patterns
from tests.leaks.world import LATER, NOON

pytestmark = pytest.mark.django_db

READERS = [
    "anonymous", "signed in without a space", "reader", "contributor", "rapporteur", "chair",
    "chair of another space", "secretariat", "auditor",
]  # fmt: skip
LEAST_CANARIES = 150
LAST_PAGE = 30


def may(walk, reader, verb, planted):
    """Whether this reader may look at an address that asks for this verb."""
    user = walk.world.readers[reader]
    if verb == "read":
        return walk.world.may_read(reader, planted)
    if verb == "member":
        return access.role_in(user, walk.world.space.pk) is not None and walk.world.may_read(reader, planted)
    if verb == "draft":
        return False  # none of the records is a draft
    return access.can(user, verb, planted.root)


# --- everything is walked ------------------------------------------------------------------------------------------
def test_every_url_pattern_of_the_site_is_registered():
    names = {name for name, route, _pattern in patterns() if not route.startswith("editors/")}
    assert names - {*SITE, *API} == set(), "Say in tests/leaks/ways.py how these are built and what they ask."
    assert {*SITE, *API} - names == set(), "These are no longer there."


def test_the_world_is_worth_walking(walk):
    world = walk.world
    assert list(world.readers) == READERS
    assert len(world.planted) >= LEAST_CANARIES
    # A space is known to all its members; what is shared in it, to them alone. Of protocols there is a closed one.
    once = {"space", "saved filter", "letter template", "collection", "amendment", "party", "move"}
    for kind in {one.kind for one in world.planted} - once:
        assert {one.marking for one in world.of_kind(kind)} == {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}, kind
    for name, way in SITE.items():
        assert list(way.targets(world)) or name in ("notification_open", "notification_seen"), name
    told_apart = {reader: sum(world.may_read(reader, one) for one in world.planted) for reader in READERS}
    assert told_apart["anonymous"] < told_apart["auditor"] < told_apart["contributor"] < told_apart["chair"]


# --- nothing comes out ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(SITE))
def test_no_answer_holds_what_its_reader_may_not_read(walk, log, name):
    world, leaks = walk.world, []
    with access.remembering():
        for (address, _about), query in itertools.product(addresses(world, name), SITE[name].queries):
            for reader in READERS:
                seen = walk.see(reader, address + query)
                assert seen.status < 500, address
                leaked = {str(one) for one in seen.planted(world, address) if not world.may_read(reader, one)}
                leaks += [f"{address + query} shows {reader}: {', '.join(sorted(leaked))}"] if leaked else []
                if seen.status == 405:
                    break  # whoever asks, nothing was read for this answer
    assert leaks == []
    in_logs = canaries(log.text.encode()) & set(world.by_canary)
    asked = {number for address, _ in addresses(world, name) for number in canaries(address.encode())}
    assert in_logs - asked == set(), "The log holds what stands in content."


@pytest.mark.parametrize("name", sorted(name for name, way in SITE.items() if way.verb))
def test_an_address_answers_exactly_those_who_may_use_it(walk, name):
    """And all others as an address of nothing does."""
    world, way = walk.world, SITE[name]
    about_one = [(address, about) for address, about in addresses(world, name) if about is not None]
    with access.remembering():
        for (address, about), reader in itertools.product(about_one, READERS):
            seen = walk.see(reader, address + way.queries[0])
            if may(walk, reader, way.verb, about):
                assert seen.status in (200, 302), f"{address} is closed to {reader}, who may {way.verb} {about}"
                assert not (seen.status == 302 and b"/account/login/" in seen.content), address
            else:
                gone = address_of_nothing(address)
                same_as_gone(reader, address, gone, seen, walk.see(reader, gone + way.queries[0]))


def address_of_nothing(address):
    """The same address with a key that nobody has, as long as the true one, in the place where the key stands."""
    parts = address.split("/")
    place = 3 if parts[1] in ("who-can-see", "translate") or parts[2] in ("about", "from") else 2
    parts[place] = "z" * len(parts[place])
    return "/".join(parts)


def same_as_gone(reader, address, gone, seen, nothing):
    expected = (404, 302) if reader == "anonymous" else (404,)
    assert seen.status in expected, f"{address} as {reader}: {seen.status}"
    assert seen.status == nothing.status, f"{address} as {reader}: {seen.status}, and {nothing.status} for nothing"
    if seen.status == 404:
        is_same = seen.content.replace(address.encode(), b"") == nothing.content.replace(gone.encode(), b"")
        assert is_same, f"{address} is not answered to {reader} as an address of nothing is"


# --- what should be seen is seen -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(name for name, way in SITE.items() if way.lists))
def test_a_list_holds_exactly_what_its_reader_may_read(walk, name):
    world, way = walk.world, SITE[name]
    [(address, _about)] = addresses(world, name)
    for reader in READERS:
        shown = {str(one) for one in walk.see(reader, address).by_canary(world) if one.kind in way.lists}
        assert shown == {str(one) for one in world.readable(reader, *way.lists)}, reader


SEARCHED = (
    "space", "agreement", "commitment", "action", "meeting", "resource", "service_point", "glossary_term", "news",
    "country_profile",
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_search_finds_exactly_what_its_reader_may_read(walk, reader):
    """Page by page, so that what is beyond the first page counts too."""
    world, found, number = walk.world, set(), 1
    while number < LAST_PAGE:
        seen = walk.see(reader, reverse("search") + f"?q=seekword&page={number}")
        new = {str(one) for one in seen.by_canary(world) if one.kind in SEARCHED} - found
        found, number = found | new, number + 1 if new else LAST_PAGE
    assert found == {str(one) for one in world.readable(reader, *SEARCHED)}


@pytest.mark.parametrize("reader", READERS)
def test_searching_for_the_very_word_of_a_closed_object_is_answered_as_for_a_word_of_nothing(walk, reader):
    world = walk.world
    closed = {one.kind: one for one in world.planted if not world.may_read(reader, one)}
    for name in ("search", "search_suggest"):
        nothing = as_asked(walk.see(reader, reverse(name) + "?q=zq999x").content, "zq999x")
        for one in closed.values():
            seen = walk.see(reader, reverse(name) + f"?q={one.canary}").content
            assert as_asked(seen, one.canary) == nothing, one


def as_asked(content, word):
    """Without the word itself, and without which readable word is spelled most like it (that none other is, is asked
    in tests/search/leaking.py): every other byte is to be the same."""
    content = re.sub(rb"<p data-search-meant>.*?</p>", b"", content, flags=re.DOTALL)
    return re.sub(rb"(?i)content-length: \d+", b"", content).replace(word.encode(), b"")


# --- emergency access ----------------------------------------------------------------------------------------------
def test_an_emergency_access_shows_what_its_tokens_open_and_no_more(walk, client):
    """A tenth reader, for whom nothing but the tokens is different: lists, some pages, files, and what is found."""
    world = walk.world
    administrator = make_user("Administrator", world.fia, platform_role="administrator")
    services.begin_emergency(administrator, world.space, reason="Nobody else can be reached at present.", hours=1)
    client.force_login(administrator)
    tokens = access.principals(administrator)
    assert {token for token in tokens if token.startswith("space:")} == {access.space_token(world.space.pk)}

    def opened(one):
        return not tokens.isdisjoint(access.audience(one.root))

    shown = set()
    pages = ("action_detail", "record_detail", "thread_detail", "file_serve")
    for name in (name for name, way in SITE.items() if way.lists or name in pages):
        of_each = {about and (about.kind, about.marking): (address, about) for address, about in addresses(world, name)}
        for address, about in of_each.values():
            seen = look(client, address)
            found = seen.planted(world, address)
            assert {str(one) for one in found if not opened(one)} == set(), address
            if about is not None and about.kind != "message" and SITE[name].verb == "read":
                assert (seen.status == 200) == opened(about), f"{address}: {seen.status}"
            shown |= found
    found = look(client, reverse("search") + "?q=seekword").planted(world)
    assert found and all(opened(one) for one in found)
    assert {one.marking for one in shown} == {Marking.CLEAR, Marking.GREEN, Marking.AMBER}
    # As a member reads who is named nowhere.
    named_nowhere = {one for one in world.planted if opened(one) and one.kind in ("action", "resource", "news")}
    assert named_nowhere <= shown
    read = AuditEntry.objects.filter(actor=administrator, verb="read in an emergency")
    assert read.count() >= len(pages) and not AuditEntry.objects.filter(actor=administrator, verb="read").exists()


# --- sending -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS)
def test_whoever_may_not_send_is_told_that_nothing_is_there_and_nothing_changes(walk, reader):
    world, browser, before = walk.world, walk.browsers[reader], rows()
    for name, way in SITE.items():
        for address in where_sending_is_refused(world, reader, name):
            seen = look(browser, address, "post")
            refused = (404, 405) if way.send is None else (404,)
            refused = (*refused, 302) if reader == "anonymous" else refused
            assert seen.status in refused, f"{address} sent by {reader}: {seen.status}"
            assert {str(one) for one in seen.planted(world, address) if not world.may_read(reader, one)} == set()
    assert rows() == before


def where_sending_is_refused(world, reader, name):
    """One address of the name whose thing is closed to the reader, and one whose thing may be read, and no more."""
    send, found = SITE[name].send, {}
    for address, about in addresses(world, name):
        if about and not (send and access.can(world.readers[reader], send, about.root)):
            found.setdefault(world.may_read(reader, about), address)
    return found.values()


def rows():
    """How many rows every table of content has. Reading what is RED is noted in the trail, and in the trail alone."""
    ours = ("coordination", "meetings", "discussion", "knowledge")
    return {model: model._default_manager.count() for model in apps.get_models() if model._meta.app_label in ours}


# --- answers by mail -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS[1:])
def test_an_answer_by_mail_about_what_is_closed_changes_nothing_and_tells_nothing(walk, reader, log, settings):
    """Written while it was open, as it were: the secret address is known."""
    settings.REPLY_DOMAIN = "replies.accord.example"
    world, user = walk.world, walk.world.readers[reader]
    closed = [one for one in world.of_kind("action") if not world.may_read(reader, one)]
    assert closed or reader == "chair"
    addresses = [replies.address_for(user, one.obj) for one in closed]
    addresses += [
        mailed_answers.address_for(user, one.obj) for one in world.of_kind("message") if not world.may_read(reader, one)
    ]
    before = rows()
    for address in addresses:
        raw = f"From: {user.email}\nTo: {address}\nSubject: Action: More\nMessage-ID: <x@y>\n\nWords".encode()
        assert replies.receive(raw).ignored
    assert rows() == before and mail.outbox == []
    assert not canaries(log.text.encode()) and "reply-" not in log.text


# --- reminders -----------------------------------------------------------------------------------------------------
def test_reminders_and_mails_of_the_day_reach_whoever_may_read_it_and_say_what_the_space_allows(walk, log):
    """Five weeks, at the end of which all that is overdue has been brought to the focal point and to the chairs.

    Mails may say what is marked GREEN or wider.
    """
    world, outsider = walk.world, walk.world.readers["chair of another space"]
    SpaceRules.objects.create(space=world.space, quoted_in_mail=Marking.GREEN)
    services.name_focal_point(world.readers["secretariat"], world.fia, outsider)
    User.objects.filter(pk__in=[outsider.pk, world.readers["contributor"].pk]).update(mail_rhythm=MailRhythm.DAILY)
    ReminderClock.objects.create(pk=ReminderClock.ONLY, started_at=NOON - timedelta(days=1))
    for day in range(0, 35, 3):
        world.clock.move_to(LATER + timedelta(days=day), tick=False)
        services.send_reminders()
        send_waiting.func()
        digests.send_digests()
    world.clock.move_to(LATER, tick=False)
    planted = {(type(one.obj), one.obj.pk): one for one in world.of_kind("action", "commitment")}
    told = [
        (reminder.recipient, planted[reminder.object_type.model_class(), reminder.object_id], reminder.stage)
        for reminder in Reminder.objects.select_related("recipient", "object_type")
    ]
    assert all(not access.principals(user).isdisjoint(access.audience(one.root)) for user, one, _stage in told)
    brought = {one for user, one, stage in told if user == outsider and stage == "focal_point"}
    owed = {one for one in planted.values() if one.obj.owner_id == world.fia.pk and one.obj.due_on}
    assert brought == {one for one in owed if world.may_read("chair of another space", one)} < owed
    assert {user for user, _one, stage in told if stage == "chair"} == {world.readers["chair"]}
    assert {letter.subject for letter in mail.outbox} > {"What is new for you on Accord"}
    letters = "".join(letter.subject + letter.body + str(letter.extra_headers) for letter in mail.outbox)
    said = {world.by_canary[number].marking for number in canaries(letters.encode())}
    assert said == {Marking.CLEAR, Marking.GREEN}
    assert not {key.decode() for key in KEY.findall(letters.encode())} & set(world.by_key)
    assert not canaries(log.text.encode())


# --- notifications -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS[1:])
def test_a_push_is_sent_of_what_may_be_read_and_says_nothing_of_it(walk, reader):
    world, user = walk.world, walk.world.readers[reader]
    told = list(push._new_for(PushSubscription(user=user)))
    about = {one.obj for _user, _news, one in world.news if one.kind == "message" and world.may_read(reader, one)}
    assert {one.message for one in told} == about
    assert {one.pushed() for one in told} == {"There is something new for you on Accord"}


def test_news_opens_for_its_own_reader_only_and_only_while_what_it_is_about_is_open(walk):
    world = walk.world
    for user, news, about in world.news[::7]:
        address = reverse("notification_open", args=[news.key])
        for reader in READERS:
            own = world.readers[reader] == user and world.may_read(reader, about)
            expected = 302 if own or reader == "anonymous" else 404
            assert walk.see(reader, address).status == expected, f"{reader}, news of {user} on {about}"
