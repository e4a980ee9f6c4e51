"""Terms of the glossary in the text of a page: which words are marked, for whom, and how long it takes."""

import re
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coordination.models import Article, Marking
from knowledge import glossing
from knowledge.models import GlossaryTerm, Wording, WordingKind
from tests.factories import (
    make_agreement,
    make_glossary_term,
    make_meeting,
    make_member,
    make_news,
    make_paragraph,
    make_record,
    make_space,
    mark,
)

pytestmark = pytest.mark.django_db
ANYONE = AnonymousUser()


@pytest.fixture
def space():
    return make_space()


def public(space, title, *acronyms, **fields):
    term = make_glossary_term(space, title=title, **fields)
    for text in acronyms:
        term.wordings.add(Wording(language="en", kind=WordingKind.ACRONYM, text=text))
    term.save()
    return mark(term, Marking.CLEAR)


def marked(html, reader=ANYONE, language="en"):
    """The words that are marked, in their order; and all else has to be as it was."""
    made = glossing.Section(glossing.table_for(reader, language), "body").with_terms(html)
    note = r'<span [^>]*id="\1"[^>]*>.*?</span>'
    link = rf'<span class="accord-term"><a href="[^"]+" aria-describedby="([^"]+)">(.*?)</a>{note}</span>'
    assert re.sub(link, r"\2", made) == html
    numbers = re.findall(r'id="([^"]+)"', made)
    assert len(numbers) == len(set(numbers))
    return [text for _number, text in re.findall(link, made)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>A Migrant Resource Centre, and a migrant\n resource centre again.</p>", ["Migrant Resource Centre"]),
        ("<p>migrant-resource centres</p><h3>Return</h3><p>Return</p>", ["migrant-resource centres", "Return"]),
        ("<p>Return</p><h2>More</h2><p>return</p>", ["Return", "return"]),
        ("<p><a href='/x'>Return</a> <code>return</code> <pre>return</pre> <b>return</b></p>", ["return"]),
        ("<p>The MRC, not an mrc; returned, Returning, pre&amp;return&nbsp;</p>", ["MRC", "return"]),
        ("<p title='return'>x<br/>y<!-- return --> &lt;return&gt; 1 < 2</p>", ["return"]),
        ("<p>Migrant Resource, Centre</p>", []),
        ("", []),
    ],
)  # fmt: skip
def test_the_first_time_in_each_section_and_nowhere_in_links_headings_and_code(space, html, found):
    public(space, "Migrant Resource Centre", "MRC")
    public(space, "Return")
    # The table names the acronym's term once: where the term stands before, the acronym is not marked again.
    assert marked(html) == found


def test_only_terms_that_this_reader_may_read_are_marked_from_one_moment_to_the_next(space):
    member, outsider = make_member(space), make_member(make_space())
    secret = make_glossary_term(space, title="Canary", term_ur="کنری", definition="Confidential.")
    public(space, "Return")
    text = "<p>Canary and return.</p>"
    for _twice in range(2):
        assert marked(text, member) == ["Canary", "return"]
        assert marked(text, outsider) == marked(text) == ["return"]
    assert marked("<p>کنری</p>", member, "ur") == ["کنری"] and marked("<p>کنری</p>", ANYONE, "ur") == []
    mark(secret, Marking.CLEAR)
    assert marked(text, outsider) == ["Canary", "return"]
    secret.refresh_from_db()
    secret.title = "Linnet"
    secret.save()
    assert marked(text, member) == ["return"]
    GlossaryTerm.objects.get(pk=secret.pk).unpublish()
    assert marked("<p>Linnet</p>", member) == []


def test_a_page_shows_what_a_term_means_and_leads_to_it(client, space, django_assert_max_num_queries):
    term = public(space, "Return", definition='Going "home" <again>.')
    news = mark(make_news(space, summary="On return.", body="<p>Return</p>"), Marking.CLEAR)
    with django_assert_max_num_queries(100) as captured:
        page = client.get(news.get_absolute_url()).content.decode()
    assert sum('SUM("knowledge_glossaryterm"."stamp")' in query["sql"] for query in captured) == 1, "once for a page"
    assert page.count(f'<a href="{term.get_absolute_url()}" aria-describedby="summary-term-1">return</a>') == 1
    assert 'id="body-term-1"' in page and "Going &quot;home&quot; &lt;again&gt;." in page
    for number in (3, 12):
        for each in range(number):
            public(space, f"Word {number} {each}")
        glossing._tables.clear()
        with django_assert_max_num_queries(4):
            glossing.table_for(ANYONE, "en")
        with django_assert_max_num_queries(2):
            glossing.table_for(ANYONE, "en")


def test_five_hundred_terms_in_a_long_page_take_no_longer_than_one_reading_of_it(space):
    """By the clock of the process, beside the same page with as good as no terms."""
    note = glossing.Note(1, "/x", "x", "x", "en")
    table = glossing.Table()
    for number in range(500):
        glossing._enter(table, f"word{number} of the long term", False, note._replace(pk=number))
        glossing._enter(table, f"of the {number}", False, note._replace(pk=number))
    html = "<p>of the long word7 of the text and so on, word8 of the long way</p>" * 5000

    def taken(phrases):
        began = time.process_time()
        marker = glossing._Marker(phrases, "body")
        marker.feed(html)
        marker.close()
        return time.process_time() - began

    assert taken(table) < 20 * taken(glossing.Table()) + 0.5


def test_the_glossary_shows_all_languages_side_by_side(client, space):
    term = public(space, "Return", term_ru="Возвращение", definition_ru="…", source="Handbook")
    for language, kind, text in (
        ("ps", "term", "ستنیدل"),
        ("en", "alternative", "Going home"),
        ("en", "acronym", "RTN"),
    ):
        term.wordings.add(Wording(language=language, kind=kind, text=text))
    term.save()
    for address in (term.get_absolute_url(), reverse("glossary") + "?q=ستنیدل", reverse("glossary") + "?q=rtn"):
        page = client.get(address).content.decode()
        assert all(text in page for text in ("Возвращение", "ستنیدل", "Going home", "RTN")), address
    assert '<div lang="ps" dir="rtl">' in page
    in_russian = client.get(term.get_absolute_url(), headers={"Accept-Language": "ru"}).content.decode()
    assert '<h1 lang="ru">Возвращение</h1>' in in_russian, "the reader's language comes first"


def test_records_and_agreements_mark_terms_once_a_section_and_ask_for_them_once(client, space):
    public(space, "Readmission")
    record = make_record(make_meeting(space))
    for number in (1, 2):
        make_paragraph(record, number, text="Readmission was discussed, and readmission again.")
        make_paragraph(record, number, text="Of readmission nothing more.")
    agreement = make_agreement(space)
    for number in ("1", "2"):
        Article.objects.create(agreement=agreement, number=number, title="Readmission", body="<p>Readmission.</p>")
    client.force_login(make_member(space))
    for address in (record.get_absolute_url(), agreement.get_absolute_url()):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).content.decode()
        assert page.count('class="accord-term"') == 2
        assert sum('SUM("knowledge_glossaryterm"."stamp")' in query["sql"] for query in asked.captured_queries) == 1
