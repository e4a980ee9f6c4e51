"""Elasticsearch follows the ledger, whatever happens in between."""

import copy
import io

import pytest
from django.core.management import call_command
from elasticsearch import ApiError

from coordination.models import Action, Marking
from search import ledger, replication, selectors
from search.engines import elastic
from search.management.commands import search_rebuild
from search.models import Entry, Replica
from search.queries import Query
from tests.factories import make_action, make_member, mark

pytestmark = [pytest.mark.django_db, pytest.mark.full]


def held(replica):
    """What Elasticsearch has, by key."""
    alias = replica.settings.ELASTICSEARCH_INDEX
    hits = replica.client.search(index=alias, size=1000, version=True)["hits"]["hits"]
    return {int(hit["_id"]): hit for hit in hits}


def entry_of(action):
    return Entry.objects.get(kind="action", object_id=action.pk)


def status():
    out = io.StringIO()
    call_command("search_status", stdout=out)
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines() if ": " in line)


def test_what_is_written_changed_and_deleted_reaches_the_index(space, replica):
    kept, changed, deleted = (make_action(space, title=title) for title in ("Kept", "Old", "Gone"))
    replica.catch_up()
    number = entry_of(deleted).pk
    changed.title = "New"
    changed.save()
    deleted.delete()
    replica.catch_up()
    documents = held(replica)
    assert documents[entry_of(changed).pk]["_source"]["title"] == elastic.document_of(entry_of(changed))["title"]
    assert documents[entry_of(kept).pk]["_source"]["audience"] == [f"space:{space.pk}"]
    assert number not in documents
    assert not Entry.objects.filter(pk=number).exists()  # the tombstone went with the confirmation
    assert not replication.differences()


def test_a_late_bulk_never_overwrites_a_newer_version(space, replica):
    action = make_action(space, title="First")
    replica.catch_up()
    late = copy.copy(entry_of(action))
    action.title = "Second"
    action.save()
    replica.catch_up()
    index = replication._ready(replica.client).index
    answer = replication.send(replica.client, index, [late])
    assert answer.confirmed  # as good as: what is there is newer
    replica.catch_up()
    assert held(replica)[late.pk]["_source"]["title"] == elastic.document_of(entry_of(action))["title"]


def test_a_late_bulk_does_not_bring_back_what_was_deleted(space, replica):
    action = make_action(space, title="Gone")
    replica.catch_up()
    late = copy.copy(entry_of(action))
    action.delete()
    replica.catch_up()
    index = replication._ready(replica.client).index
    replication.send(replica.client, index, [late])
    replica.catch_up()
    assert late.pk not in held(replica)


def test_a_confirmation_that_was_lost_is_made_up_for(space, replica, monkeypatch):
    """The worker ends after Elasticsearch took the bulk and before that was written down."""
    make_action(space)
    with monkeypatch.context() as patch:
        patch.setattr(replication, "note", lambda answers, generation: 0)
        replication.send_round()
    assert Entry.objects.waiting().exists()
    replica.catch_up()
    assert not Entry.objects.waiting().exists()
    assert not replication.differences()


def test_a_document_that_is_refused_does_not_hold_up_the_rest(space, replica):
    entry = entry_of(make_action(space, title="Refused"))
    # A document of this key that the mapping cannot take: the field of facets is unknown to the index.
    entry.facets.create(name="unknown", value="x")
    fine = make_action(space, title="Fine")
    replica.catch_up()
    assert set(held(replica)) >= {entry_of(fine).pk}
    assert entry.pk not in held(replica)
    refused = Entry.objects.refused().get()
    assert refused.pk == entry.pk and "strict_dynamic_mapping_exception" in refused.refusal
    assert status()["refused"] == "1"
    list(replication.rebuild())  # nor of what a new index is filled with
    assert entry_of(fine).pk in held(replica) and entry.pk not in held(replica)
    # A change is a new version, and tried again.
    action = Action.objects.get(pk=entry.object_id)
    action.title = "Better"
    action.save()
    replica.catch_up()
    assert not Entry.objects.refused().exists()
    assert not replication.differences()


def test_an_index_that_takes_nothing_for_a_while_gets_everything_later(space, replica):
    replica.catch_up()
    index = replication._ready(replica.client).index
    # As at the disk's flood stage: each item is answered by 429.
    replica.client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
    action = make_action(space, title="Later")
    with pytest.raises(replication.TryLater):
        replication.send_round()
    assert Entry.objects.waiting().exists() and not Entry.objects.refused().exists()
    replica.client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})
    replica.catch_up()
    assert entry_of(action).pk in held(replica)


def test_an_index_that_was_deleted_is_made_and_filled_anew(space, replica):
    make_action(space)
    replica.catch_up()
    replica.forget()
    replica.catch_up()
    assert not replication.differences()
    assert len(held(replica)) == Entry.objects.count()


def test_an_index_that_is_replaced_while_it_answers_confirms_nothing(space, replica, monkeypatch):
    replica.catch_up()
    send = replication.send

    def then_replaced(client, index, entries):
        answer = send(client, index, entries)
        monkeypatch.setattr(replication, "send", send)
        client.indices.delete(index=index)
        replication._ready(client)  # what another worker does
        return answer

    monkeypatch.setattr(replication, "send", then_replaced)
    action = make_action(space)
    replication.send_round()
    assert entry_of(action).confirmed_version == 0
    replica.catch_up()
    assert entry_of(action).pk in held(replica)


def test_an_index_of_another_database_is_not_taken_for_ones_own(space, replica):
    make_action(space)
    replica.catch_up()
    Replica.objects.all().delete()  # a new database with the Elasticsearch of an old one
    Entry.objects.update(version=1, confirmed_version=0)
    replica.catch_up()
    assert not replication.differences()


def test_a_narrowing_is_seen_by_searches_as_soon_as_it_is_confirmed(space, replica):
    """Without waiting for the refresh, by which Elasticsearch shows what it has taken."""
    member = make_member(space)
    action = make_action(space, title="Secret matter")
    replica.catch_up()
    mark(action, Marking.RED, users=[make_member(space)])
    while replication.send_round():
        pass
    assert not Entry.objects.with_readers_unconfirmed().exists()
    assert elastic.search(Query(text="secret matter"), member).total == 0


def test_writes_and_searches_go_on_while_a_new_index_is_filled(space, replica, monkeypatch):
    monkeypatch.setattr(replication, "BATCH", 10)
    member = make_member(space)
    actions = [make_action(space, title=f"Item {number}") for number in range(40)]
    replica.catch_up()
    before = replication.the_replica().index
    for step, _sent in enumerate(replication.rebuild()):
        actions[step].title = "Item changed behind the rebuild"
        actions[step].save()
        actions[-1 - step].title = "Item changed before the rebuild"
        actions[-1 - step].save()
        actions[20 + step].delete()
        make_action(space, title="Item new")
        if step % 2:
            while replication.send_round():
                pass
        assert not selectors.search(Query(text="item"), member).from_ledger_instead
    replica.catch_up()
    after = replication.the_replica()
    assert (after.index != before, after.building) == (True, "")
    assert not replication.differences()
    assert not replica.client.indices.exists(index=before)


def test_a_rebuild_that_was_broken_off_goes_on_where_it_was(space, replica, monkeypatch):
    monkeypatch.setattr(replication, "BATCH", 2)
    actions = [make_action(space) for _number in range(5)]
    replica.catch_up()
    begun = replication.rebuild()
    next(begun)
    begun.close()
    sent = Entry.objects.order_by("pk")[:2]
    make_action(space)
    actions[0].delete()
    replica.catch_up()  # writes to both
    assert replication.the_replica().building
    again, written = [], replication._written
    monkeypatch.setattr(replication, "_written", lambda batch: again.extend(row.pk for row in batch) or written(batch))
    call_command("search_rebuild", "--resume", "--no-progress", stdout=io.StringIO())
    assert again and not set(again) & {entry.pk for entry in sent}
    replica.catch_up()
    assert replication.the_replica().building == ""
    assert not replication.differences()
    names = list(replica.client.indices.get(index=f"{replica.settings.ELASTICSEARCH_INDEX}*"))
    assert names == [replication.the_replica().index]


def test_a_half_filled_index_that_is_deleted_holds_up_nothing(space, replica, monkeypatch):
    monkeypatch.setattr(replication, "BATCH", 2)
    replica.catch_up()
    for _number in range(5):
        make_action(space)
    begun = replication.rebuild()
    next(begun)
    replica.client.indices.delete(index=replication.the_replica().building)
    make_action(space)
    replica.catch_up()
    assert not replication.differences()
    with pytest.raises(replication.BrokenOff):
        list(begun)
    call_command("search_rebuild", "--resume", "--no-progress", stdout=io.StringIO())
    replica.catch_up()
    assert not replication.differences()


def test_what_is_projected_anew_goes_on_where_it_was_broken_off(space, settings, monkeypatch):
    settings.ELASTICSEARCH_URL = ""
    monkeypatch.setattr(search_rebuild, "NOTED_EVERY", 1)
    actions = [make_action(space) for _number in range(4)]
    written, write = [], ledger.write

    def then_broken(projector, key):
        written.append((projector.model, key))
        if len(written) == breaks_at:
            raise KeyboardInterrupt
        write(projector, key)

    monkeypatch.setattr(ledger, "write", then_broken)
    breaks_at = 0
    call_command("search_rebuild", "--no-progress", stdout=io.StringIO())
    everything = list(written)
    breaks_at, written[:] = everything.index((Action, actions[2].pk)) + 1, []
    with pytest.raises(KeyboardInterrupt):
        call_command("search_rebuild", "--no-progress", stdout=io.StringIO())
    breaks_at, written[:] = 0, []
    call_command("search_rebuild", "--resume", "--no-progress", stdout=io.StringIO())
    assert written == everything[everything.index((Action, actions[2].pk)) :]


def test_a_rebuild_that_ended_between_its_last_two_steps_is_finished_by_the_worker(space, replica, monkeypatch):
    make_action(space)
    replica.catch_up()
    with monkeypatch.context() as patch:
        patch.setattr(replication, "_finish", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            list(replication.rebuild())
    assert replication.the_replica().building
    make_action(space)
    replica.catch_up()
    assert replication.the_replica().building == ""
    assert Entry.objects.waiting().count() == 0
    assert not replication.differences()


def test_status_tells_what_waits_and_what_differs(space, replica):
    action = make_action(space)
    replica.catch_up()
    everything = str(Entry.objects.count())
    assert status()["confirmed"] == status()["in the index"] == everything
    action.title = "Changed"
    action.save()
    lagging = status()
    assert (lagging["waiting"], lagging["there in another version"]) == ("1", "1")


def test_after_a_failure_nobody_waits_for_elasticsearch(space, settings, monkeypatch):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"  # where nothing answers
    member = make_member(space)
    make_action(space, title="Still found")
    results = selectors.search(Query(text="found"), member)
    assert results.from_ledger_instead and results.total == 1
    asked = []
    monkeypatch.setattr(elastic, "_search", lambda *args: asked.append(args))
    assert selectors.search(Query(text="found"), member).total == 1
    assert asked == []


def test_an_elasticsearch_without_the_index_lets_the_ledger_answer(space, replica):
    make_action(space, title="Found")
    results = selectors.search(Query(text="found"), make_member(space))
    assert (results.from_ledger_instead, results.total) == (True, 1)
    with pytest.raises(ApiError):
        replica.client.search(index=replica.settings.ELASTICSEARCH_INDEX)
