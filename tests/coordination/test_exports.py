"""Lists as files: exactly what the reader may read, and nothing that a spreadsheet program would take for a formula."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from coordination.models import Action, Article, AuditEntry, Commitment, Marking, Party
from tests.factories import make_action, make_agreement, make_organisation, mark

pytestmark = pytest.mark.django_db
DANGEROUS = ["=1+1", "+49 30", "-5 of 7", "@all", "\tindented", "'=quoted"]


def taken(client, name, form="csv", **query):
    answer = client.get(reverse(name, args=[form]), query)
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def rows_of_csv(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheets_of(content):
    return load_workbook(io.BytesIO(content))


def test_an_export_holds_exactly_what_its_reader_may_read(client, space, fia, moi, liaison, chair, stranger):
    open_one = make_action(space, title="Open", owner=fia)
    closed = mark(make_action(space, title="Closed", owner=moi), Marking.RED, users=[chair])
    for viewer, expected in ((liaison, {"Open"}), (chair, {"Open", "Closed"}), (stranger, set())):
        client.force_login(viewer)
        _answer, content = taken(client, "action_export")
        assert {row["What is to be done"] for row in rows_of_csv(content)} == expected
        workbook = sheets_of(taken(client, "action_export", "xlsx")[1])
        shown = {row[0].value for row in workbook.worksheets[0].iter_rows(min_row=3)}
        assert shown == {one.short_reference for one in (open_one, closed) if one.title in expected}


def test_it_is_narrowed_down_as_the_list_is(client, space, fia, moi, chair):
    for owner in (fia, moi):
        make_action(space, title=f"For {owner.acronym}", owner=owner)
    make_action(space, title="Done", owner=fia, state="done")
    client.force_login(chair)
    _answer, content = taken(client, "action_export", organisation=fia.pk)
    assert [row["What is to be done"] for row in rows_of_csv(content)] == ["For FIA"]
    _answer, content = taken(client, "action_export", state="any", organisation=fia.pk)
    assert len(rows_of_csv(content)) == 2


def test_what_looks_like_a_formula_leaves_as_a_text(client, space, fia, chair):
    for text in DANGEROUS:
        make_action(space, title=text.strip(), description=text, owner=fia)
    client.force_login(chair)
    cells = [row["Details"] for row in rows_of_csv(taken(client, "action_export")[1])]
    assert sorted(cells) == sorted(f"'{text}" for text in DANGEROUS)
    sheet = sheets_of(taken(client, "action_export", "xlsx")[1]).worksheets[0]
    keys = [cell.value for cell in sheet[2]]
    column = keys.index("accord:description") + 1
    for number in range(3, 3 + len(DANGEROUS)):
        cell = sheet.cell(number, column)
        assert cell.data_type == "s" and cell.quotePrefix
        assert cell.value in DANGEROUS


def test_a_workbook_says_for_whom_it_is_and_how_it_is_marked(client, space, fia, chair):
    mark(make_action(space, owner=fia, due_on=date(2026, 12, 31)), Marking.GREEN)
    mark(make_action(space, owner=fia), Marking.AMBER)
    client.force_login(chair)
    answer, content = taken(client, "action_export", "xlsx")
    workbook = sheets_of(content)
    rows, about = workbook.worksheets
    told = [cell.value for row in about.iter_rows() for cell in row if cell.value]
    assert chair.name in told and "TLP:AMBER" in told and "2" in told
    assert rows.row_dimensions[2].hidden
    keys = [cell.value for cell in rows[2]]
    assert {cell.value.date() for cell in rows["I"][2:] if cell.value} == {date(2026, 12, 31)}, keys
    assert answer["Cache-Control"] == "private, no-store"
    assert "accord-actions-" in answer["Content-Disposition"]


def test_the_heading_is_in_the_language_of_the_reader_and_the_keys_are_not(client, space, fia, chair):
    make_action(space, owner=fia)
    chair.language = "ru"
    chair.save()
    client.force_login(chair)
    sheet = sheets_of(taken(client, "action_export", "xlsx")[1]).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == ["accord:reference", "accord:external_reference", "accord:title"]


def test_who_took_what_along_is_written_down_and_red_is_noted_as_read(client, space, fia, chair):
    red = mark(make_action(space, owner=fia), Marking.RED, users=[chair])
    make_action(space, owner=fia)
    client.force_login(chair)
    taken(client, "action_export")
    entry = AuditEntry.objects.get(verb="exported")
    assert entry.actor == chair and entry.after == {"list": "actions", "format": "csv", "rows": 2}
    assert AuditEntry.objects.filter(verb="read").values_list("object_id", flat=True).get() == red.pk


def test_a_row_names_no_space_and_no_article_that_its_reader_may_not_know_of(client, space, fia, chair, stranger):
    agreement = make_agreement(space)
    article = Article.objects.create(agreement=agreement, number="4", body="<p>Text</p>")
    commitment = Commitment.objects.create(space=space, title="Train", party=fia, article=article)
    mark(commitment, Marking.GREEN)
    for viewer, article_shown, space_shown in (
        (chair, f"{agreement.short_reference}/4", space.title),
        (stranger, "", ""),
    ):
        client.force_login(viewer)
        [row] = rows_of_csv(taken(client, "commitment_export")[1])
        assert (row["Article"], row["Space"]) == (article_shown, space_shown)
        assert row["Link"].endswith(f"/r/{commitment.short_reference}/")


def test_agreements_have_both_their_references_and_their_parties(client, space, fia, chair):
    agreement = make_agreement(space, reference="PK-EU 7/2020")
    Party.objects.create(agreement=agreement, organisation=fia)
    client.force_login(chair)
    [row] = rows_of_csv(taken(client, "agreement_export")[1])
    assert row["Reference"] == agreement.short_reference
    assert (row["Official reference"], row["Parties"]) == ("PK-EU 7/2020", "FIA")


def test_nobody_exports_without_signing_in_and_no_other_format_is_there(client, chair):
    assert client.get(reverse("action_export", args=["csv"])).status_code == 302
    client.force_login(chair)
    assert client.get(reverse("action_export", args=["pdf"])).status_code == 404
    assert client.head(reverse("action_export", args=["csv"])).status_code == 200
    assert not AuditEntry.objects.filter(verb="exported").exists()


def test_many_rows_take_no_more_queries_than_few(client, space, chair, django_assert_max_num_queries):
    owner = make_organisation()
    client.force_login(chair)
    for number in (3, 30):
        for _one in range(number):
            make_action(space, owner=owner)
        with django_assert_max_num_queries(40):
            _answer, content = taken(client, "action_export")
        assert len(rows_of_csv(content)) == Action.objects.count()


def test_the_reading_of_many_red_rows_is_noted_without_asking_for_each(client, space, fia, chair):
    client.force_login(chair)
    asked = []
    for _time in range(2):
        for _one in range(4):
            mark(make_action(space, owner=fia), Marking.RED, users=[chair])
        with CaptureQueriesContext(connection) as queries:
            taken(client, "action_export")
        asked.append([query["sql"] for query in queries if query["sql"].startswith("SELECT")])
    assert AuditEntry.objects.filter(verb="read").count() == 4 + 8
    assert len(asked[0]) >= len(asked[1])
