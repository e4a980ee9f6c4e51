"""Filters under a name: for oneself or for a space, renamed, deleted, and what a list opens with."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from coordination import access, services
from coordination.models import AuditEntry, Person, Role, SavedFilter, StandardFilter
from tests.factories import make_action, make_agreement, make_member, make_space, mark

pytestmark = pytest.mark.django_db
SUBMISSION = "7e7e7e7e-0000-4000-8000-000000000001"


@pytest.fixture
def colleague(space, moi):
    return make_member(space, Role.CONTRIBUTOR, moi, name="Colleague")


def save(client, **fields):
    sent = {"name": "Late at Torkham", "page": "actions", "query": "overdue=on&q=Torkham", "submission": SUBMISSION}
    return client.post(reverse("filter_new"), {**sent, **fields})


def test_a_filter_is_saved_opened_and_named_above_the_list(client, liaison, space, fia):
    client.force_login(liaison)
    for _time in ("once", "twice"):
        answer = save(client)
    saved = SavedFilter.objects.get()
    assert answer["Location"] == f"/actions/?overdue=on&q=Torkham&saved={saved.key}"
    page = client.get(answer["Location"])
    assert page.context["opened"] == saved and page.context["filters"].chosen("overdue")
    assert not AuditEntry.objects.filter(verb="filter shared").exists(), "what is one's own is nobody's deed"


def test_what_is_saved_is_what_narrows_and_nothing_else_of_the_address(client, liaison):
    client.force_login(liaison)
    save(client, query="q=a&page=7&saved=x&view=board&evil=%3Cscript%3E&state=&organisation=3")
    assert SavedFilter.objects.get().query == "q=a&view=board&organisation=3"


def test_a_shared_filter_is_seen_by_the_members_alone_whatever_the_space_is_marked(
    client, liaison, colleague, stranger, secretary, space
):
    mark(space, "GREEN")
    client.force_login(liaison)
    save(client, space=space.key)
    saved = SavedFilter.objects.get()
    assert access.audience(saved) == {access.space_token(space.pk)}
    for user, sees in ((liaison, True), (colleague, True), (stranger, False), (secretary, False)):
        client.force_login(user)
        for address in (reverse("action_list"), reverse("filter_list")):
            assert ("Late at Torkham" in client.get(address).content.decode()) is sees, (user, address)
        assert client.get(reverse("filter_detail", kwargs={"key": saved.key})).status_code == (200 if sees else 404)
        opened = client.get(f"{reverse('action_list')}?saved={saved.key}")
        assert (opened.context["opened"] == saved) is sees
    assert [entry.after for entry in AuditEntry.objects.filter(verb="filter shared")] == [{"name": "Late at Torkham"}]


def test_ones_own_filter_is_nobody_elses(client, liaison, colleague, chair):
    client.force_login(liaison)
    save(client)
    saved = SavedFilter.objects.get()
    for user in (colleague, chair):
        client.force_login(user)
        assert "Late at Torkham" not in client.get(reverse("filter_list")).content.decode()
        for name in ("filter_detail", "filter_delete", "filter_standard"):
            assert client.post(reverse(name, kwargs={"key": saved.key}), {"name": "x", "version": 1}).status_code == 404
    assert SavedFilter.objects.count() == 1 and not StandardFilter.objects.exists()


@pytest.mark.parametrize("role, may", [("author", True), ("contributor", False), ("rapporteur", True), ("chair", True)])
def test_a_shared_filter_is_renamed_and_deleted_by_its_author_and_those_who_keep_the_list(
    role, may, client, liaison, colleague, rapporteur, chair, space
):
    saved = services.save_filter(liaison, page="actions", name="Ours", query="whose=ours", space=space)
    actor = {"author": liaison, "contributor": colleague, "rapporteur": rapporteur, "chair": chair}[role]
    client.force_login(actor)
    address = reverse("filter_detail", kwargs={"key": saved.key})
    assert client.post(address, {"name": "Ours, renamed", "version": 1}).status_code == (302 if may else 404)
    saved.refresh_from_db()
    assert saved.name == ("Ours, renamed" if may else "Ours")
    assert client.post(reverse("filter_delete", kwargs={"key": saved.key})).status_code == (302 if may else 404)
    assert SavedFilter.objects.exists() is not may
    verbs = ["filter shared", *(["filter renamed", "filter deleted"] if may else [])]
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == verbs


def test_an_older_name_form_is_refused_and_keeps_what_was_typed(client, liaison):
    saved = services.save_filter(liaison, page="actions", name="Ours")
    services.rename_filter(liaison, saved, name="Theirs", version=1)
    client.force_login(liaison)
    page = client.post(reverse("filter_detail", kwargs={"key": saved.key}), {"name": "Mine", "version": 1})
    assert page.status_code == 200 and page.context["form"]["name"].value() == "Mine"
    assert "Somebody else has changed this" in page.content.decode()


def test_a_list_opens_with_the_standard_filter_until_it_is_no_longer_open_to_its_user(
    client, liaison, colleague, space
):
    saved = services.save_filter(colleague, page="actions", name="Ours", query="whose=ours", space=space)
    client.force_login(liaison)
    client.post(reverse("filter_standard", kwargs={"key": saved.key}))
    assert client.get("/actions/")["Location"] == saved.get_absolute_url()
    for address, label in ((saved.get_absolute_url(), "Clear"), ("/actions/?view=board", "List")):
        page = client.get(address).content.decode()
        links = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', page)
        leads_to = next(url for url, text in links if label in text)
        assert client.get(leads_to).status_code == 200, "cleared, it stays cleared"
    assert client.get("/commitments/").status_code == 200
    access.revoke(liaison, space)
    assert client.get("/actions/").status_code == 200
    access.grant(liaison, Role.READER, space)
    client.post(reverse("filter_standard", kwargs={"key": saved.key}), {"off": "yes"})
    assert client.get("/actions/").status_code == 200 and not StandardFilter.objects.exists()


def test_what_is_shared_names_no_other_space_and_no_agreement_that_is_closed_to_members(liaison, space):
    other = make_space("Elsewhere too")
    agreement = mark(make_agreement(space), "RED", users=[liaison])
    open_one = make_agreement(space)
    for page, query in (("actions", f"space={other.key}"), ("commitments", f"agreement={agreement.key}")):
        with pytest.raises(ValidationError):
            services.save_filter(liaison, page=page, name="Closed", query=query, space=space)
        services.save_filter(liaison, page=page, name="For myself", query=query)
    services.save_filter(liaison, page="actions", name="Here", query=f"space={space.key}", space=space)
    services.save_filter(liaison, page="commitments", name="Under it", query=f"agreement={open_one.key}", space=space)
    assert SavedFilter.objects.count() == 4


def test_what_is_shared_names_nobody_whom_the_members_do_not_know_of(liaison, colleague, space):
    here = Person.objects.create(name="Of the space", user=colleague)
    unknown = Person.objects.create(name="Of elsewhere")
    for person in (unknown.pk, unknown.pk + 1000, "nonsense"):
        with pytest.raises(ValidationError) as refusal:
            services.save_filter(liaison, page="actions", name="Theirs", query=f"person={person}", space=space)
        assert refusal.value.messages == ["This filter is about somebody who takes no part in the space."]
    services.save_filter(liaison, page="actions", name="Theirs", query=f"person={unknown.pk}")
    services.save_filter(liaison, page="actions", name="A colleague's", query=f"person={here.pk}", space=space)
    assert SavedFilter.objects.count() == 2


@pytest.mark.both_stacks
def test_what_is_gone_already_or_sent_by_another_is_not_there(client, liaison, colleague, monkeypatch):
    saved = services.save_filter(liaison, page="actions", name="Ours", submission=SUBMISSION)
    with pytest.raises(ValidationError):
        services.save_filter(colleague, page="actions", name="Theirs", submission=SUBMISSION)
    client.force_login(liaison)
    delete = services.delete_filter

    def twice(actor, found):  # of two deletions at once, the second finds nothing
        delete(actor, SavedFilter.objects.get(pk=found.pk))
        return delete(actor, found)

    monkeypatch.setattr(services, "delete_filter", twice)
    assert client.post(reverse("filter_delete", kwargs={"key": saved.key})).status_code == 404
    with pytest.raises(PermissionDenied):
        services.open_with(liaison, "actions", saved)


def test_readers_and_strangers_share_nothing(client, space, fia, stranger):
    reader = make_member(space, Role.READER, fia)
    for actor in (reader, stranger):
        with pytest.raises(PermissionDenied):
            services.save_filter(actor, page="actions", name="Mine", space=space)
    client.force_login(reader)
    page = save(client, space=space.key)
    assert page.status_code == 200 and "space" in page.context["form"].errors
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"name": ""},
        {"name": "a\nb"},
        {"name": "x" * 101},
        {"name": "a\x00"},
        {"query": "q=" + "x" * 2000},
        {"submission": ""},
    ],
)
def test_bad_input_is_said_and_saves_nothing(sent, client, liaison):
    client.force_login(liaison)
    assert save(client, **sent).status_code == 200
    assert not SavedFilter.objects.exists()


def test_a_list_that_has_no_filters_is_none(client, liaison):
    client.force_login(liaison)
    assert save(client, page="messages").status_code == 404
    assert client.get(reverse("filter_new")).status_code == 404


def test_there_are_only_so_many(liaison, monkeypatch):
    monkeypatch.setattr(services.saved_filters, "FILTERS_OF_A_USER", 1)
    services.save_filter(liaison, page="actions", name="One")
    with pytest.raises(ValidationError):
        services.save_filter(liaison, page="actions", name="Two")


def test_a_shared_filter_shows_each_reader_what_that_reader_may_read(client, liaison, colleague, space, fia):
    services.save_filter(liaison, page="actions", name="All", query="state=any", space=space)
    mark(make_action(space, fia, title="verborgen"), "AMBER+STRICT", organisations=[fia])
    for user, sees in ((liaison, True), (colleague, False)):
        client.force_login(user)
        assert ("verborgen" in client.get(SavedFilter.objects.get().get_absolute_url()).content.decode()) is sees
