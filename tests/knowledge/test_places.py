"""Service points: open by their own clock and holidays, narrowed down, on a map; and countries that gather."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from coordination import country_sections
from coordination.models import Country, Marking, Party, Role
from knowledge import maps, selectors
from knowledge.models import OpeningException, Service
from tests.factories import (
    make_agreement,
    make_country_profile,
    make_event,
    make_meeting,
    make_member,
    make_organisation,
    make_question,
    make_service_point,
    make_space,
    mark,
)

pytestmark = pytest.mark.django_db
KARACHI = ZoneInfo("Asia/Karachi")
EVERY_DAY = [(day, time(9), time(16)) for day in range(7)]


@pytest.fixture
def space():
    return make_space("Labour mobility", topics=[])


def test_holidays_and_other_hours_go_before_those_of_every_week(space):
    point = make_service_point(space, hours=EVERY_DAY, time_zone="Asia/Karachi")
    for day, opens, closes in ((23, None, None), (24, time(18), time(20))):
        on = date(2026, 11, day)
        OpeningException.objects.create(service_point=point, first_day=on, last_day=on, opens=opens, closes=closes)
    point = type(point).objects.get(pk=point.pk)
    for day, hour, is_open in ((22, 10, True), (23, 10, False), (24, 10, False), (24, 19, True), (25, 10, True)):
        assert point.is_open_at(datetime(2026, 11, day, hour, tzinfo=KARACHI)) is is_open, (day, hour)
    assert point.opens_next(datetime(2026, 11, 22, 17, tzinfo=KARACHI)) == datetime(2026, 11, 24, 18, tzinfo=KARACHI)


def test_places_are_narrowed_down_and_stand_on_the_map_and_in_the_list_alike(client, space):
    always = [(day, time(0), time(23, 59, 59)) for day in range(7)]
    lahore = make_service_point(
        space, title="Lahore", latitude=31.5, longitude=74.3, languages=["ur", "ps"], hours=always
    )
    Service.objects.create(service_point=lahore, kind="legal", text="Advice of a lawyer")
    bishkek = make_service_point(space, title="Bishkek", country="KG", latitude=42.9, longitude=74.6, languages=["ky"])
    for point in (lahore, bishkek):
        mark(point, Marking.CLEAR)
    make_service_point(space, title="For members")
    address = reverse("service_point_list")
    shown = client.get(address).content.decode()
    assert f'href="#point-{lahore.key}"' in shown
    assert f'id="point-{lahore.key}"' in shown
    assert "For members" not in shown
    for query in ("country=PK", "service=legal", "language=ps", "open_now=on", "language=qq&service=legal&open_now=on"):
        found = client.get(f"{address}?{query}").context["page"].object_list
        assert [point.title for point in found] == ["Lahore"], query


def test_a_map_needs_no_outlines_and_puts_neighbours_into_one_mark(space, monkeypatch):
    monkeypatch.setattr(maps, "outlines", tuple)
    points = [
        make_service_point(space, latitude=latitude, longitude=longitude)
        for latitude, longitude in ((31.5, 74.3), (31.52, 74.31), (42.9, 74.6))
    ]
    drawing = maps.draw(points, {})
    assert [mark.number for mark in drawing.marks] == [2, 1]
    assert drawing.marks[0].y > drawing.marks[1].y  # the south is below
    assert maps.draw([make_service_point(space)], {}) is None


def test_a_country_gathers_what_its_reader_may_read(client, space):
    body = make_organisation("FIA")
    member = make_member(space, Role.READER)
    country = Country.objects.get(code="PK")
    agreement = make_agreement(space, title="Agreement with FIA")
    Party.objects.create(agreement=agreement, organisation=body)
    profile = make_country_profile(space, summary="Profile of it", facts=[("Seats", "12", "FIA", date(2026, 1, 1))])
    make_meeting(space, title="Meeting of FIA", organiser=body)
    make_question(space, title="Asked there", countries=[country])
    event = make_event(space, title="Held there")
    event.countries.set([country])
    event.save()
    expected = (
        "Profile of it",
        "Seats",
        "Agreement with FIA",
        "Meeting of FIA",
        "Asked there",
        "Held there",
        body.name,
    )
    addresses = [reverse("country_detail", args=["PK"]), profile.get_absolute_url()]
    client.force_login(member)
    for address in addresses:
        page = client.get(address).content.decode()
        assert [text for text in expected if text not in page] == [], address
    client.logout()
    page = client.get(addresses[0]).content.decode()
    assert [text for text in expected if text in page] == []
    assert list(country_sections.sections_of(country, make_member(make_space()))) == []


def test_questions_open_in_the_readers_language_and_an_answer_for_everywhere_holds_in_each_country(client, space):
    for title, language, countries in (("Here", "en", ["PK"]), ("Everywhere", "en", []), ("Везде", "ru", [])):
        countries = [Country.objects.get_or_create(code=code, defaults={"name": code})[0] for code in countries]
        mark(make_question(space, title=title, language=language, countries=countries), Marking.CLEAR)
    Country.objects.get_or_create(code="KG", defaults={"name": "Kyrgyzstan"})

    def found(query=""):
        return [one.title for one in client.get(reverse("question_list") + query).context["page"]]

    assert found() == ["Everywhere", "Here"]
    assert found("?country=PK&language=en") == ["Everywhere", "Here"]
    assert found("?language=ru") == ["Везде"]
    assert [one.title for one in selectors.questions(make_member(space))][-1] == "Везде"
