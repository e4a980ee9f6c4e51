"""A page of knowledge on its way to its readers: previewed, reviewed by the owners of its topics, out on its day."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from coordination import publishing
from coordination.models import AuditEntry, Marking, Role, Topic
from discussion import selectors as news_of
from knowledge.models import Event, NewsItem
from search.models import Entry
from tests.factories import join, make_member, make_news, make_organisation, make_space, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def topic():
    return Topic.objects.create(slug="skills", name="Skills")


def draft(space, author, topics=(), **fields):
    """A page that its author has not published."""
    page = make_news(space, topics=topics, owner=author, live=False, **{"title": "Courses begin", **fields})
    page.save_revision(user=author)
    return NewsItem.objects.get(pk=page.pk)


def sent(page, **fields):
    """What the editor's browser sends for a news item, from a form that was opened with its present version."""
    latest = page.get_latest_revision_as_object()
    return {
        "title": latest.title, "published_on": "2026-01-01", "language": "en", "summary": latest.summary,
        "body": '{"blocks": [], "entityMap": {}}', "loaded_revision_id": page.latest_revision_id or "",
        "topics": [topic.pk for topic in latest.topics.all()], **fields,
    }  # fmt: skip


def edit(client, page, user, **fields):
    client.force_login(user)
    page.refresh_from_db()
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), sent(page, **fields))


def told(user):
    return [one.subject for one in news_of.told(news_of.notifications_of(user), user)]


def acts(client, page, user, action, comment=""):
    client.force_login(user)
    state = NewsItem.objects.get(pk=page.pk).workflow_states.latest("pk").current_task_state_id
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state])
    return client.post(address, {"comment": comment})


# --- review --------------------------------------------------------------------------------------------------------
def test_a_submitted_page_goes_to_the_owner_of_its_topic_who_sends_it_back_and_then_approves(client, space, topic):
    author, owner, bystander = (make_member(space, Role.CONTRIBUTOR) for _number in range(3))
    chair = make_member(space, Role.CHAIR)
    topic.owners.add(owner, make_user())
    page = draft(space, author, [topic])
    assert acts_are_closed(client, page, owner)
    edit(client, page, author, **{"action-submit": "1"})
    assert (told(owner), told(chair), told(bystander)) == (["For you to review: Courses begin"], [], [])
    client.force_login(owner)
    assert "Courses begin" in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
    for other in (author, bystander):
        assert acts(client, page, other, "approve").status_code == 404
    acts(client, page, owner, "reject", "Which courses?")
    assert told(author) == ["Sent back with a comment: Courses begin"]
    edit(client, page, author, title="Courses in Lahore begin", **{"action-submit": "1"})
    acts(client, page, owner, "approve")
    page.refresh_from_db()
    assert (page.live, page.title) == (True, "Courses in Lahore begin")
    assert "Approved: Courses in Lahore begin" in told(author)
    trail = AuditEntry.objects.filter(object_id=page.pk, verb__in=["page approved", "page sent back", "page published"])
    assert {(entry.verb, entry.actor) for entry in trail} == {
        ("page sent back", owner), ("page approved", owner), ("page published", owner)
    }  # fmt: skip
    assert [message.subject for message in mail.outbox if "Courses" in message.subject + message.body] == []


def acts_are_closed(client, page, user):
    client.force_login(user)
    return client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 404


def test_where_no_owner_can_review_whoever_publishes_in_the_space_does(client, space, topic):
    """Of the owners one is in no space, one only reads, one may not read the page, one has written it."""
    author, reader, closed = (make_member(space, role) for role in (Role.CONTRIBUTOR, Role.READER, Role.CONTRIBUTOR))
    rapporteur, outsider = make_member(space, Role.RAPPORTEUR, make_organisation()), make_user()
    join(outsider, make_space(), Role.CHAIR)
    topic.owners.add(author, reader, closed, outsider)
    page = mark(draft(space, author, [topic]), Marking.RED, users=[author, reader, rapporteur])
    edit(client, page, author, **{"action-submit": "1"})
    assert [len(told(user)) for user in (rapporteur, author, reader, closed, outsider)] == [1, 0, 0, 0, 0]
    for user in (author, reader, closed, outsider):
        assert acts(client, page, user, "approve").status_code == 404
    assert acts(client, page, rapporteur, "approve").status_code == 302


def test_while_it_is_reviewed_its_author_changes_nothing_but_may_take_it_back(client, space, topic):
    author, owner = make_member(space, Role.CONTRIBUTOR), make_member(space, Role.CONTRIBUTOR)
    topic.owners.add(owner)
    page = draft(space, author, [topic])
    edit(client, page, author, **{"action-submit": "1"})
    edit(client, page, author, title="Something else")
    assert page.get_latest_revision_as_object().title == "Courses begin"
    edit(client, page, author, **{"action-cancel-workflow": "1"})
    assert acts(client, page, owner, "approve").status_code == 404
    edit(client, page, author, title="Something else")
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().title == "Something else"


# --- preview -------------------------------------------------------------------------------------------------------
@pytest.mark.both_stacks
def test_a_preview_shows_what_is_typed_and_leaves_nothing_behind(client, space):
    author = make_member(space, Role.CONTRIBUTOR)
    page = draft(space, author)
    client.force_login(author)
    new = reverse("wagtailadmin_pages:preview_on_add", args=["knowledge", "newsitem", space.pk])
    for address in (reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]), new):
        # Of a text in which nothing stands yet a browser sends this.
        answer = client.post(address, sent(page, title="As it will be", summary="Typed a moment ago", body="null"))
        assert answer.json() == {"is_valid": True, "is_available": True}
        shown = client.get(address)
        assert shown.status_code == 200
        assert "As it will be" in shown.content.decode() and "Typed a moment ago" in shown.content.decode()
    # A profile of no country is none, and no error either.
    unfinished = reverse("wagtailadmin_pages:preview_on_add", args=["knowledge", "countryprofile", space.pk])
    parts = {f"facts-{name}": number for name, number in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))}
    client.post(unfinished, {**sent(page), **parts})
    assert "not available" in client.get(unfinished).content.decode()
    page.refresh_from_db()
    assert (page.live, page.title, NewsItem.objects.count()) == (False, "Courses begin", 1)
    assert not Entry.objects.filter(title="As it will be").exists()
    client.force_login(make_member(space, Role.CONTRIBUTOR))
    assert client.get(reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])).status_code == 404


def test_the_times_of_an_event_are_typed_by_the_clock_of_its_place(client, space):
    author = make_member(space, Role.RAPPORTEUR)
    client.force_login(author)
    form = {
        "title": "Open day", "language": "en", "summary": "", "body": "null", "time_zone": "Asia/Karachi",
        "starts_at": "2026-12-07 10:00", "ends_at": "2026-12-07 13:00", "action-publish": "1",
    }  # fmt: skip
    answer = client.post(reverse("wagtailadmin_pages:add", args=["knowledge", "event", space.pk]), form)
    event = Event.objects.get()
    assert answer.status_code == 302
    assert event.starts_at.isoformat() == "2026-12-07T05:00:00+00:00"
    page = client.get(reverse("wagtailadmin_pages:edit", args=[event.pk])).content.decode()
    assert 'value="2026-12-07 10:00"' in page and 'value="2026-12-07 13:00"' in page


# --- its day -------------------------------------------------------------------------------------------------------
@pytest.mark.both_stacks
def test_a_page_goes_out_and_is_withdrawn_on_its_day_without_anybody(client, space, monkeypatch):
    rapporteur = make_member(space, Role.RAPPORTEUR)
    page = draft(space, rapporteur)
    now = timezone.now()
    out, over = now + timedelta(days=1), now + timedelta(days=3)
    as_typed = {"go_live_at": f"{out:%Y-%m-%d %H:%M}", "expire_at": f"{over:%Y-%m-%d %H:%M}"}
    edit(client, page, rapporteur, **as_typed, **{"action-publish": "1"})
    found = Entry.objects.filter(title="Courses begin")
    for day, live in ((0, False), (2, True), (4, False)):
        monkeypatch.setattr(timezone, "now", lambda day=day: now + timedelta(days=day))
        publishing.publish_what_is_due()
        page.refresh_from_db()
        assert (page.live, found.exists()) == (live, live), day
    trail = AuditEntry.objects.filter(object_id=page.pk, actor=None).order_by("pk")
    assert list(trail.values_list("verb", flat=True)) == ["page published on its day", "page withdrawn on its day"]
