"""The directory: organisations for whoever is signed in; of people and work only what the reader may know."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.models import Marking, Party, Person, Post, Role
from tests.factories import make_action, make_agreement, make_member, make_organisation, make_space, make_user, mark

pytestmark = pytest.mark.django_db


def address_of(organisation):
    return reverse("organisation_detail", kwargs={"pk": organisation.pk})


def test_the_directory_asks_a_stranger_to_sign_in(client, fia):
    for address in (reverse("organisation_list"), address_of(fia)):
        assert client.get(address)["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("query", "found"), [("", True), ("?q=FIA", True), ("?kind=ministry", False), ("?country=KZ", False)]
)
def test_organisations_are_found(client, fia, query, found):
    make_organisation("OTHER", "KZ")
    client.force_login(make_user())
    assert ("FIA in full" in client.get(reverse("organisation_list") + query).content.decode()) == found


def test_a_person_known_only_from_elsewhere_is_not_named(client, fia, liaison, stranger):
    Post.objects.create(organisation=fia, title="Analyst", person=Person.objects.create(name="Canary of a record"))
    client.force_login(stranger)
    page = client.get(address_of(fia)).content.decode()
    assert "Canary" not in page and "Analyst" not in page and "Liaison of FIA" not in page


def test_a_listed_post_is_shown_with_its_holder(client, fia):
    director = Person.objects.create(name="The Director General")
    past = timezone.localdate() - timedelta(days=400)
    Post.objects.create(organisation=fia, title="Former head", listed=True, ends_on=past)
    Post.objects.create(organisation=fia, title="Director General", person=director, listed=True, starts_on=past)
    client.force_login(make_user())
    page = client.get(address_of(fia)).content.decode()
    assert page.index("The Director General") < page.index("Former head")


def test_whoever_shares_a_space_is_named(client, fia, liaison, chair, stranger):
    client.force_login(chair)
    assert "Liaison of FIA" in client.get(address_of(fia)).content.decode()
    client.force_login(stranger)
    assert "Liaison of FIA" not in client.get(address_of(fia)).content.decode()


def test_the_work_of_an_organisation_is_what_the_reader_may_read_of_it(client, space, fia, liaison, chair, stranger):
    make_action(space, fia, title="For the members")
    mark(make_action(space, fia, title="For the chair"), Marking.RED, users=[chair])
    agreement = make_agreement(space, title="Cooperation Agreement", signed_on=date(2020, 3, 1))
    Party.objects.create(agreement=agreement, organisation=fia)
    shown = {}
    for reader in (liaison, chair, stranger):
        client.force_login(reader)
        page = client.get(address_of(fia)).content.decode()
        shown[reader] = [text in page for text in ("For the members", "For the chair", "Cooperation Agreement")]
    assert shown == {
        liaison: [True, False, True],
        chair: [True, True, True],
        stranger: [False, False, False],
    }


def test_an_organisation_that_is_none_is_not_there(client, fia):
    client.force_login(make_member(make_space(), Role.READER))
    assert client.get("/organisations/987654/").status_code == 404
    assert client.get("/organisations/99999999999999999999999/").status_code == 404
