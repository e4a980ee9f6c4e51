"""A search that finds nothing waits for the next step of time; one that finds something does not."""

import pytest
from django.urls import reverse

from coordination.models import Marking
from search import even
from tests.factories import make_action, make_space, mark

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["search", "search_suggest"])
def test_what_is_not_there_and_what_is_closed_wait_alike_and_what_is_found_does_not(
    client, settings, monkeypatch, name
):
    settings.SEARCH_STEP_SECONDS = 0.2
    space, waits = make_space(), []
    mark(make_action(space, title="Quokkas seen"), Marking.CLEAR)
    make_action(space, title="Zebras hidden")
    monkeypatch.setattr(even.time, "sleep", waits.append)
    for word in ("zebras", "zubrus", "quokkas"):
        client.get(reverse(name), {"q": word})
    assert len(waits) == 2
    assert all(0 < seconds <= 0.2 for seconds in waits)


def test_an_answer_that_takes_longer_waits_for_a_later_step(settings, monkeypatch):
    settings.SEARCH_STEP_SECONDS, waits = 0.5, []
    monkeypatch.setattr(even.time, "sleep", waits.append)
    monkeypatch.setattr(even.time, "monotonic", lambda: 10.7)
    even.wait_for_the_step(10.0)
    assert waits == [pytest.approx(0.3)]
