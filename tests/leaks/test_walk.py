"""Every address of the site as nine kinds of reader, against content of all five markings.

What should be seen is asked of `coordination.access` alone; every byte that comes back is searched for the canaries and
the keys of what should not.
"""

import pytest
from django.apps import apps
from django.core import mail
from django.urls import reverse

from coordination import access
from tests.leaks.looking import CANARY, look
from tests.leaks.ways import GONE, SITE, addresses, patterns

pytestmark = pytest.mark.django_db

READERS = [
    "anonymous", "signed in without a space", "reader", "contributor", "rapporteur", "chair",
    "chair of another space", "secretariat", "auditor",
]  # fmt: skip
ABOUT_ONE = sorted(name for name, way in SITE.items() if way.send or "list" not in name)
LEAST_CANARIES = 150


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
    assert names - set(SITE) == set(), "Say in tests/leaks/ways.py how these are built and what they ask."
    assert set(SITE) - names == set(), "These are no longer there."


def test_the_world_is_worth_walking(walk):
    world = walk.world
    assert list(world.readers) == READERS
    assert len(world.planted) >= LEAST_CANARIES
    for kind in {one.kind for one in world.planted} - {"space"}:
        assert {one.marking for one in world.of_kind(kind)} == {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}, kind
    for name, way in SITE.items():
        assert list(way.targets(world)) or name == "notification_open", name
    told_apart = {reader: sum(world.may_read(reader, one) for one in world.planted) for reader in READERS}
    assert told_apart["anonymous"] < told_apart["auditor"] < told_apart["contributor"] < told_apart["chair"]


# --- nothing comes out ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", sorted(SITE))
def test_no_answer_holds_what_its_reader_may_not_read(walk, log, name, reader):
    world, browser = walk.world, walk.browsers[reader]
    for address, _about in addresses(world, name):
        for query in SITE[name].queries:
            seen = look(browser, address + query)
            assert seen.status < 500, address
            leaked = {one for one in seen.planted(world, address) if not world.may_read(reader, one)}
            assert leaked == set(), f"{address + query} shows {reader}: {', '.join(map(str, leaked))}"
    in_logs = {int(number) for number in CANARY.findall(log.text.encode())} & set(world.by_canary)
    asked = {int(number) for address, _ in addresses(world, name) for number in CANARY.findall(address.encode())}
    assert in_logs - asked == set(), "The log holds what stands in content."
    assert mail.outbox == [] if hasattr(mail, "outbox") else True


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", sorted(name for name, way in SITE.items() if way.verb))
def test_an_address_answers_exactly_those_who_may_use_it(walk, name, reader):
    world, browser, way = walk.world, walk.browsers[reader], SITE[name]
    for address, about in addresses(world, name):
        if about is None:
            continue
        seen = look(browser, address + way.queries[0])
        if may(walk, reader, way.verb, about):
            assert seen.status in (200, 302), f"{address} is closed to {reader}, who may {way.verb} {about}"
            assert "/account/login/" not in seen.content.decode(errors="replace")[:500] or seen.status == 200
        else:
            gone = address_of_nothing(address, about)
            assert_same_as_gone(browser, address + way.queries[0], gone + way.queries[0], seen, reader)


def address_of_nothing(address, about):
    """The same address with a key that nobody has."""
    return address.replace(about.key, GONE) if about.key and about.key in address else address.replace(
        address.split("/")[2], GONE
    )  # fmt: skip


def assert_same_as_gone(browser, address, gone, seen, reader):
    nothing = look(browser, gone)
    assert seen.status == nothing.status, f"{address} as {reader}: {seen.status}, and {nothing.status} for nothing"
    assert seen.status == 404 or (reader == "anonymous" and seen.status == 302), f"{address} as {reader}: {seen.status}"
    is_same = seen.content.replace(address.encode(), b"") == nothing.content.replace(gone.encode(), b"")
    if seen.status == 404:
        assert is_same, f"{address} is not answered to {reader} as an address of nothing is"


# --- what should be seen is seen -----------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", sorted(name for name, way in SITE.items() if way.lists))
def test_a_list_holds_exactly_what_its_reader_may_read(walk, name, reader):
    world, browser, way = walk.world, walk.browsers[reader], SITE[name]
    [(address, _about)] = addresses(world, name)
    shown = {one for one in look(browser, address).by_canary(world) if one.kind in way.lists}
    assert shown == world.readable(reader, *way.lists)


@pytest.mark.parametrize("reader", READERS)
def test_search_finds_exactly_what_its_reader_may_read(walk, reader):
    """Page by page, so that what is beyond the first page counts too."""
    world, browser = walk.world, walk.browsers[reader]
    kinds = (
        "space", "agreement", "commitment", "action", "meeting", "resource", "service_point", "glossary_term", "news",
        "country_profile",
    )  # fmt: skip
    found = set()
    for number in range(1, 20):
        seen = look(browser, reverse("search") + f"?q=seekword&page={number}")
        found |= {one for one in seen.by_canary(world) if one.kind in kinds}
    assert found == world.readable(reader, *kinds)


@pytest.mark.parametrize("reader", READERS)
def test_searching_for_the_very_word_of_a_closed_object_is_answered_as_for_a_word_of_nothing(walk, reader):
    world, browser = walk.world, walk.browsers[reader]
    closed = [one for one in world.planted if not world.may_read(reader, one)]
    for name in ("search", "search_suggest"):
        for one in closed[::3]:
            seen = look(browser, reverse(name) + f"?q={one.canary}")
            nothing = look(browser, reverse(name) + "?q=zq99999x")
            word, other = one.canary.encode(), b"zq99999x"
            assert seen.content.replace(word, b"") == nothing.content.replace(other, b""), one


# --- counts, badges, facets, pages, empty states ---------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS)
def test_nothing_changes_on_any_page_of_a_reader_when_content_is_added_that_is_closed_to_that_reader(walk, reader):
    """All that is named to others was added between two looks: whoever may read none of it sees the same bytes."""
    world = walk.world
    added = [one for one in world.planted if one.marking in ("AMBER+STRICT", "RED")]
    if any(world.may_read(reader, one) for one in added):
        differing = [a for a in walk.addresses if walk.before[reader][a].body != walk.after[reader][a].body]
        assert differing, "Whoever may read something of it sees something of it."
        return
    for address in walk.addresses:
        if reader == "auditor" and address == reverse("audit_trail"):
            continue  # the trail itself is the auditor's: docs/decisions/0004
        before, after = walk.before[reader][address], walk.after[reader][address]
        assert before.status == after.status, address
        assert before.body == after.body, f"{address} is no longer the same to {reader}: {difference(before, after)}"


def difference(before, after):
    one, other = before.body.decode(errors="replace").splitlines(), after.body.decode(errors="replace").splitlines()
    return [line for line in other if line not in one][:5]


# --- sending -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", sorted(name for name, way in SITE.items() if any(True for _ in [way.send])))
def test_whoever_may_not_send_is_told_that_nothing_is_there_and_nothing_changes(walk, name, reader):
    world, browser, way = walk.world, walk.browsers[reader], SITE[name]
    for address, about in addresses(world, name):
        if about is None or (way.send and access.can(world.readers[reader], way.send, about.root)):
            continue
        before = rows()
        seen = look(browser, address, "post")
        refused = (404, 405) if way.send is None else (404,)
        refused = (*refused, 302) if reader == "anonymous" else refused
        assert seen.status in refused, f"{address} sent by {reader}: {seen.status}"
        assert {one for one in seen.planted(world, address) if not world.may_read(reader, one)} == set()
        assert rows() == before, f"{address} sent by {reader} changed something"


def rows():
    """How many rows every table has."""
    return {model: model._default_manager.count() for model in apps.get_models() if model._meta.app_label in OURS}


OURS = {"coordination", "meetings", "discussion", "knowledge"}


# --- notifications -------------------------------------------------------------------------------------------------
def test_news_opens_for_its_own_reader_only_and_only_while_what_it_is_about_is_open(walk):
    world = walk.world
    for user, news, about in world.news:
        for reader, browser in walk.browsers.items():
            own = world.readers[reader] == user and world.may_read(reader, about)
            seen = look(browser, reverse("notification_open", args=[news.key]))
            if reader == "anonymous":
                assert seen.status == 302
                continue
            assert seen.status == (302 if own else 404), f"{reader}, news of {user} on {about}"
