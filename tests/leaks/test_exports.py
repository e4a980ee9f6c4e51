"""What leaves as a file or by a feed: exactly what its reader may read, whoever fetches it."""

import pytest
from django.test import Client
from django.urls import reverse

from coordination import access, services
from coordination.models import Marking
from knowledge import services as knowledge_services
from tests.leaks.looking import look
from tests.leaks.test_walk import READERS

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
