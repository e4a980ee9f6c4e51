"""What is shared with other programs: feeds, the sitemap, what a page says of itself, how a resource is cited."""

import json
import re
from html.parser import HTMLParser

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from lxml import etree

from coordination.models import Country, Marking, Role
from knowledge import citations, services
from knowledge.models import KnowledgeFeed, ResourceKind
from tests.factories import make_member, make_news, make_resource, make_space, mark

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
# What ends an element, a string, a field or an entry somewhere.
NASTY = 'R&D </script><b> “50 %” {x} \\ $1 #2 a_b ~ ^ "q" قانون'


@pytest.fixture
def space():
    return make_space("Labour mobility")


def titles(client, address):
    """What a feed names, in both formats: they say the same."""
    atom = client.get(address.format("atom"))
    if atom.status_code != 200:
        return atom.status_code
    document = etree.fromstring(atom.content)
    named = document.xpath("//a:entry/a:title/text()", namespaces=ATOM)
    items = json.loads(client.get(address.format("json")).content)["items"]
    assert [item["title"] for item in items] == named
    assert [item["id"] for item in items] == document.xpath("//a:entry/a:id/text()", namespaces=ATOM)
    return named


def mine(secret):
    return reverse("feed_mine", args=[secret, "FORM"]).replace("FORM", "{}")


# --- feeds ---------------------------------------------------------------------------------------------------------
def test_feeds_hold_what_may_be_read_at_that_moment_the_newest_first(client, space, topic):
    member = make_member(space)
    older = mark(make_resource(space, title=NASTY, topics=[topic], abstract="<p>\x0b</p>"), Marking.CLEAR)
    newer = mark(make_news(space, title="Newer"), Marking.CLEAR)
    make_resource(space, title="For members", topics=[topic])
    assert titles(client, "/feeds/all.{}") == [newer.title, older.title]
    assert titles(client, f"/topics/{topic.slug}/feed.{{}}") == [older.title]
    assert titles(client, f"/spaces/{space.key}/feed.{{}}") == 404
    of_all, of_space = services.renew_knowledge_feed(member), services.renew_knowledge_feed(member, space=space)
    of_topic = services.renew_knowledge_feed(member, topic=topic)
    assert titles(client, mine(of_all)) == titles(client, mine(of_space)) == ["For members", "Newer", NASTY]
    assert titles(client, mine(of_topic)) == ["For members", NASTY]
    newer.unpublish()
    mark(older, Marking.RED, users=[make_member(space, Role.CHAIR)])
    assert titles(client, "/feeds/all.{}") == []
    assert titles(client, mine(of_all)) == ["For members"]
    assert titles(client, "/feeds/all.rss") == 404


def test_a_secret_address_is_renewed_withdrawn_and_ends_with_the_right_to_read(client, space):
    member, stranger = make_member(space), make_member(make_space())
    with pytest.raises(PermissionDenied):
        services.renew_knowledge_feed(stranger, space=space)
    client.force_login(member)
    page = client.post(reverse("feed_list"), {"space": space.key, "deed": "renew"})
    [first, _json] = [address for _form, address in page.context["made"]]
    secret = first.rsplit("/", 1)[1].removesuffix(".atom")
    assert secret not in str(KnowledgeFeed.objects.values()) + client.get(reverse("feed_list")).content.decode()
    client.logout()
    second = services.renew_knowledge_feed(member, space=space)
    assert [titles(client, mine(one)) for one in (secret, second)] == [404, []]
    services.end_knowledge_feed(member, space=space)
    assert titles(client, mine(second)) == 404
    third = services.renew_knowledge_feed(member, space=space)
    member.is_active = False
    member.save()
    assert titles(client, mine(third)) == 404 and not KnowledgeFeed.objects.exists()


def test_what_has_not_changed_is_not_sent_again_and_what_is_withdrawn_is(client, space):
    first, second = make_member(space), make_member(space)
    address = mine(services.renew_knowledge_feed(first)).format("atom")
    resource = mark(make_resource(space), Marking.CLEAR)
    before = client.get(address)
    known = {"If-None-Match": before["ETag"], "If-Modified-Since": before["Last-Modified"]}
    assert client.get(address, headers=known).status_code == 304
    other = client.get(mine(services.renew_knowledge_feed(second)).format("atom"))
    assert other["ETag"] != before["ETag"] and "private" in before["Cache-Control"]
    mark(resource, Marking.RED, users=[second])
    after = client.get(address, headers=known)
    assert after.status_code == 200 and resource.key.encode() not in after.content
    # Of nothing it says nothing: the same bytes as if there had never been anything.
    assert client.get(address)["Last-Modified"] == "Sat, 01 Jan 2000 00:00:00 GMT"


def test_a_feed_asks_no_more_questions_for_more_pages(client, space, topic, django_assert_max_num_queries):
    for number in (2, 12):
        for _each in range(number):
            mark(make_resource(space, topics=[topic]), Marking.CLEAR)
        with django_assert_max_num_queries(24):
            client.get("/feeds/all.atom")


# --- for search engines and browsers -------------------------------------------------------------------------------
def test_the_index_of_the_sitemap_leads_to_public_pages_with_their_translations(client, space):
    original = mark(make_resource(space), Marking.CLEAR)
    russian = mark(make_resource(space, language="ru", translation_of=original), Marking.CLEAR)
    make_resource(space, language="ur", translation_of=original, live=False)
    index = client.get("/sitemap.xml").content.decode()
    assert "/sitemap-resource.xml" in index and "/sitemap-lists.xml" in index
    document = etree.fromstring(client.get("/sitemap-resource.xml").content)
    found = document.xpath("//*[local-name()='link']/@hreflang")
    assert sorted(found) == ["en", "en", "ru", "ru"]
    assert {path.rsplit("/", 2)[1] for path in document.xpath("//*[local-name()='loc']/text()")} == {
        original.key, russian.key,
    }  # fmt: skip
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /feeds/mine/" in robots and "/sitemap.xml" in robots


def test_a_browser_learns_how_to_search_here(client, space):
    page = client.get(reverse("knowledge")).content.decode()
    address = re.search(r'type="application/opensearchdescription\+xml" [^>]*href="([^"]+)"', page)[1]
    answer = client.get(address)
    template = etree.fromstring(answer.content).xpath("//*[local-name()='Url']/@template")[0]
    assert template.endswith("/search/?q={searchTerms}") and "opensearchdescription" in answer["Content-Type"]


# --- what a page says of itself ------------------------------------------------------------------------------------
class Head(HTMLParser):
    """The names and contents of meta elements, and what stands in the script for programs."""

    def __init__(self, page):
        super().__init__()
        self.meta, self.data, self.canonical, self.inside = [], "", "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "meta" and "name" in attrs:
            self.meta.append((attrs["name"], attrs["content"]))
        if attrs.get("rel") == "canonical":
            self.canonical = attrs["href"]
        self.inside = attrs.get("type") == "application/ld+json"

    def handle_data(self, data):
        self.data += data if self.inside else ""

    def handle_endtag(self, tag):
        self.inside = False


def test_a_page_describes_itself_in_what_it_shows_whatever_signs_are_in_it(client, space, topic):
    resource = make_resource(
        space, title=NASTY, abstract=NASTY, authors=f"Khan, Ayesha; {NASTY}", year=2023, licence="cc-by",
        topics=[topic], countries=[Country.objects.get_or_create(code="PK", defaults={"name": "Pakistan"})[0]],
    )  # fmt: skip
    mark(resource, Marking.CLEAR)
    head = Head(client.get(resource.get_absolute_url()).content.decode())
    told = json.loads(head.data)
    assert told["name"] == told["description"] == NASTY and told["@type"] == "Report"
    assert [author["name"] for author in told["author"]] == resource.author_names
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/" and told["datePublished"] == "2023"
    assert head.canonical == told["url"] and head.canonical.endswith(resource.get_absolute_url())
    assert ("DC.title", NASTY) in head.meta and ("citation_title", NASTY) in head.meta
    assert [content for name, content in head.meta if name == "citation_author"] == resource.author_names


# --- citations -----------------------------------------------------------------------------------------------------
def test_a_citation_comes_back_from_its_format_as_it_was(client, space):
    """Without a year for one kind, without an author for another."""
    for kind in (ResourceKind.STUDY, ResourceKind.LEGAL, ResourceKind.DATA):
        year = None if kind == ResourceKind.LEGAL else 2023
        authors = "" if kind == ResourceKind.DATA else "Khan, Ayesha; Ministry of Interior and Works; Иванов, Пётр"
        resource = mark(make_resource(space, title=NASTY, kind=kind, year=year, authors=authors), Marking.CLEAR)
        answer = client.get(reverse("resource_citation", args=[resource.key, "bib"]))
        of_bibtex = [SeparateCoAuthors(), LatexDecodingMiddleware()]
        read = bibtexparser.parse_string(answer.content.decode(), append_middleware=of_bibtex)
        [entry] = read.entries
        fields = {field.key: field.value for field in entry.fields}
        assert not read.failed_blocks and entry.key == f"accord-{resource.key}"
        # The second pair of braces, which keeps the capitals, is the reader's to take off; it reads ^ as a like sign.
        assert fields["title"].removeprefix("{").removesuffix("}").replace("ˆ", "^") == NASTY
        assert [name.strip("{}") for name in fields.get("author", [])] == resource.author_names
        assert fields.get("year") == (str(year) if year else None)
        assert fields["url"] == citations.address_of(resource)
        answer = client.get(reverse("resource_citation", args=[resource.key, "ris"]))
        [reference] = rispy.loads(answer.content.decode())
        assert reference["title"] == NASTY and reference.get("authors", []) == resource.author_names
        assert reference.get("year") == (str(year) if year else None) and reference["urls"] == [fields["url"]]
