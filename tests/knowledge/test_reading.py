"""Collections, suggested reading, what readers say of pages, and pages that are to be kept up."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from coordination import named, outside
from coordination.models import AuditEntry, Marking, Role
from knowledge import links, selectors, services
from knowledge.models import BrokenLink, BrokenLinkReason, Question, ReadingListItem, Use, Verdict
from knowledge.services import upkeep
from tests.factories import make_member, make_question, make_resource, make_space, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space("Labour mobility", topics=[])


def titles(items):
    return [kept.obj.title for kept in items]


def test_a_collection_keeps_its_order_and_shows_each_reader_what_that_reader_may_read(client, space):
    chair, reader = make_member(space, Role.CHAIR), make_member(space, Role.READER)
    shared = services.make_list(chair, title="For counsellors", space=space)
    for title in ("One", "Two", "Three"):
        item = services.keep(chair, shared, make_resource(space, title=title), note=f"note of {title}")
    mark(item.reading_list.items.get(note="note of Two").obj, Marking.RED, users=[chair])
    services.move_item(chair, shared, item.pk, -1)
    assert titles(selectors.readable_items(shared, chair)) == ["One", "Three", "Two"]
    client.force_login(reader)
    page = client.get(shared.get_absolute_url()).content.decode()
    assert page.index("note of One") < page.index("note of Three")
    assert "note of Two" not in page and ">Two<" not in page
    # Whoever does not see an item moves past it, and cannot take it out.
    contributor = make_member(space, Role.CONTRIBUTOR)
    services.move_item(contributor, shared, item.pk, -1)
    assert titles(selectors.readable_items(shared, chair)) == ["Three", "One", "Two"]
    hidden = ReadingListItem.objects.get(note="note of Two")
    for who, pk in ((contributor, hidden.pk), (reader, item.pk)):
        with pytest.raises(PermissionDenied):
            services.remove_item(who, shared, pk)


def test_what_is_ones_own_is_nobody_elses_and_takes_whatever_its_address_names(client, space):
    member, other = make_member(space), make_member(space, Role.CHAIR)
    own = services.make_list(member, title="My reading")
    client.force_login(other)
    assert client.get(own.get_absolute_url()).status_code == 404
    assert "My reading" not in client.get(reverse("collection_list")).content.decode()
    client.force_login(member)
    mine, closed = make_question(space, title="May I?"), mark(make_question(space), Marking.RED, users=[other])
    for obj, status in ((mine, 302), (closed, 200)):
        sent = client.post(own.get_absolute_url(), {"address": f"http://testserver{obj.get_absolute_url()}"})
        sent = client.post(own.get_absolute_url(), {"address": obj.get_absolute_url()}) if status == 302 else sent
        assert sent.status_code == status
    assert titles(selectors.readable_items(own, member)) == ["May I?"]
    assert client.get(reverse("collection_keep", args=[named.name_of(closed)])).status_code == 404
    assert not AuditEntry.objects.filter(verb__startswith="collection").exists()


def test_reading_is_suggested_by_topic_and_use_and_only_what_the_reader_may_read(space, topic):
    member = make_member(space)
    page = make_question(space, topics=[topic])
    used, _other = (make_resource(space, title=title, topics=[topic]) for title in ("Used", "Other"))
    mark(make_resource(space, title="Closed", topics=[topic]), Marking.RED, users=[make_member(space)])
    make_resource(space, title="Of another topic")
    for _time in range(2):
        services.count_use(used)
    assert [one.title for one in selectors.suggested_for(page, member)] == ["Used", "Other"]
    assert selectors.suggested_for(page, AnonymousUser()) == []
    assert [one.title for one in selectors.most_used(member)] == ["Used"]
    assert Use.objects.aggregate(all=Sum("number"))["all"] == 2


def test_each_reader_says_once_whether_a_page_helped_and_its_keepers_hear_it_without_a_name(client, space, monkeypatch):
    owner, reader = make_member(space), make_member(space, name="Somebody")
    page = mark(make_question(space, owner=owner), Marking.CLEAR)
    address = reverse("page_helpful", args=[named.name_of(page)])
    client.post(address, {"helpful": "yes"})
    client.post(address, {"helpful": "no", "text": "Too short"})
    client.force_login(reader)
    client.post(address, {"helpful": "yes", "text": "Clear"})
    said = selectors.said_of(page)
    assert (said.helped, said.all) == (1, 2)
    client.force_login(owner)
    shown = client.get(page.get_absolute_url()).content.decode()
    assert "Too short" in shown
    assert "Clear" in shown
    assert "Somebody" not in shown
    client.force_login(make_user())
    assert "Too short" not in client.get(page.get_absolute_url()).content.decode()
    monkeypatch.setattr(upkeep, "VERDICTS_AN_HOUR", 1)
    with pytest.raises(ValidationError):
        services.judge(reader, mark(make_question(space), Marking.CLEAR), is_helpful=True)
    services.judge(reader, page, is_helpful=False)
    assert Verdict.objects.get(user=reader).is_helpful is False


def test_a_page_past_its_day_is_brought_to_its_owner_until_somebody_has_looked_through_it(client, space):
    owner, other = make_member(space), make_member(space, Role.CHAIR)
    page = make_question(space, title="Old answer", owner=owner, review_on=date(2020, 1, 1))
    page.save_revision()
    make_question(space, owner=owner, review_on=timezone.localdate() + timedelta(days=9))
    assert selectors.past_review(owner) == [page]
    assert selectors.past_review(other) == []
    client.force_login(owner)
    assert "Old answer" in client.get(reverse("upkeep")).content.decode()
    assert reverse("upkeep") in client.get(reverse("desk")).content.decode()
    client.post(reverse("page_looked_through", args=[named.name_of(page)]), {"next_on": "2999-01-01"})
    assert selectors.number_past_review(owner) == 0
    Question.objects.get(pk=page.pk).latest_revision.publish()
    assert Question.objects.get(pk=page.pk).review_on == date(2999, 1, 1)


def test_broken_links_are_found_listed_and_forgotten_once_mended(space):
    chair = make_member(space, Role.CHAIR)
    body = '<p><a href="https://gone.example/x">a</a> <a href="/nowhere/">b</a> <a linktype="page" id="0">c</a></p>'
    page = make_question(space, body=body, source_url="https://fine.example/")
    asked = []

    def follow(url):
        asked.append(url)
        return BrokenLinkReason.GONE if "gone" in url else None

    assert services.check_links(lambda path: path == "/resources/", follow) == 3
    assert sorted(asked) == ["https://fine.example/", "https://gone.example/x"]
    turn, rest = page.pk % 336, [part for part in range(336) if part != page.pk % 336]
    services.check_links(lambda path: True, follow, parts=rest)
    assert len(asked) == 2, "the worker takes each page in its turn, once a week"
    services.check_links(lambda path: path == "/resources/", follow, parts=[turn + 336])
    assert len(asked) == 4
    [(found, broken)] = selectors.broken_links(chair)
    assert found == page
    assert {link.url: link.reason for link in broken} == {
        "https://gone.example/x": "gone", "/nowhere/": "not_here", "page:0": "not_here"
    }  # fmt: skip
    assert selectors.broken_links(make_member(space)) == []
    Question.objects.filter(pk=page.pk).update(body='<p><a href="/resources/">a</a></p>')
    assert services.check_links(lambda path: path == "/resources/", follow) == 0
    assert not BrokenLink.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/", "http://169.254.169.254/latest/", "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/", "http://[2002:7f00:1::]/", "ftp://fine.example/", "file:///etc/passwd",
        "http://fine.example:8080/", "http://user@fine.example/", "http://inside.example/",
    ],
)  # fmt: skip
def test_no_link_leads_to_an_address_that_is_not_public(url, monkeypatch):
    def lookup(host, port, **_more):
        return [(0, 0, 0, "", ({"inside.example": "192.168.0.7"}.get(host, host), port))]

    def no_connection(*_args):
        raise AssertionError("This was called.")

    monkeypatch.setattr(outside.socket, "getaddrinfo", lookup)
    monkeypatch.setattr(outside.socket, "create_connection", no_connection)
    assert links.why_broken(url) == BrokenLinkReason.NOT_PUBLIC


def test_a_redirect_is_judged_like_a_link(monkeypatch):
    asked = {"https://fine.example/": (302, "http://10.0.0.1/"), "https://moved.example/": (301, "/here")}
    monkeypatch.setattr(links, "_ask", lambda url: asked.get(url) or _refuse_or_answer(url))
    assert links.why_broken("https://fine.example/") == BrokenLinkReason.NOT_PUBLIC
    assert links.why_broken("https://moved.example/") is None


def _refuse_or_answer(url):
    if "10.0.0.1" in url:
        raise outside.NotPublicError
    return 200, ""
