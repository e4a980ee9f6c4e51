"""Nonsense in the addresses and forms of what follows up: a page, or nothing there; never a failure."""

import pytest
from django.urls import reverse

from coordination.models import Person
from tests.factories import make_action, make_commitment

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks(every_row=True)]

# A number no database holds, a negative one, a digit that is none, a NUL, a long text, half of a character.
NONSENSE = [str(10**30), "-1", "%C2%B2", "a%00b", "x" * 5_000, "%ED%A0%80"]
SENT = [str(10**30), "-1", "²", "a\0b", "x" * 5_000, "\ufffd"]
PARAMETERS = {
    "scoreboard": ["since", "space", "by", "country", "organisation", "agreement", "topic", "all"],
    "commitment_list": [
        "organisation",
        "space",
        "country",
        "agreement",
        "topic",
        "standing",
        "change",
        "page",
        "saved",
    ],
}


@pytest.mark.parametrize("page", PARAMETERS)
def test_nonsense_in_a_parameter_narrows_nothing(page, client, liaison, space, fia):
    make_action(space, fia)
    make_commitment(space, fia)
    names = PARAMETERS[page]
    for value in NONSENSE:
        assert client.get(reverse(page) + "?" + "&".join(f"{name}={value}" for name in names)).status_code == 200, value
    client.force_login(liaison)
    for query in (f"?{name}={value}" for name in names for value in NONSENSE):
        assert client.get(reverse(page) + query).status_code == 200, query[:60]


def test_nonsense_in_place_of_a_key_or_a_reference_is_nowhere(client, liaison):
    places = ["/r/{}/", "/actions/{}/", "/actions/{}/edit/", "/commitments/{}/", "/agreements/{}/", "/spaces/{}/"]
    for reader in (None, liaison):
        if reader:
            client.force_login(reader)
        for address in (place.format(value) for place in places for value in NONSENSE):
            assert client.get(address).status_code == 404, address[:60]


def test_nonsense_in_a_form_is_refused(client, liaison, space, fia):
    Person.objects.get_or_create(user=liaison, defaults={"name": liaison.name})
    action, commitment = make_action(space, fia), make_commitment(space, fia)
    action_page, commitment_page = action.get_absolute_url(), commitment.get_absolute_url()
    client.force_login(liaison)
    for value in SENT:
        assert client.post(f"{action_page}waits-for/", {"other": value}).status_code == 404, value[:60]
        assert client.post(f"{action_page}steps/{value}/", {"done": "1"}).status_code == 404, value[:60]
        sent = dict.fromkeys(("successor", "reason", "shown"), value)
        assert client.post("/handover/", sent).status_code == 200, value[:60]
        assert client.get(f"/handover/{value}/").status_code == 404, value[:60]
        sent = dict.fromkeys(("text", "state", "seen_state", "value", "submission", "on"), value)
        assert client.post(commitment_page, sent).status_code == 200, value[:60]
