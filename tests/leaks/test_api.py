"""The interface for programs: with a token of each kind of reader, what its owner may read; within its scope."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from coordination import access, services
from coordination.models import ApiVerb
from tests import factories as make
from tests.leaks.looking import look
from tests.leaks.test_walk import READERS, may
from tests.leaks.ways import API, addresses
from tests.leaks.world import COMMON

pytestmark = pytest.mark.django_db
SIGNED_IN = READERS[1:]
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
