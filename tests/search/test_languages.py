"""What the search knows of languages: forms, keyboards, scripts, other names; and what it makes of what can be read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search import highlights, scripts, selectors, similar, words
from search.models import Entry
from search.queries import NEWEST, Query
from tests.factories import make_action, make_glossary_term, make_member, make_organisation, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


def titles(query, user):
    return [hit.entry.title for hit in selectors.search(Query(text=query), user).hits]


@pytest.fixture
def member(space):
    return make_member(space)


# What is written, what is asked for: each finds its own text among all of them.
FORMS = [
    ("Training of officers who trained others", "officer training"),
    ("Удаление устаревших сведений", "удалить сведения"),
    ("Соглашениями предусмотрено", "соглашение"),
    ("Список опечаток", "списки опечатка"),
    ("Отзывы слушателей", "отзыв"),
    ("Smugglers were named", "smuggling"),
    ("معاہدوں کی فہرست", "معاہدہ"),
    ("صفحه‌های تازه", "صفحه تازه"),
    ("هفت كتاب", "هفت کتاب"),
    ("می‌خواهم بروم", "ميخواهم"),
    ("سال ۱۴۰۳", "1403"),
    ("ښوونځی", "ښوونځي"),
    ("Oʻzbekistonga qaytish", "o'zbekistonga"),
    ("Қазақстан азаматтары", "казакстан"),
    ("Тоҷикистон ва ҳамкорӣ", "тожикистон хамкори"),
    ("Office in Peshawar", "пешаваре"),
    ("Office in Quetta", "کوئٹہ"),
    ("Встреча в Лахоре", "لاہور"),
    ("Поездка в Душанбе", "dushanbe"),
    ("کراچی میں دفتر", "Карачи"),
]


def test_forms_keyboards_and_scripts_meet(space, member, engine):
    for text, _asked in FORMS:
        make_action(space, title=text)
    engine.catch_up()
    assert {asked: titles(asked, member)[:1] for _text, asked in FORMS} == {asked: [text] for text, asked in FORMS}


@pytest.mark.parametrize(
    "names",
    ["Peshawar Пешавар پشاور پېښور", "Tashkent Toshkent Тошкент", "Hyderabad Хайдарабад حیدرآباد", "Herat Герат ہرات"],
)
def test_a_name_has_a_key_that_all_scripts_share(names):
    first, *others = (set(scripts.keys(words.fold(name))) for name in names.split())
    assert all(first & other for other in others)


def test_a_term_is_found_by_its_other_names_where_it_may_be_read(space, member, engine):
    make_action(space, title="Visit the Migrant Resource Centre in Lahore")
    make_action(space, title="The MRC opens")
    make_glossary_term(space, title="Migrant Resource Centre", term_ru="Ресурсный центр")
    make_glossary_term(make_space(), title="Visit Lahore")
    engine.catch_up()
    both = {"Visit the Migrant Resource Centre in Lahore", "The MRC opens"}
    for asked in ("MRC", "migrant resource centres", "ресурсные центры"):
        assert both <= set(titles(asked, member)), asked
    # The initials of a term that this reader may not read say nothing.
    assert titles("VL", member) == []


def test_misspelled_words_are_put_right_by_what_can_be_read_alone(space, member, engine):
    make_action(space, title="Reintegration of returnees")
    elsewhere = make_action(make_space(), title="Zanzibarian reports")
    engine.catch_up()
    assert selectors.search(Query(text="reintegartion"), member).meant == "reintegration"
    assert selectors.search(Query(text="zanzibarain"), member).meant == ""
    assert selectors.search(Query(text="zanzibarain"), make_member(elsewhere.space)).meant == "zanzibarian"
    assert selectors.search(Query(text="reintegration"), member).meant == ""


def test_where_nothing_has_all_words_those_with_most_are_found(space, member, engine):
    make_action(space, title="Fingerprint readers for Torkham")
    make_action(space, title="Torkham weather")
    engine.catch_up()
    results = selectors.search(Query(text="fingerprint readers torkham camels"), member)
    assert [hit.entry.title for hit in results.hits] == ["Fingerprint readers for Torkham"]
    assert results.query.is_loose and not results.with_all


def test_where_few_have_all_of_many_words_those_with_most_follow(space, member, engine, monkeypatch):
    for title, country in (("Torkham fingerprint", "PK"), ("Chaman fingerprint", "KZ"), ("Chaman", "KZ")):
        make_action(space, title=f"{title} readers arrive", owner=make_organisation(country=country))
    engine.catch_up()

    def found(text, **fields):
        results = selectors.search(Query(text=text, **fields), member)
        return [hit.entry.title.split(" readers")[0] for hit in results.hits], results.with_all

    both = ["Chaman fingerprint", "Torkham fingerprint"]
    assert found("readers arrive fingerprint") == ([*both, "Chaman"], 2)
    # Of two words both must be there; and by day, what has all of them is not mixed with what has not.
    assert found("fingerprint readers") == (both, 2)
    assert found("readers arrive fingerprint", sort=NEWEST) == (both, 2)
    in_kazakhstan = {"country": ("KZ",)}
    assert found("readers arrive fingerprint", chosen=in_kazakhstan) == (["Chaman fingerprint", "Chaman"], 1)
    # Where the page has shown only what has all words, the choice of one in two shows that one.
    monkeypatch.setattr(selectors, "FEW", 2)
    assert found("readers arrive fingerprint", chosen=in_kazakhstan) == (["Chaman fingerprint"], 1)


def test_similar_is_what_shares_telling_words_and_can_be_read(space, member):
    one = make_action(space, title="Fingerprint readers at Torkham")
    other = make_action(space, title="Order fingerprint readers")
    make_action(space, title="Quite another matter")
    make_action(make_space(), title="Fingerprint readers at Chaman")
    entry = Entry.objects.get(object_id=one.pk, kind="action")
    assert [each.object_id for each in similar.similar(entry, member)] == [other.pk]


def test_the_passage_is_the_one_with_most_of_what_was_asked_for(space, member, engine):
    text = "The readers came. " + "Nothing. " * 80 + "Fingerprint readers in Peshawar work. " + "More. " * 80
    make_action(space, title="Report", description=text)
    engine.catch_up()
    [hit] = selectors.search(Query(text="fingerprint readers Пешавар"), member).hits
    assert "<mark>Fingerprint</mark> <mark>readers</mark> in <mark>Peshawar</mark>" in hit.passage
    text = "Bring your contract or your offer: it is looked at with you. Peshawar"
    assert highlights.passage(text, Query(text="peshawar")).startswith("Bring "), "no word is cut in two"


def test_what_is_new_comes_first_among_equals(space, member, engine):
    today = timezone.localdate()
    for days in (2000, 1):
        make_action(space, title="Border survey", due_on=today - timedelta(days))
    engine.catch_up()
    found = [hit.entry.date for hit in selectors.search(Query(text="border survey"), member).hits]
    assert found == sorted(found, reverse=True)
