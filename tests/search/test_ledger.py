"""The ledger follows every change, in the change's own transaction."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from coordination.models import Action, Article, Marking
from search import ledger
from search.models import Entry
from tests.factories import make_action, make_agreement, make_member, make_space, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


def entries_of(obj):
    return list(Entry.objects.standing().filter(kind=type(obj).__name__.lower(), object_id=obj.pk).order_by("part"))


def test_saving_writes_the_entry_with_its_readers():
    action = make_action(make_space(), title="Send the fingerprint readers")
    [entry] = entries_of(action)
    assert (entry.title, entry.url) == ("Send the fingerprint readers", action.get_absolute_url())
    assert entry.audience == action.audience
    assert {facet.value for facet in entry.facets.filter(name="country")} == {"PK"}


def test_a_change_raises_the_version_and_saving_without_one_does_not():
    action = make_action(make_space(), title="Old")
    action.save()
    assert entries_of(action)[0].version == 1
    action.title = "New"
    action.save()
    [entry] = entries_of(action)
    assert (entry.version, entry.title) == (2, "New")


def test_what_is_rolled_back_leaves_no_entry():
    space = make_space()
    with pytest.raises(RuntimeError), transaction.atomic():
        make_action(space, title="Never was")
        raise RuntimeError
    assert not Entry.objects.filter(title="Never was").exists()


def test_articles_are_entries_of_their_own_and_follow_their_agreement():
    agreement = make_agreement(make_space(), title="Cooperation")
    article = Article.objects.create(agreement=agreement, number="4", title="Training", body="<p>Yearly courses</p>")
    [entry] = Entry.objects.filter(kind="article")
    assert (entry.body, entry.url) == ("Yearly courses", article.get_absolute_url())
    agreement.title = "Cooperation renewed"
    agreement.save()
    assert "Cooperation renewed" in Entry.objects.get(kind="article").title
    article.delete()
    assert not Entry.objects.standing().filter(kind="article").exists()


def test_a_new_marking_reaches_the_entries_of_all_parts():
    space = make_space()
    agreement = make_agreement(space)
    Article.objects.create(agreement=agreement, number="1", body="<p>Secret</p>")
    member = make_member(space)
    mark(agreement, Marking.RED, users=[member])
    found = Entry.objects.standing().filter(kind__in=["agreement", "article"])
    assert {entry.audience.marking for entry in found} == {"RED"}
    assert len(found) == 2


def test_an_unpublished_page_cannot_be_found_and_can_be_again_afterwards():
    agreement = make_agreement(make_space())
    agreement.unpublish()
    assert entries_of(agreement) == []
    agreement.save_revision().publish()
    assert len(entries_of(agreement)) == 1


def test_deleting_removes_the_entries():
    action = make_action(make_space())
    key = action.pk
    action.delete()
    assert not Entry.objects.standing().filter(kind="action", object_id=key).exists()


def test_topics_given_after_saving_reach_the_entry():
    from coordination.models import Topic

    agreement = make_agreement(make_space())
    agreement.topics.add(Topic.objects.create(slug="border", name="Border management"))
    agreement.save()
    assert [facet.value for facet in entries_of(agreement)[0].facets.filter(name="topic")] == ["border"]


def test_many_changes_gathered_are_projected_once_each():
    space = make_space()
    with transaction.atomic(), ledger.gathering():
        action = make_action(space, title="Begun")
        for number in range(5):
            action.title = f"Step {number}"
            action.save()
        assert entries_of(action) == []
    [entry] = entries_of(action)
    assert (entry.title, entry.version) == ("Step 4", 1)


def test_everything_can_be_projected_anew():
    action = make_action(make_space(), title="Kept")
    Entry.objects.all().delete()
    assert list(ledger.project_all(Action)) == [action.pk]
    assert entries_of(action)[0].title == "Kept"


def test_what_would_write_the_texts_by_other_rules_refuses_and_says_what_to_do():
    with pytest.raises(CommandError, match="search_rebuild"):
        call_command("rebuild_modelsearch_index")


def test_readers_are_asked_by_the_access_rule():
    space = make_space()
    make_action(space, title="Closed")
    assert Entry.objects.readable_by(make_member(space)).filter(title="Closed").exists()
    assert not Entry.objects.readable_by(make_member(make_space())).filter(title="Closed").exists()
