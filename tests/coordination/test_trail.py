"""The audit trail: an auditor sees that something was done, and of closed things nothing but their kind."""

import json
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from coordination import audit, chain, services, sheets
from coordination.models import AuditEntry, Marking
from meetings.models import AgendaItem
from tests.factories import (
    join,
    make_action,
    make_meeting,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_thread,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
ADDRESS = "/audit/"
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "config", "coordination", "discussion", "home", "knowledge", "meetings", "search")


@pytest.fixture
def auditor():
    return make_user("Auditor", platform_role="auditor")


@pytest.fixture
def deeds(space, fia, liaison, rapporteur, chair):
    """A deed on what members read, one on what is RED for the rapporteur, one in another space."""
    services.report_on_action(
        liaison, make_action(space, fia, title="Canary of the space"), text="Canary", state="done"
    )
    red = mark(make_action(space, fia, title="Canary in red"), Marking.RED, users=[rapporteur])
    services.edit_action(rapporteur, red, version=1, title="Canary renamed")
    services.change_marking(rapporteur, red, Marking.RED, users=[rapporteur], reason="Canary reason")
    elsewhere = make_space("Canary elsewhere")
    join(chair_elsewhere := make_user(organisation=fia), elsewhere, "chair")
    services.create_action(chair_elsewhere, elsewhere, title="Canary there", owner=fia)


def test_an_auditor_sees_every_deed_and_no_closed_word(client, deeds, auditor, liaison):
    client.force_login(auditor)
    page = client.get(ADDRESS)
    text = page.content.decode()
    assert len(page.context["deeds"]) == AuditEntry.objects.count() >= 4
    assert "Liaison of FIA" in text and "action moved" in text and "closed" in text
    assert "Canary" not in text and "Border management" not in text


def test_an_auditor_who_is_a_member_reads_the_titles_there(client, deeds, auditor, space):
    join(auditor, space)
    client.force_login(auditor)
    text = client.get(ADDRESS).content.decode()
    assert "Canary of the space" in text and "Border management" in text
    assert "Canary renamed" not in text and "Canary there" not in text and "Canary elsewhere" not in text


def test_a_chair_sees_what_was_done_to_what_the_chair_may_read(client, deeds, chair):
    client.force_login(chair)
    page = client.get(ADDRESS)
    assert [deed.obj.title for deed in page.context["deeds"]] == ["Canary of the space"]
    assert "Canary renamed" not in page.content.decode() and "Canary there" not in page.content.decode()


@pytest.mark.parametrize("role", ["secretariat", "administrator", ""])
def test_no_other_office_opens_the_trail(client, deeds, liaison, role):
    client.force_login(make_user(platform_role=role))
    assert client.get(ADDRESS).status_code == 404
    client.force_login(liaison)
    assert client.get(ADDRESS).status_code == 404
    client.logout()
    assert client.get(ADDRESS).status_code == 302


def test_a_superuser_without_the_office_finds_nothing(client, deeds):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert client.get(ADDRESS).status_code == 404


def test_the_trail_is_ordered_paged_and_narrowed(client, space, fia, liaison, auditor):
    action = make_action(space, fia)
    for number in range(60):
        services.report_on_action(liaison, action, text=f"Step {number}")
    client.force_login(auditor)
    first, second = client.get(ADDRESS), client.get(ADDRESS + "?page=2")
    keys = [deed.entry.pk for page in (first, second) for deed in page.context["deeds"]]
    assert keys == sorted(keys, reverse=True) and len(keys) == len(set(keys)) == 60
    assert second.context["next"] is None and first.context["previous"] is None
    assert not client.get(ADDRESS + "?verb=created").context["deeds"]
    assert not client.get(ADDRESS + "?until=2020-01-01").context["deeds"]
    for odd in ("0", "-1", "x", "9" * 5000):
        assert client.get(ADDRESS, {"page": odd}).status_code == 200


def test_the_trail_takes_as_many_queries_for_many_deeds_as_for_few(
    client, space, fia, liaison, auditor, chair, django_assert_max_num_queries
):
    for reader in (auditor, chair):
        client.force_login(reader)
        client.get(ADDRESS)  # content types are asked for once a process
    for rows in (5, 60):
        for _ in range(rows):
            services.report_on_action(liaison, make_action(space, fia), text="Done.")
        for reader in (auditor, chair):
            client.force_login(reader)
            with django_assert_max_num_queries(19):
                client.get(reverse("audit_trail"))


def test_parts_and_threads_on_the_trail_take_no_query_each(client, space, fia, chair, auditor):
    def write_down(rows):
        for number in range(rows):
            meeting = make_meeting(space, title=f"Meeting {number}")
            record = make_record(meeting)
            item = AgendaItem.objects.create(meeting=meeting, title="Opening")
            for obj in (record, make_paragraph(record), item, make_thread(make_action(space, fia))):
                audit.record(chair, "written down", obj)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert all(deed.obj for deed in client.get(ADDRESS).context["deeds"])
        return len(captured)

    join(auditor, space)
    client.force_login(auditor)
    write_down(2)
    client.get(ADDRESS)  # content types are asked for once a process
    few = queries()
    write_down(8)
    assert queries() == few


def test_an_unknown_kind_of_thing_breaks_nothing(client, auditor, space, chair):
    services.grant_membership(chair, space, make_organisation(), "reader")
    client.force_login(auditor)
    assert "membership granted" in client.get(ADDRESS).content.decode()


def found(client, **filters):
    page = client.get(ADDRESS, filters)
    assert page.status_code == 200
    return {(deed.entry.verb, deed.entry.actor_id) for deed in page.context["deeds"]}


def test_the_trail_is_searched_by_whom_kind_space_and_address(
    client, deeds, auditor, liaison, rapporteur, chair, space
):
    with audit.coming_from("192.0.2.7"):
        services.grant_membership(chair, space, make_organisation(), "reader")
    client.force_login(auditor)
    by_rapporteur = {("action changed", rapporteur.pk), ("marking changed", rapporteur.pk)}
    assert found(client, who="Rapporteur of") == found(client, who=rapporteur.email.upper()) == by_rapporteur
    kind = {"kind": "coordination.space"}
    granted = {("membership granted", chair.pk)}
    assert found(client, **kind) == found(client, address="192.0.2.7") == granted
    assert found(client, since="2020-01-01", who="Chair of MoI", verb="GRANTED") == granted
    # A space that is closed to the auditor is no answer to any question: what is asked so narrows nothing.
    assert len(found(client, space=space.key)) == len(found(client)) > 3
    client.force_login(chair)
    assert found(client, space=space.key, kind="coordination.action") == {("action moved", liaison.pk)}


def test_the_deeds_of_all_packages_are_found_by_what_they_are_called_in_the_readers_language(client, space, liaison):
    audit.record(liaison, "thread renamed", space)
    client.force_login(make_user(platform_role="auditor", language="ru"))
    with translation.override("ru"):
        called = translation.gettext("thread renamed")
    assert called != "thread renamed" and found(client, verb=called.upper()) == {("thread renamed", liaison.pk)}
    written = re.compile(r'(?:audit\.record|events\.tell)\(\s*[^,()]+,\s*"([^"]+)"')
    sources = (file for file in ROOT.glob("[a-z]*/**/*.py") if file.relative_to(ROOT).parts[0] in PACKAGES)
    assert {verb for file in sources for verb in written.findall(file.read_text())} <= audit.verbs


def test_what_is_closed_is_not_found_by_its_space(client, deeds, auditor, liaison, space):
    """A space that everybody knows of: what an auditor may not read in it is not told to lie there."""
    mark(space, Marking.CLEAR)
    client.force_login(auditor)
    assert found(client, space=space.key) == set()
    join(auditor, space)
    assert found(client, space=space.key) == {("action moved", liaison.pk)}


def test_who_said_what_under_the_chatham_house_rule_is_not_found_by_whom(client, space, fia, liaison, auditor):
    thread = make_thread(make_action(space, fia), chatham_house=True)
    with audit.coming_from("192.0.2.7"):
        audit.record(liaison, "thread renamed", thread)
    client.force_login(auditor)
    renamed = {("thread renamed", liaison.pk)}
    assert found(client, who=liaison.name) == found(client, address="192.0.2.7") == renamed
    join(auditor, space)  # from now on the auditor reads what was said
    assert found(client, who=liaison.name) == found(client, address="192.0.2.7") == set()
    assert found(client, verb="renamed") == renamed


def test_what_is_taken_along_is_what_the_page_shows_with_its_place_in_the_chain(client, deeds, auditor, space):
    join(auditor, space)
    client.force_login(auditor)
    page = client.get(ADDRESS, {"verb": "changed"})
    answer = client.get("/audit/export.jsonl", {"verb": "changed"})
    head, *lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [line["entry"] for line in lines] == [deed.entry.pk for deed in page.context["deeds"]]
    kept = chain.head()
    assert (head["head"], head["links"]) == (kept.hash, kept.number)
    assert all(line["hash"] == chain.hash_of(line["link"], line["previous"], line["digest"]) for line in lines)
    # Neither values, nor reasons, nor titles that are closed.
    assert b"Canary" not in json.dumps(lines).encode()
    exported = AuditEntry.objects.get(verb="exported")
    assert exported.after == {"list": "audit trail", "format": "jsonl", "rows": len(lines), "head": kept.hash}
    whole = b"".join(client.get("/audit/export.csv").streaming_content).decode()
    assert "Canary of the space" in whole and "Canary renamed" not in whole and "Canary reason" not in whole
    assert whole.count("\r\n") == AuditEntry.objects.count() - 1 + 1  # its own entry comes after it
    book = sheets.read(b"".join(client.get("/audit/export.xlsx").streaming_content))
    assert book.keys[-1] == "hash" and len(book.rows) == AuditEntry.objects.count() - 1
    assert client.get("/audit/export.pdf").status_code == 404


def test_a_chair_takes_along_the_deeds_of_the_own_space_alone(client, deeds, chair, liaison):
    client.force_login(chair)
    whole = b"".join(client.get("/audit/export.csv").streaming_content).decode()
    assert "Canary of the space" in whole and "Canary renamed" not in whole and "Canary there" not in whole
    # No number that is given through tells how much is done elsewhere.
    [line] = b"".join(client.get("/audit/export.jsonl").streaming_content).splitlines()
    kept = AuditEntry.objects.get(verb="action moved").link
    assert json.loads(line).keys() >= {"deed", "hash"} and json.loads(line)["hash"] == kept.hash
    assert not json.loads(line).keys() & {"entry", "link", "digest", "previous", "head"}
    client.force_login(liaison)
    assert client.get("/audit/export.csv").status_code == 404
