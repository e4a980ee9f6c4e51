"""The reports of the editors' side: what is to be looked after, of what this editor may read, in as many queries."""

from datetime import date

import pytest
from django.urls import reverse

from coordination.models import Marking, Role, Topic
from knowledge.models import NewsItem
from tests.factories import make_file, make_member, make_news, make_resource, make_space, make_user, mark

pytestmark = pytest.mark.django_db
REPORTS = ("translations", "topics", "review", "files")


@pytest.fixture
def space():
    return make_space()


def shown(client, report):
    return client.get(reverse("knowledge_reports") + f"?report={report}").content.decode()


def test_each_report_holds_what_is_to_do_and_nothing_that_is_closed(client, space):
    editor, topic = make_member(space, Role.CONTRIBUTOR), Topic.objects.create(slug="skills", name="Skills")
    make_news(space, title="Sound", topics=[topic], review_on=date(2999, 1, 1))
    late = make_news(space, title="Late", topics=[topic], review_on=date(2020, 1, 1))
    make_resource(space, title="Loose")
    make_file(space, "orphan.txt", title="Orphan")
    make_file(space, "kept.txt", title="Kept").attach(late)
    for where, who in ((space, make_member(space)), (make_space(), make_user())):
        mark(make_news(where, title="Closedword", review_on=date(2020, 1, 1)), Marking.RED, users=[who])
        mark(make_file(where, title="Closedword"), Marking.RED, users=[who])
    make_news(make_space(), title="Closedword")
    client.force_login(editor)
    named = {"translations": {"Sound", "Late", "Loose"}, "topics": {"Loose"}, "review": {"Late"}, "files": {"Orphan"}}
    for report in REPORTS:
        page = shown(client, report)
        assert {
            title for title in ("Sound", "Late", "Loose", "Orphan", "Kept", "Closedword") if title in page
        } == named[report]
    client.force_login(make_member(space))
    assert client.get(reverse("knowledge_reports")).status_code == 404


def test_a_page_leaves_the_report_when_it_is_translated_and_comes_back_when_it_changes(client, space):
    client.force_login(make_member(space, Role.RAPPORTEUR))
    news = make_news(space, title="Courses")
    for language in ("ru", "ur"):
        client.post(reverse("page_translate", args=["newsitem", news.key]), {"language": language})
    assert shown(client, "translations").count("a draft") == 2
    for one in NewsItem.objects.filter(translation_of=news):
        one.save_revision().publish()
    assert "Courses" not in shown(client, "translations")
    news.save_revision().publish()
    assert shown(client, "translations").count("older than the original") == 2


def test_more_pages_ask_no_more_queries(client, space, django_assert_max_num_queries):
    client.force_login(make_member(space, Role.CONTRIBUTOR))
    for _round in range(2):
        for number in range(4):
            make_news(space, title=f"News {number}", review_on=date(2020, 1, 1))
            make_file(space, f"{number}.txt")
        with django_assert_max_num_queries(45):
            client.get(reverse("knowledge_reports"))
