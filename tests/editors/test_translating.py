"""Pages of knowledge in several languages: for the readers of the original, each in the own language if it is there."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from coordination import access
from coordination.models import AuditEntry, Marking, Role
from knowledge import selectors
from knowledge.models import CountryFact, CountryProfile, NewsItem
from search.models import Entry
from tests.factories import make_country_profile, make_member, make_news, make_space, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space()


def begin(client, page, language="ur"):
    address = reverse("page_translate", args=[page._meta.model_name, page.key])
    return client.post(address, {"language": language})


def published(page, **fields):
    """The page with other words, published by nobody in particular."""
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def test_a_translation_is_begun_with_the_words_and_parts_of_its_original_and_written_on_the_editors_side(client, space):
    author = make_member(space, Role.CONTRIBUTOR)
    profile = make_country_profile(space, facts=[("Population", "1", "A report", "2025-01-01")])
    client.force_login(author)
    for _again in range(2):
        answer = begin(client, profile)
    made = CountryProfile.objects.exclude(pk=profile.pk).get()
    assert answer.url == reverse("wagtailadmin_pages:edit", args=[made.pk])
    assert client.get(answer.url).status_code == 200
    assert (made.live, made.language, made.owner, made.title) == (False, "ur", author, profile.title)
    assert CountryFact.objects.filter(profile=made).count() == CountryFact.objects.filter(profile=profile).count() > 0
    assert AuditEntry.objects.filter(verb="translation begun", object_id=made.pk, actor=author).count() == 1
    made.language = "en"
    with pytest.raises(ValidationError):
        made.full_clean()


def test_whoever_may_not_write_there_begins_none(client, space):
    public = mark(make_news(space), Marking.CLEAR)
    for user in (make_member(space), make_user()):
        client.force_login(user)
        assert begin(client, public).status_code == 404
    client.force_login(make_member(space, Role.CONTRIBUTOR))
    assert begin(client, public, "en").status_code == 200
    assert begin(client, public, "tlh").status_code == 200
    assert begin(client, make_news(make_space())).status_code == 404
    assert NewsItem.objects.filter(translation_of__isnull=False).count() == 0


def test_a_reader_finds_each_page_once_in_the_own_language_or_is_told_which_it_is(client, space):
    reader, author = make_member(space), make_member(space, Role.CONTRIBUTOR)
    news = make_news(space, title="Courses begin")
    client.force_login(author)
    begin(client, news, "ru")
    draft = NewsItem.objects.get(language="ru")

    def listed(language):
        with translation.override(language):
            return [page.title for page in selectors.news(reader)]

    assert listed("ru") == ["Courses begin"]
    translated = published(draft, title="Курсы начинаются")
    assert (listed("en"), listed("ru"), listed("ur")) == (["Courses begin"], ["Курсы начинаются"], ["Courses begin"])
    for language, expected in (("en", (False, None)), ("ur", (True, None)), ("ru", (False, translated))):
        with translation.override(language):
            languages = selectors.languages_of(news, reader)
        assert (languages.is_missing, languages.mine) == expected
    client.force_login(reader)
    assert "Русский" in client.get(news.get_absolute_url()).content.decode()
    assert "Read this page in your language" in client.get(translated.get_absolute_url()).content.decode()
    published(news, title="Courses begin later")
    assert "has changed since this was translated" in client.get(translated.get_absolute_url()).content.decode()


def test_a_translation_has_the_readers_of_its_original_and_goes_with_it(client, space):
    named, other = make_member(space), make_member(space)
    client.force_login(make_member(space, Role.RAPPORTEUR))
    news = mark(make_news(space), Marking.CLEAR)
    begin(client, news, "ru")
    translated = published(NewsItem.objects.get(language="ru"), title="Курсы")
    assert translated.marking == Marking.CLEAR
    mark(news, Marking.RED, users=[named])
    translated.refresh_from_db()
    assert [access.may_read(user, translated) for user in (named, other)] == [True, False]
    assert Entry.objects.filter(title="Курсы").readable_by(named).exists()
    assert not Entry.objects.filter(title="Курсы").readable_by(other).exists()
    NewsItem.objects.get(pk=news.pk).unpublish()
    translated.refresh_from_db()
    assert not translated.live and not Entry.objects.filter(title="Курсы").exists()
