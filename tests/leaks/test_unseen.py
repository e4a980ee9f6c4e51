"""Counts, badges, facets, page numbers, empty states: nothing on any page tells that something closed exists.

Every page is looked at before and after content is added that is named to some organisations and persons only. Whoever
may read none of it sees the same bytes.
"""

import pytest
from django.urls import reverse

from tests.leaks.test_walk import READERS
from tests.leaks.ways import SITE, addresses
from tests.leaks.world import NAMED_MARKINGS

pytestmark = pytest.mark.django_db
# Of each kind the page of one thing that everybody reads, besides all that gathers. What is alike comes in an order
# that follows from how rare a word is in all texts (docs/decisions/0005).
NOT_COMPARED = ("who_can_see", "file_serve", "picture_serve", "message_detail", "thread_begin", "search_similar")


# Readers to whom some of what is added is open: of them no more is asked than that they see it.
NAMED = ("reader", "rapporteur", "chair")


@pytest.fixture(scope="module")
def looks(open_walk):
    """Which addresses each reader looks at, and what was seen there before."""
    world = open_walk.world
    wanted = sorted(
        address + query
        for name, way in SITE.items()
        if way.verb == "read" and name not in NOT_COMPARED
        for address, about in {about and about.kind: (address, about)
                               for address, about in reversed(list(addresses(world, name)))}.values()
        for query in way.queries
    )  # fmt: skip
    shown = {reader: [reverse("action_list")] if reader in NAMED else wanted for reader in READERS}
    before = {(reader, address): open_walk.see(reader, address) for reader in READERS for address in shown[reader]}
    world.plant(NAMED_MARKINGS)
    open_walk.forget()
    return shown, before


@pytest.mark.parametrize("reader", READERS)
def test_nothing_changes_on_any_page_when_content_is_added_that_is_closed_to_its_reader(open_walk, looks, reader):
    world, (shown, before) = open_walk.world, looks
    added = [one for one in world.planted if one.marking in NAMED_MARKINGS]
    after = {address: open_walk.see(reader, address) for address in shown[reader]}
    differing = [address for address in after if before[reader, address].body != after[address].body]
    assert any(world.may_read(reader, one) for one in added) == (reader in NAMED)
    if reader in NAMED:
        assert differing, "Whoever may read something of it sees something of it."
        return
    if reader == "auditor":  # the trail itself is the auditor's (docs/decisions/0004)
        differing = [address for address in differing if not address.startswith(reverse("audit_trail"))]
    assert differing == [], {address: difference(before[reader, address], after[address]) for address in differing}


def difference(before, after):
    one, other = before.body.decode(errors="replace").splitlines(), after.body.decode(errors="replace").splitlines()
    return [line.strip() for line in other if line not in one][:5]
