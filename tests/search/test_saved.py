"""A user's own searches: what is kept of them, and what is told of what they find anew."""

from datetime import timedelta

import pytest
from django.core import mail as letters
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from coordination import access
from coordination.models import AuditEntry, Marking, Role
from discussion import mail
from discussion import selectors as discussion
from search import saved, services
from search.models import Alert, Find, RecentSearch, SavedSearch
from tests.factories import join, make_action, make_member, make_space, make_user, mark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger_answers(ledger_engine):
    """Saved searches ask the ledger, whichever engine answers the page."""


@pytest.fixture
def owner(space):
    return make_member(space, Role.CONTRIBUTOR)


@pytest.fixture
def search(owner, space):
    make_action(space, title="Counselling since long")
    return services.save_search(owner, name="Counsel", query="q=counselling", alert=Alert.AT_ONCE)


def told(user):
    return [news.subject for news in discussion.told(discussion.notifications_of(user), user)]


def rounds(days=0):
    return services.tell_of_new_finds(timezone.now() + timedelta(days=days))


def titles(search):
    search.refresh_from_db()
    return [hit.entry.title for hit in saved.new_hits(search)]


@pytest.mark.both_stacks
def test_what_comes_anew_is_told_once_and_what_was_there_before_never(owner, space, search):
    assert rounds() == 0
    old = saved.found_by(search).get()
    make_action(space, title="Mobile counselling")
    make_action(space, title="Something else")
    assert (rounds(), rounds()) == (1, 0)
    old.changed_at = timezone.now()
    old.save()
    assert rounds() == 0
    assert told(owner) == ["“Counsel” finds something new"]
    assert titles(search) == ["Mobile counselling"]
    mail.send_waiting.func()
    [letter] = letters.outbox
    assert "counsel" not in (letter.subject + letter.body).casefold()


def test_a_worker_that_is_killed_within_a_look_tells_nothing_twice_and_nothing_is_lost(
    owner, space, search, monkeypatch
):
    def killed(*_told, **_more):
        raise KeyboardInterrupt

    make_action(space, title="Mobile counselling")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(services.audit, "record", killed)
        rounds()
    assert told(owner) == [] and not Find.objects.filter(found_at__isnull=False).exists()
    assert (rounds(), rounds()) == (1, 0)


def test_what_may_not_be_read_is_neither_told_nor_counted_nor_named_any_more(owner, space, search):
    closed = make_action(space, title="Secret counselling")
    mark(closed, Marking.RED, users=[make_member(space)])
    assert rounds() == 0
    lost = make_action(space, title="Lost counselling")
    make_action(space, title="Kept counselling")
    assert rounds() == 1
    assert told(owner) == ["“Counsel” finds 2 things that are new"]
    mark(lost, Marking.RED, users=[make_member(space)])
    assert told(owner) == ["“Counsel” finds something new"]
    assert titles(search) == ["Kept counselling"]
    mark(closed, Marking.AMBER)
    assert rounds() == 1
    access.revoke(owner, space)
    assert titles(search) == [] and told(owner) == ["Your saved search “Counsel”"]
    mail.send_waiting.func()
    assert letters.outbox == []


def test_whoever_becomes_a_member_is_told_of_what_the_space_had_before(owner, space, search):
    other = make_space("Elsewhere")
    there = services.save_search(owner, name="There", query='q=counselling+space:"Border+management"', alert="at_once")
    make_action(other, title="Counselling elsewhere")
    assert rounds(days=1) == 0
    join(owner, other)
    assert rounds(days=2) == 1
    assert titles(search) == ["Counselling elsewhere"]
    access.revoke(owner, space)  # of the name of a space that is closed by now nothing is made wider
    rounds(days=3)
    assert titles(there) == []


def test_a_search_in_a_space_that_its_owner_has_lost_says_so_without_naming_it(
    client, owner, space, django_assert_num_queries
):
    other = make_space("Elsewhere")
    join(owner, other)
    for name, query in (("chosen", f"space={space.pk}&q=x"), ("typed", "q=x+space:Border"), ("else", "q=-space:Else")):
        services.save_search(owner, name=name, query=query, alert="at_once")
    services.save_search(owner, name="both", query=f"space={space.pk}&space={other.pk}", alert="at_once")
    assert not any(search.is_lost for search in saved.saved_searches(owner))
    access.revoke(owner, space)
    with django_assert_num_queries(5):  # memberships and audiences among them
        searches = saved.saved_searches(owner)
    assert [search.name for search in searches if search.is_lost] == ["chosen", "typed"]
    client.force_login(owner)
    for search in searches:
        page = client.get(search.get_absolute_url()).content.decode()
        assert ("you cannot read the space" in page) == search.is_lost and space.title not in page


def test_the_rhythm_is_the_owners(owner, space, search):
    services.change_search(owner, search, name="Counsel", alert=Alert.DAILY, version=1)
    make_action(space, title="Counselling one")
    assert (rounds(), rounds(days=1)) == (0, 1)
    search.refresh_from_db()
    services.change_search(owner, search, name="Counsel", alert=Alert.NEVER, version=2)
    make_action(space, title="Counselling two")
    assert rounds(days=3) == 0
    search.refresh_from_db()
    services.change_search(owner, search, name="Counsel", alert=Alert.AT_ONCE, version=3)
    assert rounds(days=3) == 0  # what came while nothing was to be told is no news


def test_what_finds_too_much_is_not_watched(owner, space, monkeypatch):
    monkeypatch.setattr(services, "MOST_KNOWN", 1)
    for number in range(2):
        make_action(space, title=f"Counselling {number}")
    with pytest.raises(ValidationError, match="Narrow it down"):
        services.save_search(owner, name="All", query="q=counselling")
    assert services.save_search(owner, name="All", query="q=counselling", alert=Alert.NEVER).query == "q=counselling"


def test_a_search_is_saved_renamed_and_deleted_on_its_pages_by_its_owner_alone(client, owner, space):
    client.force_login(owner)
    address = f"{reverse('saved_search_new')}?q=counselling&kind=action&page=3"
    text = client.get(address).content.decode()
    assert 'value="q=counselling&amp;kind=action"' in text
    sent = {"name": "Mine", "alert": "daily", "query": "q=counselling&kind=action"}
    sent["submission"] = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    for _twice in range(2):
        assert client.post(address, sent).status_code == 302
    search = SavedSearch.objects.get()
    make_action(space, title="Counselling anew")
    SavedSearch.objects.update(next_at=timezone.now())  # the next morning
    rounds()
    assert "1 new" in client.get(reverse("saved_search_list")).content.decode()
    page = client.get(search.get_absolute_url()).content.decode()
    assert "<mark>Counselling</mark> anew" in page
    assert "Nothing new." in client.get(search.get_absolute_url()).content.decode()
    client.post(search.get_absolute_url(), {"name": "Renamed", "alert": "never", "version": 1})
    client.post(search.get_absolute_url(), {"name": "From an older form", "alert": "daily", "version": 1})
    search.refresh_from_db()
    assert (search.name, search.alert) == ("Renamed", "never")

    deleting = reverse("saved_search_delete", kwargs={"key": search.key})
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert client.get(search.get_absolute_url()).status_code == client.post(deleting).status_code == 404
    assert "Renamed" not in client.get(reverse("saved_search_list")).content.decode()
    client.force_login(owner)
    client.post(deleting)
    assert not SavedSearch.objects.exists()
    verbs = AuditEntry.objects.filter(object_type__model="savedsearch").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "search saved", "saved search found something", "saved search changed", "saved search deleted",
    ]  # fmt: skip


def test_recent_searches_are_ones_own_can_be_cleared_and_are_kept_of_nobody_else(client, owner):
    for words in ("pes", "peshawar", "tashkent", ""):
        client.get(reverse("search"), {"q": words})
    assert not RecentSearch.objects.exists()  # nobody was signed in
    client.force_login(owner)
    for words in ("pes", "pesha", "peshawar", "tashkent", "", "tashkent"):
        client.get(reverse("search"), {"q": words})
    assert [one.words for one in saved.recent_searches(owner)] == ["tashkent", "peshawar"]
    assert saved.recent_searches(make_user()) == []
    assert "peshawar" in client.get(reverse("saved_search_list")).content.decode()
    client.post(reverse("recent_clear"))
    assert "peshawar" not in client.get(reverse("saved_search_list")).content.decode()
    for number in range(services.RECENT_OF_A_USER + 5):
        services.note_recent(owner, f"q={number}x")
    assert RecentSearch.objects.filter(user=owner).count() == services.RECENT_OF_A_USER
    services.forget_old_searches(timezone.now() + services.RECENT_FOR)
    assert not RecentSearch.objects.exists()


def test_queries_do_not_grow_with_the_searches_that_find_nothing_new(owner, space, django_assert_max_num_queries):
    counted = []
    for many in (2, 12):
        for number in range(many):
            services.save_search(make_member(space), name=f"{many} {number}", query="q=x", alert=Alert.AT_ONCE)
        rounds(days=1)
        with django_assert_max_num_queries(10) as captured:
            rounds(days=2)
        counted.append(len(captured))
    assert counted[0] == counted[1]
