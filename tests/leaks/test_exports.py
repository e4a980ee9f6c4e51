"""What leaves as a file, by a feed or through the interface for programs: exactly what its reader may read, whoever
fetches it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coordination import access, services
from coordination.models import ApiVerb, Marking
from home import space_archives
from home.archive import writing
from knowledge import services as knowledge_services
from tests import factories as make
from tests.leaks.looking import Seen, look
from tests.leaks.test_walk import READERS, may
from tests.leaks.ways import API, addresses
from tests.leaks.world import COMMON, unpacked

pytestmark = pytest.mark.django_db
LISTS = {"action_export": "action", "commitment_export": "commitment", "agreement_export": "agreement"}
SIGNED_IN = READERS[1:]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_an_export_holds_exactly_what_its_reader_may_read(walk, name):
    world, kind = walk.world, LISTS[name]
    for form in ("xlsx", "csv"):
        for reader in SIGNED_IN:
            seen = walk.see(reader, reverse(name, args=[form]) + "?state=any")
            shown = {str(one) for one in seen.by_canary(world) if one.kind == kind}
            assert shown == {str(one) for one in world.readable(reader, kind)}, f"{reader}, {form}"


@pytest.mark.parametrize("reader", SIGNED_IN)
def test_a_feed_tells_whoever_has_its_address_what_its_owner_may_read_and_no_title_of_what_is_narrow(walk, reader):
    world, user = walk.world, walk.world.readers[reader]
    spaces = [None, *([world.space] if access.role_in(user, world.space.pk) else [])]
    for space in spaces:
        secret = services.renew_feed(user, space)
        seen = look(Client(), reverse("calendar_feed", args=[secret]))
        assert seen.status == 200
        told = seen.planted(world)
        assert {str(one) for one in told if not world.may_read(reader, one)} == set()
        named = {str(one) for one in seen.by_canary(world)}
        assert {str(one) for one in told if one.marking in (Marking.RED, Marking.AMBER_STRICT)} & named == set()
        if space is not None:
            wide = (Marking.CLEAR, Marking.GREEN, Marking.AMBER)
            due = [one for one in world.readable(reader, "action", "commitment") if one.obj.due_on]
            assert {str(one) for one in due} <= {str(one) for one in told}
            assert {str(one) for one in due if one.marking in wide} <= named


PUBLISHED = ("country_profile", "resource", "service_point", "glossary_term", "news")


@pytest.mark.parametrize("reader", SIGNED_IN)
def test_a_secret_feed_of_knowledge_tells_what_its_owner_may_read_and_no_title_of_what_is_narrow(walk, reader):
    world, user = walk.world, walk.world.readers[reader]
    for form in ("atom", "json"):
        secret = knowledge_services.renew_knowledge_feed(user)
        seen = look(Client(), reverse("feed_mine", args=[secret, form]))
        told, named = seen.planted(world), seen.by_canary(world)
        assert {str(one) for one in told if not world.may_read(reader, one)} == set()
        assert {str(one) for one in world.readable(reader, *PUBLISHED)} <= {str(one) for one in told}
        assert {one.marking for one in named} <= {Marking.CLEAR, Marking.GREEN, Marking.AMBER}


def test_the_sitemap_names_exactly_what_is_public(walk):
    world = walk.world
    kinds = {"resource": "resource", "glossary_term": "glossaryterm", "space": "space", "agreement": "agreement"}
    for kind, section in kinds.items():
        for reader in ("anonymous", "chair"):
            seen = walk.see(reader, reverse("sitemap_section", args=[section]))
            told = {str(one) for one in seen.planted(world) if one.kind == kind}
            assert told == {str(one) for one in world.of_kind(kind) if one.marking == Marking.CLEAR}, section


TAKEN_ALONG = ("agreement", "article", "commitment", "action", "meeting", "record", "paragraph", "thread", "message")


def test_an_archive_of_a_space_holds_what_its_reader_may_read_and_nothing_else(walk, tmp_path):
    world = walk.world
    for reader in SIGNED_IN:
        if not access.role_in(world.readers[reader], world.space.pk):
            with pytest.raises(PermissionDenied):
                space_archives.ask_for_archive(world.readers[reader], world.space)
            continue
        path = tmp_path / f"{reader}.zip"
        with path.open("wb") as target:
            writing.write(world.readers[reader], world.space, target)
        seen = Seen(200, b"\n".join(unpacked(path.read_bytes())), b"")
        told = {str(one) for one in seen.planted(world)}
        assert told & {str(one) for one in world.planted if not world.may_read(reader, one)} == set(), reader
        assert {str(one) for one in world.readable(reader, *TAKEN_ALONG)} <= told, reader


# --- the interface for programs ------------------------------------------------------------------------------------
# Of what a token is made for, what can be asked again and again without changing anything.
LOOKED_AT = sorted(name for name, way in API.items() if way.verb)


def program_of(user, spaces=(), verbs=ApiVerb.values):
    """What a program of this user calls with."""
    until = timezone.localdate() + timedelta(days=30)
    _token, secret = services.make_token(user, name="Reporting", expires_on=until, spaces=spaces, verbs=verbs)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def programs(walk):
    return {name: program_of(walk.world.readers[name]) for name in SIGNED_IN}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_program_is_told_what_its_owner_may_read_and_nothing_else(walk, programs, name):
    world, way = walk.world, API[name]
    for address, about in addresses(world, name):
        nothing = look(programs["chair"], "/api/v1/spaces/zzzzzzzzzz").body
        for reader, program in programs.items():
            seen = look(program, address + way.queries[0])
            leaked = {str(one) for one in seen.planted(world, address) if not world.may_read(reader, one)}
            assert leaked == set(), f"{address} tells {reader}"
            if about is None or may(walk, reader, way.verb, about):
                assert seen.status == 200, f"{address} as {reader}: {seen.body}"
            else:
                assert (seen.status, seen.body) == (404, nothing), f"{address} as {reader}"
            if way.lists:
                shown = {str(one) for one in seen.by_canary(world) if one.kind in way.lists}
                assert shown == {str(one) for one in world.readable(reader, *way.lists)}, reader


def test_searching_finds_in_it_what_its_owner_may_read(walk, programs):
    world, kinds = walk.world, ("agreement", "meeting")
    for reader, program in programs.items():
        for one in [each for kind in kinds for each in world.of_kind(kind)]:
            seen = look(program, f"/api/v1/search?q={COMMON} zq{one.number}x")
            assert (str(one) in {str(found) for found in seen.by_canary(world)}) == world.may_read(reader, one)


@pytest.mark.parametrize("name", [name for name in LOOKED_AT if not name.endswith("root")])
def test_without_a_token_nothing_is_told_whatever_cookie_comes(walk, name):
    for address, _about in addresses(walk.world, name):
        assert look(walk.browsers["chair"], address).status == 401


def test_a_token_for_another_space_and_one_that_only_reads_do_no_more_than_that(walk):
    world = walk.world
    chair = world.readers["chair"]
    elsewhere = make.make_space("Elsewhere")
    make.join(chair, elsewhere)
    narrow, reading = program_of(chair, spaces=[elsewhere]), program_of(chair, verbs=())
    for name in LOOKED_AT:
        for address, _about in addresses(world, name):
            told = look(narrow, address + API[name].queries[0]).planted(world, address)
            assert {str(one) for one in told if not world.may_read("signed in without a space", one)} == set(), address
    [action] = [one for one in world.of_kind("action") if one.marking == "AMBER"][:1]
    for program, expected in ((narrow, 404), (reading, 403), (program_of(chair), 201)):
        answer = program.post(
            f"/api/v1/actions/{action.key}/reports", {"text": "All is well."}, content_type="application/json"
        )
        assert answer.status_code == expected
    assert access.role_in(chair, world.space.pk) == "chair"
