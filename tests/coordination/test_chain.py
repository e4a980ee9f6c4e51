"""The audit trail as a chain: what was changed, removed, slipped in or put in another order is found and named."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from coordination import append_only, audit, chain
from coordination.models import AuditEntry, AuditLink

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def entries(space, chair):
    """Six entries of a little of everything, all of them linked."""
    for number in range(6):
        audit.record(
            chair,
            "action changed",
            space,
            before={"b": 1.50, "a": None},
            after={"text": f"Größe {number} 😀"},
            reason="x",
        )
    assert chain.link_entries() == AuditEntry.objects.count()
    return list(AuditEntry.objects.order_by("pk"))


def verified(*since_head):
    said = StringIO()
    call_command("audit_verify", no_progress=True, since_head=list(since_head), stdout=said)
    return said.getvalue()


def tampered(statement, *values):
    """What somebody does who has the database in their hands, its triggers included."""
    with append_only.suspended(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_chain_holds_and_each_round_goes_on_where_the_last_one_ended(entries, space, chair):
    before = verified()
    head = chain.head()
    assert f"{len(entries)} entries" in before and head.hash in before and "Not linked yet" not in before
    late = audit.record(chair, "action changed", space)
    assert f"Not linked yet: {late.pk}." in verified(head.hash)
    assert (chain.link_entries(), chain.link_entries()) == (1, 0)
    assert chain.head().previous == head.hash and verified(head.hash)


UPDATE = "UPDATE coordination_auditentry SET "
TAMPERINGS = {
    "one byte": (UPDATE + "reason = 'y' WHERE id = %s", "This entry was changed."),
    "another time": (UPDATE + "at = '2026-01-01 00:00:00' WHERE id = %s", "This entry was changed."),
    "a program's deed": (UPDATE + "token = 'x' WHERE id = %s", "This entry was changed."),
    "nobody's deed": (UPDATE + "actor_id = NULL WHERE id = %s", "This entry was changed."),
    "a removed entry": ("DELETE FROM coordination_auditentry WHERE id = %s", "This entry was removed."),
    "a removed link": ("DELETE FROM coordination_auditlink WHERE entry_id = %s", "were removed before this entry"),
    "a new hash": ("UPDATE coordination_auditlink SET hash = 'f' WHERE entry_id = %s", "link of this entry"),
    "another digest": ("UPDATE coordination_auditlink SET digest = previous WHERE entry_id = %s", "link of this entry"),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_changed_is_found_and_named(entries, tampering):
    statement, sentence = TAMPERINGS[tampering]
    tampered(statement, entries[2].pk)
    with pytest.raises(CommandError, match=sentence) as told:
        verified()
    named = entries[3 if tampering == "a removed link" else 2].pk
    assert f"entry {named}:" in str(told.value)


def test_entries_that_changed_places_are_found(entries):
    one, other = entries[1].pk, entries[2].pk
    tampered("UPDATE coordination_auditlink SET entry_id = 0 WHERE entry_id = %s", one)
    tampered("UPDATE coordination_auditlink SET entry_id = %s WHERE entry_id = %s", one, other)
    tampered("UPDATE coordination_auditlink SET entry_id = %s WHERE entry_id = 0", other)
    with pytest.raises(CommandError, match=f"entry {other}: This entry was changed"):
        verified()


def test_an_end_that_was_cut_off_is_found_by_a_head_that_was_kept(entries):
    kept = chain.head().hash
    for pk in (entries[-1].pk, entries[-2].pk):
        tampered("DELETE FROM coordination_auditlink WHERE entry_id = %s", pk)
        tampered("DELETE FROM coordination_auditentry WHERE id = %s", pk)
    assert verified()  # nothing in what is left says so
    with pytest.raises(CommandError, match="its end was cut off"):
        verified(kept)


def test_an_entry_that_was_slipped_in_is_found_whether_it_is_linked_or_not(entries, chair, space):
    slipped = audit.record(chair, "read", space)
    tampered(UPDATE + "at = %s WHERE id = %s", timezone.now() - timedelta(days=30), slipped.pk)
    with pytest.raises(CommandError, match=f"Entry {slipped.pk}: it was added out of line"):
        verified()
    chain.link_entries()
    with pytest.raises(CommandError, match="added out of line: it says"):
        verified()


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_database_lets_nobody_change_a_link(entries, deed):
    with pytest.raises(DatabaseError, match=append_only.REFUSAL), transaction.atomic():
        getattr(AuditLink.objects.all(), deed)(**({"hash": "x"} if deed == "update" else {}))
