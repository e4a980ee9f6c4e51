"""Every address of Wagtail's admin: closed to all, or open by a rule of the gate to those who may use it.

The addresses are read from Wagtail itself, so that what a new release brings is walked too. Superusers are walked
besides the nine readers: Wagtail's own permissions let them through everywhere.
"""

import pytest
from django.test import Client
from wagtail.search.index import insert_or_update_object

from coordination import access, editors_gate
from coordination.editors_permissions import may
from coordination.models import Marking
from tests import factories as make
from tests.leaks.looking import look
from tests.leaks.test_walk import READERS
from tests.leaks.ways import editors_addresses, patterns

pytestmark = pytest.mark.django_db
PAGES = ("space", "agreement", "meeting", "visit", "resource", "service_point", "glossary_term", "news",
         "country_profile")  # fmt: skip
EDITORS_SIDE = [(name, route) for name, route, _pattern in patterns() if route.startswith("editors/")]
RULED = [(name, route) for name, route in EDITORS_SIDE if editors_gate.rule_of(name)]
# What the gate answers by itself, or shows of no object.
OPEN_TO_ALL = {"wagtailadmin_login", "wagtailadmin_account"}
CLOSED_TO_SOME = (Marking.AMBER, Marking.AMBER_STRICT, Marking.RED)
FOUND_BY = ("", "?q=seekword", "?q=seekword&search_all=1")


@pytest.fixture(scope="module")
def editors(walk):
    """The readers' browsers, and those of two superusers: one in no space, one who chairs another."""
    world = walk.world
    for one in world.of_kind(*PAGES):
        one.obj.save_revision()
        insert_or_update_object(one.obj)
    browsers = dict(walk.browsers)
    for name, space in (("superuser", None), ("superuser elsewhere", world.other_space)):
        user = make.make_member(space, "chair", is_superuser=True) if space else make.make_user(is_superuser=True)
        world.readers[name] = user
        browsers[name] = Client()
        browsers[name].force_login(user)
    yield browsers
    for name in ("superuser", "superuser elsewhere"):
        del world.readers[name]


def test_the_addresses_are_all_there_are():
    assert len(EDITORS_SIDE) > 150
    assert len(RULED) > 30
    assert {name for name, _route in RULED} >= set(editors_gate.RULES)


def test_what_has_no_rule_is_closed_to_everybody(walk, editors):
    world = walk.world
    page = next(one.obj for one in world.of_kind("agreement") if one.marking == Marking.AMBER)
    revision = page.revisions.first().pk
    for name, route in EDITORS_SIDE:
        if (name, route) in RULED or name in OPEN_TO_ALL:
            continue
        address = editors_addresses(world, route, page, revision)
        for reader, method in (("anonymous", "get"), ("chair", "get"), ("superuser", "get"), ("superuser", "post")):
            assert look(editors[reader], address, method).status == 404, f"{name} {address} {method} as {reader}"


@pytest.mark.parametrize(("name", "route"), RULED)
def test_no_answer_of_the_editors_side_holds_what_its_reader_may_not_read(walk, editors, name, route):
    world, leaks, done = walk.world, [], set()
    for one in _one_of_each(world):
        address = editors_addresses(world, route, one.obj, one.obj.revisions.first().pk)
        # Searched in the space, and in all of it: below a single page is nothing.
        is_searched = one.kind == "space" and any(word in name for word in ("search", "explore", "choose"))
        for query in FOUND_BY if is_searched else ("",):
            if "chosen_multiple" in name:
                query = f"?id={one.obj.pk}"
            if address + query in done:
                continue
            done.add(address + query)
            for reader in editors:
                seen = look(editors[reader], address + query)
                assert seen.status < 500, address
                leaked = {str(found) for found in seen.planted(world) if not world.may_read(reader, found)}
                leaks += [f"{address + query} shows {reader}: {', '.join(sorted(leaked))}"] if leaked else []
    assert leaks == []


def _one_of_each(world):
    """The space, and a page of each marking that is closed to some who may open this side."""
    pages = {one.marking: one for one in world.of_kind("agreement", "meeting") if one.marking in CLOSED_TO_SOME}
    return [*world.of_kind("space"), *pages.values()]


# What every kind of page has its own form for, and what all have alike.
EDITED = [
    *(("wagtailadmin_pages:edit", kind) for kind in PAGES),
    *(("wagtailadmin_pages:history", kind) for kind in ("agreement", "news")),
    *(("wagtailadmin_pages:revisions_revert", kind) for kind in ("agreement", "meeting")),
    *(("wagtailadmin_pages:revisions_view", kind) for kind in ("news", "service_point")),
    ("wagtailadmin_pages:preview_on_edit", "news"),
]


@pytest.mark.parametrize(("name", "kind"), EDITED)
def test_a_page_is_edited_by_exactly_those_who_may(walk, editors, name, kind):
    world = walk.world
    [route] = [route for own, route in EDITORS_SIDE if own == name]
    # All markings of one kind: who may edit a page is asked in one place for all kinds.
    markings = Marking.values if kind == "agreement" else (Marking.AMBER, Marking.RED)
    for one in {one.marking: one for one in world.of_kind(kind) if one.marking in markings}.values():
        address = editors_addresses(world, route, one.obj, one.obj.revisions.first().pk)
        for reader in editors:
            user = world.readers[reader]
            seen = look(editors[reader], address)
            if access.can(user, "read", one.obj) and may(user, "edit", one.obj):
                named = one.canary if name != "wagtailadmin_pages:history" else ""
                closed = editors_gate.holds_what_is_closed_to(user, one.obj)
                assert seen.status == (404 if closed and named else 200), f"{address} as {reader}"
            else:
                assert seen.status == 404, f"{address} as {reader}"
                assert look(editors[reader], address, "post").status == 404


def test_the_nine_readers_and_two_superusers_are_walked(editors):
    assert set(editors) == {*READERS, "superuser", "superuser elsewhere"}
