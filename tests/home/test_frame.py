"""The frame around every page: what it offers to whom, and that it counts and names only what its reader may read."""

import re

import pytest

from accounts.models import PlatformRole
from coordination.models import Marking, Role
from tests.factories import make_member, make_organisation, make_space, make_user, mark

pytestmark = pytest.mark.django_db

READERS = {
    "a stranger": lambda space: None,
    "a user without a space": lambda space: make_user("A. User"),
    "a reader": lambda space: make_member(space),
    "a chair": lambda space: make_member(space, Role.CHAIR),
    "the secretariat": lambda space: make_user("A. User", platform_role=PlatformRole.SECRETARIAT),
    "an administrator": lambda space: make_user("A. User", platform_role=PlatformRole.ADMINISTRATOR),
    "an auditor": lambda space: make_user("A. User", platform_role=PlatformRole.AUDITOR),
}


@pytest.fixture(params=READERS)
def reader(request, client):
    space = make_space("Canary of a space")
    user = READERS[request.param](space)
    if user:
        client.force_login(user)
    return request.param


def head(page):
    return page.content.decode().split("</header>", 1)[0]


def test_every_reader_finds_search_language_and_theme(client, reader):
    page = head(client.get("/"))
    assert "data-accord-search" in page
    assert 'action="/language/"' in page
    assert 'action="/theme/"' in page


def test_only_users_find_the_navigation_and_the_bell(client, reader):
    page = head(client.get("/"))
    for part in ('href="/desk/"', 'class="accord-nav"', "data-accord-bell", 'action="/account/logout/"'):
        assert (part in page) == (reader != "a stranger")
    assert ('href="/account/login/"' in page) == (reader == "a stranger")


def test_only_members_find_their_spaces_in_the_switcher(client, reader):
    assert ("Canary of a space" in head(client.get("/"))) == (reader in ("a reader", "a chair"))


def test_only_offices_that_may_invite_find_the_way_there_and_the_page(client, reader):
    may = reader in ("the secretariat", "an administrator")
    assert ('href="/people/invite/"' in head(client.get("/"))) == may
    status = client.get("/people/invite/").status_code
    assert status == (200 if may else 302 if reader == "a stranger" else 404)


def test_only_whoever_edits_or_keeps_reference_data_finds_the_way_to_the_editors_side(client, reader):
    keeps = reader in ("the secretariat", "an administrator")
    may = keeps or reader == "a chair"
    assert ('href="/editors/"' in head(client.get("/"))) == may
    answer = client.get("/editors/")
    assert answer.status_code == (200 if may else 302 if reader == "a stranger" else 404)
    for table in ("organisation", "country", "topic", "holiday"):
        assert (f'"/editors/{table}/"' in answer.content.decode()) == keeps


def test_a_space_that_a_member_may_not_read_is_not_in_the_switcher(client):
    space = make_space("Canary of a space")
    chair, member = make_member(space, Role.CHAIR), make_member(space)
    mark(space, Marking.RED, users=[chair])
    client.force_login(member)
    assert "Canary" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("address", "marked"),
    [("/desk/", "/desk/"), ("/spaces/", "/spaces/"), ("/meetings/", "/meetings/"), ("/actions/", "/actions/")],
)
def test_the_navigation_marks_where_one_is(client, address, marked):
    client.force_login(make_user())
    nav = head(client.get(address)).split('class="accord-nav"', 1)[1]
    assert re.findall(r'href="([^"]+)" aria-current="page"', nav) == [marked]


def test_what_is_not_there_and_what_may_not_be_seen_look_the_same(client):
    space = make_space()
    client.force_login(make_user())
    closed = client.get(space.get_absolute_url())
    nothing = client.get("/spaces/bbbbbbbbbb/")
    tokens = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|/spaces/\w+/')
    assert (closed.status_code, nothing.status_code) == (404, 404)
    assert tokens.sub(b"", closed.content) == tokens.sub(b"", nothing.content)
    assert "There is nothing at this address" in nothing.content.decode()


def test_a_form_without_its_token_is_answered_in_the_frame(client):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "ru"})
    assert answer.status_code == 403
    assert "This form has grown too old" in answer.content.decode()
    assert 'class="accord-bar"' in answer.content.decode()


def test_the_page_for_our_own_faults_needs_nothing_that_may_be_broken():
    from django.template.loader import render_to_string

    page = render_to_string("500.html")
    assert "Something went wrong on our side" in page
    assert "/static/accord/frame.css" in page


def test_a_fault_is_answered_with_that_page_and_without_a_trace(client, monkeypatch):
    client.raise_request_exception = False

    def break_down(request):
        raise RuntimeError("Canary of a fault")

    monkeypatch.setattr("home.views.HomePage.objects.live", break_down)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "Canary" not in answer.content.decode()


def test_every_page_forbids_scripts_and_styles_within_it(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("spaces", [2, 20])
def test_the_frame_takes_as_many_queries_for_many_spaces_as_for_few(client, spaces, django_assert_max_num_queries):
    user = make_user(organisation=make_organisation("FIA"))
    for _number in range(spaces):
        from tests.factories import join

        join(user, make_space())
    client.force_login(user)
    client.get("/nothing/")
    with django_assert_max_num_queries(10):
        client.get("/nothing/")
