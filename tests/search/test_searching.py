"""What is found, by either engine."""

from datetime import date

import pytest

from coordination.models import Article, Topic
from search import selectors
from search.queries import Query
from tests.factories import make_action, make_agreement, make_member, make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


def titles(query, user, **fields):
    return [hit.entry.title for hit in selectors.search(Query(text=query, **fields), user).hits]


def counts(results, facet):
    [found] = [each for each in results.facets if each.name == facet]
    return {value.label: value.count for value in found.values}


@pytest.fixture
def member(space):
    return make_member(space)


def test_a_word_of_the_title_comes_before_one_of_the_text(space, member, engine):
    make_action(space, title="Fingerprints: buy readers")
    make_action(space, title="Send a list", description="The readers of fingerprints are late.")
    engine.catch_up()
    assert titles("fingerprints", member) == ["Fingerprints: buy readers", "Send a list"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The agreements were signed", "agreement"),
        ("The agreement was signed", "agreements"),
        ("Half a word is enou", "enou"),
        ("Procès-verbal", "proces"),
        ("О подписании соглашения", "соглашение"),
        ("Подготовлены соглашения о реадмиссии", "соглашением"),
        ("Пограничный контроль ещё нужен", "еще"),
        ("پاکستان میں تربیت", "پاكستان"),  # Arabic kaf for the Urdu one
        ("تربیتی مرکز", "تربيتي"),  # Arabic yeh
        ("ہجرت کے مسائل", "هجرت"),  # Arabic heh
        ("مَرکَز", "مرکز"),  # with vowel marks
        ("Oʻzbekiston Respublikasi", "respublikasi"),
    ],
)
def test_a_word_is_found_in_other_forms_and_spellings(space, member, engine, text, query):
    make_action(space, title=text)
    make_action(space, title="Quite another matter")
    engine.catch_up()
    assert titles(query, member) == [text]


def test_all_words_must_be_there_in_title_or_text(space, member, engine):
    make_action(space, title="Train border guards", description="In Torkham, yearly")
    make_action(space, title="Train drivers")
    engine.catch_up()
    assert titles("train torkham", member) == ["Train border guards"]


def test_words_in_quotation_marks_are_found_in_this_order_only(space, member, engine):
    make_action(space, title="Border police training")
    make_action(space, title="Police at the border")
    engine.catch_up()
    assert titles('"border police"', member) == ["Border police training"]


def test_facets_count_what_is_found_and_narrow_it_down(space, member, engine):
    kazakh = make_organisation(country="KZ")
    make_action(space, title="Training in Karachi")
    make_action(space, title="Training in Almaty", owner=kazakh)
    agreement = make_agreement(space, title="Training agreement")
    Article.objects.create(agreement=agreement, number="2", title="Courses", body="<p>Yearly</p>")
    engine.catch_up()
    everything = selectors.search(Query(text="training"), member)
    assert everything.total == 4
    assert counts(everything, "kind") == {"Action": 2, "Agreement": 1, "Article": 1}
    assert counts(everything, "country") == {"PK": 1, "KZ": 1}
    assert counts(everything, "space") == {"Border management": 4}
    narrowed = selectors.search(Query(text="training", chosen={"kind": ("action",), "country": ("KZ",)}), member)
    assert [hit.entry.title for hit in narrowed.hits] == ["Training in Almaty"]
    # Of its own facet, the other values are still offered, and counted within what the rest has narrowed down.
    assert counts(narrowed, "country") == {"KZ": 1, "PK": 1}
    both = selectors.search(Query(text="training", chosen={"kind": ("action", "article")}), member)
    assert both.total == 3


def test_topics_and_languages_are_facets_too(space, member, engine):
    topic = Topic.objects.create(slug="skills", name="Skills")
    agreement = make_agreement(space, title="Учебный центр", language="ru")
    agreement.topics.add(topic)
    agreement.save()
    make_agreement(space, title="Training centre")
    engine.catch_up()
    everything = selectors.search(Query(), member)
    assert counts(everything, "topic") == {"Skills": 1}
    assert counts(everything, "language")["Russian"] == 1
    assert titles("", member, chosen={"topic": ("skills",), "language": ("ru",)}) == ["Учебный центр"]


def test_without_words_the_newest_come_first_within_the_days(space, member, engine):
    for day in (1, 3, 2, 9):
        make_action(space, title=f"Due on {day}", due_on=date(2026, 5, day))
    engine.catch_up()
    found = titles("", member, since=date(2026, 5, 1), until=date(2026, 5, 3))
    assert found == ["Due on 3", "Due on 2", "Due on 1"]


def test_pages_follow_one_another_without_gaps(space, member, engine):
    for number in range(45):
        make_action(space, title=f"Item {number}", due_on=date(2026, 1, 1))
    engine.catch_up()
    pages = [titles("item", member, page=page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({title for page in pages for title in page}) == 45


STRANGE = [
    '"', "'", '""', '"""open', "a AND", "OR", "NOT NEAR(", "title:x", "*", "a*b", "(((", "\\", "\\'", "a:b:c", "^2",
    "{}", "-", "--", "!", "&|", "<->", "<script>alert(1)</script>", "%", "%s %d", "_", "\0", "a\0b", "\n\r\t",
    "🙂", "🙂 🙃", "the of and", "и в на", "x" * 10_000, "word " * 2_000, "ا" * 5_000, "\u202e\u200f", "é\u0301",
    "1.5", "-5", "a@b.example", "http://a.example/?q=1&b=2", "٣٤", "ß", "ﬁ", "İ", "'; DROP TABLE search_entry; --",
    "/.*/", "~2", "[1 TO 2]", "«»", "“a”b“",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: ascii(text[:12]))
def test_no_text_breaks_the_search(space, member, engine, text):
    make_action(space, title="Something")
    engine.catch_up()
    assert not selectors.search(Query(text=text), member).from_ledger_instead
    selectors.suggest(text, member)


def test_what_was_asked_for_is_marked_in_title_and_passage(space, member, engine):
    long_text = "Nothing here. " * 60 + "The <b>fingerprint</b> readers arrived. " + "More. " * 100
    make_action(space, title="Fingerprint readers", description=long_text)
    engine.catch_up()
    [hit] = selectors.search(Query(text="fingerprints"), member).hits
    assert hit.title == "<mark>Fingerprint</mark> readers"
    assert "<mark>fingerprint</mark>" in hit.passage
    assert "<b>" not in hit.passage
    assert len(hit.passage) < 500


def test_suggestions_are_titles_that_begin_to_match(space, member, engine):
    make_action(space, title="Reintegration of returnees")
    make_action(space, title="Other", description="reintegration")
    engine.catch_up()
    assert [hit.entry.title for hit in selectors.suggest("reint", member)] == ["Reintegration of returnees"]
